"""Pages in the reader's language: the choice, and that nothing of a page is left untranslated."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from babel.messages.extract import extract_from_dir, extract_from_file

from pipeline.topics import topics
from web import app, language, view
from web.language import CATALOGUES, Language, catalogues

WEB = Path(view.__file__).parent
# Templates of public pages whose every message must be translated.
SPOKEN = (
    "_changes.html",
    "_away.html",
    "_found.html",
    "_paper_box.html",
    "_parts.html",
    "_saved_parts.html",
    "_story_cite.html",
    "_story_first.html",
    "_story_parts.html",
    "_story_sides.html",
    "_story_versions.html",
    "base.html",
    "channel.html",
    "channel_over.html",
    "entry.html",
    "error.html",
    "feeds.html",
    "paper_index.html",
    "papers.html",
    "saved.html",
    "saved_letter.html",
    "saved_list.html",
    "saved_new.html",
    "search.html",
    "sign_in.html",
    "status.html",
    "story.html",
    "story_gone.html",
    "story_how.html",
    "story_near.html",
)


def told(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the messages of a template, each with its plural if it has one."""
    for _, message, _, _ in extract_from_file(
        "jinja2.ext:babel_extract",
        WEB / "templates" / name,
        options={"trim_blocks": "1", "lstrip_blocks": "1"},
    ):
        yield (message,) if isinstance(message, str) else tuple(filter(None, message))


def in_code() -> Iterator[str]:
    """Yield the messages of the web process's code."""
    keywords = {"gettext": None, "_": None, "ngettext": (1, 2)}
    for _, _, message, _, _ in extract_from_dir(WEB, method_map=[("**.py", "python")], keywords=keywords):
        yield message if isinstance(message, str) else message[0]


def known() -> set[str]:
    """Return every message that is said in English."""
    return {
        one.id if isinstance(one.id, str) else one.id[0]
        for _, catalogue in catalogues(Language.ENGLISH)
        for one in catalogue
        if one.id and one.string and all(one.string)
    }


@pytest.mark.parametrize("name", SPOKEN)
def test_a_public_page_is_wholly_in_english(name: str) -> None:
    """A message without a translation would stand in Vietnamese on an English page."""
    assert [] == [one for one in told(name) if one[0] not in known()]


def test_the_words_of_the_code_are_in_english_too() -> None:
    """Dates, places, errors, topics: words that come from code and data."""
    advice = [text for pair in (*app._ADVICE.values(), app._CRASHED) for text in pair]

    assert [] == [one for one in in_code() if one not in known()]
    assert [] == [one for one in (*advice, *(topic.name for topic in topics())) if one not in known()]


def test_a_translation_fills_in_what_its_message_does() -> None:
    """A name in %(…)s that only one of both has would break the page."""
    for name, catalogue in catalogues(Language.ENGLISH):
        wrong = [error for message in catalogue for error in message.check(catalogue)]

        assert [] == wrong, name


def test_no_catalogue_is_of_an_unknown_language() -> None:
    """A folder that nobody reads would be a translation that nobody sees."""
    assert {folder.name for folder in CATALOGUES.iterdir()} <= set(Language)


def test_a_reader_chooses_a_language_and_comes_back(client: httpx.Client) -> None:
    """The choice is a cookie, so links stay the same for everybody."""
    answer = client.get("/ngon-ngu/en", params={"back": "/feeds?x=1"})

    assert (303, "/feeds?x=1") == (answer.status_code, answer.headers["location"])
    assert "There is no such page" in client.get("/khong-co").text

    client.get("/ngon-ngu/vi")

    assert "Không có trang này" in client.get("/khong-co").text


def test_the_switch_leads_back_to_the_page_it_stands_on(client: httpx.Client) -> None:
    """The browser says where it comes from; whoever comes from elsewhere begins at the front page."""
    here = f"{client.base_url}/tim-kiem?q=c%E1%BA%A7u"
    back = client.get("/ngon-ngu/en", headers={"referer": here}).headers["location"]
    others = [
        client.get("/ngon-ngu/en", headers={"referer": where}).headers["location"]
        for where in ("https://example.com/x", "http://[", "", f"{client.base_url}//example.com")
    ]

    assert "/tim-kiem?q=c%E1%BA%A7u" == back
    assert {"/"} == set(others)


@pytest.mark.parametrize(
    "back", ["//example.com", "https://example.com/", "/\\example.com", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_by_the_switch(client: httpx.Client, back: str) -> None:
    """A link that someone made must not lead off the site."""
    assert "/" == client.get("/ngon-ngu/en", params={"back": back}).headers["location"]


def test_an_unknown_language_is_refused(client: httpx.Client) -> None:
    """A cookie of another tongue counts as none."""
    assert 422 == client.get("/ngon-ngu/fr").status_code
    assert "Không có trang này" in client.get("/khong-co", headers={"Cookie": "tintinh_language=fr"}).text


def test_numbers_and_dates_read_as_the_language_has_them() -> None:
    """English parts thousands by commas and names its months."""
    language.speak({"tintinh_language": "en"})
    try:
        shown = (view.number(1_234_567), view.when("2023-01-31T17:05:00+07:00"), view.when("2021-07"))
    finally:
        language.speak({})

    assert ("1,234,567", "17:05, 31 Jan 2023", "7/2021") == shown
