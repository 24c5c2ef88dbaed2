"""A person's first look at a site: which feeds it has. One request at a time, a gap between two to a host.

A host is claimed as the workers claim it, so that a look and a poll do not meet there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from cli.desk import now
from pipeline import discovery
from pipeline.discovery import Channel, Link, Page
from pipeline.errors import BadInput, Refused, SourceUnreachable
from pipeline.fetch import Fetched, Fetcher
from pipeline.manners import read_rules
from pipeline.robots import FORBIDDEN, Rules
from pipeline.store import Database, hosts
from pipeline.store.hosts import Told
from pipeline.target import authority
from pipeline.urls import canonical

_MOST_LISTS = 4  # pages that may list feeds
_FORBIDDEN = ("HTTP 401", "HTTP 403")
_GONE = ("HTTP 404", "HTTP 410")
_CLAIM = timedelta(minutes=2)  # longer than a request with its host's rules and gaps
_PATIENCE, _LOOK_AGAIN = 40.0, 0.1  # seconds to wait for the turn at a host
_LONGEST_PAUSE = 5.0  # seconds before a redirect on the same host, within the time of one fetch


@dataclass(slots=True)
class Scout:
    """Fetches with manners: what robots.txt forbids is not asked, and a host has time between two requests.

    Args:
        gap: seconds between two requests to a host, at least; robots.txt may ask for more.
        most: requests in all, those for a host's rules left out.
        deadline: the time of `time.monotonic` after which nothing more is asked.
        db: where the hosts are claimed; None: nobody else asks them.
    """

    fetcher: Fetcher
    gap: float
    allow_private: bool = False
    most: int = 60
    deadline: float = float("inf")
    db: Database | None = None
    _asked: dict[str, float] = field(default_factory=dict)
    _rules: dict[str, tuple[Told, Rules]] = field(default_factory=dict)
    _count: int = 0

    def get(self, url: str) -> Fetched:
        """Return the answer. Raises SourceUnreachable or Refused, also where the look was long enough."""
        with self._turn(url):
            return self._got(url)

    def _got(self, url: str) -> Fetched:
        self._permit(url)
        name = authority(url)
        wait = self._asked.get(name, float("-inf")) + self._gap(name) - time.monotonic()
        if self._count >= self.most or time.monotonic() + max(wait, 0) > self.deadline:
            raise Refused(url, "not asked: enough was asked for one look")
        time.sleep(max(wait, 0))
        self._count += 1
        try:
            return self.fetcher.get(url, allow_private=self.allow_private, permit=self._follow(name))
        finally:
            self._asked[name] = time.monotonic()

    def _gap(self, name: str) -> float:
        return max(self.gap, self._rules[name][1].delay if name in self._rules else 0.0)

    @contextmanager
    def _turn(self, url: str) -> Iterator[None]:
        """Hold the claim on a host. Raises SourceUnreachable: the workers have it for too long."""
        if self.db is None:
            yield
            return
        name, end = authority(url), time.monotonic() + _PATIENCE
        while True:
            with self.db.write() as conn:
                if hosts.claim(conn, [name], now(), now() + _CLAIM):
                    break
            if time.monotonic() > end:
                raise SourceUnreachable(url, "its host is being asked, or rests; try again later")
            time.sleep(_LOOK_AGAIN)
        try:
            yield
        finally:
            with self.db.write() as conn:
                hosts.release(conn, [(name, now() + timedelta(seconds=self._gap(name)))])

    def _follow(self, asked: str) -> Callable[[str], None]:
        """Return what is asked before a redirect is followed: it may be, and its host had its gap."""

        def follow(url: str) -> None:
            name = authority(url)
            if name == asked:
                self._permit(url)
                time.sleep(min(self._gap(name), _LONGEST_PAUSE))
            elif name in self._rules:
                self._permit(url)
            else:
                with self._turn(url):
                    self._permit(url)

        return follow

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
            told = read_rules(self.fetcher, url, now(), allow_private=self.allow_private, gap=self.gap)
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


def visit(scout: Scout, address: str, known: tuple[str, ...] = ()) -> Visit:
    """Look at an address and where it leads to.

    Args:
        scout: who asks.
        address: a page or a feed.
        known: addresses of feeds to ask besides.

    Raises:
        BadInput: there is no such page, or it has no feeds; says what to do.
        SourceUnreachable: the server does not answer.
    """
    if not canonical(address):
        raise BadInput(address, "is no http or https address")
    try:
        first = scout.get(address)
    except Refused as error:
        raise BadInput(address, _advice(error.message)) from error
    told = _channel(first)
    if told is not None:
        return Visit(first.url, (told.title,), (Found(Link(address, told.title, "given"), first, told),), ())
    page = discovery.page(first.body or b"", first.url, _type(first))
    if page is None:
        raise BadInput(address, _no_page(first))
    look = _Look(scout.get)
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
