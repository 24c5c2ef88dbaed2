"""Keys of partners: read-only, within bounds, for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_INSTANT = sa.String(length=27)


def upgrade() -> None:
    """Make an empty table."""
    op.create_table(
        "partner",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("may", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=True),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_partner")),
    )
    op.create_index(op.f("ix_partner_key_hash"), "partner", ["key_hash"])
