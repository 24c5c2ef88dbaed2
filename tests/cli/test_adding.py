"""A source by its address: its feeds are found, tried, and registered only when a person says yes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cli.adding import Wanted, add_address, add_named
from cli.desk import Desk, now
from cli.probing import probe
from pipeline.errors import BadInput
from pipeline.model import Form, Given, Rights, Source, SourceId
from pipeline.reader import Reader
from pipeline.stages import receive
from pipeline.store import hosts, intakes, receipts, sources
from pipeline.target import authority
from tests.cli.sites import FAMILIES, alternate, answering, json_feed, page, paper, rss
from tests.web_server import Answer, serving


def wanted(**more: object) -> Wanted:
    """Return a wish for a site of ours, without a gap."""
    return Wanted(**({"allow_private": True, "gap": 0.0} | more))  # type: ignore[arg-type]


def feeds(desk: Desk, source_id: str) -> list[str]:
    """Return the paths of a source's feeds."""
    with desk.db.read() as conn:
        return ["/" + one.url.split("/", 3)[3] for one in intakes.listed(conn, SourceId(source_id))]


def taken_in(desk: Desk) -> None:
    """Receive and read every feed that is registered."""
    with desk.db.write() as conn:
        for one in intakes.listed(conn):
            receipts.add(
                conn,
                source_id=one.source_id,
                form=Form.FEED,
                content=receipts.pack(httpx.get(one.url, trust_env=False).content),
                given=Given(url=one.url),
                received_at=datetime.now(UTC),
                intake_id=one.intake_id,
            )
    with Reader() as reader:
        while receive(desk.db, reader, lambda: datetime.now(UTC)).receipts:
            pass


def test_a_dry_run_says_what_would_come(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Each feed with its counts, what is old, what is double; nothing is kept."""
    with serving(answering(paper())) as site:
        add_address(desk, f"{site.url}/", wanted(shown=1))
    told = capsys.readouterr()
    rows = {line.split("\t")[0]: line.split("\t")[1:7] for line in told.out.splitlines()}
    with desk.db.read() as conn:
        kept = [len(sources.listed(conn)), len(intakes.listed(conn)), receipts.pending(conn)]

    assert (
        "source\tbao-ben-tre-moi\tBáo Bến Tre Mới\tBến Tre, nay thuộc Vĩnh Long\tknown by its name"
        in told.out
    )
    assert ["20", "0", "20", "0", "0", "0"] == rows["*1"]
    assert ["10", "0", "10", "0", "0", "10"] == rows["2"]
    assert ["15", "0", "5", "10", "0", "5"] == rows["*3"]
    assert "/rss/mat.rss: HTTP 404" in told.out
    assert "comments" not in told.out
    assert "feedly" not in told.out
    assert "30 items: 20 news, 10 old (searchable, never pushed" in told.err
    assert f"add {site.url}/ --allow-private --yes" in told.err
    assert [0, 0, 0] == kept


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ["/rss/home.rss", "/rss/kinh-te.rss"]),
        ({"feeds": ("1,2",)}, ["/rss/home.rss", "/rss/thoi-su.rss"]),
        ({"all_feeds": True}, ["/rss/home.rss", "/rss/thoi-su.rss", "/rss/kinh-te.rss", "/rss/trong.rss"]),
    ],
)
def test_yes_registers_what_is_wanted(desk: Desk, more: dict[str, object], expected: list[str]) -> None:
    """The marked feeds, those named by number, or all."""
    with serving(answering(paper())) as site:
        add_address(desk, f"{site.url}/", wanted(yes=True, source_id="bao-x", province="Trà Vinh", **more))
    with desk.db.read() as conn:
        known = sources.get(conn, SourceId("bao-x"))

    assert expected == feeds(desk, "bao-x")
    assert known is not None
    assert ("Báo Bến Tre Mới", "tra-vinh", ("127.0.0.1",)) == (known.name, known.area, known.hosts)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("wordpress", ["/feed/"]),
        ("nukeviet", ["/rss/tin-tuc/", "/rss/van-ban/"]),
        ("liferay", ["/web/guest/home/-/asset_publisher/Ab12/rss?p_p_cacheability=cacheLevelFull"]),
        ("sharepoint", ["/_layouts/15/listfeed.aspx?List=%7B3C1AE6D0%2D0000%7D"]),
        ("unannounced", ["/rss.xml"]),
    ],
)
def test_each_content_system_is_understood(desk: Desk, family: str, expected: list[str]) -> None:
    """Wherever it puts its feeds, they are found, and few requests are made."""
    with serving(answering(FAMILIES[family]())) as site:
        add_address(desk, f"{site.url}/", wanted(yes=True, source_id="x"))

    assert expected == feeds(desk, "x")
    assert 12 >= len(site.seen)


def test_a_feed_by_its_own_address(desk: Desk) -> None:
    """The address of a feed is that feed; a JSON Feed is one too."""
    with serving(answering({"/tin.json": json_feed()})) as site:
        add_address(desk, f"{site.url}/tin.json", wanted(yes=True))

    assert ["/tin.json"] == feeds(desk, "bao-ben-tre-moi")


def test_more_feeds_of_a_known_source_are_its(desk: Desk) -> None:
    """A host that is registered keeps its source's name, home and rights."""
    with serving(answering(paper())) as site:
        add_address(desk, f"{site.url}/rss/home.rss", wanted(yes=True, source_id="bao-y", rights="title"))
        add_address(desk, f"{site.url}/rss/kinh-te.rss", wanted(yes=True))
    with desk.db.read() as conn:
        [known] = sources.listed(conn)

    assert ("bao-y", "title") == (known.source_id, known.rights)
    assert ["/rss/home.rss", "/rss/kinh-te.rss"] == feeds(desk, "bao-y")


def test_an_id_that_is_known_keeps_its_source(desk: Desk) -> None:
    """Feeds of another host go to the source that is named, whose name, rights and home stand."""
    known = Source(SourceId("bao-z"), "Báo Z", "nghe-an", "nghe-an", ("z.example",), Rights.FULL)
    with desk.db.write() as conn:
        sources.add(conn, known)
    with serving(answering(paper())) as site:
        add_address(desk, f"{site.url}/rss/home.rss", wanted(yes=True, source_id="bao-z"))
    with desk.db.read() as conn:
        [after] = sources.listed(conn)

    assert replace(known, hosts=("127.0.0.1", "z.example")) == after
    assert ["/rss/home.rss"] == feeds(desk, "bao-z")


def test_what_robots_txt_forbids_is_not_asked(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A feed behind a closed door is named with the reason, and its host's word on mining is shown."""
    closed = {
        "/robots.txt": Answer(body=b"User-agent: *\nDisallow: /rss/\n"),
        "/.well-known/tdmrep.json": Answer(
            body=b'[{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://a.example/terms"}]'
        ),
        "/": page("Báo Ba Tri", head=alternate("/rss/a.rss") + alternate("/b.rss")),
        "/rss/a.rss": rss("A", range(3)),
        "/b.rss": rss("B", range(3)),
    }
    with serving(answering(closed)) as site:
        add_address(desk, f"{site.url}/", wanted(shown=0))
    told = capsys.readouterr().out

    assert "/rss/a.rss" not in [path for _, path, _, _ in site.seen]
    assert "/rss/a.rss: robots.txt forbids this address" in told
    assert "reserves text and data mining, terms: https://a.example/terms" in told


def test_what_has_no_feed_says_what_to_do(desk: Desk) -> None:
    """Nothing is registered, and the next step is named."""
    pages = {
        "/closed": Answer(403),
        "/a.pdf": Answer(body=b"%PDF-1.7 x", headers={"Content-Type": "application/pdf"}),
        "/login": page("Đăng nhập", '<form><input type="password"></form>'),
        "/bare": page("Trống"),
        "/png": Answer(body=b"\x89PNG", headers={"Content-Type": "image/png"}),
    }
    hints = {
        "/no": "HTTP 404: there is no such page",
        "/closed": "lets no program in",
        "/a.pdf": "a PDF",
        "/login": "asks for a name and a password",
        "/bare": "no feed was found",
        "/png": "neither a page nor a feed",
    }
    with serving(answering(pages)) as site:
        for path, hint in hints.items():
            with pytest.raises(BadInput) as refused:
                add_address(desk, site.url + path, wanted(yes=True))
            assert hint in refused.value.message
    with desk.db.read() as conn:
        known = sources.listed(conn)

    assert [] == known


def test_a_number_that_is_none_is_refused(desk: Desk) -> None:
    """Nothing is registered by a slip of the finger."""
    with serving(answering(paper())) as site, pytest.raises(BadInput, match="'9' is no number"):
        add_address(desk, f"{site.url}/rss/home.rss", wanted(yes=True, feeds=("9",)))


def test_a_private_address_needs_a_word(desk: Desk) -> None:
    """Without it nobody on our own network is asked."""
    with serving(answering(paper())) as site, pytest.raises(BadInput, match="--name 'Báo A' --allow-private"):
        add_address(desk, f"{site.url}/", wanted(allow_private=False, name="Báo A"))

    assert [] == site.seen


def test_registered_feeds_are_checked_with_the_same_manners(desk: Desk) -> None:
    """What robots.txt forbids is not asked, what answers is counted, and nothing is kept."""
    pages = paper() | {"/robots.txt": Answer(body=b"User-agent: *\nDisallow: /rss/thoi-su.rss\n")}
    with serving(answering(pages)) as site:
        add_address(desk, f"{site.url}/rss/home.rss", wanted(yes=True, source_id="bao-x"))
        with desk.db.write() as conn:
            intakes.add(conn, SourceId("bao-x"), "feed", f"{site.url}/rss/thoi-su.rss", allow_private=True)
        checked = list(probe(desk, ["bao-x"], gap=0.0))
    with desk.db.read() as conn:
        kept = receipts.pending(conn)

    assert [(20, ""), (0, "robots.txt forbids this address")] == [(one.entries, one.error) for one in checked]
    assert 0 == kept


def test_a_word_on_private_addresses_is_for_the_feeds_that_are_there(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --feed it is for all of them; without any feed it says that it does nothing."""
    add_named(desk, "bao-x", Wanted(name="Báo X", feeds=("http://10.0.0.7/rss",)), webhook=False)
    first = capsys.readouterr().err
    add_named(desk, "bao-x", Wanted(allow_private=True), webhook=False)
    second = capsys.readouterr().err
    with desk.db.read() as conn:
        [door] = intakes.listed(conn, SourceId("bao-x"))

    assert "bao-x is registered: Báo X, ?, rights summary; told now: 1 feed" in first
    assert "bao-x is changed" in second
    assert door.allow_private
    with pytest.raises(BadInput, match="has no feed yet"):
        add_named(desk, "bao-y", Wanted(allow_private=True), webhook=False)


def test_what_a_source_has_brought_is_no_news(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run of a known source says what is here already, in the table as in the last line."""
    with serving(answering(paper())) as site:
        add_address(desk, f"{site.url}/", wanted(yes=True))
        taken_in(desk)
        capsys.readouterr()
        add_address(desk, f"{site.url}/", wanted(shown=1))
    told = capsys.readouterr()
    rows = {line.split("\t")[0]: line.split("\t")[1:7] for line in told.out.splitlines()}

    assert ["20", "20", "0", "0", "0", "0"] == rows["*1"]
    assert "30 items: 30 are here already, 0 news, 0 old" in told.err
    assert "Nothing is registered by this." in told.err


def test_a_look_waits_for_its_turn_at_a_host(desk: Desk) -> None:
    """What a worker has claimed is not asked meanwhile; after the look the host has its gap."""
    with serving(answering(paper())) as site:
        name = authority(site.url)
        later = now() + timedelta(seconds=1)
        with desk.db.write() as conn:
            assert {name} == set(hosts.claim(conn, [name], now(), later))
        add_address(desk, f"{site.url}/rss/home.rss", wanted())
        ended = now()
        with desk.db.read() as conn:
            known = hosts.get(conn, name)

    assert known is not None
    assert known.free_at is not None
    assert later <= known.free_at <= ended
