"""Hosts of doors and pages, validators that proved wrong, and what hosts reserve."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INSTANT = sa.String(length=27)
_PORTS = {"http": 80, "https": 443}


def _host() -> sa.Column[str]:
    return sa.Column("host", sa.String(length=255), nullable=False, server_default="")


def upgrade() -> None:
    """Widen the tables that there are, and name the hosts of the doors in them."""
    with op.batch_alter_table("intake") as batch:
        batch.add_column(_host())
        batch.add_column(sa.Column("distrusted_until", _INSTANT, nullable=True))
    with op.batch_alter_table("page") as batch:
        batch.add_column(_host())
        batch.add_column(sa.Column("behind", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("text_hash", sa.String(length=32), nullable=False, server_default=""))
    with op.batch_alter_table("host") as batch:
        batch.add_column(sa.Column("tdm", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("error", sa.Text(), nullable=False, server_default=""))
    _name_hosts()


def _name_hosts() -> None:
    intake = sa.table("intake", sa.column("intake_id"), sa.column("url"), sa.column("host"))
    bound = op.get_bind()
    for intake_id, url in bound.execute(sa.select(intake.c.intake_id, intake.c.url)).all():
        bound.execute(sa.update(intake).where(intake.c.intake_id == intake_id).values(host=_authority(url)))


def _authority(url: str) -> str:
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return ""
    name = f"[{name}]" if ":" in name else name
    return name if port in (None, _PORTS.get(parts.scheme)) else f"{name}:{port}"
