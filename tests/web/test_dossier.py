"""The evidence file of a story: who may have it, what is in it and what is not."""

import hashlib
import io
import json
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from pipeline import dossier
from pipeline.dossier import MOST_BYTES
from pipeline.errors import Refused
from pipeline.model import Act, Basis, Precision, Rights, Source, SourceId, StoryId, When
from pipeline.store import Database, dossiers, receipts, sources, stories, words
from pipeline.store.accounts import Role
from pipeline.store.schema import blob, receipt
from tests.store.tellings import NOW, draft, send, settled
from tests.web.conftest import Serve
from tests.web.test_desk import TEXTS, signed_in

PLACE = "https://baomau.example/cau?id=7&access_token=abc123"
COPY = Source(SourceId("bao-khac"), "Báo Khác", "vinh-long", "ben-tre", ("baokhac.example",), Rights.TITLE)
HOSTILE = "Thông xe cầu <script>alert(1)</script>"


@pytest.fixture
def story_id(db: Database) -> StoryId:
    """A story of two papers; the first edited its text, and its address holds a secret."""
    first = draft("cau", HOSTILE, TEXTS["cau"], url=PLACE, canonical_url="https://baomau.example/cau?id=7")
    send(db, first)
    send(
        db,
        draft("chep", "Thông xe cầu", TEXTS["cau"], canonical_url="https://baokhac.example/1"),
        source=COPY,
    )
    settled(db)
    send(db, replace(first, body=f"{TEXTS['cau']} Cầu dài 300 mét.", updated=NOW))
    settled(db)
    with db.read() as conn:
        lead = words.named(conn, "https://baomau.example/cau?id=7")
        [found] = [one for one in stories.page(conn, None, 10) if one.face.tellings[0].entry_id == lead]
    assert 2 == len(found.face.tellings)
    return found.story_id


def fetched(client: httpx.Client, story_id: str) -> zipfile.ZipFile:
    """Return the evidence file of a story."""
    answer = client.get(f"/tin/{story_id}/ho-so.zip")
    assert 200 == answer.status_code
    return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.mark.long_on_postgresql
def test_it_is_for_editors(serve: Serve, db: Database, story_id: StoryId) -> None:
    """A stranger is sent to sign in, a reader is refused; neither is written down."""
    client = serve()
    stranger = client.get(f"/tin/{story_id}/ho-so.zip")
    reader = signed_in(client, db, Role.READER).get(f"/tin/{story_id}/ho-so.zip")

    assert (303, 403) == (stranger.status_code, reader.status_code)
    assert f"%2Ftin%2F{story_id}%2Fho-so.zip" in stranger.headers["location"]
    with db.read() as conn:
        assert [] == dossiers.taken(conn, story_id)


def test_anybody_can_check_it(serve: Serve, db: Database, story_id: StoryId, tmp_path: Path) -> None:
    """Coreutils finds it whole; asked again it is the same, byte for byte; each time is written down."""
    client = signed_in(serve(), db, Role.EDITOR)
    answers = [client.get(f"/tin/{story_id}/ho-so.zip") for _ in range(2)]
    archive = zipfile.ZipFile(io.BytesIO(answers[0].content))
    archive.extractall(tmp_path)
    folder = tmp_path / f"ho-so-{story_id}"
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, check=True, capture_output=True
    )
    names = [name.removeprefix(f"ho-so-{story_id}/") for name in archive.namelist()]

    assert answers[0].content == answers[1].content
    assert len(names) - 1 == checked.stdout.count(b": OK")
    assert [*sorted(names[:-1]), "SHA256SUMS"] == names
    assert {(1980, 1, 1, 0, 0, 0)} == {one.date_time for one in archive.infolist()}
    with db.read() as conn:
        taken = dossiers.taken(conn, story_id)
    whole = hashlib.sha256(answers[0].content).hexdigest()
    assert [("lan", whole, len(answers[0].content))] * 2 == [(one.by, one.sha256, one.size) for one in taken]
    assert "no-store" == answers[0].headers["cache-control"]


@pytest.mark.long_on_postgresql
def test_raw_bytes_are_as_received(serve: Serve, db: Database, story_id: StoryId) -> None:
    """Each receipt is there byte for byte under its hash, and in no file that a browser would run."""
    archive = fetched(signed_in(serve(), db, Role.EDITOR), story_id)
    folder = f"ho-so-{story_id}"
    known = [json.loads(archive.read(name)) for name in archive.namelist() if "/receipts/" in name]

    assert 3 == len(known)
    for one in known:
        body = archive.read(f"{folder}/{one['file']}")
        assert one["sha256"] == hashlib.sha256(body).hexdigest()
        with db.read() as conn:
            assert body == receipts.body(conn, one["receipt_id"])
    endings = {Path(name).suffix for name in archive.namelist()}
    assert {".txt", ".json", ".bin", ".html", ""} == endings
    assert 1 == sum(name.endswith(".html") for name in archive.namelist())


def test_every_version_and_decision_is_there(serve: Serve, db: Database, story_id: StoryId) -> None:
    """Both texts of the edited article, what the entries are and why, editors' words and the change log."""
    with db.write() as conn:
        told = stories.get(conn, story_id)
        assert told is not None
        pair = [one.entry_id for one in told.face.tellings]
        words.merge(conn, pair[0], pair[1], "lan", NOW)
    settled(db)
    archive = fetched(signed_in(serve(), db, Role.EDITOR), story_id)

    def read(name: str) -> str:
        return archive.read(f"ho-so-{story_id}/{name}").decode()

    texts = [read(f"entries/{pair[0]}/{rank:04}.txt") for rank in (1, 2)]
    decisions = json.loads(read("decisions.json"))
    assert ["300 mét" in text for text in texts] == [False, True]
    assert [(pair[0], "NEW"), (pair[1], "REPEATS")] == [
        (one["entry_id"], one["decision"]["verdict"]) for one in decisions
    ]
    assert all(one["decision"]["because"] for one in decisions)
    assert ["merge"] == [said["kind"] for said in decisions[0]["words"]]
    assert "created" == json.loads(read("changes.json"))[0]["kind"]
    rights = {one["source_id"]: one["rights_written_down"] for one in json.loads(read("sources.json"))}
    assert ["title"] == [one["rights"] for one in rights["bao-khac"]]
    versions = [json.loads(read(f"entries/{pair[0]}/{rank:04}.json")) for rank in (1, 2)]
    assert [[1], [3]] == [one["receipts"] for one in versions]


@pytest.mark.long_on_postgresql
def test_the_page_runs_nothing_and_loads_nothing(serve: Serve, db: Database, story_id: StoryId) -> None:
    """The page to read has no script and no address to load from, and what sources wrote is only text."""
    archive = fetched(signed_in(serve(), db, Role.EDITOR), story_id)
    page = archive.read(f"ho-so-{story_id}/xem.html").decode()

    assert "<script" not in page
    assert " src=" not in page
    assert 'href="http' not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert TEXTS["cau"] in page
    assert "<ins>Cầu dài 300 mét.</ins>" in page
    names = {name.removeprefix(f"ho-so-{story_id}/") for name in archive.namelist()}
    linked = {part.partition('"')[0] for part in page.split('href="')[1:]}
    assert {one for one in linked if not one.startswith("#")} <= names


@pytest.mark.long_on_postgresql
def test_secrets_stay(serve: Serve, db: Database, story_id: StoryId) -> None:
    """Logins and tokens in addresses, and headers that open doors, are masked wherever we write them."""
    with db.write() as conn:
        conn.execute(
            update(receipt).values(
                headers={"Authorization": "Bearer q1w2e3", "set-cookie": "id=q1w2e3", "etag": '"v1"'},
                given={"url": "https://lan:q1w2e3@baomau.example/feed?a=1&token=q1w2e3"},
                reason="no answer from https://baomau.example/feed?token=q1w2e3",
            )
        )
    archive = fetched(signed_in(serve(), db, Role.EDITOR), story_id)
    written = {name: archive.read(name).decode() for name in archive.namelist() if "/raw/" not in name}
    [known] = {text for name, text in written.items() if name.endswith("0000000001.json")}

    assert [] == [name for name, text in written.items() if "q1w2e3" in text or "abc123" in text]
    assert "https://[che]@baomau.example/feed?a=1&token=[che]" == json.loads(known)["given"]["url"]
    assert '"v1"' == json.loads(known)["headers"]["etag"]


@pytest.mark.long_on_postgresql
def test_erased_and_damaged_bytes_are_told(serve: Serve, db: Database, story_id: StoryId) -> None:
    """A receipt whose bytes were taken out keeps its hash; one whose bytes changed is called damaged."""
    with db.read() as conn:
        kept = list(dossiers.receipts(conn, dossiers.members(conn, dossiers.of_story(conn, story_id))))
    packed = receipts.pack(b"khac").packed
    with db.write() as conn:
        conn.execute(update(blob).where(blob.c.sha256 == kept[0].sha256).values(packed=b""))
        conn.execute(update(blob).where(blob.c.sha256 == kept[1].sha256).values(packed=packed))
        conn.execute(update(blob).where(blob.c.sha256 == kept[2].sha256).values(packed=b"not zlib"))
    archive = fetched(signed_in(serve(), db, Role.EDITOR), story_id)
    known = [json.loads(archive.read(name)) for name in archive.namelist() if "/receipts/" in name]
    page = archive.read(f"ho-so-{story_id}/xem.html").decode()

    assert [(True, False), (False, True), (False, True)] == [(one["erased"], one["damaged"]) for one in known]
    assert kept[0].sha256 == known[0]["sha256"]
    assert known[0]["file"] is None
    assert "đã xóa" in page
    assert "2 bản gốc không còn đúng như khi nhận" in page


@pytest.mark.long_on_postgresql
def test_a_story_that_was_taken_back_keeps_its_evidence(
    serve: Serve, db: Database, story_id: StoryId
) -> None:
    """What is gone from every page can still be proved; of an unknown story there is nothing."""
    with db.write() as conn:
        words.withdraw(conn, story_id, "lan", NOW)
    settled(db)
    client = signed_in(serve(), db, Role.EDITOR)
    archive = fetched(client, story_id)
    texts = [name for name in archive.namelist() if "/entries/" in name and name.endswith(".txt")]

    assert "withdrawn" == json.loads(archive.read(f"ho-so-{story_id}/story.json"))["state"]
    assert 3 == len(texts)
    assert 404 == client.get("/tin/s00000000000000000000/ho-so.zip").status_code


@pytest.mark.long_on_postgresql
def test_a_paper_that_takes_its_text_back_is_told_so(serve: Serve, db: Database, story_id: StoryId) -> None:
    """What was decided of its entry is told as of before; the log doesn't call it another telling."""
    gone = draft("chep", "", "", canonical_url="https://baokhac.example/1", act=Act.WITHDRAW)
    send(db, replace(gone, updated=NOW + timedelta(hours=2)), source=COPY, at=NOW + timedelta(hours=2))
    settled(db)
    archive = fetched(signed_in(serve(), db, Role.EDITOR), story_id)
    page = archive.read(f"ho-so-{story_id}/xem.html").decode()

    assert 1 == page.count("<td>trước khi gỡ: ")
    assert "tin có bài thêm vào, gỡ đi hoặc trở lại, hoặc có điều mới</li>" in page


def test_a_merged_story_leads_to_its_survivor(serve: Serve, db: Database, story_id: StoryId) -> None:
    """Its evidence is the survivor's, which tells what went into it."""
    send(db, draft("lua", "Giá lúa tăng", TEXTS["lua"], canonical_url="https://baomau.example/lua"))
    settled(db)
    with db.write() as conn:
        words.merge(conn, "https://baomau.example/lua", story_id, "lan", NOW)
        other = words.named(conn, "https://baomau.example/lua")
        [gone] = [
            one.story_id for one in stories.page(conn, None, 10) if one.face.tellings[0].entry_id == other
        ]
    settled(db)
    client = signed_in(serve(), db, Role.EDITOR)
    two = {story_id: gone, gone: story_id}
    [ended] = [one for one in two if client.get(f"/tin/{one}/ho-so.zip").status_code == 308]
    told = json.loads(fetched(client, two[ended]).read(f"ho-so-{two[ended]}/story.json"))

    assert f"/tin/{two[ended]}/ho-so.zip" == client.get(f"/tin/{ended}/ho-so.zip").headers["location"]
    assert ([ended], 3) == (told["absorbed"], len(told["entries"]))


@pytest.mark.long_on_postgresql
def test_what_is_too_large_is_said(db: Database, story_id: StoryId) -> None:
    """Beyond its bounds nothing is made, and the numbers are told."""
    with db.read() as conn, pytest.raises(Refused, match="3 receipts, 3 versions"):
        dossier.gather(conn, story_id, most_bytes=100)


def test_rights_of_the_past_are_told(db: Database, story_id: StoryId) -> None:
    """A source's rights stand with the moment since when they hold, the earlier ones too."""
    with db.write() as conn:
        sources.add(conn, replace(COPY, rights=Rights.FULL))
        sources.add(conn, replace(COPY, rights=Rights.FULL, name="Báo Khác Hẳn"))
    with db.read() as conn:
        known, granted = dossier.gather(conn, story_id).rights[COPY.source_id]

    assert Rights.FULL is known.rights
    assert [Rights.TITLE, Rights.FULL] == [one.rights for one in granted]
    assert granted[0].since < granted[1].since


@pytest.mark.long_on_postgresql
def test_a_time_that_the_source_did_not_write_is_not_called_its_own(serve: Serve, db: Database) -> None:
    """The page to read says that the source writes none, and when the article came."""
    send(
        db, draft("lua", "Giá lúa tăng", TEXTS["lua"], published=When(NOW, Precision.SECOND, Basis.RECEIVED))
    )
    settled(db)
    with db.read() as conn:
        [told] = stories.page(conn, None, 10)
    archive = fetched(signed_in(serve(), db, Role.EDITOR), told.story_id)
    page = archive.read(f"ho-so-{told.story_id}/xem.html").decode()
    version = next(name for name in archive.namelist() if name.endswith("0001.json"))

    assert 2 == page.count('nguồn không ghi <span class="soft">(ngày nhận được: 12:00, 20/11/2026)')
    assert "received" == json.loads(archive.read(version))["published_basis"]


def test_what_is_too_large_can_be_had_by_the_operator(serve: Serve, db: Database, story_id: StoryId) -> None:
    """The answer says how, and nothing is written down."""
    with db.write() as conn:
        conn.execute(update(blob).values(size=MOST_BYTES))
    answer = signed_in(serve(), db, Role.EDITOR).get(f"/tin/{story_id}/ho-so.zip")

    assert (422, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert f"./tintinh story evidence {story_id}" in answer.text
    with db.read() as conn:
        assert [] == dossiers.taken(conn, story_id)
