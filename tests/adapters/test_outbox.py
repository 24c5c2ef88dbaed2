"""The queue of the adapters, in real PHP against the real door. Skips where there is no `php`."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.store import receipts
from tests.adapters.conftest import Site
from tests.web_server import Answer, serving

ADAPTERS = Path(__file__).parents[2] / "adapters"
CORE = ADAPTERS / "core" / "tintinh-core.php"
DRIVER = Path(__file__).parent / "driver.php"
ARTICLE = {"id": "7", "title": "Thông xe cầu Rạch Vong", "content_html": "<p>Cầu dài 312 m.</p>"}

Cms = Callable[..., Any]


@pytest.fixture
def cms(tmp_path: Path) -> Iterator[Cms]:
    """A CMS that is asked by `cms("work", …)`; it keeps its queue in a file."""
    if shutil.which("php") is None:
        pytest.skip("php is not installed")
    command = ["php", str(DRIVER), str(CORE), str(tmp_path / "cms.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as php:
        assert php.stdin is not None
        assert php.stdout is not None
        asked, answered = php.stdin, php.stdout

        def ask(do: str, **more: Any) -> Any:
            asked.write(json.dumps({"do": do, **more}) + "\n")
            asked.flush()
            line = answered.readline()
            return (
                json.loads(line) if line.startswith(("[", "{", "n", '"')) or line.strip().isdigit() else line
            )

        yield ask
        asked.close()


def save(cms: Cms, fields: dict[str, Any] | None) -> None:
    """Do what a CMS does when an editor saves article 7; None takes it out of the public's sight."""
    cms("article", id="7", fields=fields)
    cms("mark", id="7")


def door(url: str, key: str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=") -> dict[str, str]:
    """Return the settings of an adapter."""
    return {"site": url, "source": "bao-dong-khoi", "key": key}


def told(site: Site) -> list[tuple[str, str]]:
    """Return the events that a site took, with the articles' titles."""
    bodies = []
    with site.db.read() as conn:
        for number in range(1, receipts.pending(conn) + 1):
            body = json.loads(receipts.body(conn, number))
            bodies.append((body["event"], body["article"].get("title", "")))
    return bodies


def test_the_life_of_an_article(cms: Cms, site: Site) -> None:
    """Published, saved again, changed, corrected, taken back, put back: each is told once, by its name."""
    here = door(site.url, site.key)
    steps: list[dict[str, Any] | None] = [
        ARTICLE,
        ARTICLE,
        ARTICLE | {"title": "Thông xe cầu Rạch Vong 2"},
        ARTICLE | {"title": "Thông xe cầu Rạch Vong 3", "note": "Đính chính tên cầu"},
        None,
        None,
        ARTICLE,
    ]
    for fields in steps:
        save(cms, fields)
        cms("work", **here)

    assert [
        ("article.published", "Thông xe cầu Rạch Vong"),
        ("article.updated", "Thông xe cầu Rạch Vong 2"),
        ("article.corrected", "Thông xe cầu Rạch Vong 3"),
        ("article.withdrawn", ""),
        ("article.published", "Thông xe cầu Rạch Vong"),
    ] == told(site)


def test_messages_of_one_second_keep_their_order(cms: Cms, site: Site) -> None:
    """Taken back and put back at once: each message is later than the one before, so the last one stands."""
    for fields in (ARTICLE, None, ARTICLE, None, ARTICLE):
        save(cms, fields)
        cms("work", **door(site.url, site.key))
    with site.db.read() as conn:
        sent = [json.loads(receipts.body(conn, number))["article"]["updated_at"] for number in range(1, 6)]

    assert sorted(set(sent)) == sent


def test_a_draft_leaves_no_trace(cms: Cms, site: Site) -> None:
    """What was never public is not told of, and keeps no row."""
    save(cms, None)
    cms("work", **door(site.url, site.key))

    assert ([], None) == (told(site), cms("row", id="7"))


def test_an_outage_loses_nothing_and_sends_the_newest(cms: Cms, site: Site) -> None:
    """While nobody answers the article waits under one id; afterwards only its newest state is told."""
    away = door("http://127.0.0.1:9")
    save(cms, ARTICLE)
    cms("work", **away)
    first = cms("row", id="7")
    cms("work", **away)  # the pause is not over: nothing is tried
    cms("clock", seconds=6)
    cms("work", **away)
    second = cms("row", id="7")
    save(cms, ARTICLE | {"title": "Bản mới hơn"})
    taken = cms("work", **door(site.url, site.key))

    assert (first["message"], 1, 2) == (second["message"], first["tries"], second["tries"])
    assert (1, [("article.published", "Bản mới hơn")]) == (taken, told(site))


def test_taken_back_before_it_was_surely_told(cms: Cms, site: Site) -> None:
    """A call without an answer may have arrived: the article's end is told all the same."""
    save(cms, ARTICLE)
    cms("work", **door("http://127.0.0.1:9"))
    save(cms, None)
    cms("work", **door(site.url, site.key))

    assert [("article.withdrawn", "")] == told(site)


def test_a_wrong_clock_signs_again_by_ours(cms: Cms, site: Site) -> None:
    """A CMS whose clock is an hour off is told of it and gets through at once."""
    cms("clock", seconds=-3600)
    save(cms, ARTICLE)

    assert 1 == cms("work", **door(site.url, site.key))


def test_a_wrong_key_is_stuck_until_somebody_acts(cms: Cms, site: Site) -> None:
    """A refusal is not repeated; with the right key and a push of the button it goes through."""
    save(cms, ARTICLE)
    cms("work", **door(site.url))
    cms("clock", seconds=4000)
    cms("work", **door(site.url))
    row = cms("row", id="7")
    cms("release")

    assert ("stuck", 1) == (row["state"], row["tries"])
    assert row["answer"].startswith("401 bad_signature")
    assert 1 == cms("work", **door(site.url, site.key))


def test_a_key_that_is_none_is_refused_without_being_named(cms: Cms, site: Site) -> None:
    """Nothing of a mistyped key appears in the message about it."""
    said = cms("work", **door(site.url, "whsec-secret-of-mine"))

    assert "whsec_" in said
    assert "secret-of-mine" not in said


@pytest.mark.parametrize(("asked", "pause"), [("", 5), ("1200", 1200), ("999999", 3600), ("soon", 5)])
def test_a_busy_site_says_when(cms: Cms, asked: str, pause: int) -> None:
    """A 503 is tried again as Retry-After says, within an hour; the others wait with it."""
    busy = Answer(
        503, b'{"code": "unavailable", "message": "later"}', {"Retry-After": asked} if asked else {}
    )
    with serving(lambda *_: busy) as there:
        for article in ("7", "8"):
            cms("article", id=article, fields=ARTICLE | {"id": article})
            cms("mark", id=article)
        cms("work", **door(there.url))
        tried = [cms("row", id=article) for article in ("7", "8")]

    assert 1 == len(there.seen)
    assert [1, 0] == sorted((row["tries"] for row in tried), reverse=True)
    waits = next(row for row in tried if row["tries"])
    assert waits["due"] - waits["changed"] in {pause, pause - 1}  # the clock may tick between the two


def test_an_id_that_was_used_gets_another(cms: Cms) -> None:
    """A 409 is answered with a new id at once; a second one needs a person."""
    used = Answer(409, b'{"code": "conflict", "message": "another body"}')
    with serving(lambda *_: used) as there:
        save(cms, ARTICLE)
        cms("work", **door(there.url))

    assert 2 == len({headers["webhook-id"] for _, _, headers, _ in there.seen})
    assert "stuck" == cms("row", id="7")["state"]


def test_a_text_over_the_limit_goes_without_its_body(cms: Cms, site: Site) -> None:
    """Title and summary still reach the readers."""
    save(cms, ARTICLE | {"content_html": "ư" * 1_500_000})
    cms("work", **door(site.url, site.key))

    assert [("article.published", "Thông xe cầu Rạch Vong")] == told(site)
