"""The one metadata: every table of the project, for SQLite and PostgreSQL alike.

Instants are text in UTC with microseconds ("2026-11-22T09:55:53.123456Z"): exact, sortable and
readable in both engines (SQLite has no time type with a zone). Structures are JSON.
Alembic's migrations create these tables; a test holds the two equal.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as fixed-width text so that text order is time order."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:  # noqa: ARG002
        """Store an aware datetime; a naive one is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Load it aware."""
        return None if value is None else datetime.fromisoformat(value)  # strptime takes ten times as long


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# BigInteger primary keys count by themselves in SQLite only as INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

source = Table(
    "source",
    metadata,
    Column("source_id", String(100), primary_key=True),
    Column("name", Text, nullable=False),
    Column("province", String(64)),
    Column("area", String(64)),
    Column("hosts", JSON, nullable=False),
    Column("rights", String(16), nullable=False),
    Column("paused_at", Instant),
    Column("paused_because", Text, nullable=False, server_default=""),
)

# Since when a source has which rights; what was so before this was written down is not in it.
source_rights = Table(
    "source_rights",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("source_id", String(100), nullable=False),
    Column("rights", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    Index(None, "source_id"),
)

intake = Table(
    "intake",
    metadata,
    Column("intake_id", Serial, primary_key=True),
    Column("source_id", ForeignKey("source.source_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("url", Text, nullable=False),
    Column("allow_private", Boolean, nullable=False),
    Column("next_due", Instant),
    Column("claimed_until", Instant),
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Column("body_sha256", String(64), nullable=False, server_default=""),
    Column("polled_at", Instant),
    Column("succeeded_at", Instant),
    Column("changed_at", Instant),
    Column("status", Integer),
    Column("error", Text, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("paused_at", Instant),
    Column("paused_because", Text, nullable=False, server_default=""),
    Column("full_at", Instant),  # the last poll that was not conditional
    Column("moved_to", Text, nullable=False, server_default=""),  # where permanent redirects lead
    Column("moved_since", Instant),
    Column("gone_since", Instant),  # the first of the 404s and 410s in a row
    Column("pinged_at", Instant),
    Column("hints", JSON(none_as_null=True)),  # what the feed says of its own rhythm and hubs
    Column("rhythm", JSON(none_as_null=True)),  # when it publishes, as learned
    Column("known_items", JSON(none_as_null=True)),  # hashes of what its last document told
    Column("host", String(255), nullable=False, server_default=""),  # of `url`, as in `host`
    Column("distrusted_until", Instant),  # its validators proved wrong
    UniqueConstraint("source_id", "kind", "url"),
    Index(None, "next_due"),
)

# One row a host: requests go out one at a time with a gap, by the rules that it publishes.
host = Table(
    "host",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("claimed_until", Instant),
    Column("free_at", Instant),
    Column("robots_at", Instant),
    Column("robots_status", Integer),
    Column("robots", Text, nullable=False, server_default=""),
    Column("reserved", Boolean, nullable=False, server_default=false()),  # text and data mining
    Column("policy", Text, nullable=False, server_default=""),  # where the terms for it stand
    Column("tdm", JSON(none_as_null=True)),  # [path pattern, reserved, policy] of its tdmrep.json
    Column("error", Text, nullable=False, server_default=""),  # why its rules could not be read
)

# Full pages to fetch for the stubs of a feed.
page = Table(
    "page",
    metadata,
    Column("page_id", Serial, primary_key=True),
    Column("source_id", ForeignKey("source.source_id"), nullable=False),
    Column("intake_id", ForeignKey("intake.intake_id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("next_due", Instant),
    Column("claimed_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Column("body_sha256", String(64), nullable=False, server_default=""),
    Column("fetched_at", Instant),
    Column("status", Integer),
    Column("error", Text, nullable=False, server_default=""),
    Column("host", String(255), nullable=False, server_default=""),
    Column("behind", Boolean, nullable=False, server_default=false()),  # old news: fetched after the new
    Column("text_hash", String(32), nullable=False, server_default=""),  # of the stub's own text
    UniqueConstraint("source_id", "url"),
    Index(None, "next_due"),
)

# What a source's doors brought on a local day; intake 0 is files that were handed in.
habit = Table(
    "habit",
    metadata,
    Column("source_id", ForeignKey("source.source_id"), primary_key=True),
    Column("intake_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # proleptic ordinal
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("stubs", Integer, nullable=False, server_default="0"),
    Column("unplaced", Integer, nullable=False, server_default="0"),
    Column("furniture", Integer, nullable=False, server_default="0"),
    Column("foreign_links", Integer, nullable=False, server_default="0"),
    Column("characters", BigInteger, nullable=False, server_default="0"),
    Column("strange", Integer, nullable=False, server_default="0"),  # not in Vietnamese
)

subscription = Table(
    "subscription",
    metadata,
    Column("intake_id", ForeignKey("intake.intake_id"), primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", String(64), nullable=False),  # the callback's name; no secret by itself
    Column("state", String(16), nullable=False),
    Column("next_due", Instant),
    Column("claimed_until", Instant),
    Column("requested_at", Instant),
    Column("verified_at", Instant),
    Column("lease_until", Instant),
    Column("delivered_at", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    Column("missed_at", Instant),  # a poll found what push had not brought
    Column("deliveries", Integer, nullable=False, server_default="0"),
    Column("ignored", Integer, nullable=False, server_default="0"),  # deliveries with a wrong signature
    UniqueConstraint("token"),
    Index(None, "next_due"),
)

# What was seen of each file of a watched folder; `name` is its path inside.
folder_file = Table(
    "folder_file",
    metadata,
    Column("intake_id", ForeignKey("intake.intake_id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime", BigInteger, nullable=False),  # nanoseconds since 1970
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
)

# How far a mailbox was read: UIDs count only under their UIDVALIDITY (RFC 3501 section 2.3.1.1).
mailbox = Table(
    "mailbox",
    metadata,
    Column("intake_id", ForeignKey("intake.intake_id"), primary_key=True),
    Column("senders", JSON, nullable=False),
    Column("validity", BigInteger, nullable=False, server_default="0"),
    Column("next_uid", BigInteger, nullable=False, server_default="0"),
    Column("attempts", BigInteger, nullable=False, server_default="0"),  # at what is next
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("receipt_id", Serial, primary_key=True),
    Column("source_id", ForeignKey("source.source_id"), nullable=False),
    Column("intake_id", ForeignKey("intake.intake_id")),
    Column("form", String(16), nullable=False),
    Column("sha256", ForeignKey("blob.sha256"), nullable=False),
    Column("given", JSON, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("push_id", String(256)),
    Column("backfill", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("leased_until", Instant),
    Column("reason", Text, nullable=False, server_default=""),
    Column("not_before", Instant),  # an embargo
    Column("article", Text, nullable=False, server_default=""),  # the publisher's id of what a push tells of
    Column("told_at", Instant),  # the publisher's own time of a push
    UniqueConstraint("source_id", "push_id"),
    Index(None, "state", "receipt_id"),
    Index(None, "intake_id", "receipt_id"),
)

# When a webhook key was used last, by the key's fingerprint.
key_use = Table(
    "key_use",
    metadata,
    Column("source_id", ForeignKey("source.source_id"), primary_key=True),
    Column("fingerprint", String(16), primary_key=True),
    Column("used_at", Instant, nullable=False),
)

held = Table(
    "held",
    metadata,
    Column("held_id", Serial, primary_key=True),
    Column("receipt_id", ForeignKey("receipt.receipt_id"), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("external_id", Text, nullable=False, server_default=""),  # one item of the receipt; "" for all
    Column("source_id", String(100)),
    Column("text_hash", String(32), nullable=False, server_default=""),  # of that item
    Column("title", Text, nullable=False, server_default=""),
    Index(None, "state", "held_id"),
    Index(None, "receipt_id"),
    Index(None, "source_id", "text_hash"),
)

entry = Table(
    "entry",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("source_id", ForeignKey("source.source_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("bulletin_id", Text, nullable=False, server_default=""),
    Column("bulletin_number", Integer, nullable=False, server_default="0"),
    Column("first_seen", Instant, nullable=False),
    Column("backfill", Boolean, nullable=False),
    Column("text_hash", String(32)),
    Column("withdrawn_at", Instant),
    Column("touched", Integer, nullable=False, server_default="0"),
    Column("linked", Integer, nullable=False, server_default="0"),
    Column("story_id", String(32)),
    Column("verdict", String(16)),
    Column("score", Float),
    Column("because", Text),
    Index(None, "story_id"),
    Index(None, "first_seen"),
    Index(
        "ix_entry_unlinked",
        "entry_id",
        sqlite_where=text("touched > linked"),
        postgresql_where=text("touched > linked"),
    ),
)

version = Table(
    "version",
    metadata,
    Column("entry_id", ForeignKey("entry.entry_id"), primary_key=True),
    Column("text_hash", String(32), primary_key=True),
    Column("receipt_id", ForeignKey("receipt.receipt_id"), nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("draft", JSON, nullable=False),
)

alias = Table(
    "alias",
    metadata,
    Column("source_id", ForeignKey("source.source_id"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("entry_id", ForeignKey("entry.entry_id"), primary_key=True),
    Column("text_hash", String(32)),
    Index(None, "entry_id"),
    Index(None, "value"),
)

receipt_entry = Table(
    "receipt_entry",
    metadata,
    Column("receipt_id", ForeignKey("receipt.receipt_id"), primary_key=True),
    Column("entry_id", ForeignKey("entry.entry_id"), primary_key=True),
    Column("text_hash", String(32)),
    Index(None, "entry_id"),
)

# Derived from the current version of each entry; `rules` older than ours are made anew by linking.
fingerprint = Table(
    "fingerprint",
    metadata,
    Column("number", Serial, primary_key=True),  # the entry's short name in postings
    Column("entry_id", ForeignKey("entry.entry_id"), nullable=False),
    Column("source_id", String(100), nullable=False, server_default=""),  # of the entry, and its kind
    Column("kind", String(16), nullable=False, server_default=""),
    Column("rules", Integer, nullable=False),
    Column("text_hash", String(32), nullable=False),
    Column("day", Integer),  # proleptic ordinal of the local publication day
    Column("same", BigInteger, nullable=False),  # equal for equal words
    Column("postings", LargeBinary, nullable=False),
    Column("arrays", LargeBinary, nullable=False),
    Column("facts", JSON, nullable=False),
    UniqueConstraint("entry_id"),
    Index(None, "source_id", "kind", "day"),
    Index(None, "same"),
    Index(None, "rules"),
)

# Partitioned by publication day, so that what lies outside the window is never touched. `number` is
# the fingerprint's, unchecked: there are hundreds of rows to an entry.
posting = Table(
    "posting",
    metadata,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("gram", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Grams that too many entries of a partition hold: they find nobody.
crowd = Table(
    "crowd",
    metadata,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("gram", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Only joins and pairs for review ("join", "review") are stored.
edge = Table(
    "edge",
    metadata,
    Column("a", ForeignKey("entry.entry_id"), primary_key=True),
    Column("b", ForeignKey("entry.entry_id"), primary_key=True),
    Column(
        "relation", String(8), nullable=False, server_default="join"
    ),  # "join", or "review": editors decide
    Column("score", Float, nullable=False),
    Column("because", Text, nullable=False),
    Column("rules", Integer, nullable=False),
    Index(None, "b"),
    Index(
        "ix_edge_review",
        "score",
        "a",
        "b",
        sqlite_where=text("relation = 'review'"),
        postgresql_where=text("relation = 'review'"),
    ),
)

word = Table(
    "word",
    metadata,
    Column("word_id", Serial, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("a", ForeignKey("entry.entry_id"), nullable=False),
    Column("b", ForeignKey("entry.entry_id")),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("because", Text, nullable=False, server_default=""),
    Index(None, "a"),
    Index(None, "b"),
)

story = Table(
    "story",
    metadata,
    Column("story_id", String(32), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("backfill", Boolean, nullable=False),
    Column("merged_into", String(32)),
    Column("lead", String(32), nullable=False),
    Column("face", JSON, nullable=False),
    Column("face_hash", String(32), nullable=False),
    Column("shown", Instant),  # since when it looks as it does, if not since `updated`
    Column("published_at", Instant),  # as the face has it; of a story that is gone the last one
    Index(None, "state", "backfill", "first_seen"),
    Index(None, "state", "updated"),
    Index(None, "state", "published_at", "story_id"),
    Index(
        "ix_story_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)

# Which channels a story is in, one row each: ("all", ""), ("province", slug), ("area", slug),
# ("topic", slug) and ("crossed", "province/topic"). `since`: when it was first told there as news, NULL
# for old news, which no feed holds. A story that is gone keeps its rows.
story_label = Table(
    "story_label",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("slug", String(160), primary_key=True),
    Column("story_id", ForeignKey("story.story_id"), primary_key=True),
    Column("since", Instant),
    Index(None, "story_id"),
    Index(None, "kind", "slug", "since", "story_id"),
)

# Derived: a story's entry as each form writes it. Made anew for another revision or another renderer.
fragment = Table(
    "fragment",
    metadata,
    Column("story_id", String(32), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("made_as", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("atom", LargeBinary, nullable=False),
    Column("rss", LargeBinary, nullable=False),
    Column("json", LargeBinary, nullable=False),
    Index(None, "made_at"),
)

# A sealed part of a channel's archive: everything in it behind one position and up to another, both
# (since, story_id); a part goes on where the one before it ended. `entries` is how many it was sealed
# with, `changes` counts what happened to them, `made` is what it was when the part's files were made.
archive = Table(
    "archive",
    metadata,
    Column("channel", String(160), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("after_since", Instant, nullable=False),
    Column("after_id", String(32), nullable=False),
    Column("last_since", Instant, nullable=False),
    Column("last_id", String(32), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("changes", Integer, nullable=False, server_default="0"),
    Column("made", Integer),
    Index(None, "channel", "last_since"),
)

# Every evidence file that was made for somebody: whole texts left the house in it.
dossier = Table(
    "dossier",
    metadata,
    Column("dossier_id", Serial, primary_key=True),
    Column("story_id", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Index(None, "story_id"),
)

change = Table(
    "change",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("story_id", ForeignKey("story.story_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("other", String(32)),  # the story that it went into, or came from
    Index(None, "story_id"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("moved_at", Instant, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("until", Instant, nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("channel", String(160), primary_key=True),
    Column("form", String(8), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("modified", Instant, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Serial, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("target", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", String(16), nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Column("host", String(255), nullable=False, server_default=""),  # one request at a time to each
    Column("asked", Integer, nullable=False, server_default="0"),  # how often it was wanted
    Column("claimed_until", Instant),
    Column("failing_since", Instant),
    Column("tried_at", Instant),
    Column("told_at", Instant),
    Column("status", Integer),
    UniqueConstraint("kind", "target", "topic"),
    Index(None, "state", "due"),
    Index(None, "claimed_until"),
)

# The last attempts at each delivery: no bodies, no secrets, no addresses.
attempt = Table(
    "attempt",
    metadata,
    Column("attempt_id", Serial, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.delivery_id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Integer),
    Column("ms", Integer, nullable=False),
    Column("reason", Text, nullable=False),  # "" for one that arrived
    Index(None, "delivery_id", "attempt_id"),
)

# Who subscribes to a feed at our WebSub hub. Secrets are sealed.
hub_subscriber = Table(
    "hub_subscriber",
    metadata,
    Column("subscriber_id", Serial, primary_key=True),
    Column("callback", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("channel", String(160), nullable=False),
    Column("form", String(8), nullable=False),
    Column("host", String(255), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_mode", String(16), nullable=False, server_default=""),  # what is being verified
    Column("asked_lease", Integer, nullable=False, server_default="0"),  # seconds
    Column("asked_secret", Text, nullable=False, server_default=""),
    Column("asked_at", Instant, nullable=False),
    Column("secret", Text, nullable=False, server_default=""),
    Column("lease_until", Instant),
    Column("position", BigInteger, nullable=False, server_default="0"),  # of the log: told up to here
    Column("verified_at", Instant),
    Column("delivered_at", Instant),
    Column("deliveries", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    UniqueConstraint("callback", "topic"),
    Index(None, "channel", "state"),
    Index(None, "host"),
)

# Where outgoing webhooks go. Secrets are made from the master secret, the salt and their number.
endpoint = Table(
    "endpoint",
    metadata,
    Column("endpoint_id", Serial, primary_key=True),
    Column("url", Text, nullable=False),
    Column("allow_private", Boolean, nullable=False),
    Column("channels", JSON, nullable=False),  # keys; none: every story
    Column("state", String(16), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("number", Integer, nullable=False),  # of the newest secret
    Column("both_until", Instant),  # until when the secret before it signs too
    Column("position", BigInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
)

# Which living story names which official document: derived from the story's face.
paper_mention = Table(
    "paper_mention",
    metadata,
    Column("story_id", String(32), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),  # among the face's documents
    Column("slug", String(160), nullable=False),  # the number without year and zeros in front: "90-kh-ubnd"
    Column("count", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("organ", String(160), nullable=False),
    Column("unit", String(64), nullable=False),
    Column("year", Integer, nullable=False),  # 0: unknown
    Column("role", String(8), nullable=False),
    Column("number", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("dated", String(10), nullable=False),
    Column("published_at", Instant, nullable=False),  # of the story
    Index(None, "count", "kind"),
    Index(None, "slug", "published_at"),
)

# What people want to be told of. The token is known to its holder only; of one that has ended nothing is
# kept but that.
saved_search = Table(
    "saved_search",
    metadata,
    Column("saved_id", Serial, primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("asked", JSON, nullable=False),  # the parameters of the question, by their names
    Column("owner", String(64)),  # an account, NULL: whoever has the token
    Column("state", String(16), nullable=False),
    Column("flaw", Text, nullable=False, server_default=""),  # why it cannot be read
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("since", Instant, nullable=False),  # of the log: told of what became news behind it
    Column("changed", BigInteger, nullable=False),  # rises over all rows with each write
    UniqueConstraint("token_hash"),
    Index(None, "owner"),
    Index(None, "changed"),
)

# What was found for saved searches, in commit order: each story once as new.
saved_match = Table(
    "saved_match",
    metadata,
    Column("position", Serial, primary_key=True),
    Column("saved_id", ForeignKey("saved_search.saved_id"), nullable=False),
    Column("story_id", ForeignKey("story.story_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("as_of", Instant, nullable=False),  # the story's `updated` when it was looked at
    Index(None, "saved_id", "position"),
    Index(None, "story_id"),
    Index(
        "ix_saved_match_once",
        "saved_id",
        "story_id",
        unique=True,
        sqlite_where=text("kind = 'new'"),
        postgresql_where=text("kind = 'new'"),
    ),
    sqlite_autoincrement=True,  # a number is never given twice: readers keep them as cursors
)

# By which ways people are told of a saved search. An address that is not wanted any more is forgotten;
# its hash, made with a secret, is what limits per address are counted by.
saved_way = Table(
    "saved_way",
    metadata,
    Column("way_id", Serial, primary_key=True),
    Column("saved_id", ForeignKey("saved_search.saved_id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("address_hash", String(64), nullable=False),
    Column("pace", String(8), nullable=False),
    Column("language", String(8), nullable=False),
    Column("salt", String(32), nullable=False),  # what its codes and its secrets are made from
    Column("number", Integer, nullable=False, server_default="1"),  # of its newest secret
    Column("both_until", Instant),  # until when the secret before it signs too
    Column("asks", Integer, nullable=False),  # confirmations asked for, in a day
    Column("asked_at", Instant, nullable=False),
    Column("position", BigInteger, nullable=False),  # of saved_match: told up to here
    Column("through", BigInteger, nullable=False),  # what the letter under way tells up to
    Column("burst", Integer, nullable=False, server_default="0"),  # instant letters since `burst_from`
    Column("burst_from", Instant),
    Column("flaw_told", Text, nullable=False, server_default=""),
    Column("told_at", Instant),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    Index(None, "saved_id"),
    Index(None, "address_hash"),
    Index(None, "state"),
)

# Documents of the search index that are to be made again from what stories are now, besides the change
# log: what a comparison found wrong. `asked` tells one wish from the next.
index_nudge = Table(
    "index_nudge",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

# Documents that the search index does not take, by the form that they had.
index_refusal = Table(
    "index_refusal",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("form", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

stamp = Table(
    "stamp",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

# Programs of others that read by a key of their own; only its SHA-256 is kept.
partner = Table(
    "partner",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("key_hash", String(64), nullable=False),
    Column("scope", JSON, nullable=False),  # slugs and source ids by kind; a kind that is missing is free
    Column("may", JSON, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("used_at", Instant),
    Index(None, "key_hash"),
)

account = Table(
    "account",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("expires_at", Instant, nullable=False),
)
