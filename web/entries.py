"""One entry with every text it had, as a page and as JSON: what was corrected, and when.

A stranger sees of each version what the source's rights allow (law 10): changes are looked for in
that alone. A signed-in editor sees all of it, and entries that were taken back too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from pipeline.diff import Difference
from pipeline.store import versions
from pipeline.store.accounts import Role, Session
from pipeline.store.versions import History
from web.account import Signed
from web.problems import Problem, described
from web.shapes import BulletinBody, DecisionBody
from web.site import Site, TheSite
from web.steps import Step, steps
from web.view import render, web_url

_PER_PAGE = 5  # texts of a megabyte are compared in 0.6 s each
_MOST_PAGES = 100_000

Id = Annotated[str, Path(max_length=64)]
Page = Annotated[int, Query(ge=1, le=_MOST_PAGES, description="1 has the newest versions")]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of an entry's versions, the newest first. `editor`: rights were not applied."""

    entry: History
    steps: tuple[Step, ...]
    page: int
    pages: int
    editor: bool


@router.get("/entries/{entry_id}", tags=["pages"], response_class=HTMLResponse, responses=described(404, 410))
def show(site: TheSite, who: Signed, entry_id: Id, page: Page = 1) -> HTMLResponse:
    """Show the versions of an entry, each beside what it changed."""
    shown = _shown(site, who, entry_id, page)
    headers = {"Cache-Control": "no-store"} if shown.editor else None
    return HTMLResponse(render("entry.html", title="", here="", signed=who, shown=shown), headers=headers)


def _shown(site: Site, who: Session | None, entry_id: str, page: int) -> Shown:
    """Return a page of versions.

    Raises:
        NotFound: no such entry.
        Problem: 404 no such page, 410 the entry was taken back and who asks is no editor.
    """
    editor = who is not None and who.role.allows(Role.EDITOR)
    with site.db.read() as conn:
        total = versions.count(conn, entry_id)
        last = total - (page - 1) * _PER_PAGE
        known = versions.history(conn, entry_id, last - _PER_PAGE, last)
    if known.withdrawn and not editor:
        raise Problem(410, "withdrawn", "its source took this entry back")
    if last < 1:
        raise Problem(404, "not_found", "the entry has no such version")
    made = steps(known.versions, None if editor else known.source.rights)
    shown = [one for one in made if one.version.rank > last - _PER_PAGE]
    return Shown(known, tuple(shown), page, -(-total // _PER_PAGE), editor)


class PieceBody(BaseModel):
    """Words with what happened to them."""

    mark: str = Field(examples=["same", "removed", "added"])
    text: str


class RowBody(BaseModel):
    """A paragraph in pieces, or how many unchanged ones are left out."""

    pieces: list[PieceBody]
    skipped: int


class DifferenceBody(BaseModel):
    """What changed; no rows if nothing did."""

    rows: list[RowBody]
    left: int = Field(description="paragraphs behind what is shown")

    @classmethod
    def of(cls, found: Difference) -> Self:
        """Make the JSON form of a difference."""
        rows = [
            RowBody(
                pieces=[PieceBody(mark=piece.mark, text=piece.text) for piece in row.pieces],
                skipped=row.skipped,
            )
            for row in found.rows
        ]
        return cls(rows=rows, left=found.left)


class ChangesBody(BaseModel):
    """What changed from the version before."""

    title: DifferenceBody
    summary: DifferenceBody
    content: DifferenceBody
    unseen: bool = Field(description="there are changes that the source's rights do not let out")


class NameBody(BaseModel):
    """A name that the publisher gave the entry."""

    kind: str = Field(examples=["id", "name", "guid", "url"])
    value: str


class VersionBody(BaseModel):
    """One text of an entry."""

    version: int
    current: bool
    title: str
    summary: str
    content: str = Field(description="empty unless the source lets its full text out")
    external_id: str
    url: str | None
    published: str
    published_basis: str
    updated: datetime | None = Field(description="the source's own time of this text")
    received_at: datetime
    last_received_at: datetime
    receipts: int
    decision: DecisionBody | None
    changes: ChangesBody | None

    @classmethod
    def of(cls, step: Step) -> Self:
        """Make the JSON form of a version."""
        told, draft, changes = step.version, step.version.draft, step.changes
        return cls(
            version=told.rank,
            current=told.current,
            title=step.text.title,
            summary=step.text.summary,
            content=step.text.content,
            external_id=draft.external_id,
            url=web_url(draft.url) or None,
            published=draft.published.text(),
            published_basis=draft.published.basis,
            updated=draft.updated,
            received_at=told.received_at,
            last_received_at=told.last_received_at,
            receipts=told.receipts,
            decision=None
            if told.decision is None
            else DecisionBody(
                verdict=told.decision.verdict, score=told.decision.score, because=told.decision.because
            ),
            changes=None
            if changes is None
            else ChangesBody(
                title=DifferenceBody.of(changes.title),
                summary=DifferenceBody.of(changes.summary),
                content=DifferenceBody.of(changes.content),
                unseen=changes.unseen,
            ),
        )


class HistoryBody(BaseModel):
    """An entry with a page of its versions, the newest first."""

    entry_id: str
    source: str
    source_name: str
    kind: str
    bulletin: BulletinBody | None
    story_id: str | None
    withdrawn: bool
    names: list[NameBody]
    total: int
    page: int
    pages: int
    versions: list[VersionBody]


@router.get("/api/entries/{entry_id}", tags=["search"], responses=described(404, 410, 422, 503))
def entry_json(site: TheSite, who: Signed, response: Response, entry_id: Id, page: Page = 1) -> HistoryBody:
    """Give an entry with every text it had and what changed in each, the newest first."""
    shown = _shown(site, who, entry_id, page)
    if shown.editor:
        response.headers["Cache-Control"] = "no-store"
    known = shown.entry
    item = known.bulletin_number
    return HistoryBody(
        entry_id=known.entry_id,
        source=known.source.source_id,
        source_name=known.source.name,
        kind=known.kind,
        bulletin=BulletinBody(external_id=known.bulletin_id, number=item) if item else None,
        story_id=known.story_id,
        withdrawn=known.withdrawn,
        names=[NameBody(kind=name.kind, value=name.value) for name in known.names],
        total=known.total,
        page=page,
        pages=shown.pages,
        versions=[VersionBody.of(step) for step in shown.steps],
    )
