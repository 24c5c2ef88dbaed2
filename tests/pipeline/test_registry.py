"""The registry as a file: what is written is read back, and a wrong field is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import BadInput
from pipeline.model import Rights, Seat, Source, SourceId
from pipeline.registry import Door, Registered, dump, home, load, make

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
names = st.text(min_size=1, max_size=40).filter(str.strip)
homes = st.sampled_from([(None, None), ("vinh-long", "ben-tre"), ("dong-thap", None), ("nghe-an", "nghe-an")])
units = st.sampled_from(["ben-tre", "vinh-long", "nghe-an"])
HUE = "[[source]]\nid = 'a'\n[[source.host]]\nname = 'h'\nunit = 'Huế'"
days = st.none() | st.dates(date(2004, 1, 1), date(2030, 1, 1))
feeds = st.builds(
    Door,
    st.just("feed"),
    st.sampled_from(["https://a.example/rss", "http://b.example/?q=1&r=\"'"]),
    st.just(""),
    st.booleans(),
)
doors = st.one_of(feeds, st.just(Door("webhook")), st.builds(Door, st.just("folder"), st.just(""), names))


@st.composite
def registered(draw: st.DrawFn) -> Registered:
    """A source with doors, as the registry may hold it."""
    province, area = draw(homes)
    hosts = tuple(draw(st.lists(st.from_regex(r"[a-z0-9.-]{1,20}", fullmatch=True), max_size=2)))
    hosts = tuple(dict.fromkeys(hosts))
    seats = (
        tuple(draw(st.lists(st.builds(Seat, st.sampled_from(hosts), units, days, days), max_size=2)))
        if hosts
        else ()
    )
    seats = tuple(
        seat for seat in seats if not seat.valid_to or (seat.valid_from or seat.valid_to) <= seat.valid_to
    )
    rights = draw(st.sampled_from(Rights))
    source = Source(SourceId(draw(ids)), draw(names), province, area, hosts, rights, seats)
    return Registered(source, tuple(draw(st.lists(doors, max_size=3))))


@given(st.lists(registered(), max_size=4))
def test_what_is_written_is_read_back(known: list[Registered]) -> None:
    """Any name in any script survives the way through the file."""
    assert known == load(dump(known))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[[source]", "toml"),
        ("[[source]]\nname = 'x'", "source.0.id"),
        ("[[source]]\nid = 'a b'", "source.0.id"),
        ("[[source]]\nid = 'a'\nprovince = 'Xứ Lạ'", "province"),
        ("[[source]]\nid = 'a'\nprovince = 'vinh-long'\narea = 'kien-giang'", "area"),
        ("[[source]]\nid = 'a'\nrights = 'all'", "source.0.rights"),
        ("[[source]]\nid = 'a'\n[[source.host]]\nname = 'h'", "source.0.host.0.unit"),
        ("[[source]]\nid = 'a'\n[[source.host]]\nname = 'h'\nunit = 'Xứ Lạ'", "a.host.unit"),
        (f"{HUE}\nvalid_from = 2025-07-01\nvalid_to = 2025-06-30", "a.host.valid_to"),
        ("[[source]]\nid = 'a'\nfeeds = ['x']", "source.0.feeds"),
        ("[[source]]\nid = 'a'\n[[source.intake]]\nkind = 'mail'", "source.0.intake.0.kind"),
        ("[[source]]\nid = 'a'\n[[source.intake]]\nkind = 'feed'\nurl = 'ftp://x'", "a.intake.url"),
        ("[[source]]\nid = 'a'\n[[source.intake]]\nkind = 'feed'", "a.intake.url"),
        ("[[source]]\nid = 'a'\n[[source.intake]]\nkind = 'folder'\nurl = 'tin'", "a.intake.url"),
    ],
)
def test_a_wrong_field_is_named(text: str, field: str) -> None:
    """Nothing is guessed: the file is refused, and the field that is wrong is said."""
    with pytest.raises(BadInput) as refused:
        load(text)

    assert field == refused.value.subject


@pytest.mark.parametrize(
    ("province", "area", "expected"),
    [
        ("", "", (None, None)),
        ("Bến Tre", "", ("vinh-long", "ben-tre")),
        ("tỉnh Đồng Tháp", "", ("dong-thap", None)),
        ("an-giang", "kien-giang", ("an-giang", "kien-giang")),
        ("", "ben-tre", ("vinh-long", "ben-tre")),
    ],
)
def test_a_home_may_be_said_in_any_way(
    province: str, area: str, expected: tuple[str | None, str | None]
) -> None:
    """Names and slugs, of today and of before, stand for the same home."""
    assert expected == home(province, area)


def test_an_id_is_enough() -> None:
    """A source that says nothing else is named by its id and shows summaries."""
    assert Registered(Source(SourceId("bao-a"), "bao-a")) == make({"id": "bao-a"})
