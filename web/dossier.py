"""The evidence file of a story, for editors: made in a file of its own first, then sent.

Made first, so that no reading of SQL waits for a slow line, so that its hash is written down before a byte
leaves, and so that what goes wrong is an answer and not a torn file.
"""

import tempfile
from base64 import b64encode
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path as Folder
from threading import BoundedSemaphore
from typing import IO, Annotated

import structlog
from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from pipeline import dossier
from pipeline.diff import Difference, difference
from pipeline.dossier import MOST_BYTES, MOST_PIECES, Dossier, Text
from pipeline.earliest import span
from pipeline.errors import EngineUnavailable, Refused
from pipeline.masking import masked
from pipeline.model import ChangeKind, EntryId, Rights, StoryId
from pipeline.store import Connection, Database, dossiers
from pipeline.store.accounts import Role, Session
from pipeline.store.dossiers import Kept
from pipeline.store.versions import History
from web.account import needs
from web.language import Language, speaking
from web.problems import Problem, described
from web.site import TheSite
from web.view import render_vietnamese, streamed

_CHUNK = 1 << 18
_MAKING = BoundedSemaphore(2)  # 200 MB of raw documents take ten seconds of a core
_WAIT = 20  # seconds for one's turn
_TEXTS_SHOWN = 10  # of an entry, the newest; the files have all
_RECEIPTS_SHOWN = 50  # of an entry, the first
_LONGEST = 20_000  # characters of a text that are shown
_CHANGES = {
    ChangeKind.CREATED: "tin được lập",
    ChangeKind.UPDATED: "tin có bài thêm vào, gỡ đi hoặc trở lại, hoặc có điều mới",
    ChangeKind.CORRECTED: "lời văn được sửa",
    ChangeKind.MERGED_INTO: "nhập vào tin",
    ChangeKind.SPLIT_FROM: "tách ra từ tin",
    ChangeKind.WITHDRAWN: "tin được gỡ",
}
_RIGHTS = {
    Rights.TITLE: "chỉ tiêu đề và liên kết",
    Rights.SUMMARY: "tiêu đề, tóm tắt và liên kết",
    Rights.FULL: "cho đăng toàn văn",
}
_LOG = structlog.get_logger("web")

router = APIRouter(tags=["desk"])
Editor = Annotated[Session, Depends(needs(Role.EDITOR))]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One entry as the page shows it: its history without texts, what brought it, its newest texts.

    `changes`: how a version differs from the one before it, by its number.
    """

    history: History
    receipts: list[Kept]
    texts: list[Text]
    changes: dict[int, Difference]

    @property
    def more_receipts(self) -> int:
        """Return how many receipts are not shown."""
        return max(0, len(self.receipts) - _RECEIPTS_SHOWN)

    @property
    def shown_receipts(self) -> list[Kept]:
        """Return the first receipts."""
        return self.receipts[:_RECEIPTS_SHOWN]


def made(
    conn: Connection,
    story_id: StoryId,
    file: IO[bytes],
    *,
    most_bytes: int = MOST_BYTES,
    most_pieces: int = MOST_PIECES,
) -> tuple[str, int]:
    """Write the evidence file of a story and return its SHA-256 and its size.

    Raises:
        NotFound: there is no such story.
        Refused: it would be larger than it may be.
        EngineUnavailable: the disk cannot hold it.
    """
    found = dossier.gather(conn, story_id, most_bytes=most_bytes, most_pieces=most_pieces)

    def page(damaged: Collection[str]) -> Iterator[str]:
        return streamed(
            "dossier.html",
            found=found,
            story=found.story,
            heads=dossier.heads(conn, found),
            chapters=_chapters(conn, found),
            damaged=damaged,
            raw_name=dossier.raw_name,
            receipt_name=dossier.receipt_name,
            masked=masked,
            longest=_LONGEST,
            span=span,
            CHANGES=_CHANGES,
            RIGHTS=_RIGHTS,
        )

    try:
        with speaking(Language.VIETNAMESE):  # the same bytes for whoever asks
            dossier.write(conn, found, file, page)
        return dossier.digest(file)
    except OSError as error:
        raise EngineUnavailable("disk", f"the evidence file cannot be written: {error}") from error


def taken(db: Database, story_id: StoryId, by: str, file: IO[bytes], **most: int) -> tuple[str, int]:
    """Make the evidence file for somebody and write down who takes it; takes and raises what `made` does."""
    with db.snapshot() as conn:
        sha256, size = made(conn, story_id, file, **most)
    with db.write() as conn:
        dossiers.take(conn, story_id, by, datetime.now(UTC), (sha256, size))
    _LOG.info("evidence_taken", story_id=story_id, by=by, sha256=sha256, size=size)
    return sha256, size


@router.get(
    "/tin/{story_id}/ho-so.zip",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "The evidence of a story"},
        303: {"description": "Sign in first"},
        308: {"description": "Merged: Location has the survivor's"},
        **described(403, 404, 422, 503),
    },
)
def evidence(
    site: TheSite, who: Editor, story_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
) -> Response:
    """Give an editor all that was received, read and decided about a story, as a zip; it is written down."""
    with site.db.read() as conn:
        told = dossiers.of_story(conn, StoryId(story_id)).story_id
    if told != story_id:
        raise Problem(308, "merged", "told in another story", headers={"Location": f"/tin/{told}/ho-so.zip"})
    if not _MAKING.acquire(timeout=_WAIT):
        raise Problem(503, "busy", "other evidence is being made", headers={"Retry-After": "10"})
    with ExitStack() as stack:
        stack.callback(_MAKING.release)
        file = _scratch(site.settings.data)
        with ExitStack() as unsent:
            unsent.enter_context(file)
            try:
                sha256, size = taken(site.db, told, who.name, file)
            except Refused as error:
                return _too_large(error)
            unsent.pop_all()  # the answer closes it
    headers = {
        "Content-Disposition": f'attachment; filename="ho-so-{told}.zip"',
        "Content-Length": str(size),
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:",
    }
    return StreamingResponse(_pieces(file), media_type="application/zip", headers=headers)


def _scratch(data: Folder) -> IO[bytes]:
    """Return a file without a name, of which nothing stays, on the data folder's disk: /tmp may be memory."""
    try:
        return tempfile.TemporaryFile(dir=data)
    except OSError as error:
        raise EngineUnavailable("disk", f"the data folder cannot be written: {error}") from error


def _chapters(conn: Connection, found: Dossier) -> Iterator[Chapter]:
    for entry_id in found.members:
        yield _chapter(conn, found, entry_id)


def _chapter(conn: Connection, found: Dossier, entry_id: EntryId) -> Chapter:
    known = dossier.history(conn, entry_id)
    read = list(dossier.texts(conn, entry_id, max(1, known.total - _TEXTS_SHOWN), known.total))
    changes = {
        new.version.rank: difference(old.version.draft.text(), new.version.draft.text())
        for old, new in pairwise(read)
    }
    return Chapter(known, found.came(entry_id), read[-_TEXTS_SHOWN:][::-1], changes)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_CHUNK):
            yield piece


def _too_large(error: Refused) -> Response:
    page = render_vietnamese(
        "error.html",
        title="Hồ sơ quá lớn",
        advice="Người vận hành lấy được hồ sơ này bằng lệnh: "
        f"./tintinh story evidence {error.subject} -o FILE --most-mb 2000",
        detail=error.message,
        status=422,
        here="",
        signed=None,
    )
    return HTMLResponse(page, 422, {"Cache-Control": "no-store"})
