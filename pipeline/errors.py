"""Every error of the project, as one tree. The tree is the retry table.

TinTinhError
├── Transient                try again later; nothing is wrong with the item
│   ├── SourceUnreachable    a publisher's server did not answer in time, or answered 5xx/429
│   ├── EngineUnavailable    SQL, broker, Meilisearch or the reader process is away
│   │   └── Starved          the machine gave an engine no time for this very item
│   └── LeaseLost            somebody else took over the work; what was computed is thrown away
└── Permanent                trying again changes nothing
    ├── Unreadable           bytes that no reader understands: quarantined with the reason
    ├── Refused              an address or redirect that is not allowed (private network, scheme, size)
    ├── BadInput             what a person or a CMS sent is wrong; names the field and the remedy
    │   └── NotFound         the named thing does not exist
    └── BadSettings          the process must not start; lists every problem

Each error carries one subject (what it happened to) and one sentence; both survive pickling,
because errors cross process borders in Celery's pool. Adapters translate library errors into
these with `raise … from error`.
"""


class TinTinhError(Exception):
    """Root of the tree. `str()` reads "subject: message"."""

    def __init__(self, subject: str, message: str) -> None:
        """Keep the subject (an id, an address, a field) and one clear sentence."""
        super().__init__(subject, message)
        self.subject = subject
        self.message = message

    def __str__(self) -> str:
        """Render "subject: message", or the message alone without a subject."""
        return f"{self.subject}: {self.message}" if self.subject else self.message


class Transient(TinTinhError):
    """The same work may succeed later."""


class SourceUnreachable(Transient):
    """A publisher's server is away, slow, or asks us to come back later."""


class EngineUnavailable(Transient):
    """An engine of ours (SQL, broker, Meilisearch, reader process) is away."""


class Starved(EngineUnavailable):
    """An engine of ours did not get on with one item, which may be the machine's fault or the item's."""


class LeaseLost(Transient):
    """The lease went to another worker before the commit; nothing was written."""


class Permanent(TinTinhError):
    """The same work will fail in the same way."""


class Unreadable(Permanent):
    """Bytes that cannot be understood as what they claim to be."""


class Refused(Permanent):
    """An address, redirect or size that the rules forbid."""


class BadInput(Permanent):
    """Something a person or a CMS sent is wrong; the message says how to mend it."""


class NotFound(BadInput):
    """The thing that was named does not exist."""


class BadSettings(Permanent):
    """The configuration cannot be used; the message lists every problem."""
