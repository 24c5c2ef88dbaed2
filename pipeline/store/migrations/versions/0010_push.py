"""Deliveries outward: claims and a log of attempts, WebSub subscribers, outgoing webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_INSTANT = sa.String(length=27)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, kind: sa.types.TypeEngine[str] | None = None) -> sa.Column[str]:
    return sa.Column(name, kind or sa.Text(), nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade() -> None:
    """Make the tables, and widen that of deliveries."""
    with op.batch_alter_table("delivery") as table:
        table.add_column(_text("host", sa.String(255)))
        table.add_column(_count("asked"))
        for name in ("claimed_until", "failing_since", "tried_at", "told_at"):
            table.add_column(sa.Column(name, _INSTANT))
        table.add_column(sa.Column("status", sa.Integer()))
    op.create_index(op.f("ix_delivery_claimed_until"), "delivery", ["claimed_until"])
    _attempts()
    _subscribers()
    _endpoints()


def _attempts() -> None:
    op.create_table(
        "attempt",
        sa.Column("attempt_id", _SERIAL, nullable=False),
        sa.Column("delivery_id", _SERIAL, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.delivery_id"], name=op.f("fk_attempt_delivery_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_delivery_id_attempt_id"), "attempt", ["delivery_id", "attempt_id"])


def _subscribers() -> None:
    op.create_table(
        "hub_subscriber",
        sa.Column("subscriber_id", _SERIAL, nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(160), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _text("asked_mode", sa.String(16)),
        _count("asked_lease"),
        _text("asked_secret"),
        sa.Column("asked_at", _INSTANT, nullable=False),
        _text("secret"),
        sa.Column("lease_until", _INSTANT),
        sa.Column("position", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("verified_at", _INSTANT),
        sa.Column("delivered_at", _INSTANT),
        _count("deliveries"),
        _text("error"),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_hub_subscriber")),
        sa.UniqueConstraint("callback", "topic", name=op.f("uq_hub_subscriber_callback_topic")),
    )
    op.create_index(op.f("ix_hub_subscriber_channel_state"), "hub_subscriber", ["channel", "state"])
    op.create_index(op.f("ix_hub_subscriber_host"), "hub_subscriber", ["host"])


def _endpoints() -> None:
    op.create_table(
        "endpoint",
        sa.Column("endpoint_id", _SERIAL, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("allow_private", sa.Boolean(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("both_until", _INSTANT),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("told_at", _INSTANT),
        _count("told"),
        _text("error"),
        sa.PrimaryKeyConstraint("endpoint_id", name=op.f("pk_endpoint")),
    )
