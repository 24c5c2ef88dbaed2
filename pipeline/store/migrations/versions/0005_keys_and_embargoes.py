"""What a push tells of, and when each webhook key was used last."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_INSTANT = sa.String(length=27)


def upgrade() -> None:
    with op.batch_alter_table("receipt") as batch:
        batch.add_column(sa.Column("article", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("told_at", _INSTANT, nullable=True))
        batch.create_index(op.f("ix_receipt_intake_id_receipt_id"), ["intake_id", "receipt_id"])
    op.create_table(
        "key_use",
        sa.Column("source_id", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=16), nullable=False),
        sa.Column("used_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.source_id"], name=op.f("fk_key_use_source_id")),
        sa.PrimaryKeyConstraint("source_id", "fingerprint", name=op.f("pk_key_use")),
    )
