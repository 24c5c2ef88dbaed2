"""Postings in partitions by day, with short names; pairs for review.

Fingerprints are derived: they are emptied here and made anew by linking. Old edges stand until
then, so that no story falls apart meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables anew."""
    op.drop_table("posting")
    op.drop_table("fingerprint")
    op.create_table(
        "fingerprint",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=100), nullable=False, server_default=""),
        sa.Column("kind", sa.String(length=16), nullable=False, server_default=""),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("same", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.LargeBinary(), nullable=False),
        sa.Column("arrays", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.entry_id"], name=op.f("fk_fingerprint_entry_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_fingerprint")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_fingerprint_entry_id")),
    )
    op.create_index(op.f("ix_fingerprint_source_id_kind_day"), "fingerprint", ["source_id", "kind", "day"])
    op.create_index(op.f("ix_fingerprint_same"), "fingerprint", ["same"])
    op.create_index(op.f("ix_fingerprint_rules"), "fingerprint", ["rules"])
    op.create_table(
        "posting",
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gram", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("part", "gram", "number", name=op.f("pk_posting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "crowd",
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gram", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("part", "gram", name=op.f("pk_crowd")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("edge") as batch:
        batch.add_column(sa.Column("relation", sa.String(length=8), nullable=False, server_default="join"))
    waits = sa.text("relation = 'review'")
    op.create_index("ix_edge_review", "edge", ["score", "a", "b"], sqlite_where=waits, postgresql_where=waits)
    op.create_index(op.f("ix_entry_first_seen"), "entry", ["first_seen"])
    _empty_fingerprints()
    # Editors' withdrawals are words now; they stood here as the end of time.
    op.execute(sa.text("UPDATE entry SET withdrawn_at = NULL WHERE withdrawn_at LIKE '9999-%'"))


def _empty_fingerprints() -> None:
    entry = sa.table("entry", sa.column("entry_id"), sa.column("text_hash"))
    fingerprint = sa.table(
        "fingerprint",
        *(sa.column(name) for name in ("entry_id", "rules", "text_hash", "same")),
        sa.column("postings", sa.LargeBinary),
        sa.column("arrays", sa.LargeBinary),
        sa.column("facts", sa.JSON),
    )
    nothing = sa.literal(b"", sa.LargeBinary)
    known = sa.select(
        entry.c.entry_id,
        sa.literal(0),
        entry.c.text_hash,
        sa.literal(0),
        nothing,
        nothing,
        sa.literal({}, sa.JSON),
    ).where(entry.c.text_hash.is_not(None))
    columns = ["entry_id", "rules", "text_hash", "same", "postings", "arrays", "facts"]
    op.execute(fingerprint.insert().from_select(columns, known))
