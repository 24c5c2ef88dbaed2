"""Exports: every hit once, as files that spreadsheets and programs read."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Basis, Places, Precision, Rights, Source, SourceId, When
from pipeline.store import Database, accounts, partners
from pipeline.store.accounts import Role
from pipeline.store.partners import Partner, Right
from tests.store.tellings import PAPER, draft, send, settled
from web.export import COLUMNS, cell

DAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
CLOSED = Source(SourceId("bao-kin"), "Báo Kín", "can-tho", "can-tho", ("baokin.example",), Rights.TITLE)
BOTH = Places(("ben-tre", "tien-giang"), ("vinh-long", "dong-thap"))
TITLES = ('=HYPERLINK("http://x.example","Mời")', "Chợ nổi, mùa nước", "Nói “thật” và\u00a0làm")


@pytest.fixture
def told(db: Database) -> Database:
    """Three stories, a day each; the second's source lets its title alone out, the third is of two places."""
    for number, title in enumerate(TITLES):
        published = When(DAY + timedelta(days=number), Precision.SECOND, Basis.FEED)
        body = f"Mật ngữ số {number} ở chỗ {title[:4]}."
        one = draft(f"{number}", title, body, published=published, places=BOTH if number == 2 else Places())
        send(db, one, source=CLOSED if number == 1 else PAPER)
    settled(db)
    return db


@pytest.mark.long_on_postgresql
def test_a_spreadsheet_reads_it(searching: httpx.Client, told: Database) -> None:
    """Commas, quotes and Vietnamese come through; what looks like a formula is text; rights hold."""
    assert told
    answer = searching.get("/api/search.csv", params={"sort": "oldest"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))

    assert list(COLUMNS) == rows[0]
    assert ["'" + TITLES[0], TITLES[1], "Nói “thật” và làm"] == [row[1] for row in rows[1:]]
    told_of = dict(zip(COLUMNS, rows[3], strict=True))
    assert ("vinh-long", "vinh-long; dong-thap") == (told_of["province"], told_of["provinces"])
    assert ("ben-tre", "ben-tre; tien-giang") == (told_of["area"], told_of["areas"])
    assert ["", "Báo Kín"] == [rows[2][2], rows[2][COLUMNS.index("sources")]]
    assert "Mật ngữ số 1" not in answer.text
    assert (b"\r\n", "3") == (answer.content[-2:], answer.headers["search-total"])
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.long_on_postgresql
def test_lines_are_stories(searching: httpx.Client, told: Database) -> None:
    """Each line is what /api/stories has of it, as far as its sources allow; filters and limits hold."""
    answer = searching.get("/api/search.jsonl", params={"source": "bao-mau"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    single = searching.get("/api/search.jsonl", params={"limit": "1"})
    empty = searching.get("/api/search.jsonl", params={"limit": "", "source": "bao-mau"})

    assert told
    assert [TITLES[2], TITLES[0]] == [line["title"] for line in lines]
    assert answer.text == empty.text
    assert lines == [searching.get(f"/api/stories/{line['story_id']}").json() for line in lines]
    headers = [single.headers[f"search-{name}"] for name in ("total", "limit", "relaxed")]
    assert (1, ["3", "1", "false"]) == (len(single.text.splitlines()), headers)


@pytest.mark.long_on_postgresql
def test_people_export_now_and_then_and_partners_at_their_pace(
    searching: httpx.Client, told: Database
) -> None:
    """The seventh export within a minute waits, a stranger's or a person's; a key has a pace of its own."""
    with told.write() as conn:
        session = accounts.open_session(conn, "lan", Role.READER, datetime.now(UTC), timedelta(hours=1))
        wanted = Partner("bao-ban", {}, frozenset({Right.EXPORT}), 60, datetime.now(UTC))
        key = partners.add(conn, wanted)
    answers = [searching.get("/api/search.csv") for _ in range(7)]
    headers = [{"Authorization": f"Bearer {key}"}, {"Cookie": f"tintinh_session={session}"}]
    others = [searching.get("/api/search.csv", headers=one) for one in headers]
    often = [searching.get("/api/search.csv", headers=headers[1]).status_code for _ in range(6)]

    assert [200] * 6 + [429] == [answer.status_code for answer in answers]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert [(200, "10000")] * 2 == [(one.status_code, one.headers["search-limit"]) for one in others]
    assert [200] * 5 + [429] == often


def test_without_an_engine_there_is_no_export(client: httpx.Client) -> None:
    """Nothing is sent that could be taken for all."""
    answer = client.get("/api/search.csv")

    assert (503, "10") == (answer.status_code, answer.headers["retry-after"])


@given(st.text())
def test_no_cell_is_a_formula_or_breaks_a_line(text: str) -> None:
    """Whatever a paper writes."""
    made = cell(text)

    assert {part[:1] for part in made.split(";")}.isdisjoint("=+-@\t\r＝＋－＠")
    assert len(made.split("\n")) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("\t＝1", "'＝1"),
        ("Nóng;=1+1", "Nóng;'=1+1"),
        ("sở; - ban", "sở; - ban"),
        ("5-7", "5-7"),
    ],
)
def test_a_formula_is_disarmed_wherever_a_cell_may_begin(text: str, shown: str) -> None:
    """Where a comma parts decimals, spreadsheets part cells at semicolons; other signs stay as they are."""
    assert shown == cell(text)
