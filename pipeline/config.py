"""Settings: every knob of the project, read once from the environment, frozen.

Each field is the variable `TINTINH_<FIELD>`. A name that is not listed here, or a value that does
not fit, stops the process at start with the full list of problems (`BadSettings`). Secrets never
live in settings: the Meilisearch key is named by a file, webhook keys live in `DATA/keys.json`.
"""

import itertools
import os
from collections.abc import Mapping
from functools import cached_property, lru_cache
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.errors import BadSettings

_PREFIX = "TINTINH_"
_SQL = r"^$|^postgresql(\+psycopg)?://|^sqlite:///"
_WEB = r"^$|^https?://(\[[0-9a-f:.]+\]|[^\s/?#@:\[\]]+)(:\d+)?(/\S*)?$"
# Its path is put into links and cookies as it stands.
_SITE = r"^$|^https?://(\[[0-9a-f:.]+\]|[^\s/?#@:\[\]]+)(:\d+)?(/[A-Za-z0-9][A-Za-z0-9_.~-]*)*/?$"
_SMTP = r"^$|^smtps?://([^\s/?#@:]+@)?(\[[0-9a-fA-F:.]+\]|[^\s/?#@:\[\]]+)(:\d+)?/?$"
_WRITER = r"^$|^([^<>@\r\n]*<)?[^\s<>@]+@[^\s<>@]+>?$"
_BROKER = r"^$|^(redis|rediss|redis\+socket|sentinel|amqp|amqps)://"


class Settings(BaseSettings):
    """The configuration of one process.

    Seconds are wall seconds, sizes are bytes. Law 12 (timing) is checked here: http timeout <
    soft limit < hard limit < lease < visibility timeout.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid")

    data: Path = Field(default=Path("data"), description="the data folder; all state is in it")
    database_url: str = Field(
        default="", pattern=_SQL, description="PostgreSQL URL; SQLite in the data folder if empty"
    )
    broker_url: str = Field(
        default="", pattern=_BROKER, description="Celery's broker; `up` starts valkey if empty"
    )
    meilisearch_url: str = Field(default="", description="a running Meilisearch; `up` starts one if empty")
    meilisearch_key_file: Path | None = Field(default=None, description="file with that server's key")
    meilisearch_bin: Path | None = Field(default=None, description="the binary that `up` starts")
    meilisearch_data: Path | None = Field(
        default=None, description="that server's data folder, where it can be seen: its disk is watched"
    )
    meilisearch_memory: str = Field(
        default="1GiB", pattern=r"^[1-9]\d{0,11} ?([KMGT]i?B|B)$", description="what the one of `up` may use"
    )
    meilisearch_index: str = Field(default="stories", pattern=r"^[a-z0-9_-]{1,64}$", description="index name")
    index_least_disk: int = Field(default=2_000_000_000, ge=0, description="alarm below so much free disk")
    index_task_seconds: float = Field(default=300, gt=0, description="alarm when a task is older than that")
    index_lag_seconds: float = Field(default=300, gt=0, description="alarm when the index is later than that")
    index_gate_hours: float = Field(
        default=24, ge=0, description="between comparisons with SQL; 0: only where numbers differ"
    )
    host: str = Field(default="127.0.0.1", description="address that the web process binds")
    port: int = Field(default=8080, ge=0, le=65535, description="its port; 0 picks a free one")
    public_url: str = Field(
        default="", pattern=_SITE, description="what readers type; default: where web listens"
    )
    proxies: str = Field(
        default="", description="addresses or networks whose X-Forwarded-For is believed, by commas"
    )
    backfill_after_days: int = Field(
        default=14, ge=1, description="older than this when first seen: not news"
    )
    contact: str = Field(default="", description="address in our User-Agent that publishers can complain to")
    topics: Path | None = Field(
        default=None, description="the newsroom's own list of topics; the shipped one if empty"
    )
    hub_url: str = Field(
        default="", pattern=_WEB, description="another WebSub hub for our feeds; our own if empty"
    )
    hub_private: bool = Field(
        default=False,
        description="whether callbacks at our hub and webhooks of saved searches may be on private addresses",
    )
    smtp_url: str = Field(
        default="", pattern=_SMTP, description="our mail server, without a password; no letters if empty"
    )
    smtp_password_file: Path | None = Field(default=None, description="file with that server's password")
    mail_from: str = Field(default="", pattern=_WRITER, description="who writes letters; bounces go there")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="log level")
    http_timeout: float = Field(default=15, gt=0, description="whole fetch of one address")
    soft_limit: float = Field(default=30, gt=0, description="Celery's soft task limit")
    hard_limit: float = Field(default=45, gt=0, description="Celery's hard task limit")
    lease: float = Field(default=60, gt=0, description="how long a claim on work holds")
    visibility_timeout: float = Field(default=120, gt=0, description="the broker redelivers after this")
    sweep_seconds: float = Field(default=5, gt=0, description="how often the sweeper looks for lost work")
    poll_seconds: float = Field(default=600, gt=0, description="interval of a feed until it is learned")
    fetch_max_bytes: int = Field(default=5_000_000, gt=0, description="a body's size after decompression")
    host_gap: float = Field(default=2, ge=0, le=30, description="between two requests to one host")
    pages: bool = Field(default=True, description="fetch the full pages of items that feeds only begin")
    push_max_bytes: int = Field(default=2_000_000, gt=0, description="a webhook body's size")
    extra_samples: Path | None = Field(
        default=None, description="a folder of documents that tests also run on"
    )

    @field_validator("proxies")
    @classmethod
    def _networks(cls, listed: str) -> str:
        for one in filter(None, listed.split(",")):
            ip_network(one.strip())
        return listed

    @model_validator(mode="after")
    def _timing(self) -> "Settings":
        chain = (self.http_timeout, self.soft_limit, self.hard_limit, self.lease, self.visibility_timeout)
        if any(a >= b for a, b in itertools.pairwise(chain)):
            raise ValueError("http_timeout < soft_limit < hard_limit < lease < visibility_timeout must hold")
        return self

    @model_validator(mode="after")
    def _writer(self) -> "Settings":
        if self.smtp_url and not self.mail_from:
            raise ValueError("smtp_url needs mail_from: somebody must be the writer of letters")
        return self

    @cached_property
    def sql_url(self) -> str:
        """The SQLAlchemy URL in use."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{self.data.resolve() / 'tintinh.db'}"

    @property
    def feeds_dir(self) -> Path:
        """Where published feed files stand."""
        return self.data / "feeds"

    @property
    def keys_file(self) -> Path:
        """The 0600 file with the webhook keys."""
        return self.data / "keys.json"

    @property
    def mail_passwords_file(self) -> Path:
        """The 0600 file with the passwords of mailboxes."""
        return self.data / "mail-passwords.json"

    @property
    def websub_key_file(self) -> Path:
        """The 0600 file with the secret that WebSub subscriptions' secrets are made from."""
        return self.data / "websub.key"

    @property
    def push_key_file(self) -> Path:
        """The 0600 file with the secret that outgoing webhooks' secrets are made from."""
        return self.data / "push.key"

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def root(self) -> str:
        """What the public address has before every path of ours: "/tin"; "" at the top of a host."""
        return urlsplit(self.base_url).path

    @property
    def proxy_networks(self) -> list[str]:
        """The proxies that are believed, each an address or a network."""
        return [one.strip() for one in self.proxies.split(",") if one.strip()]

    @property
    def hub(self) -> str:
        """The address of the WebSub hub that our feeds name: our own unless another is set."""
        return self.hub_url or f"{self.base_url}/hub"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from a mapping of environment variables.

    Raises:
        BadSettings: with every unknown name and every value that does not fit.
    """
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    problems = [
        f"{name}: unknown; see docs/operations.md"
        for name in sorted(environ)
        if name.startswith(_PREFIX) and name not in known
    ]
    values = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in environ.items()
        if name in known and value
    }
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [
            f"{_PREFIX + str(item['loc'][0]).upper() if item['loc'] else 'timing'}: {item['msg']}"
            for item in error.errors()
        ]
        raise BadSettings("settings", "; ".join(problems)) from error
    if problems:
        raise BadSettings("settings", "; ".join(problems))
    return settings


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return this process's settings, read at the first call."""
    return read_settings(os.environ)
