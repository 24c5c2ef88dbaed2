"""The door for pushes, spoken to over a socket, on both databases."""

import base64
import hashlib
import hmac
import json
import socket
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from pipeline import keys
from pipeline.model import Source, SourceId
from pipeline.reader import Reader
from pipeline.store import Database, receipts, sources
from tests.store.tellings import drain
from web import guard

PAPER = SourceId("bao-xudua")
OTHER = SourceId("bao-senvang")
PUSHES = Path(__file__).parents[2] / "samples" / "pushes"
EVENT: dict[str, Any] = {
    "event": "article.published",
    "article": {
        "id": 30412,
        "url": "https://baoxudua.example.org/tin/30412.html",
        "title": "Thông xe cầu Rạch Vong",
        "content_text": "Sáng nay cầu Rạch Vong được thông xe.",
        "published_at": "2026-11-22T07:30:00+07:00",
    },
}


@pytest.fixture
def key(db: Database, tmp_path: Path) -> str:
    """The key of a registered paper; another paper is registered beside it."""
    with db.write() as conn:
        sources.add(conn, Source(PAPER, "Báo Xứ Dừa", "vinh-long", "ben-tre"))
        sources.add(conn, Source(OTHER, "Báo Sen Vàng", "dong-thap", "dong-thap"))
    keys.draw(tmp_path / "keys.json", OTHER)
    return keys.draw(tmp_path / "keys.json", PAPER)


def body(**more: Any) -> bytes:
    """Return an event as JSON, with further fields of the article."""
    return json.dumps(EVENT | {"article": EVENT["article"] | more}, ensure_ascii=False).encode()


def signature(sent: bytes, key: str, push_id: str = "m1", at: datetime | None = None) -> dict[str, str]:
    """Return the headers of a signed call."""
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": push_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(key).sign(push_id, moment, sent.decode()),
    }


def push(client: httpx.Client, sent: bytes, headers: dict[str, str], to: str = PAPER) -> httpx.Response:
    """Post a body."""
    return client.post(f"/webhooks/{to}", content=sent, headers=headers)


def kept(db: Database) -> int:
    """Return how many receipts wait to be read."""
    with db.read() as conn:
        return receipts.pending(conn)


def test_a_202_means_that_the_bytes_are_kept(client: httpx.Client, db: Database, key: str) -> None:
    """The receipt of an accepted push holds exactly the bytes that came."""
    told = push(client, body(), signature(body(), key))
    with db.read() as conn:
        stored = receipts.body(conn, told.json()["receipt_id"])

    assert (202, True) == (told.status_code, told.json()["fresh"])
    assert body() == stored


def test_the_same_id_again_has_no_second_effect(client: httpx.Client, db: Database, key: str) -> None:
    """A repeated call is told the first one's receipt."""
    first = push(client, body(), signature(body(), key))
    again = push(client, body(), signature(body(), key))

    assert (202, False) == (again.status_code, again.json()["fresh"])
    assert first.json()["receipt_id"] == again.json()["receipt_id"]
    assert kept(db) == 1


def test_the_same_id_with_another_body_conflicts(client: httpx.Client, db: Database, key: str) -> None:
    """An id is one message for good."""
    push(client, body(), signature(body(), key))
    changed = body(title="Tít khác")
    told = push(client, changed, signature(changed, key))

    assert (409, "conflict", "webhook-id") == (told.status_code, told.json()["code"], told.json()["field"])
    assert kept(db) == 1


def test_parallel_repeats_make_one_receipt(client: httpx.Client, db: Database, key: str) -> None:
    """A sender that repeats too early still has one receipt."""
    headers = signature(body(), key)
    answers: list[int] = []
    threads = [
        Thread(target=lambda: answers.append(push(client, body(), headers).json()["receipt_id"]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (8, 1, 1) == (len(answers), len(set(answers)), kept(db))


def test_github_is_deduplicated_by_its_bytes(client: httpx.Client, db: Database, key: str) -> None:
    """Without ids, the same body of the same source is the same message."""
    headers = {"X-Hub-Signature-256": "sha256=" + hmac.new(key.encode(), body(), hashlib.sha256).hexdigest()}
    answers = [push(client, body(), headers) for _ in range(2)]

    assert [(202, True), (202, False)] == [(told.status_code, told.json()["fresh"]) for told in answers]
    assert kept(db) == 1


@pytest.mark.usefixtures("key")
def test_no_answer_tells_which_sources_exist(client: httpx.Client, db: Database) -> None:
    """An unknown source, a source without a key and a wrong key get the same answer."""
    with db.write() as conn:
        sources.add(conn, Source(SourceId("khong-khoa"), "Không khóa"))
    wrong = signature(body(), "whsec_" + "A" * 44)
    answers = [push(client, body(), wrong, to) for to in (PAPER, "khong-khoa", "khong-co", "a" * 300)]

    assert {401} == {told.status_code for told in answers}
    assert 1 == len({told.content for told in answers})
    assert "bad_signature" == answers[0].json()["code"]


@pytest.mark.usefixtures("key")
def test_another_sources_key_opens_nothing(client: httpx.Client, tmp_path: Path) -> None:
    """A key is for one source."""
    (theirs,) = keys.of(tmp_path / "keys.json", OTHER)

    assert 401 == push(client, body(), signature(body(), theirs)).status_code


@pytest.mark.usefixtures("key")
def test_an_unsigned_call_is_told_what_is_missing(client: httpx.Client) -> None:
    """Nothing is read without a signature."""
    told = push(client, body(), {})

    assert (401, "missing_signature") == (told.status_code, told.json()["code"])
    assert "WWW-Authenticate" in told.headers


@pytest.mark.usefixtures("key")
def test_strangers_do_not_fill_the_log(client: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Ten lines a minute from one address, each on one line whatever was called."""
    for number in range(15):
        push(client, body(), {}, f"a%0a%1b{number}")
    told = capfd.readouterr().out

    assert (10, 10) == (
        told.count("push_refused"),
        len([line for line in told.splitlines() if "refused" in line]),
    )
    assert "\x1ba" not in told


def test_a_stale_call_is_told_the_time(client: httpx.Client, key: str) -> None:
    """A sender with a wrong clock can set it by the answer."""
    old = datetime.now(UTC) - timedelta(hours=1)
    told = push(client, body(), signature(body(), key, at=old))

    assert (401, "stale_timestamp") == (told.status_code, told.json()["code"])
    assert abs(told.json()["server_time"] - datetime.now(UTC).timestamp()) < 60


def test_a_new_key_counts_from_the_next_call(client: httpx.Client, key: str, tmp_path: Path) -> None:
    """No restart is needed to change a key, and the old one is worth nothing then."""
    assert 202 == push(client, body(), signature(body(), key)).status_code
    new, _ = keys.renew(tmp_path / "keys.json", PAPER, timedelta(0))

    assert 401 == push(client, body(), signature(body(), key, "m2")).status_code
    assert 202 == push(client, body(), signature(body(), new, "m2")).status_code


def test_a_wrong_shape_names_the_field(client: httpx.Client, db: Database, key: str) -> None:
    """A signed body that is no event is refused with the place of the mistake, and not kept."""
    head = b'{"event": "article.published", "article": '
    wrong = {
        b"": "body",
        b"{": "body",
        b"[]": "body",
        b'{"event": "article.eaten", "article": {"id": "1", "title": "a"}}': "event",
        b'{"event": "article.published"}': "article",
        head + b'{"id": "1"}}': "article.title",
        head + b'{"id": "1", "title": 7}}': "article.title",
        head + b'{"title": "a"}}': "article.id",
        head + b'{"id": "1", "title": "a", "url": "javascript:x"}}': "article.url",
    }
    answers = {sent: push(client, sent, signature(sent, key)) for sent in wrong}

    assert {422} == {told.status_code for told in answers.values()}
    assert wrong == {sent: told.json()["field"] for sent, told in answers.items()}
    assert kept(db) == 0


def test_a_body_over_the_limit_is_cut_off(client: httpx.Client, db: Database, key: str) -> None:
    """Size is counted while the body streams, with a length announced and without."""
    sent = body(content_text="a" * 2_100_000)
    announced = push(client, sent, signature(sent, key))
    streamed = client.post(
        f"/webhooks/{PAPER}", content=iter([sent[:1_000_000], sent[1_000_000:]]), headers=signature(sent, key)
    )

    answers = [(told.status_code, told.json()["code"]) for told in (announced, streamed)]

    assert [(413, "too_large")] * 2 == answers
    assert kept(db) == 0


def test_signed_bytes_that_are_no_text_are_named(client: httpx.Client, db: Database, key: str) -> None:
    """The key made the signature, so the body is at fault: it is no UTF-8."""
    sent, at = body().replace("ầ".encode(), b"\xe1"), str(int(datetime.now(UTC).timestamp()))
    made = hmac.digest(base64.b64decode(key[6:]), f"m1.{at}.".encode() + sent, "sha256")
    headers = {"webhook-id": "m1", "webhook-timestamp": at}
    told = push(client, sent, headers | {"webhook-signature": "v1," + base64.b64encode(made).decode()})

    assert (422, "bad_input", "body") == (told.status_code, told.json()["code"], told.json()["field"])
    assert kept(db) == 0


def begun(client: httpx.Client, announced: int) -> socket.socket:
    """Begin a call whose body does not come."""
    made = socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=10)
    made.sendall(
        f"POST /webhooks/{PAPER} HTTP/1.1\r\nHost: a\r\nContent-Length: {announced}\r\n\r\n{{".encode()
    )
    return made


def test_a_body_that_never_comes_is_not_waited_for(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its time; one that is announced too large has none."""
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.2)
    answers = []
    for announced in (50, 10_000_000):
        with begun(client, announced) as stalled:
            answers.append(b"".join(iter(partial(stalled.recv, 4096), b"")))

    assert [b"HTTP/1.1 408", b"HTTP/1.1 413"] == [told[:12] for told in answers]
    assert all(b'"code":"too_' in told for told in answers)


def test_who_leaves_in_the_middle_is_no_error(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that breaks in a body is an everyday thing."""
    begun(client, 50).close()
    for _ in range(3):
        client.get("/healthz")

    assert [] == [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_dry_run_stores_nothing(client: httpx.Client, db: Database, key: str) -> None:
    """It says what would come of the push, and nothing is kept."""
    told = client.post(f"/webhooks/{PAPER}?dry_run=1", content=body(), headers=signature(body(), key))
    (entry,) = told.json()["entries"]

    assert (200, "read") == (told.status_code, told.json()["outcome"])
    assert ("Thông xe cầu Rạch Vong", "NEW") == (entry["title"], entry["verdict"])
    assert kept(db) == 0


def test_the_receipt_says_what_became_of_it(client: httpx.Client, key: str) -> None:
    """Its sender asks with the key, or signs an empty body; nobody else sees it."""
    receipt_id = push(client, body(), signature(body(), key)).json()["receipt_id"]
    where = f"/webhooks/{PAPER}/receipts/{receipt_id}"
    told = client.get(where, headers={"Authorization": f"Bearer {key}"})

    assert (200, receipt_id, "received") == (
        told.status_code,
        told.json()["receipt_id"],
        told.json()["state"],
    )
    assert told.json() == client.get(where, headers=signature(b"", key)).json()
    assert 401 == client.get(where).status_code
    assert 401 == client.get(where, headers={"Authorization": "Bearer x"}).status_code


def test_each_push_hears_of_itself(client: httpx.Client, db: Database, key: str) -> None:
    """Four pushes under one id have four answers, and a dry run of a withdrawal names the story."""
    times = {"published": None, "updated": "11:00", "updated ": "10:00", "corrected": "12:00"}
    sent = [
        EVENT
        | {
            "event": f"article.{event.strip()}",
            "article": EVENT["article"]
            | {
                "title": f"Thông xe cầu Rạch Vong {time}",
                "updated_at": time and f"2026-11-22T{time}:00+07:00",
            },
        }
        for event, time in times.items()
    ]
    bodies = [json.dumps(one).encode() for one in sent]
    taken = [push(client, one, signature(one, key, f"m{i}")).json() for i, one in enumerate(bodies)]
    with Reader() as reader:
        drain(db, reader, lambda: datetime.now(UTC))
    bearer = {"Authorization": f"Bearer {key}"}
    answers = [client.get(f"/webhooks/{PAPER}/receipts/{one['receipt_id']}", headers=bearer) for one in taken]
    told = [answer.json()["entries"][0] for answer in answers]
    gone = json.dumps({"event": "article.withdrawn", "article": {"id": 30412}}).encode()
    dry = client.post(f"/webhooks/{PAPER}?dry_run=1", content=gone, headers=signature(gone, key)).json()

    assert ["new", "revised", "superseded", "revised"] == [entry["became"] for entry in told]
    assert 4 == len({entry["because"] for entry in told})
    assert (None, "withdraw", told[0]["story_id"]) == tuple(
        dry["entries"][0][name] for name in ("verdict", "act", "story_id")
    )


def test_a_receipt_of_another_source_is_not_there(client: httpx.Client, key: str, tmp_path: Path) -> None:
    """Receipt numbers are shared, receipts are not."""
    receipt_id = push(client, body(), signature(body(), key)).json()["receipt_id"]
    (theirs,) = keys.of(tmp_path / "keys.json", OTHER)
    headers = {"Authorization": f"Bearer {theirs}"}

    assert 404 == client.get(f"/webhooks/{OTHER}/receipts/{receipt_id}", headers=headers).status_code
    assert 404 == client.get(f"/webhooks/{OTHER}/receipts/{2**63 - 1}", headers=headers).status_code
    assert 422 == client.get(f"/webhooks/{OTHER}/receipts/{2**63}", headers=headers).status_code


def test_the_samples_are_taken(client: httpx.Client, db: Database, key: str) -> None:
    """Every sample push is accepted as it is."""
    samples = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(PUSHES.iterdir())]
    sent = [json.dumps(sample["body"], ensure_ascii=False).encode() for sample in samples]
    answers = [push(client, one, signature(one, key, f"m{i}")) for i, one in enumerate(sent)]

    assert [202] * len(sent) == [told.status_code for told in answers]
    assert kept(db) == len(sent)
