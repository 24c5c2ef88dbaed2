"""The search's JSON: filters, walks, and what is told without an engine."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from pipeline.model import Basis, EntryKind, Officeholder, Places, Precision, Source, SourceId, When
from pipeline.store import Database
from search.question import NAMES, Query, gathered, read
from tests.store.tellings import PAPER, draft, send, settled
from tests.web.conftest import Serve

DAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
OTHER = Source(SourceId("bao-khac"), "Báo Khác", "can-tho", "can-tho", ("baokhac.example",))
THINGS = ("cầu treo", "lúa nổi", "rừng tràm", "biển cạn", "chợ đêm")
BOTH = Places(("ben-tre", "tien-giang"), ("vinh-long", "dong-thap"))
MAYOR = Officeholder("Lê Văn Mẫu", "Bí thư Tỉnh ủy", "Vĩnh Long")


@pytest.fixture
def told(db: Database) -> Database:
    """Five stories, a day each, of two papers by turns; one is of two places and names an official.

    The last is a bulletin's.
    """
    for number, thing in enumerate(THINGS):
        published = When(DAY + timedelta(days=number), Precision.SECOND, Basis.FEED)
        one = draft(f"{number}", f"Chuyện {thing}", f"Mọi người kể về {thing}.", published=published)
        if number == 1:
            one = replace(one, people=(MAYOR,), places=BOTH)
        if number == 4:
            one = replace(one, kind=EntryKind.BULLETIN_ITEM, bulletin_id="b", bulletin_number=1, guid="")
        send(db, one, source=PAPER if number % 2 else OTHER)
    settled(db)
    return db


ASKED = [
    ([("province", "vinh-long")], [3, 1]),
    ([("province", "vinh-long"), ("province", "can-tho")], [4, 3, 2, 1, 0]),
    ([("province", "dong-thap")], [1]),
    ([("source", "bao-khac"), ("to", "2026-11-18")], [2, 0]),
    ([("person", "le van mau")], [1]),
    ([("office", "Bí thư Tỉnh uỷ"), ("sort", "oldest")], [1]),
    ([("office", '"Bí thư Tỉnh uỷ Vĩnh Long"')], [1]),
    ([("office", '"Bí thư"')], []),
    ([("person", "Lê Văn Mẫu"), ("office", "bi thu")], [1]),
    ([("person", "Lê Văn Khác"), ("office", "bi thu")], []),
    ([("bulletin", "yes")], [4]),
    ([("bulletin", "no"), ("sort", "oldest"), ("per_page", "2")], [0, 1]),
    ([("from", "2026-11-17"), ("to", "18/11/2026")], [2, 1]),
]


def titles(answer: httpx.Response) -> list[str]:
    """The titles of an answer's hits."""
    return [hit["title"] for hit in answer.json()["hits"]]


@pytest.mark.long_on_postgresql
def test_filters_are_the_same_with_and_without_an_engine(
    searching: httpx.Client, client: httpx.Client
) -> None:
    """Every filter but the words: SQL gives what the index gives, in the same order."""
    for asked, numbers in ASKED:
        with_engine = searching.get("/api/search", params=urlencode(asked))
        without = client.get("/api/search", params=urlencode(asked))

        expected = [f"Chuyện {THINGS[number]}" for number in numbers]
        assert (expected, expected) == (titles(with_engine), sorted(titles(without), key=expected.index))
        assert (False, True, []) == (
            with_engine.json()["down"],
            without.json()["down"],
            without.json()["unapplied"],
        )


@pytest.mark.long_on_postgresql
def test_a_hit_bears_all_its_places(searching: httpx.Client, client: httpx.Client) -> None:
    """Beside the main ones, so that whoever asks for another sees why a hit is there."""
    for one in (searching, client):
        (hit,) = one.get("/api/search", params={"area": "tien-giang"}).json()["hits"]

        assert ("vinh-long", ["vinh-long", "dong-thap"]) == (hit["province"], hit["provinces"])
        assert ("ben-tre", ["ben-tre", "tien-giang"]) == (hit["area"], hit["areas"])


def test_words_without_an_engine_mislead_nobody(client: httpx.Client, told: Database) -> None:
    """A question with words is refused: what was left out is named, and when to try again."""
    assert told
    answer = client.get("/api/search", params={"q": "rừng tràm"})

    assert (503, "10") == (answer.status_code, answer.headers["retry-after"])
    assert (True, ["q"]) == (answer.json()["down"], answer.json()["unapplied"])


@pytest.mark.long_on_postgresql
def test_a_walk_by_cursor(searching: httpx.Client) -> None:
    """Page by page from the oldest; the last has no cursor."""
    asked = {"sort": "oldest", "per_page": "2"}
    seen, cursor, total = [], "start", 0
    while cursor:
        more = {} if cursor == "start" else {"before": cursor}
        answer = searching.get("/api/search", params=asked | more)
        seen += titles(answer)
        cursor, total = answer.json()["cursor"], answer.json()["total"]

    assert ([f"Chuyện {thing}" for thing in THINGS], 5) == (seen, total)


@pytest.mark.long_on_postgresql
def test_a_cursor_of_another_question_is_refused(searching: httpx.Client) -> None:
    """The field to mend is named."""
    cursor = searching.get("/api/search", params={"per_page": "2"}).json()["cursor"]
    answer = searching.get("/api/search", params={"q": "cầu", "before": cursor})

    assert (422, "before") == (answer.status_code, answer.json()["field"])


def test_who_asks_again_is_told_that_nothing_changed(client: httpx.Client, told: Database) -> None:
    """Whatever the question took this time; another coding has another tag."""
    story_id = client.get("/api/search").json()["hits"][0]["story_id"]
    for path in ("/api/search", f"/api/stories/{story_id}"):
        first = client.get(path, headers={"Accept-Encoding": "br"})
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})

        assert ("br", None) == tuple(one.headers.get("content-encoding") for one in (first, plain))
        assert (304, b"") == (again.status_code, again.content)
        assert first.headers["etag"] != plain.headers["etag"]
    assert told


@pytest.mark.parametrize(
    ("path", "name"),
    [("search", "provnce"), ("search", "limit"), ("search.csv", "page"), ("search.jsonl", "per_page")],
)
def test_a_parameter_that_there_is_not_is_refused(client: httpx.Client, path: str, name: str) -> None:
    """By its name; passed over it would give all for some."""
    answer = client.get(f"/api/{path}", params={"province": "ca-mau", name: "2"})

    assert (422, name) == (answer.status_code, answer.json()["field"])
    assert "province" in answer.json()["message"]


@pytest.mark.parametrize("path", ["search", "search.csv", "search.jsonl"])
def test_one_of_two_values_is_not_chosen(client: httpx.Client, path: str) -> None:
    """A parameter of which one value counts is refused where it is given twice; filters may repeat."""
    answer = client.get(f"/api/{path}?sort=newest&topic=y-te&topic=giao-duc&sort=oldest")

    assert (422, "sort", "must be given once") == (
        answer.status_code,
        answer.json()["field"],
        answer.json()["message"],
    )


def test_what_is_written_about_parameters_holds(client: httpx.Client) -> None:
    """Every parameter stands in docs/search-api.md with an example that is understood."""
    text = (Path(__file__).parents[2] / "docs" / "search-api.md").read_text()
    table = text.partition("| parameter | example | |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [line.split(" | ") for line in table]
    described = client.get("/openapi.json").json()["paths"]["/api/search"]["get"]["parameters"]

    assert [*NAMES] == [name for row in rows for name in re.findall(r"`([a-z_]+)`", row[0])]
    assert {*NAMES} == {one["name"] for one in described if one["in"] == "query"}
    for example in (row[1].strip("`") for row in rows[:-1]):
        assert read(gathered(parse_qsl(example))) != Query()


def test_a_moment_of_receipt_says_that_it_is_one(client: httpx.Client, db: Database) -> None:
    """A text without a date bears the moment when it came, which API and page tell from a date."""
    send(
        db,
        draft(
            "u",
            "Chuyện không ngày",
            "Không ai ghi ngày.",
            published=When(DAY, Precision.SECOND, Basis.RECEIVED),
        ),
    )
    settled(db)
    (hit,) = client.get("/api/search").json()["hits"]

    assert "received" == hit["published_basis"] == hit["entries"][0]["published_basis"]
    assert "(nhận được)" in client.get("/tim-kiem").text


@pytest.mark.long
@pytest.mark.usefixtures("told")
def test_a_hung_engine_holds_up_nobody_else(serve: Serve, tmp_path: Path) -> None:
    """While all threads wait for an engine that hangs, the process says that it is well; then none waits."""
    (tmp_path / "engine-key").write_text("key")
    with socket.create_server(("127.0.0.1", 0), backlog=200) as door, ThreadPoolExecutor(80) as readers:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        client = serve(meilisearch_url=url, meilisearch_key_file=tmp_path / "engine-key")
        asked = [readers.submit(client.get, "/api/search") for _ in range(80)]
        held, _ = door.accept()
        healthy = client.get("/healthz")
        early = [one for one in asked if one.done()]

        assert (200, []) == (healthy.status_code, early)
        assert {True} == {one.result().json()["down"] for one in asked}
        held.close()
