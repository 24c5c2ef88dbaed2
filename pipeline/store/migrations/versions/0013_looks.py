"""Since when a story looks as it does, where revisions since then changed nothing that is shown."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column; until a next revision a story looks as it does since its last one."""
    op.add_column("story", sa.Column("shown", sa.String(length=27), nullable=True))
