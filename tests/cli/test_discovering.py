"""Through a catalogue: what answers is registered, what does not stops nobody, and a stop loses nothing."""

from pathlib import Path

import pytest

from cli.desk import Desk
from cli.discovering import Choice, go_through
from pipeline.errors import BadInput
from pipeline.model import Rights, Source, SourceId
from pipeline.store import intakes, sources
from tests.cli.sites import FAMILIES, NOW, answering, paper, rss
from tests.web_server import Answer, serving

PUBLISHER = """
[[publisher]]
id = "{name}"
name = "Báo {name}"
kind = "{kind}"
unit = "{unit}"
hosts = ["{host}"]
pages = ["{page}"]
known = "seen"
verified = false
"""


def one(name: str, page: str, unit: str = "ben-tre", host: str = "gone.invalid", kind: str = "paper") -> str:
    """Return a publisher of a catalogue."""
    return PUBLISHER.format(name=name, page=page, unit=unit, host=host, kind=kind)


def run(desk: Desk, tmp_path: Path, told: str, **more: object) -> None:
    """Go through a catalogue of ours, without gaps."""
    file = tmp_path / "catalogue.toml"
    file.write_text(told, "utf-8")
    go_through(desk, Choice(**({"file": file, "allow_private": True, "gap": 0.0} | more)))  # type: ignore[arg-type]


def states(told: str) -> dict[str, str]:
    """Return the state of each publisher in the table."""
    return {row.split("\t")[0]: row.split("\t")[2] for row in told.splitlines()[1:]}


def test_a_failing_host_stops_nobody(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each has its row: what answers, what is silent, what leads elsewhere, what is gone."""
    old = {"/old.rss": rss("Cũ", range(3), days=200), "/": Answer(404)}
    old["/old.rss"] = Answer(
        body=old["/old.rss"].body.replace(f" {NOW.year} ".encode(), b" 2019 "),
        headers=old["/old.rss"].headers,
    )
    with (
        serving(answering(paper())) as good,
        serving(answering(old)) as silent,
        serving(lambda *_: Answer(500)) as broken,
    ):
        elsewhere = good.url.replace("127.0.0.1", "localhost")
        parked = {"/": Answer(302, headers={"Location": f"{good.url}/"})}
        told = one("a", f"{good.url}/") + one("b", f"{silent.url}/old.rss") + one("c", f"{broken.url}/")
        told += one("d", "http://no.such.invalid/") + one("e", f"{elsewhere}/moved")
        with serving(answering(parked)):
            run(desk, tmp_path, told)
    with desk.db.read() as conn:
        known = sources.listed(conn)

    assert {"a": "ok", "b": "silent", "c": "no feed", "d": "no feed", "e": "no feed"} == states(
        capsys.readouterr().out
    )
    assert [] == known


def test_a_dry_run_is_registered_without_asking_again(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Yes takes the marked feeds; what a person has said of the source meanwhile stands."""
    with serving(answering(paper())) as site:
        told = one("bao-x", f"{site.url}/") + one("bao-y", f"{site.url}/", unit="tra-vinh", kind="portal")
        run(desk, tmp_path, told, kind="paper")
        asked = len(site.seen)
        with desk.db.write() as conn:
            sources.add(conn, Source(SourceId("bao-x"), "Báo X", "vinh-long", "ben-tre", rights=Rights.FULL))
        run(desk, tmp_path, told, kind="paper", yes=True)
        again = len(site.seen)
    with desk.db.read() as conn:
        [known] = sources.listed(conn)
        doors = intakes.listed(conn, SourceId("bao-x"))

    assert asked == again
    assert ("Báo X", "ben-tre", Rights.FULL, 2) == (known.name, known.area, known.rights, len(doors))
    assert "Registered 1 of 1 publishers, 2 feeds, 30 items" in capsys.readouterr().err


def test_the_next_run_goes_on(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When the time is over the rest waits, and is asked by the next run alone."""
    with serving(answering(FAMILIES["wordpress"]())) as site:
        told = one("a", f"{site.url}/") + one("b", f"{site.url}/")
        run(desk, tmp_path, told, seconds=0.0)
        first = capsys.readouterr()
        run(desk, tmp_path, told)
        second = capsys.readouterr()

    assert {} == states(first.out)
    assert "2 were not asked" in first.err
    assert {"a": "ok", "b": "ok"} == states(second.out)


def test_a_lapsed_domain_is_nobody(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A host that leads to a stranger's site is not registered; a person is asked to look."""
    with serving(answering(paper())) as stranger:
        gone = {"/": Answer(302, headers={"Location": stranger.url.replace("127.0.0.1", "localhost") + "/"})}
        with serving(answering(gone)) as site:
            run(desk, tmp_path, one("a", f"{site.url}/"), yes=True)
    with desk.db.read() as conn:
        known = sources.listed(conn)

    assert states(capsys.readouterr().out)["a"] != "ok"
    assert [] == known


@pytest.mark.parametrize(
    "more", [{"province": "Xứ Lạ"}, {"kind": "blog"}, {"province": "Huế"}, {"file": Path("/no/such.toml")}]
)
def test_a_wrong_choice_is_refused(desk: Desk, tmp_path: Path, more: dict[str, object]) -> None:
    """Nobody is asked where nobody fits."""
    with pytest.raises(BadInput):
        run(desk, tmp_path, one("a", "http://a.invalid/"), **more)
