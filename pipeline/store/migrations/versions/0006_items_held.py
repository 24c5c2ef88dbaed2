"""Single items held for an editor, what is strange in a habit, and why an editor said a word."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def upgrade() -> None:
    """Widen the tables that there are."""
    with op.batch_alter_table("held") as batch:
        batch.add_column(sa.Column("source_id", sa.String(length=100), nullable=True))
        batch.add_column(sa.Column("text_hash", sa.String(length=32), nullable=False, server_default=""))
        batch.add_column(_text("title"))
        batch.create_index(op.f("ix_held_source_id_text_hash"), ["source_id", "text_hash"])
    with op.batch_alter_table("habit") as batch:
        batch.add_column(sa.Column("strange", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("word") as batch:
        batch.add_column(_text("because"))
    op.execute(
        "UPDATE held SET source_id = "
        "(SELECT receipt.source_id FROM receipt WHERE receipt.receipt_id = held.receipt_id)"
    )
