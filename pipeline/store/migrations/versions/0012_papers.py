"""Which living story names which official document; the rows are made from faces after migrating."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_INSTANT = sa.String(length=27)


def upgrade() -> None:
    """Make the empty table."""
    words = (("slug", 160), ("count", 8), ("kind", 16), ("organ", 160), ("unit", 64))
    op.create_table(
        "paper_mention",
        sa.Column("story_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(length=length), nullable=False) for name, length in words),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("dated", sa.String(length=10), nullable=False),
        sa.Column("published_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("story_id", "place", name=op.f("pk_paper_mention")),
    )
    op.create_index(op.f("ix_paper_mention_count_kind"), "paper_mention", ["count", "kind"])
    op.create_index(op.f("ix_paper_mention_slug_published_at"), "paper_mention", ["slug", "published_at"])
