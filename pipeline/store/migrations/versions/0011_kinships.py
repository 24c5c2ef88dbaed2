"""The change log says which story another one went into, or came from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; what was logged before does not know."""
    op.add_column("change", sa.Column("other", sa.String(length=32), nullable=True))
