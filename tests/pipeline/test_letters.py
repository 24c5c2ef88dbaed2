"""Letters as bytes: whatever a name, a title or an address is, a mail program reads what was written."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.letters import Envelope, News, confirmation, finds, flawed
from pipeline.model import Story
from pipeline.store.saved_finds import Kind
from tests.feeds.stories import NASTY, telling
from tests.feeds.stories import story as told_story

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
OF = Envelope(
    writer=Address("Tin Tỉnh", "tin", "tin.example"),
    to="lan@bao.example",
    language="vi",
    base_url="https://tin.example",
    list_name="theo-doi-0123456789ab",
    name="Đê bao",
    manage=f"https://tin.example/theo-doi/thu/1-{'a' * 32}",
)
LINES = st.sampled_from(NASTY) | st.text(max_size=200)


def story(title: str = "Đê bao sạt lở", summary: str = "Đoạn đê dài 300 m sạt lở.") -> Story:
    """Return a live story of two sources."""
    lead = telling(1, title=title, summary=summary, content="Toàn văn của bài.")
    return told_story(1, lead, telling(2))


def new(told: Story) -> News:
    """Return a story as a find."""
    return News(Kind.NEW, told.story_id, AT, AT, told)


def read(written: EmailMessage) -> EmailMessage:
    """Return a letter as it is read at its end."""
    made = message_from_bytes(written.as_bytes(), policy=default)
    assert isinstance(made, EmailMessage)
    return made


def parts(told: EmailMessage) -> tuple[str, str]:
    """Return the plain text and the HTML."""
    bodies = [told.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (
        body.get_content().replace("\r\n", "\n") for body in bodies if isinstance(body, EmailMessage)
    )
    return plain, html


def test_a_letter_tells_what_a_feed_may_tell() -> None:
    """Title, source, time as precise as it is known, the summary, our page; no whole text."""
    told = story()
    plain, html = parts(read(finds(OF, [new(told)], "tt.1", AT)))

    assert "Đê bao sạt lở\nBáo Thứ 1 và 1 nguồn khác · Bến Tre · 08:30, 21/11/2026\nĐoạn đê" in plain
    assert "https://tin.example/tin/s1" in plain
    assert '<h3 lang="vi"><a href="https://tin.example/tin/s1">Đê bao sạt lở</a></h3>' in html
    assert told.face.content
    assert told.face.content not in plain + html


def test_a_date_is_no_more_precise_than_known() -> None:
    """A year, a month; in English as ISO 8601 writes it."""
    known = story()
    year = replace(known, face=replace(known.face, published="2021"))
    month = replace(known, face=replace(known.face, published="2021-07"))
    [vi, en] = (
        parts(finds(replace(OF, language=one), [new(year), new(month)], "n", AT))[0] for one in ("vi", "en")
    )

    assert [" · 2021\n", " · 07/2021\n"] == [one for one in (" · 2021\n", " · 07/2021\n") if one in vi]
    assert " · 2021-07\n" in en


def test_nothing_of_a_story_becomes_markup() -> None:
    """Titles come from outside."""
    _, html = parts(finds(OF, [new(story("<script>alert(1)</script>", 'a"&<b>'))], "n", AT))

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@settings(max_examples=40)
@given(name=LINES, title=LINES, summary=LINES)
def test_any_name_and_title(name: str, title: str, summary: str) -> None:
    """The letter is ASCII, no header begins in a text, and the subject reads as it was meant."""
    written = finds(replace(OF, name=name), [new(story(title, summary))], "tt.1", AT)
    told = read(written)
    meant = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", name).encode(errors="replace").decode().split())
    [writer] = told["From"].addresses

    assert written.as_bytes().isascii()
    assert max(map(len, written.as_bytes().splitlines())) <= 998
    assert told.keys() == finds(OF, [new(story())], "tt.1", AT).keys()
    assert told["Subject"] == f"{meant}: 1 tin mới" or len(meant) > 120
    assert not told["Subject"].defects
    assert ("Tin Tỉnh", "tin@tin.example") == (writer.display_name, writer.addr_spec)
    assert f"<{OF.manage}>" == told["List-Unsubscribe"]


def test_a_long_vietnamese_subject_survives() -> None:
    """Encoded words part it between letters, not within them."""
    name = (
        "Đê bao sạt lở, khắc phục hậu quả ở các xã ven sông Tiền, sông Hậu, sông Hàm Luông và sông Cổ Chiên"
    )

    assert f"{name}: 1 tin mới" == read(finds(replace(OF, name=name), [new(story())], "n", AT))["Subject"]


def test_a_confirmation_says_nothing_of_the_search() -> None:
    """And is no list: there is nothing to unsubscribe from yet."""
    told = read(confirmation(OF, "https://tin.example/theo-doi/xac-nhan/1-b", "tt.1", AT))

    assert "Đê bao" not in str(parts(told)) + told["Subject"]
    assert "https://tin.example/theo-doi/xac-nhan/1-b" in parts(told)[0]
    assert told["List-Unsubscribe"] is None
    assert "<tt.1@tin.example>" == told["Message-ID"]


def test_a_flaw_is_told_with_its_remedy() -> None:
    """A page to mend it on, if it is known."""
    page = "https://tin.example/theo-doi/7"
    owned, of_a_stranger = (parts(flawed(OF, "topic: x", known, "n", AT))[0] for known in (page, ""))

    assert page in owned
    assert page not in of_a_stranger
    assert "chủ đề" in owned
