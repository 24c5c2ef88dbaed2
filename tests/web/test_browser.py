"""The public pages in a real browser: nothing that axe-core finds wrong, nothing wider than the screen.

Nor are they wider when whatever others wrote or typed on them is one word of 300 letters.

A page that is new goes into PAGES; `{name}` in it is filled in from `Town.ids`, made in town.py.
The full matrix of languages, widths and colour schemes runs with --long.
"""

from dataclasses import dataclass
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.web.town import Town

PAGES = (
    "/",
    "/tim-kiem?q=cầu rạch vong",
    "/tim-kiem?q=xã&topic=y-te&from=2026-11-01",
    "/tim-kiem?q=không có chuyện này ở đâu",
    f"/tim-kiem?q={'ơ' * 300}&person={'ơ' * 100}&source={'o' * 100}&from={'1' * 300}",
    "/tim-kiem?q=tháng 11/2026&mo=tay,source",
    "/tim-kiem?q=xã&page=7",
    "/tim-kiem?q=qđ 12 ubnd bến tre",
    "/van-ban",
    "/van-ban?nam=2026&loai=qd",
    "/van-ban/ubnd-ben-tre/2026/12-qd-ubnd",
    "/tin/{bridge}",
    "/tin/{clinic}",
    "/tin/{bridge}/gan-giong",
    "/entries/{entry}",
    "/cach-gop-tin",
    "/tinh/vinh-long",
    "/tin-moi?thang=2026-11",
    "/feeds",
    "/status",
    "/sign-in",
    "/theo-doi",
    "/theo-doi/{saved}",
    "/theo-doi/thu/{letter}",
    "/khong-co",
)
# The words of others are what is marked as Vietnamese or as code.
_LENGTHEN = """() => {
  for (const place of document.querySelectorAll("main :is([lang=vi], .code, .place):not(option)")) {
    const words = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) if (words.currentNode.data.trim()) words.currentNode.data = "ơ".repeat(300);
  }
}"""
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_BOX_OF_SKIP = "document.querySelector('.skip').getBoundingClientRect().toJSON()"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


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


def looking(browser: Browser, town: Town, look: Look) -> Page:
    """Return a blank page of somebody who looks so; close its context afterwards."""
    context = browser.new_context(viewport={"width": look.width, "height": 900}, color_scheme=look.scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "tintinh_language", "value": look.language, "url": town.address}])
    return context.new_page()


def test_the_way_to_the_main_part_shows_when_it_is_reached(browser: Browser, town: Town) -> None:
    """Not before, however large the letters and narrow the screen are; then all of it."""
    page = looking(browser, town, Look("vi", 390, "light"))
    page.goto(town.url("/status"))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    hidden = page.evaluate(_BOX_OF_SKIP)
    page.keyboard.press("Tab")
    shown = page.evaluate(_BOX_OF_SKIP)
    page.context.close()

    assert hidden["bottom"] <= 0
    assert shown["top"] > 0
    assert 0 < shown["left"] < shown["right"] <= 390


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
        for words in ("its own words", "long words"):
            wide = page.evaluate(_TOO_WIDE)
            told += [f"{wide} pixels too wide with {words}"] * (wide > 0)
            page.evaluate(_LENGTHEN)
        told += [line for line in said if f"status of {answer.status}" not in line]
        said.clear()
        if told:
            wrong[path] = told
    page.context.close()

    assert {} == wrong
