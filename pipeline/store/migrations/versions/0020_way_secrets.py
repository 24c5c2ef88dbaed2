"""Which secret signs the calls of a saved search's webhook, and until when the one before it does too."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_INSTANT = sa.String(length=27)


def upgrade() -> None:
    """Webhooks have their first secret."""
    op.add_column("saved_way", sa.Column("number", sa.Integer(), server_default="1", nullable=False))
    op.add_column("saved_way", sa.Column("both_until", _INSTANT))
