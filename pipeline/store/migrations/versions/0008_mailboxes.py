"""Mailboxes that are read: who may send to them, and how far they were read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "mailbox",
        sa.Column("intake_id", _SERIAL, nullable=False),
        sa.Column("senders", sa.JSON(), nullable=False),
        *(_number(name) for name in ("validity", "next_uid", "attempts")),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.intake_id"], name=op.f("fk_mailbox_intake_id")),
        sa.PrimaryKeyConstraint("intake_id", name=op.f("pk_mailbox")),
    )
