"""Which of the dates on a page belong to its article."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline import dating, extract
from pipeline.model import LOCAL_ZONE, Basis

TITLE = "Lò gạch cũ bên kênh Chợ Mới thành nhà văn hóa ấp"
TEXT = (
    "<p>Ba vòm lò được giữ nguyên, quét vôi trong và lát nền gạch tàu, chứa được hơn trăm người.</p>"
    "<p>Bà con góp bàn ghế, tủ sách và một dàn loa nhỏ; tối cuối tuần nào cũng có lớp đờn ca.</p>"
)
RECEIVED = datetime(2025, 10, 10, 1, tzinfo=UTC)  # 08:00 in Vietnam
OTHERS = (
    "Xã Vĩnh Hòa mở lại bến đò ngang sau lũ",
    "Giá dừa khô nhích lên trong tuần qua",
    "Cầu tạm Khe Giữa thông xe sau ba tuần sửa",
)
LINES = (
    '<div class="a">{:%d/%m/%Y %H:%M}</div>',
    '<div class="b"><b>Ngọc Lan</b><span>{:%H:%M %d/%m/%Y}</span></div>',
    "<p>Ngày đăng: {:%d.%m.%Y, %H:%M}</p>",
    '<div><time datetime="{:%Y-%m-%dT%H:%M:00+07:00}"></time></div>',
    '<div><i class="ago" data-time="{:%Y-%m-%d %H:%M}"></i></div>',
    '<div class="relative">{:%d-%m-%Y | %H:%M} <em>332</em></div>',
)
TEASERS = (
    (
        '<div class="m"><a href="/{0}"><img src="/t.jpg"></a><h4><a href="/{0}">{1}</a></h4>'
        "<span>{2:%d/%m/%Y %H:%M}</span></div>"
    ),
    '<ul class="k"><li><a href="/{0}">{1}</a> <i>({2:%d/%m/%Y %H:%M})</i></li></ul>',
    (
        '<article><h3><a href="/{0}">{1}</a></h3>'
        '<time datetime="{2:%Y-%m-%dT%H:%M:00+07:00}">{2:%d/%m}</time></article>'
    ),
    '<div class="n"><p>{2:%d/%m/%Y %H:%M}</p><a href="/{0}">{1}</a></div>',
)
EARLIEST = datetime(2025, 8, 1, tzinfo=LOCAL_ZONE)
MOMENTS = st.integers(0, 70 * 24 * 60 - 1).map(lambda minutes: EARLIEST + timedelta(minutes=minutes))


@dataclass(frozen=True)
class Others:
    """Teasers that stand above the article, between headline and text, and below."""

    above: str
    between: str
    below: str


@st.composite
def _teasers(draw: st.DrawFn) -> str:
    made = draw(st.lists(st.tuples(st.sampled_from(TEASERS), st.sampled_from(OTHERS), MOMENTS), max_size=3))
    return "".join(form.format(at, name, moment) for at, (form, name, moment) in enumerate(made))


PAGES = st.builds(Others, _teasers(), _teasers(), _teasers())


def _page(others: Others, line: str, head: str = "") -> str:
    return (
        f"<html><head><title>{TITLE} - Báo</title>{head}</head><body><div class=top>{others.above}</div>"
        f"<div class=bai><h1>{TITLE}</h1><div class=xem>{others.between}</div>{line}"
        f"<div class=than>{TEXT}</div></div><div class=duoi>{others.below}</div></body></html>"
    )


@given(PAGES, st.sampled_from(LINES), MOMENTS)
def test_the_articles_own_line_wins_over_teasers(others: Others, form: str, moment: datetime) -> None:
    """Wherever dated teasers stand, the line at the headline is the article's."""
    whens = extract.page(_page(others, form.format(moment)), "", RECEIVED).whens

    assert {moment} == {when.at for when in whens}


@given(PAGES)
def test_an_undated_page_takes_no_teasers_date(others: Others) -> None:
    """Without a line of its own a page has no date, however many its teasers have."""
    assert () == extract.page(_page(others, ""), "", RECEIVED).whens


@given(PAGES, st.sampled_from(LINES), MOMENTS, MOMENTS)
def test_metadata_that_the_line_contradicts_are_given_up(
    others: Others, form: str, moment: datetime, stamped: datetime
) -> None:
    """What readers see at the headline outdoes metadata of another day."""
    assume(moment.date() != stamped.date() and "datetime" not in form and "data-" not in form)
    head = f'<meta property="article:published_time" content="{stamped.isoformat()}">'
    whens = extract.page(_page(others, form.format(moment), head), "", RECEIVED).whens
    best = dating.best(whens, "", RECEIVED)

    assert best is not None
    assert moment == best.at


ANY = st.integers(-3_650, 32_850).map(
    lambda days: datetime(1970, 1, 1, 7, tzinfo=LOCAL_ZONE) + timedelta(days=days)
)


@given(PAGES, st.lists(st.tuples(st.sampled_from(LINES), ANY), max_size=3), st.none() | ANY)
def test_no_page_is_later_than_its_receipt(
    others: Others, lines: list[tuple[str, datetime]], stamped: datetime | None
) -> None:
    """Whatever lines and metadata a page has, what is chosen is at most a day after its receipt."""
    head = f'<meta name="pubdate" content="{stamped.isoformat()}">' if stamped else ""
    told = "".join(form.format(moment) for form, moment in lines)
    chosen = dating.choose(extract.page(_page(others, told, head), "", RECEIVED).whens, "", RECEIVED)

    assert chosen.at <= RECEIVED + timedelta(days=1)
    assert chosen.local().year >= 1990


def test_what_a_script_shows_dates_the_page() -> None:
    """Where nothing else states a date, the object of the page's data that bears its headline does."""
    state = (
        '<script type="application/json">{"a": {"title": "Tin khác", "publishedAt": "2025-10-01T00:00:00Z"},'
        f'"b": {{"title": "{TITLE}", "updated_at": "2025-10-09", "published_at": 1759970700}},'
        f'"text": "{"x" * 200}"}}</script>'
    )
    whens = extract.page(_page(Others("", "", ""), "", state), "", RECEIVED).whens

    assert [("2025-10-09T07:45:00+07:00", Basis.META)] == [(when.text(), when.basis) for when in whens]


@pytest.mark.parametrize(
    "unit",
    [
        "<p>09/10/2025 07:45</p>",
        '<time datetime="2025-10-09">',
        "<span>9/</span>",
        '<li><a href="/x">Xã mở lại bến đò ngang sau lũ</a> 9/10/2025</li>',
        f"<h1>{TITLE}</h1>",
        '<i data-time="2025-10-09T07:45:00Z" title="9 9 9 9">',
        "<div>",
    ],
)
def test_a_page_of_many_dates_is_read(unit: str) -> None:
    """A page made to be slow is read, and says at most a few dates."""
    whens = extract.page(_page(Others("", "", ""), unit * 20_000), "", RECEIVED).whens

    assert all(when.at <= RECEIVED + timedelta(days=1) for when in whens)
