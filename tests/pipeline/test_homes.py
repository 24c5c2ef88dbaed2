"""Where a publisher sits, by the day: what counts for news that names no place, or only today's province."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.face import Spoken, labels
from pipeline.gazetteer import home_of_source
from pipeline.model import (
    Basis,
    Draft,
    EntryId,
    EntryKind,
    Places,
    Precision,
    Seat,
    Source,
    SourceId,
    TitleBasis,
    When,
)

LAST, FIRST = date(2025, 6, 30), date(2025, 7, 1)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2024, 3, 1, tzinfo=UTC)
DONG_KHOI = Source(SourceId("dk"), "Báo Đồng Khởi", "vinh-long", "ben-tre", ("dongkhoi.baovinhlong.vn",))
VINH_LONG = Source(SourceId("vl"), "Báo Vĩnh Long", "vinh-long", None, ("baovinhlong.vn",))
SEATED = Source(
    SourceId("seated"),
    "Báo hai nhà",
    hosts=("cu.example", "moi.example"),
    seats=(Seat("cu.example", "tra-vinh", None, LAST), Seat("moi.example", "vinh-long", FIRST)),
)
NOBODY = Source(SourceId("nobody"), "Ai đó")


def _told(source: Source, at: datetime, told: Places, url: str = "") -> Spoken:
    draft = Draft(
        EntryKind.ARTICLE,
        "1",
        "Tựa",
        TitleBasis.GIVEN,
        When(at, Precision.DAY, Basis.FEED),
        url=url,
        places=told,
    )
    return Spoken(EntryId(source.source_id), source, draft, 1)


@pytest.mark.parametrize(
    ("source", "on", "host", "expected"),
    [
        (DONG_KHOI, LAST, "", ("vinh-long", "ben-tre")),
        (DONG_KHOI, FIRST, "", ("vinh-long", "ben-tre")),
        (VINH_LONG, LAST, "", ("vinh-long", "vinh-long")),
        (VINH_LONG, FIRST, "", ("vinh-long", None)),
        (SEATED, LAST, "cu.example", ("vinh-long", "tra-vinh")),
        (SEATED, LAST, "", ("vinh-long", "tra-vinh")),
        (SEATED, FIRST, "moi.example", ("vinh-long", None)),
        (SEATED, FIRST, "cu.example", ("vinh-long", None)),
        (SEATED, None, "www.moi.example", ("vinh-long", None)),
        (replace(NOBODY, hosts=("baodongkhoi.vn",)), FIRST, "", ("vinh-long", "ben-tre")),
        (replace(NOBODY, hosts=("baodongthap.vn",)), LAST, "", ("dong-thap", "dong-thap")),
        (replace(NOBODY, hosts=("baodongthap.vn",)), FIRST, "", ("dong-thap", None)),
        (NOBODY, FIRST, "baodongthap.vn", (None, None)),
    ],
)
def test_a_home_is_of_its_day(
    source: Source, on: date | None, host: str, expected: tuple[str | None, str | None]
) -> None:
    """A registered host and day go before the home; a name means what it meant on the day."""
    assert expected == home_of_source(source, on, host)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([_told(DONG_KHOI, SINCE, Places())], ("vinh-long", "ben-tre")),
        ([_told(VINH_LONG, UNTIL, Places())], ("vinh-long", "vinh-long")),
        ([_told(VINH_LONG, SINCE, Places())], ("vinh-long", None)),
        ([_told(DONG_KHOI, SINCE, Places((), ("vinh-long",)))], ("vinh-long", "ben-tre")),
        ([_told(VINH_LONG, SINCE, Places((), ("vinh-long",)))], ("vinh-long", None)),
        ([_told(DONG_KHOI, SINCE, Places(("tra-vinh",), ("vinh-long",)))], ("vinh-long", "tra-vinh")),
        ([_told(DONG_KHOI, SINCE, Places((), ("dong-thap",)))], ("dong-thap", None)),
        (
            [
                _told(DONG_KHOI, SINCE, Places((), ("vinh-long",))),
                _told(VINH_LONG, SINCE, Places((), ("vinh-long",))),
            ],
            ("vinh-long", None),
        ),
        ([_told(SEATED, UNTIL, Places(), "https://cu.example/1")], ("vinh-long", "tra-vinh")),
        ([_told(DONG_KHOI, SINCE, Places(national=True))], ("toan-quoc", None)),
    ],
)
def test_a_papers_home_tells_the_area(told: list[Spoken], expected: tuple[str, str | None]) -> None:
    """What a former unit's paper tells of the whole province is of that unit, unless another tells it too."""
    found = labels(told)

    assert expected == (found.province, found.area)
