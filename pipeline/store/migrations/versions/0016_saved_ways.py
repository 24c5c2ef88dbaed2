"""By which ways people are told of their saved searches: letters and signed webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_INSTANT = sa.String(length=27)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the empty table."""
    op.create_table(
        "saved_way",
        sa.Column("way_id", _SERIAL, nullable=False),
        sa.Column("saved_id", _SERIAL, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("pace", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("burst", sa.Integer(), server_default="0", nullable=False),
        sa.Column("burst_from", _INSTANT, nullable=True),
        sa.Column("flaw_told", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", _INSTANT, nullable=True),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["saved_id"], ["saved_search.saved_id"], name=op.f("fk_saved_way_saved_id")),
        sa.PrimaryKeyConstraint("way_id", name=op.f("pk_saved_way")),
    )
    op.create_index(op.f("ix_saved_way_saved_id"), "saved_way", ["saved_id"])
    op.create_index(op.f("ix_saved_way_address_hash"), "saved_way", ["address_hash"])
    op.create_index(op.f("ix_saved_way_state"), "saved_way", ["state"])
