"""The public pages in a real browser: nothing that axe-core finds wrong, nothing wider than the screen.

A page that is new goes into PAGES; `{name}` in it is filled in from `Town.ids`, to which `_told` may add. The
full matrix of languages, widths and colour schemes runs with --long.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.config import Settings
from pipeline.model import DocumentMention, EntryKind, Officeholder, Role, Source, SourceId
from pipeline.store import Database, meta, open_database, stories
from search import sync
from search.index import Index
from tests.engine_fixtures import Lent
from tests.store.tellings import draft, send, settled
from tests.web.conftest import serving
from web.app import create_app

PAGES = (
    "/",
    "/tim-kiem?q=cầu rạch vong",
    "/tim-kiem?q=xã&topic=y-te&from=2026-11-01",
    "/tim-kiem?q=không có chuyện này ở đâu",
    "/tim-kiem?q=tháng 11/2026",
    "/tim-kiem?q=qđ 12 ubnd bến tre",
    "/tinh/vinh-long",
    "/tin-moi?thang=2026-11",
    "/feeds",
    "/status",
    "/sign-in",
    "/khong-co",
)
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_GAZETTE = Source(SourceId("cong-mau"), "Cổng Mẫu", "vinh-long", "ben-tre", ("congmau.example",))
_BRIDGE = "Sáng nay cầu Rạch Vong nối hai bờ sông Hàm Luông được thông xe sau hai mươi sáu tháng thi công."
_CLINIC = "Trạm y tế xã Tân Phú khám miễn phí cho ba trăm người cao tuổi trong hai ngày cuối tuần này."


@dataclass(frozen=True, slots=True)
class Town:
    """A site with stories: its address and the names that PAGES are filled in with."""

    address: str
    ids: dict[str, str]

    def url(self, page: str) -> str:
        """Return the whole address of one of PAGES."""
        return self.address + page.format(**self.ids)


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks: in which language, how wide a screen (CSS pixels), by day or by night."""

    language: str
    width: int
    scheme: str

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.scheme}"


_TWO = (Look("vi", 390, "light"), Look("en", 1100, "dark"))
_REST = [
    look for one in product(("vi", "en"), (390, 1100), ("light", "dark")) if (look := Look(*one)) not in _TWO
]
LOOKS = (*_TWO, *(pytest.param(look, marks=pytest.mark.long) for look in _REST))


@pytest.fixture(scope="module")
def town(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory, meilisearch: Lent) -> Iterator[Town]:
    """One site for all pages, with an index."""
    folder, name = tmp_path_factory.mktemp("town"), f"t{uuid4().hex}"
    copyfile(sqlite_pattern, folder / "tintinh.db")
    db, index = open_database(f"sqlite:///{folder}/tintinh.db"), Index(meilisearch.url, meilisearch.key, name)
    chosen = Settings(
        data=folder,
        database_url=db.url,
        meilisearch_url=meilisearch.url,
        meilisearch_key_file=meilisearch.key_file,
        meilisearch_index=name,
    )
    with ExitStack() as stack:
        stack.callback(db.close)
        ids = _told(db)
        while sync.sync(db, index, datetime.now(UTC)).more:
            pass
        yield Town(stack.enter_context(serving(create_app(chosen))), ids)
    for uid in (name, *index.others()):
        index.drop(uid)


def _told(db: Database) -> dict[str, str]:
    """Tell some stories; return the names that pages need: `bridge` and `clinic` are stories."""
    with db.write() as conn:
        meta.draw_authority(conn)
    send(
        db,
        draft("1", "Thông xe cầu Rạch Vong", _BRIDGE, url="https://baomau.example/1", topics=("kinh-te",)),
        draft("2", "Khám miễn phí ở Tân Phú", _CLINIC, url="https://baomau.example/2", topics=("y-te",)),
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
        living = {story.face.title: str(story.story_id) for story in stories.page(conn, None, 100)}
    return {"bridge": living["Thông xe cầu Rạch Vong"], "clinic": living["Khám miễn phí ở Tân Phú"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    if not _CHROMIUM:
        pytest.skip("Chromium is NOT INSTALLED (Debian: chromium)")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def looking(browser: Browser, town: Town, look: Look) -> Page:
    """Return a blank page of somebody who looks so; close its context afterwards."""
    context = browser.new_context(viewport={"width": look.width, "height": 900}, color_scheme=look.scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "tintinh_language", "value": look.language, "url": town.address}])
    return context.new_page()


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_can_be_used_by_everybody(browser: Browser, town: Town, look: Look) -> None:
    """No breach of WCAG 2.2 AA that axe-core sees, no sideways scrolling, nothing for the console."""
    page = looking(browser, town, look)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong: dict[str, list[str]] = {}
    for path in PAGES:
        answer = page.goto(town.url(path))
        assert answer is not None
        found = Axe().run(page, options={"runOnly": _RULES, "resultTypes": ["violations"]}).response
        told = [
            f"{one['id']}: {node['target']} {node['html'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        told += [f"{wide} pixels too wide"] * (wide > 0)
        told += [line for line in said if f"status of {answer.status}" not in line]
        said.clear()
        if told:
            wrong[path] = told
    page.context.close()

    assert {} == wrong
