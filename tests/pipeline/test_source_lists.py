"""Lists of sources: what is written is read back, what spreadsheets and readers make is understood."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.model import Rights, Seat, Source, SourceId
from pipeline.registry import Door, Registered
from pipeline.source_lists import LARGEST, Listed, ListForm, read, suggested_id, write

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
names = st.text("aáăâbdđeêioôơuưyỳ BÁOĐTỈNH0-9=+-@'\"<>&;,|\t\n#[]\\", min_size=1, max_size=30)
names = names.filter(lambda name: name == name.strip() and "\ufeff" not in name)
homes = st.sampled_from([(None, None), ("vinh-long", "ben-tre"), ("dong-thap", None), ("nghe-an", "nghe-an")])
hosts = st.from_regex(r"[a-z0-9]{1,8}\.example", fullmatch=True)
days = st.none() | st.dates(date(2004, 1, 1), date(2030, 1, 1))
doors = st.one_of(
    st.builds(
        Door,
        st.just("feed"),
        st.sampled_from(["https://a.example/rss", "http://b.example/?q=1&r=\"';,|", "https://é.example/=x"]),
        st.just(""),
        st.booleans(),
    ),
    st.just(Door("webhook")),
    st.builds(Door, st.just("folder"), st.just(""), names),
)


@st.composite
def registered(draw: st.DrawFn) -> Registered:
    """A source with doors, as SQL may hold it."""
    province, area = draw(homes)
    own = tuple(draw(st.lists(hosts, max_size=3, unique=True)))
    units = st.sampled_from(["ben-tre", "vinh-long", "nghe-an"])
    seats = draw(
        st.lists(st.builds(Seat, st.sampled_from(own), units, days, days), max_size=2, unique=True)
        if own
        else st.just([])
    )
    held = [one for one in seats if not (one.valid_from and one.valid_to) or one.valid_from <= one.valid_to]
    source = Source(
        SourceId(draw(ids)), draw(names), province, area, own, draw(st.sampled_from(Rights)), tuple(held)
    )
    return Registered(source, tuple(draw(st.lists(doors, max_size=4, unique=True))))


def csv(*lines: str, end: str = "\r\n") -> str:
    """Return lines as a file has them."""
    return end.join(lines) + end


def reasons(listed: Listed) -> list[tuple[int, str]]:
    """Return the bad lines: number, and the reason's first word."""
    return [(one.line, one.reason.split(":")[0]) for one in listed.problems]


@pytest.mark.parametrize("form", ListForm)
@given(st.lists(registered(), min_size=1, max_size=4, unique_by=lambda one: one.source.source_id))
@settings(max_examples=60)
def test_what_is_written_is_read_back(form: ListForm, known: list[Registered]) -> None:
    """Export and import give the same registry, in every form, whatever stands in names."""
    listed = read(write(known, form))

    assert (form, (), known) == (listed.form, listed.problems, list(listed.registered))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=150)
def test_any_bytes_are_a_list_or_refused(body: bytes) -> None:
    """Nothing but BadInput comes of bytes that are no list."""
    with suppress(BadInput):
        assert read(body).form in ListForm


@pytest.mark.parametrize(
    "body",
    [
        csv("id,name,province,feed", "bao-a,Báo Ấp,Bến Tre,https://a.example/rss").encode("utf-8-sig"),
        csv("id;name;province;feed", "bao-a;Báo Ấp;Bến Tre;https://a.example/rss").encode(),
        csv("sep=;", "id;name;province;feed", "bao-a;Báo Ấp;Bến Tre;https://a.example/rss").encode(),
        csv("id\tname\tprovince\tfeed", "bao-a\tBáo Ấp\tBến Tre\thttps://a.example/rss").encode("utf-16"),
        csv(
            "Mã,Tên nguồn,Tỉnh,Kênh RSS", "bao-a,Báo Ấp,tỉnh Bến Tre,https://a.example/rss", end="\r"
        ).encode(),
        csv(
            "Kênh RSS;Tỉnh;Ghi chú;Tên nguồn;Mã", "https://a.example/rss;BẾN TRE;x;Báo Ấp;bao-a", end="\n"
        ).encode(),
        csv(
            "id,name,province,feed", "", ",,,", '"bao-a","Báo Ấp","Bến Tre"," https://a.example/rss "'
        ).encode(),
    ],
    ids=["comma-bom", "semicolon", "sep", "utf-16-tab", "vietnamese", "any-order", "quoted-blank"],
)
def test_a_spreadsheet_is_understood(body: bytes) -> None:
    """However a spreadsheet writes a table, it says the same."""
    listed = read(body)
    [one] = listed.registered

    assert () == listed.problems
    assert ("bao-a", "Báo Ấp", "vinh-long", "ben-tre") == (
        one.source.source_id,
        one.source.name,
        one.source.province,
        one.source.area,
    )
    assert (Door("feed", "https://a.example/rss"),) == one.doors


def test_a_table_of_old_windows_is_understood() -> None:
    """Windows-1258 has combining marks; names come out as they are written today."""
    table = csv(
        "id,name,province,feed",
        *(f"n{at},Báo Đồng Khởi tỉnh Bến Tre số {at},Bến Tre,https://a.example/{at}" for at in range(3)),
    )
    spelled = table.translate(
        {
            ord("ồ"): "ô\u0300",
            ord("ở"): "ơ\u0309",
            ord("ỉ"): "i\u0309",
            ord("ế"): "ê\u0301",
            ord("ố"): "ô\u0301",
        }
    )
    listed = read(spelled.encode("cp1258"))

    assert ["Báo Đồng Khởi tỉnh Bến Tre số 0"] == [one.source.name for one in listed.registered[:1]]


def test_bad_lines_are_named_and_stop_nobody() -> None:
    """Each wrong line has its number and a reason; the good ones are taken."""
    listed = read(
        csv(
            "id,name,province,feed,rights",
            "bao-a,Báo A,Bến Tre,https://a.example/rss,tóm tắt",
            "bao-b,Báo B,Xứ Lạ,https://b.example/rss,",
            'bao-c,"Báo',
            'C",Nghệ An,https://c.example/rss,toàn văn',
            "bao-d,Báo D,Huế,not an address,",
            "bao-e,Báo E,Huế,,all",
            "bao f,Báo F,Huế,,",
            "bao-g,Báo G,Huế,,,,x",
            ",,,ftp://h.example/rss,",
            ",Báo I,Huế,https://i.example/rss,",
        ).encode()
    )

    assert ["bao-a", "bao-c", "bao-i"] == [one.source.source_id for one in listed.registered]
    assert [3, 6, 7, 8, 9, 10] == [one.line for one in listed.problems]
    assert [Rights.SUMMARY, Rights.FULL] == [one.source.rights for one in listed.registered[:2]]


def test_bad_sources_of_our_own_form_stop_nobody() -> None:
    """A [[source]] that is wrong is named by its line, one that is no TOML too."""
    listed = read(
        b"# x\n[[source]]\nid = 'a'\n\n[[source]]\nid = 'b b'\n[[source]]\nid = 'c\n"
        b"[[source]]\nid = 'a'\n[[source]]\nid='d'"
    )

    assert (ListForm.TOML, ["a", "d"]) == (listed.form, [one.source.source_id for one in listed.registered])
    assert [5, 7, 9] == [one.line for one in listed.problems]


def test_feeds_of_one_host_are_one_source() -> None:
    """A reader's list has no ids: the catalogue, the host and the titles make them."""
    listed = read(
        b"""<?xml version="1.0" encoding="utf-8"?>
        <opml version="1.0"><body><outline text="Mien Tay"><outline text="Folder in folder">
        <outline text="Thoi su" xmlurl="https://baodongkhoi.vn/rss/thoi-su.rss"/>
        <outline text="Kinh te" type="rss" xmlUrl="http://www.baodongkhoi.vn/rss/kinh-te.rss"/></outline>
        <outline text="B\xc3\xa1o L\xe1\xba\xa1" type="rss" htmlUrl="https://la.example/" xmlUrl="https://feeds.example/la"/>
        <outline text="Empty" type="rss"/></outline></body></opml>"""
    )

    assert [("bao-dong-khoi", "Báo Đồng Khởi", "ben-tre", 2), ("bao-la", "Báo Lạ", None, 1)] == [
        (one.source.source_id, one.source.name, one.source.area, len(one.doors)) for one in listed.registered
    ]
    assert [(6, "a feed without xmlUrl")] == reasons(listed)


def test_what_a_list_does_not_say_of_the_known_stays() -> None:
    """A feed of a known host is theirs, and their name, home and rights stand."""
    known = Source(SourceId("bao-a"), "Báo A", "vinh-long", "ben-tre", ("a.example",), Rights.FULL)
    [one] = read(b"feed\nhttps://www.a.example/rss\n", [known]).registered

    assert Registered(known, (Door("feed", "https://www.a.example/rss"),)) == one


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"\x89PNG\r\n",
        b"PK\x03\x04 a spreadsheet as it is",
        b"<!DOCTYPE html><html><body>x</body></html>",
        b'<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body/></opml>',
        b"name,province\nx,y\n",
        b"id,id\na,b\n",
        b"just words",
        b"[[sources]]\nid = 'a'\n",
        b"x" * (LARGEST + 1),
    ],
    ids=["empty", "blank", "png", "xlsx", "html", "entities", "no-key", "twice", "words", "toml", "large"],
)
def test_what_is_no_list_is_refused(body: bytes) -> None:
    """It is said what is wrong, and nothing is guessed."""
    with pytest.raises(BadInput) as refused:
        read(body)

    assert refused.value.message


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    """An ampersand that nobody escaped costs a warning, not the list."""
    listed = read(b'<opml><body><outline text="A & B" xmlUrl="https://a.example/?a=1&b=2"/></body></opml>')

    assert ["a-b"] == [one.source.source_id for one in listed.registered]
    assert ["broken XML, read as far as it goes"] == [reason for _, reason in reasons(listed)]


def test_deep_outlines_cost_nothing() -> None:
    """Nesting beyond all sense is cut off, not followed."""
    listed = read(b"<opml><body>" + b"<outline text='x'>" * 5_000)

    assert () == listed.registered


def test_no_cell_is_a_formula() -> None:
    """A name that a spreadsheet would run is shown as text, and comes back as it was."""
    evil = Registered(
        Source(SourceId("a"), '=HYPERLINK("http://x")'), (Door("feed", "https://a.example/=1"),)
    )
    told = write([evil], ListForm.CSV)

    assert b"'=HYPERLINK" in told
    assert (evil,) == read(told).registered


@pytest.mark.parametrize(
    ("name", "address", "taken", "expected"),
    [
        ("Trang chủ", "https://www.baodongkhoi.vn/x", (), "bao-dong-khoi"),
        ("Báo Ấp Mới", "https://apmoi.example/", (), "bao-ap-moi"),
        ("Báo Ấp Mới", "https://apmoi.example/", ("bao-ap-moi", "bao-ap-moi-2"), "bao-ap-moi-3"),
        ("", "https://www.ap-moi.example:8080/", (), "ap-moi-example"),
        ("", "", (), "nguon"),
    ],
)
def test_an_id_is_suggested(name: str, address: str, taken: tuple[str, ...], expected: str) -> None:
    """The catalogue first, then the name, then the host; never one that is taken."""
    assert expected == suggested_id(name, address, taken)


def test_a_line_with_only_a_known_name_is_theirs() -> None:
    """No second source comes of it; where two have the name, the line says so."""
    known = [Source(SourceId("bao-a"), "Báo Giồng Găng")]
    body = "name,province,feed\nBáo giồng găng,Bến Tre,\n".encode()
    once = read(body, known)
    twice = read(body, [*known, Source(SourceId("bao-b"), "Báo Giồng Găng")])

    assert ["bao-a"] == [one.source.source_id for one in once.registered]
    assert (0, "id: 'Báo giồng găng' is the name of bao-a, bao-b: say which id") == (
        len(twice.registered),
        twice.problems[0].reason,
    )


def test_a_home_is_found_by_the_name() -> None:
    """As a look at its site would; what the line says stands, and an id of its own is left as it is."""
    body = (
        "id,name,province,feed\n,Báo Tây Ninh Gọn,,https://a.example/rss\n"
        ",Báo Bến Tre Mới,Cà Mau,https://b.example/rss\nbao-c,Báo Trà Vinh,,https://c.example/rss\n"
    )
    listed = read(body.encode())

    assert ["tay-ninh", "ca-mau", None] == [one.source.province for one in listed.registered]
    assert {"bao-tay-ninh-gon": "its name"} == listed.homes


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("báo a,,,", "id: 'báo a' cannot be taken: an id has letters a-z, digits"),
        ("a,b_c,,", "hosts.0: 'b_c' cannot be taken: a host has letters, digits, dots and hyphens only"),
        ("a,,all,", "rights: 'all' cannot be taken: say title, summary or full"),
        ("a,,,mail", "intake.0.kind: 'mail' cannot be taken: say feed, webhook, folder or mailbox"),
    ],
)
def test_what_is_wrong_is_said_without_patterns(line: str, expected: str) -> None:
    """By what may stand there."""
    [problem] = read(f"id,host,rights,kind\n{line}\n".encode()).problems

    assert problem.reason.startswith(expected)
