"""A site with a few stories, for tests that look at many pages or ask many questions."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

from pipeline import alerting
from pipeline.alerting import Purpose
from pipeline.config import Settings
from pipeline.model import DocumentMention, EntryKind, Officeholder, Role, Source, SourceId, StoryId
from pipeline.store import Database, meta, open_database, saved, saved_finds, saved_ways, stories
from pipeline.store.saved_finds import Kind
from pipeline.store.saved_ways import Pace
from tests.engine_fixtures import Lent
from tests.store.tellings import draft, send, settled
from tests.web.serving import indexed, serving
from web.app import create_app

_GAZETTE = Source(SourceId("cong-mau"), "Cổng Mẫu", "vinh-long", "ben-tre", ("congmau.example",))
_BRIDGE = "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công."
_CLINIC = (
    "Trạm y tế xã Tân Phú khám miễn phí cho ba trăm người cao tuổi trong hai ngày cuối tuần này.\n\n"
    + "Mỗi người được đo huyết áp, thử đường huyết và nhận một phần thuốc cùng lời dặn của bác sĩ. " * 6
    + "\n\nChiều tối các y sĩ ở lại dọn dẹp trạm."
)


@dataclass(frozen=True, slots=True)
class Town:
    """A site with stories: its address and the names that PAGES are filled in with."""

    address: str
    ids: dict[str, str]

    def url(self, page: str) -> str:
        """Return the whole address of one of PAGES."""
        return self.address + page.format(**self.ids)


@contextmanager
def raised(pattern: Path, folder: Path, meilisearch: Lent) -> Iterator[Town]:
    """Serve a site with an index from a copy of an empty database."""
    copyfile(pattern, folder / "tintinh.db")
    db = open_database(f"sqlite:///{folder}/tintinh.db")
    with ExitStack() as stack:
        stack.callback(db.close)
        ids = told(db)
        ids |= followed(db, StoryId(ids["bridge"]), Settings(data=folder).push_key_file)
        chosen = Settings(
            data=folder,
            database_url=db.url,
            smtp_url="smtp://127.0.0.1:9",
            mail_from="tin@tin.example",
            **stack.enter_context(indexed(db, meilisearch)),
        )
        yield Town(stack.enter_context(serving(create_app(chosen))), ids)


def told(db: Database) -> dict[str, str]:
    """Tell some stories; return the names that pages need: `bridge`, `clinic` (stories), `entry`."""
    with db.write() as conn:
        meta.draw_authority(conn)
    send(
        db,
        draft("1", "Thông xe cầu Rạch Vong", _BRIDGE, url="https://baomau.example/1", topics=("kinh-te",)),
        draft(
            "2",
            "Khám miễn phí ở Tân Phú",
            _CLINIC,
            url="https://baomau.example/2",
            topics=("y-te",),
            authors=("Lý Thị Sậy",),
        ),
    )
    item = draft(
        "b#3",
        "Cầu Rạch Vong thông xe",
        _BRIDGE,
        kind=EntryKind.BULLETIN_ITEM,
        guid="",
        bulletin_id="b",
        bulletin_number=3,
        documents=(
            DocumentMention("12/QĐ-UBND", Role.ISSUES, "UBND tỉnh Bến Tre", "2026-11-19"),
            DocumentMention("73/2023/NĐ-CP", Role.CITES, "Chính phủ", "2023"),
        ),
        people=(Officeholder("Lê Văn Mẫu", "Bí thư Huyện ủy", "huyện Giồng Trôm"),),
    )
    send(db, item, source=_GAZETTE)
    settled(db)
    with db.read() as conn:
        living = {story.face.title: story for story in stories.page(conn, None, 100)}
    bridge, clinic = living["Thông xe cầu Rạch Vong"], living["Khám miễn phí ở Tân Phú"]
    entry = bridge.face.tellings[0].entry_id
    return {"bridge": str(bridge.story_id), "clinic": str(clinic.story_id), "entry": entry}


def followed(db: Database, found: StoryId, key_file: Path) -> dict[str, str]:
    """Save a search, as if it had found a story; return the names `saved`, its token, and `letter`.

    One of its letters goes out daily, one address refuses, a webhook was never tried.
    """
    now = datetime.now(UTC)
    with db.write() as conn:
        number, token = saved.add(conn, "Cầu đường", {"q": "cầu", "province": "vinh-long"}, None, now)
        daily = saved_ways.ask_mail(conn, number, "lan@bao.example", "l", Pace.DAILY, "vi", now)
        wrong = saved_ways.ask_mail(conn, number, "minh@bao.example", "m", Pace.INSTANT, "vi", now)
        assert daily is not None
        assert wrong is not None
        saved_ways.opened(conn, daily)
        saved_ways.stopped(conn, wrong, "SMTP 550")
        saved_ways.add_hook(conn, number, "https://chuong-trinh.example/nhan", now)
        saved_finds.note(conn, [(number, found, Kind.NEW, now)], now)
        known = saved_ways.get(conn, daily)
    assert known is not None
    return {"saved": token, "letter": alerting.code(key_file, Purpose.MANAGE, known)}
