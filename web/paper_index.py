"""The list of official documents that stories name: newest first, by issuer, year, kind and number."""

from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline import papers
from pipeline.model import Role, Story
from pipeline.papers import UNKNOWN
from pipeline.store import Connection, Database
from pipeline.store import papers as stored
from pipeline.store.papers import Counts, Known, Wanted
from pipeline.text import plain
from web.account import Signed
from web.language import gettext as _
from web.paper_lookup import Found, told_in
from web.papers import MOST_PAGES, SLUG, YEAR
from web.problems import described
from web.site import TheSite
from web.view import render

_PER_PAGE = 20
_SHOWN_ISSUERS = 20
_SECONDS = 60  # counting 170,000 documents takes 1.2 s: nobody waits for it twice a minute
_NUMBER = r"^\d{1,6}[a-e]?$"

Issuer = Annotated[str, Query(alias="co-quan", pattern=rf"^({SLUG})?$", max_length=240)]
Year = Annotated[str, Query(alias="nam", pattern=rf"^({YEAR})?$", description=f"or {UNKNOWN}")]
Kind = Annotated[
    str, Query(alias="loai", pattern=rf"^[A-Za-zĐđ]{{0,8}}$|^{UNKNOWN}$", description="code of a kind, kh")
]
Number = Annotated[str, Query(alias="so", pattern=rf"{_NUMBER}|^$", description="the number itself, 90")]
Page = Annotated[int, Query(alias="trang", ge=1, le=MOST_PAGES)]

router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list with the newest story about it: that it was issued, else that names it."""

    found: Found
    story: Story | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow the list. `address`: the list with it, or without it where it is chosen already."""

    name: str
    documents: int
    address: str
    chosen: bool


@router.get("/van-ban", responses=described(422, 503))
def index(  # noqa: PLR0917 - what FastAPI hands over
    site: TheSite,
    who: Signed,
    issuer: Issuer = "",
    year: Year = "",
    kind: Kind = "",
    number: Number = "",
    page: Page = 1,
) -> HTMLResponse:
    """Show the documents that stories name, newest first, narrowed by what the address says."""
    kind = plain(kind)
    asked = {"co-quan": issuer, "nam": year, "loai": kind, "so": number}
    wanted = Wanted(
        issuer=issuer or None,
        year=_year(year),
        kind=_known(kind) if kind else None,
        count=(number.lstrip("0") or "0") if number else None,
    )
    counts = _counts(site.db, wanted, int(monotonic() // _SECONDS))
    start = (page - 1) * _PER_PAGE
    with site.db.snapshot() as conn:
        since = 0 if year else _since(counts, start + _PER_PAGE + 1)
        known = stored.listed(conn, wanted, _PER_PAGE + 1, start, since=since)
        rows = [_row(conn, one) for one in known[:_PER_PAGE]]
    shown = render(
        "paper_index.html",
        title=_("Các văn bản"),
        here="papers",
        signed=who,
        rows=rows,
        total=max(counts.total, start + len(known)),
        narrowed=any(asked.values()),
        asked=asked,
        chosen=_chosen(counts, asked),
        kinds=_kinds(counts, asked),
        years=_years(counts, asked),
        issuers=_issuers(counts, asked),
        page=page,
        address=_address(asked),
        more=len(known) > _PER_PAGE,
    )
    return HTMLResponse(shown)


@router.get("/van-ban/{issuer}", responses={302: {"description": "The list of its documents"}})
def of_issuer(issuer: Annotated[str, Path(pattern=rf"^{SLUG}$")]) -> RedirectResponse:
    """Lead from the beginning of a document's address to its issuer's documents."""
    return RedirectResponse(_address({"co-quan": issuer}), 302)


@router.get(
    "/van-ban/{issuer}/{year}", responses={302: {"description": "The list of its documents of a year"}}
)
def of_year(
    issuer: Annotated[str, Path(pattern=rf"^{SLUG}$")], year: Annotated[str, Path(pattern=rf"^({YEAR})$")]
) -> RedirectResponse:
    """Lead from the beginning of a document's address to its issuer's documents of that year."""
    return RedirectResponse(_address({"co-quan": issuer, "nam": year}), 302)


@lru_cache(maxsize=256)
def _counts(db: Database, wanted: Wanted, _minute: int) -> Counts:
    with db.read() as conn:
        return stored.counted(conn, wanted)


def _known(kind: str) -> str:
    return "" if kind == UNKNOWN else kind


def _year(year: str) -> int | None:
    return None if not year else 0 if year == UNKNOWN else int(year)


def _since(counts: Counts, wanted: int) -> int:
    """Return the year from which on there are as many documents as are wanted, whatever year is asked for."""
    for year, documents in counts.years:
        wanted -= documents
        if wanted <= 0:
            return year
    return 0


def _row(conn: Connection, known: Known) -> Row:
    issuing = told_in(conn, known.paper, Role.ISSUES, 1)
    told = issuing or told_in(conn, known.paper, None, 1)
    return Row(Found(known, issuing, []), next(iter(told), None))


def _address(asked: dict[str, str], **changed: str) -> str:
    kept = {name: value for name, value in (asked | changed).items() if value}
    return f"/van-ban?{urlencode(kept)}" if kept else "/van-ban"


def _choice(asked: dict[str, str], parameter: str, value: str, name: str, documents: int) -> Choice:
    chosen = asked[parameter] == value
    address = _address(asked | {parameter: "" if chosen else value})
    return Choice(name, documents, address, chosen)


def _kinds(counts: Counts, asked: dict[str, str]) -> list[Choice]:
    return [
        _choice(asked, "loai", kind or UNKNOWN, _kind_name(kind), documents)
        for kind, documents in counts.kinds
    ]


def _kind_name(kind: str) -> str:
    name = papers.kind_name(kind)
    return name if name != papers.kind_name("") or not kind else f"…/{kind.upper()}"


def _years(counts: Counts, asked: dict[str, str]) -> list[Choice]:
    return [
        _choice(asked, "nam", str(year or UNKNOWN), _year_name(year), documents)
        for year, documents in counts.years
    ]


def _year_name(year: int | None) -> str:
    return str(year) if year else _("Chưa rõ năm")


def _issuers(counts: Counts, asked: dict[str, str]) -> list[Choice]:
    found = [_choice(asked, "co-quan", one.paper.issuer, _name(one), one.documents) for one in counts.issuers]
    return [one for place, one in enumerate(found) if place < _SHOWN_ISSUERS or one.chosen]


def _name(one: stored.Issuer) -> str:
    return papers.issuer_name(one.paper, one.name) or _("Chưa rõ cơ quan")


def _chosen(counts: Counts, asked: dict[str, str]) -> list[Choice]:
    """Return what the list is narrowed by, each to be taken away, also what no document fulfils."""
    names = {
        "co-quan": next((one.name for one in _issuers(counts, asked) if one.chosen), asked["co-quan"]),
        "loai": _kind_name(_known(asked["loai"])),
        "nam": _year_name(_year(asked["nam"])),
        "so": _("Số %(number)s", number=asked["so"]),
    }
    return [
        _choice(asked, parameter, asked[parameter], name, counts.total)
        for parameter, name in names.items()
        if asked[parameter]
    ]
