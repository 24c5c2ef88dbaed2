"""How well push works, and the files of watched folders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INSTANT = sa.String(length=27)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Widen subscriptions and make the table of files."""
    with op.batch_alter_table("subscription") as batch:
        batch.add_column(sa.Column("missed_at", _INSTANT, nullable=True))
        for name in ("deliveries", "ignored"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "folder_file",
        sa.Column("intake_id", _SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.intake_id"], name=op.f("fk_folder_file_intake_id")),
        sa.PrimaryKeyConstraint("intake_id", "name", name=op.f("pk_folder_file")),
    )
