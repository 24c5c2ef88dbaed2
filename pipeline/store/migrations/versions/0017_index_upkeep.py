"""What the search index is to be told again, and which documents it refused."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_INSTANT = sa.String(length=27)


def upgrade() -> None:
    """Make two empty tables; documents refused until now are told of when the index is next built."""
    op.create_table(
        "index_nudge",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_index_nudge")),
    )
    op.create_table(
        "index_refusal",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_index_refusal")),
    )
    op.create_index(op.f("ix_index_refusal_at"), "index_refusal", ["at"])
