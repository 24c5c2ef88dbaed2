"""Injected pages are told from honest texts that speak of the same things."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup import hosts
from pipeline.spam import foreign, weigh
from tests.pipeline.injected_pages import GOOD, HONEST, INJECTED


def test_injected_pages_are_found() -> None:
    """Of sixty injected pages in eight languages at least 95 % are heavy enough to be held."""
    found = sum(weigh(title, body).holds for title, body in INJECTED)

    assert len(INJECTED) >= 60
    assert found >= 0.95 * len(INJECTED)


@pytest.mark.parametrize(("title", "body"), HONEST)
def test_news_about_such_things_is_not(title: str, body: str) -> None:
    """Raids, trials, warnings, football, lotteries, and shops that invite are news in Vietnamese."""
    told = weigh(title, body)

    assert not told.holds, told.phrases
    assert told.language == ""


@pytest.mark.parametrize(
    ("title", "text", "held"),
    [
        ("Soi cầu lô đề miền Nam hôm nay, chốt số VIP cùng nhà cái 789zz", "", True),
        ("Soi cầu lô đề hôm nay", "Chốt số VIP cùng nhà cái, mời anh em vào xem.", True),
        ("Vay tiền nhanh online 24/7 không thế chấp duyệt hồ sơ 5 phút", "Hotline 0900 000 000", True),
        ("Cảnh giác chiêu vay tiền nhanh online không thế chấp", "Người dân cần đọc kỹ hợp đồng.", False),
        ("Soi kèo Việt Nam - Thái Lan: nhà cái tin đội chủ nhà", "Trận đấu bắt đầu lúc 20 giờ.", False),
        ("Kết quả xổ số miền Nam mới nhất hôm nay", "XSMN mở thưởng tại ba tỉnh.", False),
        ("Triệt phá sòng tài xỉu, xóc đĩa online", "Người chơi nạp tiền qua trung gian.", False),
    ],
)
def test_of_short_texts_less_is_enough(title: str, text: str, held: bool) -> None:  # noqa: FBT001
    """A stub has a headline and a line: two strong signs hold it, and a short report is let be."""
    assert held == weigh(title, text).holds


def test_what_is_hung_behind_a_long_article_is_found() -> None:
    """The heaviest run of words counts, so a good article does not outweigh its tail."""
    tail = "nhà cái uy tín, link vào w88, soi kèo hôm nay, game bài đổi thưởng"

    assert weigh("Hội nghị", "\n\n".join([GOOD] * 30 + [tail])).holds
    assert not weigh("Hội nghị", "\n\n".join([GOOD] * 30)).holds


def test_links_to_such_hosts_weigh() -> None:
    """Brands in the hosts that an article links to count like brands in its text."""
    plain = weigh("Tin hoạt động", f"{GOOD} Xem nhà cái.")
    linked = weigh("Tin hoạt động", f"{GOOD} Xem nhà cái.", ("w88moi.example", "taixiu.example"))

    assert linked.weight > plain.weight


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GOOD, ""),
        ("Uy ban nhan dan xa Tan Loi to chuc hoi nghi so ket muoi thang, ban nhiem vu cuoi nam", ""),
        ("The leaders of the province met with investors and spoke about roads and bridges.", "La-tinh"),
        ("隆安省领导会见投资者代表团并讨论新桥建设计划", "tiếng Trung"),
        ("ผู้ว่าราชการจังหวัดพบปะนักลงทุนและหารือเรื่องสะพานใหม่", "tiếng Thái"),
        ("Губернатор встретился с инвесторами", "chữ Kirin"),
        ("ខេត្តត្រាវិញប្រារព្ធពិធីបុណ្យសែនដូនតា", ""),
    ],
)  # fmt: skip
def test_languages(text: str, language: str) -> None:
    """Vietnamese with and without marks and Khmer are ours; others are named."""
    told = weigh("", text).language

    assert language in told
    assert bool(language) == bool(told)


def test_foreign_hosts() -> None:
    """The source's own hosts, those of the state and what everybody links to are not foreign."""
    hosts = ("cdn.baomau.vn", "baomau.vn", "tanloi.gov.vn", "m.facebook.com", "w88.example", "w88.example")

    assert ("w88.example",) == foreign(hosts, ["baomau.vn"])


def test_hosts_of_markup() -> None:
    """Absolute links name their hosts, each once; pictures, relative links and other schemes do not."""
    told = (
        '<p><a class="x" href="https://www.W88.example/a">a</a> <a href=\'//b.example\'>b</a> <A HREF=http://b.example/>c'
        '</A> <a href="/tin">d</a> <a href="mailto:x@c.example">e</a> <img src="https://d.example/x.png"></p>'
    )

    assert ("b.example", "w88.example") == hosts(told, "", "<p>none</p>")


@given(st.text(max_size=300), st.text(max_size=3_000))
def test_any_text_is_weighed(title: str, body: str) -> None:
    """Whatever it is, it has a weight and nothing is raised."""
    assert weigh(title, body).weight >= 0


@pytest.mark.long
def test_the_press_is_left_alone(extra_samples: Path) -> None:
    """Of 22,635 articles of the press less than 0.05 % are held."""
    corpus = extra_samples.parent / "corpus" / "vi-news-22k.jsonl.gz"
    if not corpus.exists():
        pytest.skip("no corpus of the press beside the extra samples")
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    held = sum(weigh(one["title"], "\n\n".join([one["lead"], *one["body"]])).holds for one in told)

    assert held < 0.0005 * len(told)
