"""Lists in and out on the command line, and what is shown of sources there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.adding import Wanted, add_named
from cli.desk import Desk
from cli.exchanging import give, take
from cli.listing import list_all, show_one
from pipeline.errors import BadInput, NotFound
from pipeline.model import LOCAL_ZONE, Rights, Seat, Source, SourceId
from pipeline.store import intakes, pauses, sources
from pipeline.store.intakes import Poll
from tests.cli.conftest import Open

NOW = datetime.now(UTC)
BAO_A = Source(
    *(SourceId("bao-a"), "Báo A", "vinh-long", "ben-tre", ("a.example", "b.example"), Rights.FULL),
    (Seat("b.example", "tra-vinh"),),
)


@pytest.fixture
def desk(open_desk: Open, tmp_path: Path) -> Desk:
    """A data folder with one source that has doors of three kinds."""
    opened = open_desk("data")
    with opened.db.write() as conn:
        sources.add(conn, BAO_A)
        door = intakes.add(conn, SourceId("bao-a"), "feed", "https://a.example/rss", next_due=NOW)
        failed = Poll(NOW, NOW + timedelta(hours=1), status=503, error="HTTP 503")
        intakes.done(conn, door, failed)
        intakes.add(conn, SourceId("bao-a"), "webhook")
        intakes.add(conn, SourceId("bao-a"), "folder", str(tmp_path))
    return opened


@pytest.mark.parametrize("form", ["toml", "opml", "csv"])
def test_an_export_rebuilds_the_registry(
    desk: Desk, open_desk: Open, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], form: str
) -> None:
    """Doors of every kind, dated hosts and rights come back in an empty installation."""
    give(desk, form)
    list_file = tmp_path / "anything"
    list_file.write_bytes(capsysbinary.readouterr().out)
    other = open_desk("other")
    problems = take(other, list_file, dry_run=False)
    with other.db.read() as conn:
        known, doors = sources.listed(conn), intakes.listed(conn)

    assert (0, [BAO_A]) == (problems, known)
    assert [("feed", "https://a.example/rss"), ("webhook", ""), ("folder", str(tmp_path))] == [
        (door.kind, door.url) for door in doors
    ]


def test_a_dry_run_of_a_list_changes_nothing(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is new, what changes and which lines are bad is said first."""
    list_file = tmp_path / "x.csv"
    list_file.write_text("id;name;province\nbao-b;Báo B;Huế\nbao-a;Báo Á;\nbao-c;;Xứ Lạ\n", "utf-8")
    problems = take(desk, list_file, dry_run=True)
    told = capsys.readouterr()
    with desk.db.read() as conn:
        known = sources.listed(conn)

    assert (1, [BAO_A]) == (problems, known)
    assert ["new\tbao-b\tBáo B\thue\t0", "changed\tbao-a\tBáo Á\tvinh-long\t0"] == told.out.splitlines()
    assert "line 4: province: 'Xứ Lạ'" in told.err


def test_a_list_that_cannot_be_read_is_refused(desk: Desk, tmp_path: Path) -> None:
    """A missing file and an unknown form are said."""
    with pytest.raises(BadInput, match="cannot be read"):
        take(desk, tmp_path / "none.csv", dry_run=False)
    with pytest.raises(BadInput, match="none of toml, opml, csv"):
        give(desk, "xlsx")


def test_the_list_shows_how_sources_are(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Failing first, paused before all."""
    list_all(desk)
    failing = capsys.readouterr().out.split("\t")
    with desk.db.write() as conn:
        pauses.pause(conn, SourceId("bao-a"), "gambling pages", NOW)
    list_all(desk)
    paused = capsys.readouterr().out.split("\t")

    assert ["bao-a", "Báo A", "vinh-long", "ben-tre", "full", "1", "-", "failing"] == failing[:8]
    assert "paused" == paused[7]


def test_all_of_one_is_shown(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Doors, errors, hosts and what is known of their rules."""
    show_one(desk, SourceId("bao-a"))
    told = capsys.readouterr().out

    for line in (
        "home\tBến Tre, nay thuộc Vĩnh Long",
        "host\tb.example\ttells of tra-vinh",
        "door 1\tfeed\thttps://a.example/rss\tfailing",
        "\terror\tHTTP 503 (1 in a row)",
        "\trobots.txt\tnot asked yet",
    ):
        assert line in told
    assert "\t-" not in told
    with pytest.raises(NotFound):
        show_one(desk, SourceId("nobody"))


def test_hours_of_publication_are_said_in_words(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The hours that hold most of it, by Viet Nam's clock, and how much comes a day."""
    morning = NOW.astimezone(LOCAL_ZONE).replace(hour=6, minute=30)
    days = [morning - timedelta(days=ago) for ago in range(1, 20)]
    with desk.db.write() as conn:
        [door, *_] = intakes.listed(conn, SourceId("bao-a"))
        told = [day + timedelta(hours=more) for day in days for more in (0, 1, 10)]
        intakes.observe(conn, door.intake_id, told, NOW)
    show_one(desk, SourceId("bao-a"))

    assert re.search(r"learned\tpublishes mostly 6–8, 16–17 h; about \d+ a day", capsys.readouterr().out)


def test_a_feed_of_two_sources_is_told(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a dry run, when a list is taken, and when a source is added by its id; said once."""
    listed = tmp_path / "list.csv"
    listed.write_text("id,name,feed\nbao-b,Báo B,https://A.example/rss\n")
    take(desk, listed, dry_run=True)
    first = capsys.readouterr().err
    take(desk, listed, dry_run=False)
    add_named(desk, "bao-c", Wanted(feeds=("https://a.example/rss",)), webhook=False)
    second = capsys.readouterr().err
    take(desk, listed, dry_run=False)

    assert "https://A.example/rss of bao-b is a feed of bao-a too" in first
    assert "of bao-b is a feed of bao-a too" in second
    assert "of bao-c is a feed of bao-a too" in second
    assert "warning" not in capsys.readouterr().err


def test_feeds_of_a_data_set_are_not_taken_for_one(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A feed that lies in a folder (`path`) has no address that another source's could be like."""
    listed = tmp_path / "list.toml"
    listed.write_text(
        "".join(
            f'[[source]]\nid = "{one}"\nname = "{one}"\nprovince = "vinh-long"\nhosts = ["{one}.example"]\n'
            f'[[source.intake]]\nkind = "feed"\npath = "{one}.rss"\n'
            for one in ("bao-d", "bao-e")
        )
    )

    assert 0 == take(desk, listed, dry_run=True)
    assert "warning" not in capsys.readouterr().err
