"""A person's first look at a site: which feeds it has. One request at a time, a gap between two to a host."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cli.desk import now
from pipeline import discovery
from pipeline.discovery import Channel, Link, Page
from pipeline.errors import BadInput, Refused, SourceUnreachable
from pipeline.fetch import Fetched, Fetcher
from pipeline.manners import read_rules
from pipeline.robots import FORBIDDEN, Rules
from pipeline.store.hosts import Told
from pipeline.target import authority
from pipeline.urls import canonical

_MOST_LISTS = 4  # pages that may list feeds
_FORBIDDEN = ("HTTP 401", "HTTP 403")
_GONE = ("HTTP 404", "HTTP 410")


@dataclass(slots=True)
class Visitor:
    """Fetches with manners: what robots.txt forbids is not asked, and a host has time between two requests.

    Args:
        gap: seconds between two requests to a host, at least; robots.txt may ask for more.
        most: requests in all, those for a host's rules left out.
        deadline: the time of `time.monotonic` after which nothing more is asked.
    """

    fetcher: Fetcher
    gap: float
    allow_private: bool = False
    most: int = 60
    deadline: float = float("inf")
    _asked: dict[str, float] = field(default_factory=dict)
    _rules: dict[str, tuple[Told, Rules]] = field(default_factory=dict)
    _count: int = 0

    def get(self, url: str) -> Fetched:
        """Return the answer. Raises SourceUnreachable or Refused, also where the look was long enough."""
        self._permit(url)
        name = authority(url)
        gap = max(self.gap, self._rules[name][1].delay)
        wait = self._asked.get(name, float("-inf")) + gap - time.monotonic()
        if self._count >= self.most or time.monotonic() + max(wait, 0) > self.deadline:
            raise Refused(url, "not asked: enough was asked for one look")
        time.sleep(max(wait, 0))
        self._count += 1
        try:
            return self.fetcher.get(url, allow_private=self.allow_private, permit=self._permit)
        finally:
            self._asked[name] = time.monotonic()

    def signals(self) -> list[str]:
        """Return what the hosts that were asked say of programs, a line each."""
        said = []
        for name, (told, rules) in self._rules.items():
            robots = f"robots.txt {told.status}" if told.status else told.error
            delay = f", asks for {rules.delay:g} s between requests" if rules.delay else ""
            terms = next((rule.policy for rule in told.tdm if rule.policy), "")
            mining = "; reserves text and data mining" if any(rule.reserved for rule in told.tdm) else ""
            said.append(f"{name}: {robots}{delay}{mining}" + (f", terms: {terms}" if terms else ""))
        return said

    def _permit(self, url: str) -> None:
        """Raise Refused where a host forbids an address, SourceUnreachable where it gives no rules."""
        name = authority(url)
        if name not in self._rules:
            told = read_rules(self.fetcher, url, now(), allow_private=self.allow_private)
            self._rules[name] = told, Rules(told.robots, told.tdm)
            self._asked[name] = time.monotonic()
        told, rules = self._rules[name]
        if told.status is None:
            raise SourceUnreachable(url, told.error)
        if not rules.allows(url):
            raise Refused(url, FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Found:
    """An address that was asked for a feed: its answer and what the feed says of itself, or what is wrong."""

    link: Link
    answer: Fetched | None = None
    channel: Channel | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a site has: titles of its page, best first, feeds in the order in which they were found."""

    url: str
    titles: tuple[str, ...]
    feeds: tuple[Found, ...]
    misses: tuple[Found, ...]


def visit(visitor: Visitor, address: str, known: tuple[str, ...] = ()) -> Visit:
    """Look at an address and where it leads to.

    Args:
        visitor: who asks.
        address: a page or a feed.
        known: addresses of feeds to ask besides.

    Raises:
        BadInput: there is no such page, or it has no feeds; says what to do.
        SourceUnreachable: the server does not answer.
    """
    if not canonical(address):
        raise BadInput(address, "is no http or https address")
    try:
        first = visitor.get(address)
    except Refused as error:
        raise BadInput(address, _advice(error.message)) from error
    told = _channel(first)
    if told is not None:
        return Visit(first.url, (told.title,), (Found(Link(address, told.title, "given"), first, told),), ())
    page = discovery.page(first.body or b"", first.url, _type(first))
    if page is None:
        raise BadInput(address, _no_page(first))
    look = _Look(visitor.get)
    look.expand(page)
    for url in known:
        look.ask(Link(url, "", "catalogue"))
    if not look.feeds:
        for guess in discovery.guesses(first.url):
            look.ask(guess, listing=True)
            if look.feeds:
                break
    if not look.feeds:
        raise BadInput(address, _nothing(page, look.misses))
    return Visit(first.url, (page.site_name, page.title), tuple(look.feeds), tuple(look.misses))


@dataclass(slots=True)
class _Look:
    """Asks what may be feeds, each address once, and follows pages that list them."""

    get: Callable[[str], Fetched]
    feeds: list[Found] = field(default_factory=list)
    misses: list[Found] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    lists: int = 0

    def expand(self, page: Page) -> None:
        """Ask what a page announces, then what may be lists of feeds."""
        for link in page.feeds:
            self.ask(link)
        for link in page.lists:
            self.ask(link, listing=self.lists < _MOST_LISTS)

    def ask(self, link: Link, *, listing: bool = False) -> None:
        """Fetch an address; a page is looked through for feeds if it may be a list of them."""
        key = canonical(link.url)
        if key in self.seen:
            return
        self.seen.add(key)
        try:
            answer = self.get(link.url)
        except (Refused, SourceUnreachable) as error:
            self.misses.append(Found(link, error=error.message))
            return
        told = _channel(answer)
        if told is not None:
            self._take(Found(link, answer, told))
            return
        page = (
            discovery.page(answer.body or b"", answer.url, _type(answer), listing=True) if listing else None
        )
        if page is None or not (page.feeds or page.lists):
            self.misses.append(Found(link, answer, error="no feed"))
            return
        self.lists += 1
        self.expand(page)

    def _take(self, found: Found) -> None:
        """Keep a feed, unless a redirect led to one that we have."""
        assert found.answer is not None
        key = canonical(found.answer.url)
        if all(one.answer is None or canonical(one.answer.url) != key for one in self.feeds):
            self.feeds.append(found)
            self.seen.add(key)


def _channel(answer: Fetched) -> Channel | None:
    return discovery.channel(answer.body or b"", _type(answer))


def _type(answer: Fetched) -> str:
    return answer.headers.get("content-type", "")


def _advice(message: str) -> str:
    """Return what to do where a server refuses."""
    if message == FORBIDDEN:
        return f"{message}: we do not ask it; ask the publisher, or let it push (docs/webhooks.md)"
    if any(one in message for one in _GONE):
        return f"{message}: there is no such page; look in a browser where it is now and give that address"
    if any(one in message for one in _FORBIDDEN):
        return f"{message}: the site lets no program in; ask the publisher, or let it push (docs/webhooks.md)"
    return message


def _no_page(answer: Fetched) -> str:
    kind = _type(answer).split(";")[0] or "unknown"
    if (answer.body or b"").lstrip().startswith(b"%PDF-"):
        kind = "a PDF"
    remedy = "give the site's front page; a single document is handed in with ./tintinh ingest FILE"
    return f"is neither a page nor a feed ({kind}): {remedy}"


def _nothing(page: Page, misses: list[Found]) -> str:
    if page.login:
        return "asks for a name and a password; give a page that everybody may read"
    tried = f" ({len(misses)} addresses were asked)" if misses else ""
    return (
        f"no feed was found{tried}: if you know one, give its address; else the publisher can push "
        "(docs/webhooks.md) or send files to a folder"
    )
