"""Keys of partners: what they open, within which bounds, how often, until when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import httpx
import pytest

from pipeline.config import Settings
from pipeline.errors import BadInput, NotFound
from pipeline.model import Source, SourceId
from pipeline.store import Database, open_database, partners, stories
from pipeline.store.partners import Partner, Right
from tests.store.tellings import PAPER, draft, send, settled
from tests.web.serving import serving
from web.app import create_app

OTHER = Source(SourceId("bao-khac"), "Báo Khác", "can-tho", "can-tho", ("baokhac.example",))
NOW = datetime.now(UTC)
ALL = frozenset(Right)


@pytest.fixture
def told(db: Database) -> Database:
    """Two stories on one theme, one of each paper."""
    send(db, draft("1", "Nạo vét kênh Rạch Vong trước mùa lũ", "Xáng cạp làm việc ở kênh từ sáng."))
    send(
        db, draft("2", "Kênh Rạch Vong thông dòng trước mùa lũ", "Tàu ghe đi lại bình thường."), source=OTHER
    )
    settled(db)
    return db


def key_of(db: Database, name: str, **more: object) -> dict[str, str]:
    """The headers of a partner's requests."""
    values: dict[str, object] = {"scope": {}, "may": ALL, "per_minute": 60, "made_at": NOW}
    with db.write() as conn:
        key = partners.add(conn, Partner(name, **{**values, **more}))  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {key}"}


def ids(db: Database) -> dict[str, str]:
    """The stories' ids by their first word."""
    with db.read() as conn:
        return {one.face.title.split()[0]: one.story_id for one in stories.page(conn, None, 10)}


@pytest.mark.long_on_postgresql
def test_bounds_hold_at_every_door(searching: httpx.Client, told: Database) -> None:
    """A key for one source finds, opens, exports and is offered nothing of the others."""
    bound = key_of(told, "ban", scope={"source": ("bao-khac",)})
    mine, foreign = ids(told)["Kênh"], ids(told)["Nạo"]
    found = searching.get("/api/search", params={"q": "rạch vong"}, headers=bound).json()
    widened = searching.get("/api/search", params={"source": str(PAPER.source_id)}, headers=bound).json()
    lines = searching.get("/api/search.jsonl", headers=bound).text.splitlines()
    beside = [searching.get(f"/api/stories/{one}/similar", headers=bound) for one in (mine, foreign)]
    stranger = searching.get(f"/api/stories/{mine}/similar").json()

    assert ([mine], 1, {"bao-khac": 1}) == (
        [hit["story_id"] for hit in found["hits"]],
        found["total"],
        found["facets"]["source"],
    )
    assert [] == widened["hits"]
    assert (1, [200, 404]) == (len(lines), [answer.status_code for answer in beside])
    assert ([], [foreign]) == (
        beside[0].json()["similar"],
        [one["story_id"] for one in stranger["similar"]],
    )


@pytest.mark.long_on_postgresql
def test_keys_open_what_they_are_for(searching: httpx.Client, told: Database) -> None:
    """Another right, a wrong, an expired and a revoked key are refused, with what to do."""
    reader = key_of(told, "doc", may=frozenset({Right.SEARCH}))
    late = key_of(told, "cu", made_at=NOW - timedelta(days=2), expires_at=NOW - timedelta(days=1))
    gone = key_of(told, "thoi")
    with told.write() as conn:
        partners.revoke(conn, "thoi", NOW)
    asked = [("/api/search", reader), ("/api/search.csv", reader)]
    asked += [("/api/search", headers) for headers in (late, gone, {"Authorization": "Bearer ttk_x"})]
    asked += [("/api/search", {"Authorization": "Bearer"})]
    bare = reader["Authorization"].removeprefix("Bearer ")
    asked += [("/api/search", {"Authorization": shown}) for shown in (bare, f"Token {bare}")]
    answers = [searching.get(path, headers=headers) for path, headers in asked]

    assert [200, 403, *[401] * 6] == [answer.status_code for answer in answers]
    assert "Bearer" == answers[2].headers["www-authenticate"]
    assert "Authorization: Bearer KEY" in answers[-1].json()["message"]
    assert 200 == searching.get("/api/search", headers={"Authorization": "Basic eDp5"}).status_code


@pytest.mark.long_on_postgresql
def test_a_key_has_its_own_pace(searching: httpx.Client, told: Database) -> None:
    """Above its requests a minute it waits, others do not; the metrics count both."""
    slow, other = key_of(told, "cham", per_minute=2), key_of(told, "nhanh")
    answers = [searching.get("/api/search", headers=slow) for _ in range(3)]
    metrics = searching.get("/metrics").text

    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert 200 == searching.get("/api/search", headers=other).status_code
    assert 'tintinh_partner_requests_total{code="limited",partner="cham"} 1.0' in metrics
    with told.read() as conn:
        assert partners.listed(conn)[0].used_at


def test_a_key_opens_where_nothing_can_be_written(
    sqlite_pattern: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it was used last cannot be noted then, and nobody is kept from reading by that.

    Of a database by its URI no folder is made here.
    """
    (here := tmp_path / "here").mkdir()
    monkeypatch.chdir(here)
    file = tmp_path / "tintinh.db"
    copyfile(sqlite_pattern, file)
    db = open_database(f"sqlite:///{file}")
    bound = key_of(db, "ban")
    reading = Settings(data=tmp_path, database_url=f"sqlite:///file:{file}?mode=ro&uri=true")
    with serving(create_app(reading)) as address:
        answer = httpx.get(f"{address}/api/search", headers=bound, trust_env=False)
    with db.read() as conn:
        used = [one.used_at for one in partners.listed(conn)]
    db.close()

    assert (200, [None]) == (answer.status_code, used)
    assert [] == list(here.iterdir())


def test_the_change_log_is_followed_within_bounds(client: httpx.Client, told: Database) -> None:
    """One province is chosen by itself, of two one must be named; bounds by source open no log."""
    one = key_of(told, "mot", scope={"province": ("can-tho",)})
    two = key_of(told, "hai", scope={"province": ("can-tho", "vinh-long")})
    source = key_of(told, "nguon", scope={"source": ("bao-khac",)})
    asked = [({}, one), ({"province": "vinh-long"}, one), ({}, two), ({"province": "vinh-long"}, two)]
    answers = [client.get("/api/changes", params=query, headers=key) for query, key in [*asked, ({}, source)]]
    story = ids(told)["Nạo"]
    doors = [client.get(f"/api/stories/{story}", headers=key).status_code for key in (one, two, source)]

    assert [200, 403, 403, 200, 403] == [answer.status_code for answer in answers]
    assert [1, 1] == [len(answers[place].text.splitlines()) for place in (0, 3)]
    assert [404, 200, 404] == doors


def test_only_the_hash_is_kept(told: Database) -> None:
    """A name has one key at a time; a revoked one may be given anew; what cannot be is refused."""
    first = key_of(told, "ban")["Authorization"]
    with pytest.raises(BadInput, match="has a key"):
        key_of(told, "ban")
    with told.write() as conn:
        partners.revoke(conn, "ban", NOW)
    with pytest.raises(NotFound), told.write() as conn:
        partners.revoke(conn, "ban", NOW)
    second = key_of(told, "ban")["Authorization"]
    with told.read() as conn:
        kept = str([conn.exec_driver_sql("SELECT * FROM partner").all()])

    assert first != second
    assert second.removeprefix("Bearer ") not in kept
    wrongs: list[dict[str, object]] = [
        {"scope": {"province": ("atlantis",)}},
        {"scope": {"source": ("bao-chua-co",)}},
        {"may": frozenset()},
        {"per_minute": 0},
    ]
    for wrong in wrongs:
        with pytest.raises(BadInput):
            key_of(told, "khac", **wrong)
