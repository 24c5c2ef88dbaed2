"""Who took the evidence of a story out of the house, and since when a source has which rights."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_INSTANT = sa.String(length=27)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables: the rights of today's sources are known from now on, earlier ones nobody wrote down."""
    op.create_table(
        "dossier",
        sa.Column("dossier_id", _SERIAL, nullable=False),
        sa.Column("story_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier")),
    )
    op.create_index(op.f("ix_dossier_story_id"), "dossier", ["story_id"])
    op.create_table(
        "source_rights",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("source_id", sa.String(length=100), nullable=False),
        sa.Column("rights", sa.String(length=16), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_source_rights")),
    )
    op.create_index(op.f("ix_source_rights_source_id"), "source_rights", ["source_id"])
    now = datetime.now(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
    known = sa.text(
        "INSERT INTO source_rights (source_id, rights, since) SELECT source_id, rights, :now FROM source"
    )
    op.execute(known.bindparams(now=now))
