"""Manners and memory of polling: hosts, pages of stubs, habits, subscriptions, pauses, embargoes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INSTANT = sa.String(length=27)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade() -> None:
    """Widen the tables that there are and make the new ones."""
    with op.batch_alter_table("source") as batch:
        batch.add_column(sa.Column("paused_at", _INSTANT, nullable=True))
        batch.add_column(_text("paused_because"))
    with op.batch_alter_table("intake") as batch:
        for name in ("paused_at", "full_at", "moved_since", "gone_since", "pinged_at"):
            batch.add_column(sa.Column(name, _INSTANT, nullable=True))
        for name in ("paused_because", "moved_to"):
            batch.add_column(_text(name))
        for name in ("hints", "rhythm", "known_items"):
            batch.add_column(sa.Column(name, sa.JSON(), nullable=True))
    with op.batch_alter_table("receipt") as batch:
        batch.add_column(sa.Column("not_before", _INSTANT, nullable=True))
    with op.batch_alter_table("held") as batch:
        batch.add_column(_text("external_id"))
    _hosts_and_pages()
    _habits_and_subscriptions()


def _hosts_and_pages() -> None:
    op.create_table(
        "host",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("claimed_until", _INSTANT, nullable=True),
        sa.Column("free_at", _INSTANT, nullable=True),
        sa.Column("robots_at", _INSTANT, nullable=True),
        sa.Column("robots_status", sa.Integer(), nullable=True),
        _text("robots"),
        sa.Column("reserved", sa.Boolean(), nullable=False, server_default=sa.false()),
        _text("policy"),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host")),
    )
    op.create_table(
        "page",
        sa.Column("page_id", _SERIAL, nullable=False),
        sa.Column("source_id", sa.String(length=100), nullable=False),
        sa.Column("intake_id", _SERIAL, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_due", _INSTANT, nullable=True),
        sa.Column("claimed_until", _INSTANT, nullable=True),
        _count("attempts"),
        _text("etag"),
        _text("last_modified"),
        sa.Column("body_sha256", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("fetched_at", _INSTANT, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        _text("error"),
        sa.ForeignKeyConstraint(["source_id"], ["source.source_id"], name=op.f("fk_page_source_id")),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.intake_id"], name=op.f("fk_page_intake_id")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page")),
        sa.UniqueConstraint("source_id", "url", name=op.f("uq_page_source_id_url")),
    )
    op.create_index(op.f("ix_page_next_due"), "page", ["next_due"])


def _habits_and_subscriptions() -> None:
    op.create_table(
        "habit",
        sa.Column("source_id", sa.String(length=100), nullable=False),
        sa.Column("intake_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *(_count(name) for name in ("entries", "held", "stubs", "unplaced", "furniture", "foreign_links")),
        sa.Column("characters", sa.BigInteger(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["source_id"], ["source.source_id"], name=op.f("fk_habit_source_id")),
        sa.PrimaryKeyConstraint("source_id", "intake_id", "day", name=op.f("pk_habit")),
    )
    op.create_table(
        "subscription",
        sa.Column("intake_id", _SERIAL, nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        *(
            sa.Column(name, _INSTANT, nullable=True)
            for name in (
                "next_due",
                "claimed_until",
                "requested_at",
                "verified_at",
                "lease_until",
                "delivered_at",
            )
        ),
        _count("failures"),
        _text("error"),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.intake_id"], name=op.f("fk_subscription_intake_id")),
        sa.PrimaryKeyConstraint("intake_id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("token", name=op.f("uq_subscription_token")),
    )
    op.create_index(op.f("ix_subscription_next_due"), "subscription", ["next_due"])
