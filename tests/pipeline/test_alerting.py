"""Letters of saved searches: to whom, when, what, and each story once."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import alerting, mailer
from pipeline.alert_batches import next_letter, slot
from pipeline.alerting import Purpose
from pipeline.errors import BadInput
from pipeline.model import LOCAL_ZONE
from pipeline.store import Database, deliveries, leases, saved, saved_finds, saved_ways, words
from pipeline.store.saved_finds import Kind
from pipeline.store.saved_ways import Pace, State
from tests.pipeline.alert_desk import BASE, LAN, Desk
from tests.smtp_server import Office, mailing
from tests.store.newsroom import NEWS
from tests.store.tellings import settled

pytestmark = pytest.mark.long_on_postgresql  # what its SQL says there, tests/store/test_saved_ways.py holds

_STORY = re.compile(r"/tin/(\S+)")


@pytest.fixture
def office() -> Iterator[Office]:
    """A mail server."""
    with mailing() as running:
        yield running


@pytest.fixture
def desk(db: Database, tmp_path: Path, office: Office) -> Desk:
    """A desk that writes by it."""
    return Desk(db, tmp_path, office)


def titles(office: Office) -> list[list[str]]:
    """Return the titles that each letter tells, in order."""
    return [
        [told.title for told in NEWS.values() if told.title in letter.text.splitlines()]
        for letter in office.got
    ]


def test_an_address_is_asked_before_it_is_told_anything(desk: Desk, office: Office) -> None:
    """The question names neither search nor question; finds of before the answer are not told."""
    search = desk.save("Mua ngay kẻo lỡ")
    desk.ask(search)
    desk.run()
    desk.find(search, desk.story("cau full"))
    desk.run()
    [asked] = office.got
    known = desk.told_by(asked, Purpose.CONFIRM)

    assert (LAN, "Xác nhận nhận thư từ Tin Tỉnh") == (asked.to, asked.message["Subject"])
    assert "Mua ngay" not in asked.message.as_string()
    assert "bí mật" not in asked.text
    assert known is not None
    assert State.ASKED is known.state


def test_finds_come_in_one_letter_once(desk: Desk, office: Office) -> None:
    """What is found at a moment comes together, told as the feed tells it; nothing comes twice."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"), desk.story("sen full"))
    desk.run()
    desk.run(hours=2)
    desk.find(search, story := desk.story("notice 0"))
    desk.run()
    first, second = office.got

    assert [["cau full", "sen full"], ["notice 0"]] == [
        [name for name, told in NEWS.items() if told.title in one and name.endswith(("full", "0"))]
        for one in titles(office)
    ]
    assert "Cầu đường: 2 tin mới" == first.message["Subject"]
    assert f"{BASE}/tin/{story}" in second.text
    assert "bí mật" not in first.message.as_string()
    assert 3 == desk.known(way).told


def test_the_headers_of_a_letter(desk: Desk, office: Office) -> None:
    """One click ends it, no robot answers it, both forms are there."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"))
    desk.run()
    [taken] = office.got
    told = taken.message
    link = f"{BASE}/theo-doi/thu/{alerting.code(desk.key, Purpose.MANAGE, desk.known(way))}"

    assert f"<{link}>" == told["List-Unsubscribe"]
    assert f"List-Unsubscribe: <{link}>\r\n".encode() in taken.raw
    assert "List-Unsubscribe=One-Click" == told["List-Unsubscribe-Post"]
    assert "auto-generated" == told["Auto-Submitted"]
    assert told["List-Id"].endswith(".tin.example>")
    assert "Tin Tỉnh <tin@tin.example>" == str(told["From"])
    assert ["text/plain", "text/html"] == [part.get_content_type() for part in told.iter_parts()]
    assert taken.raw.isascii()
    assert max(map(len, taken.raw.splitlines())) < 998
    assert taken.text.rstrip().endswith(link)


def test_what_becomes_of_a_story_is_told(desk: Desk, office: Office) -> None:
    """A correction is called one; of a story that is gone no word is told again."""
    search = desk.save()
    desk.way(search)
    bridge, lotus = desk.story("cau full"), desk.story("sen full")
    desk.find(search, bridge, lotus)
    desk.run()
    with desk.db.write() as conn:
        words.withdraw(conn, lotus, "lan", desk.now)
    settled(desk.db)
    desk.find(search, bridge, kind=Kind.CORRECTED)
    desk.find(search, lotus, kind=Kind.WITHDRAWN)
    desk.run(hours=1)
    letter = office.got[1]

    assert "Cầu đường: 1 đính chính, 1 tin đã gỡ" == letter.message["Subject"]
    assert "ĐÍNH CHÍNH" in letter.text
    assert "không rõ nguồn nào đã sửa" in letter.text  # no text changed
    assert "ĐÃ GỠ" in letter.text
    assert NEWS["cau full"].title in letter.text
    assert NEWS["sen full"].title not in letter.message.as_string()


def test_a_correction_names_who_corrected_what(desk: Desk, office: Office) -> None:
    """The source, its words as they are now, and where all its versions are; none of its words of before."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, bridge := desk.story("cau full"))
    desk.run()
    desk.correct("cau full", "52 m", "25 m")
    desk.correct("cau full", "Rạch Dừa", "Rạch Miễu")
    desk.find(search, bridge, kind=Kind.CORRECTED)
    desk.run(minutes=1)
    letter = office.got[1]

    assert "Báo Mẫu đã sửa bài của mình:" in letter.text
    assert "Rạch Miễu" in letter.text
    assert "Rạch Dừa" not in letter.text
    assert f"{BASE}/entries/" in letter.text
    assert "không rõ nguồn nào" not in letter.text
    assert 1 == desk.known(way).told


def test_what_was_taken_back_before_its_letter_is_not_told(desk: Desk, office: Office) -> None:
    """A story that is gone when the letter is made was never news to anybody."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, bridge := desk.story("cau full"))
    with desk.db.write() as conn:
        words.withdraw(conn, bridge, "lan", desk.now)
    settled(desk.db)
    desk.find(search, bridge, kind=Kind.WITHDRAWN)
    desk.run()

    assert [] == office.got
    assert desk.known(way).position == desk.known(way).through > 0


def test_stories_that_merge_are_told_once(desk: Desk, office: Office) -> None:
    """Whether they merge before the letter or after: the one that is left is told, or was."""
    search = desk.save()
    desk.way(search)
    bridge, lotus = desk.story("cau full"), desk.story("sen full")
    desk.find(search, bridge, lotus)
    with desk.db.write() as conn:
        words.merge(conn, bridge, lotus, "lan", desk.now)
    settled(desk.db)
    desk.run()
    desk.find(search, notice := desk.story("notice 0"))
    with desk.db.write() as conn:
        words.merge(conn, bridge, notice, "lan", desk.now)
    settled(desk.db)
    desk.run()

    assert ["Cầu đường: 1 tin mới"] == [letter.message["Subject"] for letter in office.got]


def test_a_digest_comes_at_seven(desk: Desk, office: Office) -> None:
    """Daily and weekly letters tell what was found up to seven o'clock in Viet Nam, and only then."""
    search = desk.save()
    desk.now = datetime(2026, 11, 20, 6, 50, tzinfo=LOCAL_ZONE)  # a Friday
    desk.way(search, Pace.DAILY)
    desk.way(search, Pace.WEEKLY, "minh@bao.example")
    came = []
    for name, minutes in (("cau full", 9), ("sen full", 2), ("notice 0", 5)):
        desk.find(search, desk.story(name))
        desk.run(minutes=minutes)
        came.append([letter.to for letter in office.got])
    desk.run(hours=23, minutes=53)  # Saturday 06:59
    came.append([letter.to for letter in office.got])
    desk.run(minutes=1)
    came.append([letter.to for letter in office.got])
    desk.run(days=2)  # Monday 07:00
    came.append([letter.to for letter in office.got])

    assert [[], [LAN], [LAN], [LAN], [LAN, LAN], [LAN, LAN, "minh@bao.example"]] == came
    assert ["2 tin mới", "1 tin mới", "3 tin mới"] == [
        letter.message["Subject"].partition(": ")[2] for letter in office.got
    ]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_slots(now: datetime) -> None:
    """The last seven o'clock up to now, a Monday's of a week; the same all through until the next."""
    day, week = slot(Pace.DAILY, now), slot(Pace.WEEKLY, now)

    assert now == slot(Pace.INSTANT, now)
    assert timedelta(0) <= now - day < timedelta(days=1)
    assert timedelta(0) <= now - week < timedelta(days=7)
    assert (7, 0, 0) == (day.astimezone(LOCAL_ZONE).hour, day.minute, day.second)
    assert 0 == week.astimezone(LOCAL_ZONE).weekday()
    assert (day, week) == (slot(Pace.DAILY, day), slot(Pace.WEEKLY, week))


def test_an_address_that_is_none_is_stopped(desk: Desk, office: Office) -> None:
    """550 for the recipient: at once, with the reason; the attempts' log names nobody."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"))
    office.to_recipient = [f"550 5.1.1 <{LAN}> is no user here"]
    desk.run()
    desk.find(search, desk.story("sen full"))
    desk.run(hours=1)

    assert (State.STOPPED, "SMTP 550") == (desk.known(way).state, desk.known(way).error)
    assert ["SMTP 550"] == desk.reasons()
    with desk.db.read() as conn:
        assert LAN not in str(deliveries.standing(conn, 9))


def test_greylisting_is_waited_out(desk: Desk, office: Office) -> None:
    """4xx is tried again, soon; the letter is the same one, and what came meanwhile follows it."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"))
    office.to_recipient = ["450 4.2.0 greylisted", "450 4.2.0 greylisted", "250 ok"]
    desk.run()
    desk.find(search, desk.story("sen full"))
    desk.run(seconds=6)
    desk.run(seconds=30)

    assert ["1 tin mới"] * 2 == [letter.message["Subject"].partition(": ")[2] for letter in office.got]
    assert (State.ACTIVE, "", 2) == (desk.known(way).state, desk.known(way).error, desk.known(way).told)


def test_who_never_takes_it_is_stopped(desk: Desk, office: Office) -> None:
    """Days of 4xx end a way; the wait between two attempts stays short enough for news."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"))
    office.to_recipient = ["450 4.2.1 busy"]
    desk.run()
    for _ in range(8):
        desk.run(minutes=19)
    tries = len(desk.reasons())
    desk.run(days=6)

    assert 9 == tries
    assert State.STOPPED is desk.known(way).state


def test_a_server_that_hangs_or_is_away_loses_nothing(desk: Desk, office: Office) -> None:
    """It is no fault of the address, however many days it takes; one that then says "later" has its days."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"))
    assert desk.mailer is not None
    away, desk.mailer = desk.mailer, mailer.mailer("smtp://127.0.0.9:9", None, "t@t.example", 1)
    desk.run()
    desk.run(days=9)
    desk.mailer = away
    office.to_recipient = ["421 4.3.2 too busy", "450 4.7.1 greylisted", "450 4.2.1 busy", "250 ok"]
    desk.run(days=1)
    desk.run(hours=1)
    desk.run(hours=1)
    state = desk.known(way).state
    desk.run(hours=1)

    assert (State.ACTIVE, 1) == (state, len(office.got))
    assert {"SourceUnreachable"} != set(desk.reasons())


def test_without_a_mail_server_nothing_is_lost(db: Database, tmp_path: Path, office: Office) -> None:
    """Letters wait until there is one."""
    desk = Desk(db, tmp_path)
    search = desk.save()
    desk.ask(search, "minh@bao.example")
    desk.way(search)
    desk.find(search, desk.story("cau full"))
    desk.run()
    desk.mailer, desk.makers = (late := Desk(db, tmp_path, office)).mailer, late.makers
    desk.run(hours=1)

    assert {LAN, "minh@bao.example"} == {letter.to for letter in office.got}


def test_a_flood_is_gathered(desk: Desk, office: Office) -> None:
    """After a dozen letters in an hour the rest of it comes in one; corrections go at once."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, bridge := desk.story("cau full"))
    desk.run()
    desk.burst(way, 11)
    desk.find(search, desk.story("sen full"))
    desk.run(minutes=1)
    with desk.db.read() as conn:
        waits = saved_ways.waiting(conn, desk.known(way))
    held, until = len(office.got), next_letter(desk.known(way), desk.now)
    desk.find(search, bridge, kind=Kind.CORRECTED)
    desk.run(minutes=1)
    urgent = office.got[-1].message["Subject"]
    desk.find(search, desk.story("notice 0"))
    desk.run(minutes=1)
    again = len(office.got)
    assert until is not None
    desk.now = until
    desk.run()

    assert (1, 1, 2, 3) == (held, waits, again, len(office.got))
    assert "Cầu đường: 1 tin mới, 1 đính chính" == urgent
    with desk.db.read() as conn:
        assert saved_finds.head(conn) == desk.known(way).position


def test_even_corrections_are_not_endless(desk: Desk, office: Office) -> None:
    """Who flips a text back and forth fills no mailbox: after five dozen letters in an hour all waits."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, bridge := desk.story("cau full"))
    desk.run()
    desk.burst(way, 59)
    desk.find(search, bridge, kind=Kind.CORRECTED)
    desk.run(minutes=1)
    held = len(office.got)
    desk.run(hours=1)

    assert (1, 2) == (held, len(office.got))


def test_a_search_that_cannot_be_read_is_told_once(desk: Desk, office: Office) -> None:
    """Its holder learns why, each time that it comes about; finds go on when it can be read again."""
    search = desk.save()
    desk.way(search)
    for _ in range(2):
        with desk.db.write() as conn:
            saved_ways.invalidate(conn, search, "topic: no topic of this name")
        desk.run()
        desk.run(hours=1)
        with desk.db.write() as conn:
            saved.revalidate(conn, search)
    desk.find(search, desk.story("cau full"))
    desk.run()

    assert ["Cầu đường: cần sửa câu hỏi"] * 2 + ["Cầu đường: 1 tin mới"] == [
        letter.message["Subject"] for letter in office.got
    ]
    assert 3 == len({letter.message["Message-ID"] for letter in office.got})
    assert "Phần không dùng được nữa: chủ đề." in office.got[0].text


def test_no_find_is_passed_over(desk: Desk, office: Office) -> None:
    """Where a clock went back between two finds, the younger one is told by the next letter."""
    search = desk.save()
    desk.way(search)
    first, second, third = map(desk.story, ("cau full", "sen full", "notice 0"))
    for minutes, story in ((0, first), (2, second), (-2, third)):
        desk.now += timedelta(minutes=minutes)
        desk.find(search, story)
    desk.run()
    early = [_STORY.findall(letter.text) for letter in office.got]
    desk.run(minutes=3)

    assert [[first]] == early
    assert [second, third] == _STORY.findall(office.got[-1].text)


@pytest.mark.parametrize("change", ["pause", "end", "close"])
def test_who_wants_no_more_gets_no_more(desk: Desk, office: Office, change: str) -> None:
    """A search that rests or ended, a way that was closed: not even what was found before."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"))
    with desk.db.write() as conn:
        match change:
            case "pause":
                saved.pause(conn, search)
            case "end":
                saved.end(conn, search)
            case _:
                saved_ways.closed(conn, way)
    desk.run()

    assert [] == office.got


def test_nobody_is_asked_too_often(desk: Desk, office: Office) -> None:
    """Three questions a day to one address, however it is written and whoever asks."""
    for number in range(5):
        desk.ask(desk.save(), LAN.upper() if number % 2 else LAN)
    desk.run()
    first = len(office.got)
    desk.run(days=1, hours=1)
    desk.ask(desk.save())
    desk.run()

    assert (3, 4) == (first, len(office.got))


def test_a_search_has_few_letters(desk: Desk) -> None:
    """Five addresses; one that was closed makes room, and nobody knows its name any more."""
    search = desk.save()
    ways = [desk.way(search, address=f"p{number}@bao.example") for number in range(5)]
    with pytest.raises(BadInput, match="mail"):
        desk.ask(search, "p9@bao.example")
    with desk.db.write() as conn:
        saved_ways.closed(conn, ways[0])
    desk.ask(search, "p9@bao.example")

    assert (State.OFF, "") == (desk.known(ways[0]).state, desk.known(ways[0]).address)


def test_codes_fit_one_way_and_purpose(desk: Desk) -> None:
    """Another way's code, another purpose's and whatever is no code name nobody."""
    one, other = (desk.known(desk.way(desk.save(), address=f"{name}@bao.example")) for name in "ab")
    right = alerting.code(desk.key, Purpose.MANAGE, one)
    wrong = [
        right.replace(str(one.way_id), str(other.way_id), 1),
        right[:-1],
        *("", "-", "x", "9" * 30, f"{one.way_id}-", f"{one.way_id}", f"²-{right}", "1-é"),
    ]
    with desk.db.read() as conn:
        assert one == alerting.way_of(conn, desk.key, Purpose.MANAGE, right)
        assert [None] * len(wrong) == [
            alerting.way_of(conn, desk.key, Purpose.MANAGE, each) for each in wrong
        ]
        assert alerting.way_of(conn, desk.key, Purpose.CONFIRM, right) is None


def test_unanswered_addresses_are_forgotten(desk: Desk) -> None:
    """After two days nobody knows them any more."""
    search = desk.save()
    desk.ask(search)
    with desk.db.write() as conn:
        early, late = saved_ways.tidy(conn, desk.now), saved_ways.tidy(conn, desk.now + timedelta(days=2))
        kept = saved_ways.of_search(conn, search)

    assert (0, 1, []) == (early, late, kept)


def test_english_letters(desk: Desk, office: Office) -> None:
    """Whoever confirmed on an English page reads English."""
    search = desk.save()
    desk.way(search, language="en")
    desk.find(search, desk.story("cau full"), desk.story("sen full"))
    desk.run()

    assert "Cầu đường: 2 new stories" == office.got[0].message["Subject"]
    assert "Stop these letters" in office.got[0].text


_DELIVERER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.store import open_database
from tests.pipeline.alert_desk import Desk
from tests.smtp_server import Office
Desk(open_database(sys.argv[1]), Path(sys.argv[2]), Office(port=int(sys.argv[3]))).run()
"""


@pytest.mark.long
def test_a_deliverer_killed_between_the_servers_word_and_ours(
    desk: Desk, office: Office, tmp_path: Path
) -> None:
    """Kill -9 when the letter is taken and not noted: it comes again with the same Message-ID and stories."""
    search = desk.save()
    way = desk.way(search)
    desk.find(search, desk.story("cau full"))
    office.hangs = 60
    command = [sys.executable, "-c", _DELIVERER, desk.db.url, str(tmp_path), str(office.port)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as child:
        end = time.monotonic() + 60
        while not office.got and child.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(child.pid, signal.SIGKILL)
    office.hangs = 0
    desk.find(search, desk.story("sen full"))
    with desk.db.write() as conn:
        leases.forget(conn)
    desk.run(minutes=5)  # the other process's clock is the real one
    desk.run()
    first, again, next_one = office.got

    assert first.message["Message-ID"] == again.message["Message-ID"] != next_one.message["Message-ID"]
    assert titles(office)[0] == titles(office)[1]
    assert 2 == desk.known(way).told
