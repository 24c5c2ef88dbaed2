"""Saved searches and what was found for them; stories by the one that they went into."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_INSTANT = sa.String(length=27)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make two empty tables, and the index that follows merges backwards."""
    op.create_table(
        "saved_search",
        sa.Column("saved_id", _SERIAL, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("flaw", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("saved_id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_saved_search_token_hash")),
    )
    op.create_index(op.f("ix_saved_search_owner"), "saved_search", ["owner"])
    op.create_index(op.f("ix_saved_search_changed"), "saved_search", ["changed"])
    op.create_table(
        "saved_match",
        sa.Column("position", _SERIAL, nullable=False),
        sa.Column("saved_id", _SERIAL, nullable=False),
        sa.Column("story_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("as_of", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["saved_id"], ["saved_search.saved_id"], name=op.f("fk_saved_match_saved_id")
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.story_id"], name=op.f("fk_saved_match_story_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_saved_match")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_saved_match_saved_id_position"), "saved_match", ["saved_id", "position"])
    op.create_index(op.f("ix_saved_match_story_id"), "saved_match", ["story_id"])
    once = sa.text("kind = 'new'")
    op.create_index(
        "ix_saved_match_once",
        "saved_match",
        ["saved_id", "story_id"],
        unique=True,
        sqlite_where=once,
        postgresql_where=once,
    )
    gone = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_story_merged_into", "story", ["merged_into"], sqlite_where=gone, postgresql_where=gone
    )
