"""Since when a story is in a channel; rendered entries; sealed parts of a channel's archive.

Stories of before were in their channels since they were first seen. The pairs of province and topic
become rows of their own, so that every channel is one range of one index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_INSTANT = sa.String(length=27)
_NATIONAL = "toan-quoc"


def upgrade() -> None:
    """Widen the labels and make the tables."""
    with op.batch_alter_table("story_label") as batch:
        batch.alter_column("slug", existing_type=sa.String(length=64), type_=sa.String(length=160))
        batch.add_column(sa.Column("since", _INSTANT, nullable=True))
    _date_labels()
    ordered = ["kind", "slug", "since", "story_id"]
    op.create_index(op.f("ix_story_label_kind_slug_since_story_id"), "story_label", ordered)
    op.create_index(op.f("ix_story_state_updated"), "story", ["state", "updated"])
    op.create_table(
        "fragment",
        sa.Column("story_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_as", sa.String(length=64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        *(sa.Column(form, sa.LargeBinary(), nullable=False) for form in ("atom", "rss", "json")),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_fragment")),
    )
    op.create_index(op.f("ix_fragment_made_at"), "fragment", ["made_at"])
    op.create_table(
        "archive",
        sa.Column("channel", sa.String(length=160), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *_position("after"),
        *_position("last"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("made", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "month", "number", name=op.f("pk_archive")),
    )
    op.create_index(op.f("ix_archive_channel_last_since"), "archive", ["channel", "last_since"])


def _position(name: str) -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column(f"{name}_since", _INSTANT, nullable=False),
        sa.Column(f"{name}_id", sa.String(length=32), nullable=False),
    )


def _date_labels() -> None:
    label = sa.table("story_label", *(sa.column(name) for name in ("kind", "slug", "story_id", "since")))
    story = sa.table("story", *(sa.column(name) for name in ("story_id", "first_seen")), _backfill())
    news = sa.and_(story.c.story_id == label.c.story_id, story.c.backfill.is_(False))
    since = sa.select(story.c.first_seen).where(news).scalar_subquery()
    op.execute(label.update().values(since=since))
    columns = ["kind", "slug", "story_id", "since"]
    first_seen = sa.case((story.c.backfill.is_(False), story.c.first_seen), else_=sa.null())
    everything = sa.select(sa.literal("all"), sa.literal(""), story.c.story_id, first_seen)
    op.execute(label.insert().from_select(columns, everything))
    place, topic = label.alias("place"), label.alias("topic")
    pairs = sa.select(
        sa.literal("crossed"), place.c.slug + "/" + topic.c.slug, place.c.story_id, place.c.since
    ).join_from(place, topic, place.c.story_id == topic.c.story_id)
    pairs = pairs.where(place.c.kind == "province", topic.c.kind == "topic", place.c.slug != _NATIONAL)
    op.execute(label.insert().from_select(columns, pairs))


def _backfill() -> sa.ColumnClause[bool]:
    return sa.column("backfill", sa.Boolean)
