"""The editors' desk: pairs that wait for a word, a day's decisions, and the words that were said.

For signed-in editors alone: whole texts are shown here, whatever their sources allow elsewhere
(law 10), so no answer may be kept or indexed. Every page works by plain links and forms;
`static/desk.js` adds the keyboard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline import explain
from pipeline.errors import BadInput, NotFound
from pipeline.model import LOCAL_ZONE, EntryId
from pipeline.sidebyside import Marked, compare
from pipeline.store import Connection, review, words
from pipeline.store.accounts import Role, Session
from pipeline.store.review import Pair, Seen
from pipeline.store.words import Said
from tasks.wiring import ring
from web.account import check_csrf, needs
from web.problems import Problem, described
from web.root import local_path
from web.site import TheSite
from web.view import render_vietnamese

_ON_A_PAGE = 10
_WORDS_ON_A_PAGE = 50
_MOST_COUNTED = 1_000
_SHOWN_IN_A_LIST = 12_000  # characters of each text; the pair's own page shows all
_TITLE_RUN = 2  # words that make a passage of two titles
_LONGEST_NAME = 2_000
_LOG = structlog.get_logger("web")

router = APIRouter(tags=["desk"], default_response_class=HTMLResponse, responses=described(404))
Editor = Annotated[Session, Depends(needs(Role.EDITOR))]
Text = Annotated[str, Form(max_length=_LONGEST_NAME)]
Token = Annotated[str, Query(max_length=120, pattern=r"^[\w.~+-]*$")]
Name = Annotated[str, Query(max_length=_LONGEST_NAME)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A pair as it is shown.

    Args:
        anchor: the pair's place on a page, for addresses.
        back: where to go after a word: to the pair behind this one.
        word: the last word that stands about both, or sets one of them alone.
        opened: the texts are shown at once.
    """

    pair: Pair
    titles: tuple[Marked, Marked]
    texts: tuple[Marked, Marked]
    anchor: str
    back: str
    word: Said | None
    opened: bool

    @property
    def days(self) -> int | None:
        """How many days lie between the two publications, None if a day is unknown."""
        one, other = (side.draft.published.day() for side in (self.pair.one, self.pair.other))
        return abs((one - other).days) if one and other else None


@router.get("/desk")
def waiting(site: TheSite, who: Editor, after: Token = "", at: Token = "") -> HTMLResponse:
    """Show the pairs that wait for a word, the likeliest first."""
    here = _address("/desk", after=after)
    with site.db.read() as conn:
        page = review.waiting(conn, limit=_ON_A_PAGE, after=after)
        count = review.waiting_count(conn, _MOST_COUNTED)
        last = _last(conn, who)
    return _page(
        "desk.html",
        who,
        title="Cặp chờ xem",
        tab="waiting",
        shown=_shown(page.pairs, here, at),
        count=count,
        most=_MOST_COUNTED,
        last=last,
        here_again=here,
        next=_address("/desk", after=page.after) if page.after else "",
        first="" if not after else "/desk",
        day=None,
    )


@router.get("/desk/decisions")
def decisions(
    site: TheSite,
    who: Editor,
    day: Annotated[str, Query(max_length=10)] = "",
    after: Token = "",
    at: Token = "",
) -> HTMLResponse:
    """Show what was joined on a day, the least certain first."""
    wanted = _day(day)
    here = _address("/desk/decisions", day=wanted.isoformat(), after=after)
    with site.db.read() as conn:
        page = review.decided(conn, wanted, limit=_ON_A_PAGE, after=after)
        count = review.decided_count(conn, wanted)
        last = _last(conn, who)
    return _page(
        "desk.html",
        who,
        title="Quyết định trong ngày",
        tab="decisions",
        shown=_shown(page.pairs, here, at),
        count=count,
        most=None,
        last=last,
        here_again=here,
        next=_address("/desk/decisions", day=wanted.isoformat(), after=page.after) if page.after else "",
        first=_address("/desk/decisions", day=wanted.isoformat()) if after else "",
        day=wanted,
        day_before=wanted - timedelta(days=1),
        day_behind=wanted + timedelta(days=1),
    )


@router.get("/desk/pair")
def pair(site: TheSite, who: Editor, one: Name, other: Name) -> HTMLResponse:
    """Show two entries beside each other, whole, and what the rules say of them right now."""
    with site.db.read() as conn:
        found = review.pair(conn, words.named(conn, one), words.named(conn, other))
        fresh = explain.now(conn, found.one.entry_id, found.other.entry_id)
        last = _last(conn, who)
    here = _address("/desk/pair", one=found.one.entry_id, other=found.other.entry_id)
    return _page(
        "pair.html",
        who,
        title="Hai bài cạnh nhau",
        tab="",
        shown=[_evidence(found, here, opened=True, most=None)],
        now=fresh,
        last=last,
        here_again=here,
    )


@router.get("/desk/words")
def said(
    site: TheSite, who: Editor, before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
) -> HTMLResponse:
    """Show what editors said, by whom and when, newest first."""
    with site.db.read() as conn:
        found = words.history(conn, limit=_WORDS_ON_A_PAGE + 1, before=before)
        known = review.seen(conn, {end for one in found for end in (one.a, one.b) if end})
    shown = found[:_WORDS_ON_A_PAGE]
    return _page(
        "words.html",
        who,
        title="Lời đã nói",
        tab="words",
        said=shown,
        known=known,
        next=_address("/desk/words", before=str(shown[-1].word_id)) if len(found) > len(shown) else "",
        here_again=_address("/desk/words", before=str(before) if before else ""),
    )


@router.post("/desk/words", status_code=303)
def say(
    site: TheSite,
    who: Editor,
    *,
    csrf: Text,
    kind: Text,
    one: Text,
    other: Text = "",
    back: Text = "/desk",
) -> Response:
    """Say a word and have it applied."""
    check_csrf(who, csrf)
    now = datetime.now(UTC)
    try:
        with site.db.write() as conn:
            _say(conn, kind, (one, other), who.name, now)
    except NotFound as error:
        raise Problem(
            422, "bad_input", "không có tin hay bài nào mang mã hoặc địa chỉ này", field="Tin"
        ) from error
    except BadInput as error:
        raise Problem(
            422, "bad_input", "đây là cùng một bài; hãy chọn hai bài khác nhau", field="Tin"
        ) from error
    ring("settle")
    _LOG.info("editors_word", kind=kind, one=one, other=other, by=who.name)
    return RedirectResponse(local_path(back), 303)


@router.post("/desk/words/{word_id}/undo", status_code=303)
def undo(
    site: TheSite,
    who: Editor,
    word_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    *,
    csrf: Text,
    back: Text = "/desk",
) -> Response:
    """Take a word back; one that somebody took back meanwhile is no mistake."""
    check_csrf(who, csrf)
    try:
        with site.db.write() as conn:
            words.undo(conn, word_id, who.name, datetime.now(UTC))
    except NotFound:
        return RedirectResponse("/desk/words", 303)
    ring("settle")
    _LOG.info("editors_word_undone", word_id=word_id, by=who.name)
    return RedirectResponse(local_path(back), 303)


def _say(conn: Connection, kind: str, about: tuple[str, str], by: str, now: datetime) -> None:
    one, other = about
    match kind:
        case "merge":
            words.merge(conn, one, other, by, now)
        case "apart":
            words.apart(conn, one, other, by, now)
        case "split":
            words.split(conn, one, by, now)
        case "withdraw":
            words.withdraw(conn, one, by, now)
        case _:
            raise Problem(404, "not_found", "merge, apart, split or withdraw")


@dataclass(frozen=True, slots=True)
class LastWord:
    """An editor's last word, with the entries that it is about. `applied`: stories show it already."""

    said: Said
    about: tuple[Seen, ...]
    applied: bool

    def leads_back(self, here: str) -> str:
        """Return the address of a list with the pair that the word is about, once it is taken back."""
        if self.said.b is None:
            return here
        return _at(here, _anchor(self.said.a, self.said.b))


def _last(conn: Connection, who: Session) -> LastWord | None:
    found = words.last_word(conn, who.name)
    if found is None:
        return None
    ends = [found.a] if found.b is None else [found.a, found.b]
    known = review.seen(conn, ends)
    about = tuple(known[end] for end in ends if end in known)
    return LastWord(found, about, applied=not review.unapplied(conn, ends))


def _shown(pairs: Sequence[Pair], here: str, at: str) -> list[Evidence]:
    """Return a list's pairs, each of which leads on to the next; the one that is asked for is open."""
    anchors = [_anchor(one.one.entry_id, one.other.entry_id) for one in pairs]
    opened = at if at in anchors else next(iter(anchors), "")
    behind = dict(pairwise(anchors))
    return [
        _evidence(
            one,
            _at(here, behind[anchor]) if anchor in behind else here,
            opened=anchor == opened,
            most=_SHOWN_IN_A_LIST,
        )
        for one, anchor in zip(pairs, anchors, strict=True)
    ]


def _evidence(pair: Pair, back: str, *, opened: bool, most: int | None) -> Evidence:
    one, other = pair.one.draft, pair.other.draft
    texts = ["\n\n".join(part for part in (draft.summary, draft.body) if part) for draft in (one, other)]
    return Evidence(
        pair=pair,
        titles=compare(one.title, other.title, run=_TITLE_RUN),
        texts=compare(*texts) if most is None else compare(*texts, most=most),
        anchor=_anchor(pair.one.entry_id, pair.other.entry_id),
        back=back,
        word=next(
            (word for word in pair.said if not word.undone and word.kind in ("merge", "apart", "split")), None
        ),
        opened=opened,
    )


def _anchor(one: EntryId, other: EntryId) -> str:
    return "-".join(sorted((one, other)))


def _at(here: str, anchor: str) -> str:
    return f"{here}{'&' if '?' in here else '?'}at={anchor}#{anchor}"


def _day(text: str) -> date:
    """Return the day that an address names, today without one."""
    if not text:
        return datetime.now(LOCAL_ZONE).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(422, "bad_input", "viết ngày như 2026-11-20", field="day") from error


def _address(path: str, **asked: str) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def _page(template: str, who: Session, **values: object) -> HTMLResponse:
    shown = render_vietnamese(template, here="desk", signed=who, **values)
    return HTMLResponse(shown, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"})
