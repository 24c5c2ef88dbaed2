"""What a writer means and how papers spell it: readings, raw keys, and a real Meilisearch that finds them."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Basis, Places, Precision, When
from pipeline.store import open_database
from search.asked import asked
from search.forms import MOST_READINGS, leveller, missing, placed, readings
from search.index import Index
from search.order import ordered
from search.plan import EXACT, PHRASE, Led
from search.query import Query, search
from search.sync import sync
from search.tokens import telex, tokens
from search.typed import decoded, word
from tests.engine_fixtures import Lent
from tests.store.tellings import NOW, PAPER, draft, send, settled

DAY_ONE = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
BRIDGE, RAIN, ROAD, ROOMS, FAIR, PLEDGE, GAMES, WOMEN = SHELF = (
    "Khánh thành cầu qua kênh Ông Đốc",
    "Mưa lớn ở đầu nguồn",
    "Sửa QL1A trước mùa nước nổi",
    "Xây thêm phòng học",
    "Hội chợ trái cây",
    "Quyết tâm giữ rừng ngập mặn",
    "Giải bóng đá các xã ven biển",
    "Đội bóng đá nữ ra quân",
)
BODIES = (
    "Ngày 31 tháng 1 năm 2023, UBND xã làm lễ thông xe, kinh phí 1.250.000.000 đồng.",
    "Chủ tịch Ủy ban nhân dân tỉnh đi kiểm tra hôm 15/3; TP.HCM cho mượn máy bơm.",
    "Đoạn quốc lộ dài 12,5 km qua hai huyện. Quý III năm 2026 thông xe ĐT.923.",
    "HĐND huyện giao việc cho ngành hòa giải, thủy lợi, kỳ họp thứ sáu của ngành; bệnh viện huyện.",
    "Hàng đến từ khắp vùng, giá 25.000 đồng một ký.",
    "Bà con cùng nhau quyết tâm trồng đước, không cho tàu vào.",
    "Mười đội thi đấu trong ba ngày ở Hà Nam.",
    "Các cô tập từ sáng sớm trên bãi.",
)


@pytest.fixture(scope="module")
def shelf(meilisearch: Lent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index with the shelf in it, one story a day; the bridge is in what was Bến Tre."""
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('matching') / 'tintinh.db'}")
    db.migrate()
    for number, (title, body) in enumerate(zip(SHELF, BODIES, strict=True)):
        published = When(DAY_ONE + timedelta(days=number), Precision.SECOND, Basis.FEED)
        places = {"places": Places(("ben-tre",))} if title == BRIDGE else {}
        url = f"https://baomau.example/tin/{number}-khanh-thanh.html"
        send(db, draft(f"bai-{number}", title, body, published=published, url=url, **places), source=PAPER)
    settled(db)
    index = Index(meilisearch.url, meilisearch.key, f"matching-{Path(db.url).parent.name}")
    sync(db, index, NOW)
    yield index
    index.drop(index.name)
    db.close()


def titles(index: Index, q: str) -> list[str]:
    """The titles that a question finds, in order."""
    return [hit.title for hit in search(index, Query(q=q)).hits]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("31/01/2023", BRIDGE),
        ("31-1-2023", BRIDGE),
        ("31.1.2023", BRIDGE),
        ("31/1/23", BRIDGE),
        ("thông xe 31-01-23", BRIDGE),
        ("lễ thông xe ngày 31/1", BRIDGE),
        ("thông xe ngày 31 tháng 1", BRIDGE),
        ("kiểm tra 15 tháng 3", RAIN),
        ("kiểm tra hôm ngày 15 tháng 3", RAIN),
        ("kiem tra ngay 15 thang 3", RAIN),
        ("1250000000 đồng", BRIDGE),
        ("1,250,000,000", BRIDGE),
        ("12.5 km", ROAD),
        ("25000 đồng", FAIR),
        ("chủ tịch UBND tỉnh", RAIN),
        ("chu tich ubnd tinh", RAIN),
        ("Ủy ban nhân dân xã làm lễ", BRIDGE),
        ("hội đồng nhân dân huyện", ROOMS),
        ("hoi dong nhan dan huyen", ROOMS),
        ("thành phố Hồ Chí Minh cho mượn", RAIN),
        ("TPHCM cho mượn máy bơm", RAIN),
        ("sửa quốc lộ 1A", ROAD),
        ("QL 1A", ROAD),
        ("khánh thành cầu Vĩnh Long", BRIDGE),
        ("cầu bến tre", BRIDGE),
        ("hoà giải thuỷ lợi", ROOMS),
        ("kỳ họp thứ 6 của ngành", ROOMS),
        ("bv huyện", ROOMS),
        ("đường tỉnh 923", ROAD),
        ("quý 3/2026 sửa xong", ROAD),
        (unicodedata.normalize("NFD", "Ông Đốc"), BRIDGE),
        ("Ông \u00d0ốc", BRIDGE),
        ("quyeets tam", PLEDGE),
        ("quye61t ta6m giu74 ru72ng", PLEDGE),
        ("quyeets taam giuwx ruwngf", PLEDGE),
        ("quyết tam giu rừng", PLEDGE),
        ("hddnd huyeenj", ROOMS),
        ("quyêt tâm giữ rừng", PLEDGE),
        ("quyet tam guu rung", PLEDGE),
        ("rừng ngậpp mặn", PLEDGE),
        ("https://baomau.example/tin/1-khanh-thanh.html?utm_source=zalo", RAIN),
        ("baomau.example/tin/1-khanh-thanh.html?utm_source=zalo", RAIN),
        ("xem https://www.baomau.example/tin/1-khanh-thanh.html", RAIN),
        ("https://baomau.example/tin/khanh-thanh-cau-qua-kenh-ong-doc-7654321.html", BRIDGE),
        ("bà con cùng nhau quyết tâm trồng đước không cho tàu vào rừng", PLEDGE),
    ],
)
def test_however_it_is_written_it_is_found(shelf: Index, q: str, expected: str) -> None:
    """Days, sums, abbreviations, provinces, tones, raw keys, typos and addresses lead to the story."""
    assert [expected] == titles(shelf, q)[:1]


def test_a_minus_alone_lists_everything_else(shelf: Index) -> None:
    """Newest first, with accents if it has some; a quote that nobody closed ends with the question."""
    others = [title for title in reversed(SHELF) if title != WOMEN]

    assert others == titles(shelf, "-nữ")
    assert others == titles(shelf, "-nu")
    assert [title for title in others if title != GAMES] == titles(shelf, '-"bóng đá"')
    assert [GAMES] == titles(shelf, 'bóng đá -"nữ')
    assert list(reversed(SHELF)) == titles(shelf, '""')


def test_its_own_address_finds_a_story(shelf: Index) -> None:
    """As any installation writes it, and one that no story has."""
    (hit,) = search(shelf, Query(q="thông xe 31/1/2023")).hits

    for q in (hit.story_id, f"/tin/{hit.story_id}", f"https://tintinh.example/stories/{hit.story_id}"):
        assert [BRIDGE] == titles(shelf, q)
    assert [] == titles(shelf, f"/tin/s{'0' * 20}")


def test_a_minus_leaves_out_what_is_meant(shelf: Index) -> None:
    """With accents and without, and a phrase; a range leaves out nothing."""
    assert {GAMES, WOMEN} == set(titles(shelf, "bóng đá"))
    assert [GAMES] == titles(shelf, "bóng đá -nữ")
    assert [GAMES] == titles(shelf, "bong da -nu")
    assert [WOMEN] == titles(shelf, 'bóng đá -"ven biển"')
    assert [GAMES] == titles(shelf, "bóng đá –nữ") == titles(shelf, "bóng đá −nữ")
    for q in ("bóng đá -hà nam", "bong da -ha nam", "bóng đá -Hà Nam -huế", "bóng đá –Hà Nam"):
        assert [WOMEN] == titles(shelf, q), q


@pytest.mark.parametrize(
    ("q", "terms", "without"),
    [
        ("mưa lũ -quảng nam", "mưa lũ", ["quảng nam"]),
        ("Bão số 3 -Bà Rịa - Vũng Tàu -nữ", "bão số 3", ["bà rịa vũng tàu", "nữ"]),
        ("mưa -TP.HCM", "mưa", ["tp hcm"]),
        ("-hà nam", "", ["hà nam"]),
        ("Hà Nội -Huế", "hà nội huế", []),
        ("xe hà nội -hải phòng", "xe hà nội hải phòng", []),
        ("Sài Gòn –Cần Thơ", "sài gòn cần thơ", []),
        ("mưa -hà nam hôm nay", "mưa hà nam hôm nay", []),
        ("bóng đá – nữ", "bóng đá nữ", []),
        ("2020 –2025", "2020 2025", []),
    ],
)
def test_a_minus_takes_the_whole_name_of_a_place(q: str, terms: str, without: list[str]) -> None:
    """Behind another place it is a way; a dash counts like it, right before a word."""
    question = asked(q)

    assert (terms.split(), without) == (question.words(), [" ".join(one.words) for one in question.without])


@pytest.mark.parametrize(
    ("q", "phrases"),
    [
        ('"phố đi bộ', ["phố đi bộ"]),
        ("họp “phố đi bộ", ["phố đi bộ"]),
        ('"chợ" hoa ("phố đi bộ', ["chợ", "phố đi bộ"]),
        ('tivi 21" lớn', []),
        ('lũ "', []),
    ],
)
def test_an_open_quote_ends_with_the_question(q: str, phrases: list[str]) -> None:
    """It holds like a closed one, and has no other forms; inches open none."""
    assert phrases == [" ".join(one.words) for one in asked(q).kept()]
    assert () == readings('"UBND tỉnh')


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("cầu Bến Tre", [BRIDGE]),
        ('cầu "Bến Tre"', []),
        ('"Bến Tre"', []),
        ('"Huế"', []),
        ('thông xe "làm lễ" Vĩnh Long', [BRIDGE]),
        ('cầu kênh -"Bến Tre"', [BRIDGE]),
        ("cầu kênh -tre", [BRIDGE]),
        ("cầu Vĩnh Long -bão", [BRIDGE]),
        ("cầu Vĩnh Long -kênh", []),
    ],
)
def test_quotes_and_a_minus_look_at_the_text_only(shelf: Index, q: str, expected: list[str]) -> None:
    """A story is found by the names of where it plays; held to have them, or left out for them, it is not."""
    found = search(shelf, Query(q=q))

    assert expected == ([] if found.relaxed else [hit.title for hit in found.hits])


def test_what_a_minus_leaves_is_not_told_as_found(shelf: Index) -> None:
    """Where it takes every story that is meant, those that are only alike are told as relaxed."""
    found = search(shelf, Query(q="mưa -lớn"))

    assert ([ROAD], True) == ([hit.title for hit in found.hits], found.relaxed)
    assert not search(shelf, Query(q="mưa -bão")).relaxed


def test_quotes_are_exact(shelf: Index) -> None:
    """The words in this order with these accents; without accents only if nobody wrote them so."""
    assert [PLEDGE] == titles(shelf, '"quyết tâm trồng"')
    assert [] == titles(shelf, '"quyết tâm rừng"')
    assert [RAIN] == titles(shelf, '"Ủy ban nhân dân tỉnh"')
    assert [] == titles(shelf, '"UBND tỉnh"')
    blind = search(shelf, Query(q='"quyêt tâm trồng"'))
    assert ([PLEDGE], True) == ([hit.title for hit in blind.hits], blind.relaxed)


def test_a_title_that_lacks_one_word_is_told_as_relaxed(shelf: Index) -> None:
    """A word too many does not hide a title, and the answer says that not every word is there."""
    results = search(shelf, Query(q="quyết tâm giữ xoài rừng ngập mặn"))

    assert PLEDGE == results.hits[0].title
    assert results.relaxed


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("quyeets", "quyết"),
        ("vieetj", "việt"),
        ("vietej", "việt"),
        ("dduwowngf", "đường"),
        ("nguowif", "người"),
        ("truwongf", "trường"),
        ("dduwojc", "được"),
        ("thuwor", "thuở"),
        ("tru7ong2", "trường"),
        ("quaan", "quân"),
        ("thuwr", "thử"),
        ("ddawks", "đắk"),
        ("hddnd", "hđnd"),
        ("ta6m", "tâm"),
        ("d9u7o7ng2", "đường"),
        ("nguo7i2", "người"),
        ("tam", None),
        ("covid19", None),
        ("QL1A", None),
        ("H5N1", None),
        ("london", None),
        ("won", None),
        ("xyz", None),
        ("2025", None),
    ],
)
def test_raw_keys(keys: str, expected: str | None) -> None:
    """Telex and VNI make a Vietnamese syllable or nothing."""
    assert expected == word(keys)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("31/01/2023", ["31 thang 1 nam 2023", "31 thang 1", "31/1"]),
        ("31/1/23", ["31/1/2023", "31 thang 1 nam 2023", "31 thang 1", "31/1"]),
        ("31/1/50", []),
        ("họp 31-1", []),
        ("họp 31/1", ["họp 31 tháng 1"]),
        ("ngày 15 tháng 3", ["ngày 15/3", "15/3"]),
        ("15 tháng 3", ["15/3"]),
        (
            "Ngày 15/3/2021",
            ["Ngày 15 tháng 3 năm 2021", "15 tháng 3 năm 2021", "Ngày 15 tháng 3", "Ngày 15/3"],
        ),
        ("lũ tháng 03-2021", ["lũ tháng 3 năm 2021"]),
        ("lu thang 3/2021", ["lu thang 3 nam 2021"]),
        ("tháng 3 năm 2021", ["tháng 3/2021"]),
        ("tháng 13/2021", []),
        ("Sở VH-TT&DL", ["Sở văn hóa thể thao và du lịch", "Sở vhtt dl", "Sở vhttdl"]),
        ("cháy ôtô", ["cháy ô tô"]),
        ("cháy ở tổ 5", []),  # other accents than those of "ô tô"
        ("chay o to 5", ["chay oto 5"]),
        ("lũ Đăk Lăk", ["lũ đaklak", "lũ đăk lắk", "lũ đắc lắc", "lũ đắk lắk"]),
        ("lũ dak lak", ["lũ đắk lắk", "lũ đaklak", "lũ đăk lắk", "lũ đăk lăk"]),
        ("UBND tỉnh", ["ủy ban nhân dân tỉnh"]),
        ("BV huyện", ["bệnh viện huyện"]),
        ("ubmttq tỉnh", ["ủy ban mặt trận tổ quốc tỉnh", "ủy ban mttq tỉnh", "ub mttq tỉnh"]),
        ("PGS Lê Mẫu", ["phó giáo sư Lê Mẫu"]),
        ("TBT thăm trường", ["tổng bí thư thăm trường"]),
        ("ĐHQG họp", ["đại học quốc gia họp", "đh quốc gia họp"]),
        ("CA tỉnh", ["công an tỉnh"]),
        ("ca sĩ", []),
        ("CA SĨ HÁT", []),
        ("sửa ĐT.923", ["sửa đường tỉnh 923", "sửa tỉnh lộ 923"]),
        ("ĐT 923B", ["đường tỉnh 923B", "tỉnh lộ 923B"]),
        ("sua duong tinh 923", ["sua dt.923", "sua tinh lo 923"]),
        ("ĐT nữ", []),  # a team
        ("quý 3/2026", ["quý III/2026", "quý III năm 2026", "quý 3 năm 2026"]),
        ("quý III năm 2026", ["quý III/2026", "quý 3/2026", "quý 3 năm 2026"]),
        ("quy 3", ["quy III"]),
        ("quý vị", []),
        ("quý 5", []),
        ("kỳ họp thứ 6", ["kỳ họp thứ sáu", "kỳ họp thứ VI"]),
        ("kỳ họp thứ sáu", ["kỳ họp thứ 6", "kỳ họp thứ VI"]),
        ("ky hop thu 6", ["ky hop thu sau", "ky hop thu vi"]),
        ("thu 6 ty", []),
        ("lần thứ XIV", ["lần thứ 14"]),
        ("lần thứ 14", ["lần thứ XIV"]),
        ("khóa XV", ["khóa 15"]),
        ("thứ trưởng", []),
        ("uy ban nhan dan tinh", ["ubnd tinh"]),
        ("lũ Tiền Giang cũ", ["lũ Tiền Giang"]),
        ("lu tien giang cu", ["lu tien giang"]),
        ("nhà cũ", []),
        ("cháy cty", ["cháy công ty"]),
        (
            "PCT UBND xã",
            ["phó chủ tịch ủy ban nhân dân xã", "phó chủ tịch UBND xã", "PCT ủy ban nhân dân xã"],
        ),
        ("GĐ sở", ["giám đốc sở"]),
        ("gđ sở", []),
        ("QL1A", ["quoc lo 1A"]),
        ("31/13/2023", []),
        ("1.5 tỷ", []),
        ("mưa lũ", []),
    ],
)
def test_readings(q: str, expected: list[str]) -> None:
    """Days and short forms in their other spellings, with accents if the question has some."""
    assert expected == [one.replace("_", " ") for one in readings(q)]


def test_what_stands_for_one_thing_hangs_together() -> None:
    """Else "CSGT" would find every story that has its four syllables somewhere."""
    csgt = ("cảnh", "sát", "giao", "thông")

    assert ("cảnh_sát_giao_thông chặn xe",) == readings("CSGT chặn xe")
    assert [csgt, ("chặn",), ("xe",)] == [term.words for term in asked("cảnh_sát_giao_thông chặn xe").terms]
    assert ("lũ quảng_nam", "lũ quảng_ngãi", "lũ quảng_ninh") == placed("lũ qn")


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("lũ qn", ["lũ quảng nam", "lũ quảng ngãi", "lũ quảng ninh"]),
        ("lu qn", ["lu quang nam", "lu quang ngai", "lu quang ninh"]),
        ("chợ ở đn", ["chợ ở đà nẵng", "chợ ở đồng nai"]),
        ("tp hn", ["tp ha noi"]),
        ("500 kg gạo", []),
        ("tp hcm ngập", []),
        ('"qn" lũ', []),
        ("qn", []),
    ],
)
def test_short_names_of_places(q: str, expected: list[str]) -> None:
    """Beside other words only, once for each place that may be meant; never a weight or what is quoted."""
    assert expected == [one.replace("_", " ") for one in placed(q)]


def test_quoted_words_have_no_other_form() -> None:
    """Beside them others have."""
    assert ['"UBND tỉnh" họp 31_tháng_1'] == list(readings('"UBND tỉnh" họp 31/1'))


def test_words_that_belong_together_count_together() -> None:
    """Hà Nội is Hà Nội in most hits: the one whose title has "hà" and "nội" apart goes behind."""
    apart, *others = (
        {"id": str(number), "title": title, "summary": ""}
        | {"_federation": {"weightedRankingScore": EXACT / 2}}
        for number, title in enumerate(["Nội dung họp ở Hà Giang", *["Hà Nội họp bàn"] * 8])
    )
    found = ordered([apart, *others], asked("họp hà nội"), {})

    assert "0" == found[-1]["id"]


@pytest.mark.parametrize("q", ["bộ quốc phòng nga ngày", "bo quoc phong nga ngay", "phòng nga ngày 27/3"])
def test_a_run_may_end_before_a_day(q: str) -> None:
    """There the word "ngày" counts for nothing; who quotes up to it quotes all the same."""
    found = [
        {"id": name, "title": "Tin", "summary": "", "_federation": {"weightedRankingScore": PHRASE * worth}}
        for name, worth in (("apart", 0.9), ("whole", 0.8))
    ]
    texts = {
        "apart": ["Nga họp ngày 27/3, bộ quốc gia phòng chống"],
        "whole": ["Bộ Quốc phòng Nga ngày 27/3 nói"],
    }

    assert "whole" == ordered(found, asked(q), texts)[0]["id"]


def test_stories_of_a_document_lead() -> None:
    """In their own order; a text that has the question word for word goes before those of a guess."""
    weights = {"a": PHRASE, "b": 1e7, "c": 1e7, "d": EXACT}
    hits = [
        {"id": name, "title": "kế hoạch 90", "_federation": {"weightedRankingScore": weight}}
        for name, weight in weights.items()
    ]
    numbers = {"c": "90/KH-UBND", "b": "90/KH-UBND"}

    for sure, expected in ((False, "acbd"), (True, "cbad")):
        found = ordered(hits, asked("kế hoạch 90"), {}, Led(numbers, sure))
        assert expected == "".join(hit["id"] for hit in found)


def test_a_document_gets_the_forms_it_lacks() -> None:
    """What a text has in one form only is added in the others."""
    assert ["ủy", "ban", "nhân", "dân"] == missing(["ubnd", "xã"])
    assert [] == missing(["ubnd", "và", "ủy", "ban", "nhân", "dân"])


def test_a_run_that_is_not_there_goes_behind() -> None:
    """Meilisearch's phrases are approximate: of two bearers the one whose text has the run leads."""
    federation = {"_federation": {"weightedRankingScore": PHRASE}}
    hits = [{"id": "a", "title": "Một"} | federation, {"id": "b", "title": "Hai"} | federation]
    texts = {"a": ["tin mới của tỉnh, mới của tỉnh ta"], "b": ["tin mới\n\ncủa tỉnh ta"]}

    assert ["b", "a"] == [hit["id"] for hit in ordered(hits, asked("tin mới của tỉnh ta"), texts)]


def test_the_spelling_that_was_typed_leads() -> None:
    """Both "tỷ lệ" and "tỉ lệ" are right: the one that was asked for comes first, dates in any form."""
    federation = {"_federation": {"weightedRankingScore": PHRASE}}
    hits = [{"id": "i", "title": "Tỉ lệ ngày 31/1"} | federation, {"id": "y", "title": "Tin"} | federation]
    texts = {"i": [""], "y": ["tỷ lệ 31 tháng 1"]}

    for q, expected in (("tỷ lệ 31/1", "yi"), ("tỉ lệ 31/1", "iy"), ("tỷ lệ", "yi"), ("ti le", "iy")):
        assert expected == "".join(hit["id"] for hit in ordered(hits, asked(q), texts))


def test_a_whole_figure_leads() -> None:
    """One may mean 37C by BKS 37, too: it comes behind."""
    federation = {"_federation": {"weightedRankingScore": PHRASE}}
    hits = [{"id": "c", "title": "Xe BKS 37C"} | federation, {"id": "37", "title": "Xe BKS 37"} | federation]

    for q in ("xe bks 37", "Xe BKS 37"):
        assert ["37", "c"] == [hit["id"] for hit in ordered(hits, asked(q), {"c": [""], "37": [""]})]


def test_a_month_in_words_is_one_in_figures() -> None:
    """Where runs of words are held against texts; a day is level already, another number stays."""
    level = leveller(" lũ tháng 3 2021 ", str)

    assert " lũ tháng 3 2021 " == level(" lũ tháng 3 năm 2021 ")
    assert " 15 3 2021 " == level(" ngày 15 tháng 3 năm 2021 ")
    assert " tháng 3 năm 20 " == level(" tháng 3 năm 20 ")


def test_a_title_counts_among_those_that_hold_every_word() -> None:
    """Of hits alike otherwise the one whose title holds more of the question leads."""
    federation = {"_federation": {"weightedRankingScore": 0.5 * EXACT}}
    hits = [
        {"id": "a", "title": "Tin vắn"} | federation,
        {"id": "b", "title": "Mưa lũ miền núi"} | federation,
    ]

    assert ["b", "a"] == [hit["id"] for hit in ordered(hits, asked("mưa bão miền núi"), {})]


@given(st.text())
def test_any_text_has_few_readings(text: str) -> None:
    """Never raises, never offers the question itself or more than three."""
    found = readings(text)

    assert len(found) <= MOST_READINGS
    assert text not in found


@given(st.text(st.sampled_from("abcdeghiklmnopqrstuvwxyz0123456789 áđẹ"), max_size=40))
def test_any_keys_are_read_or_left(text: str) -> None:
    """Never raises; what was not typed raw stays as it is."""
    meant = decoded(text)

    assert meant is None or len(meant.split()) == len(text.split())


@given(st.sampled_from(["tỉnh", "đường", "nghiễm", "người", "thuở", "quyết", "rượu", "hoặc"]))
def test_the_shadow_is_readable_as_keys(syllable: str) -> None:
    """What the index holds of a syllable is what somebody without an input method types."""
    assert tokens(syllable) == tokens(word(telex(syllable)) or "")


@given(
    st.lists(
        st.tuples(st.text(), st.floats(0, 1e15, allow_nan=False), st.text()), unique_by=lambda one: one[0]
    ),
    st.text(),
)
def test_our_order_loses_and_adds_nothing(rows: list[tuple[str, float, str]], q: str) -> None:
    """Whatever the hits weigh and hold, they are the same hits."""
    hits = [
        {"id": name, "title": title, "_federation": {"weightedRankingScore": weight}}
        for name, weight, title in rows
    ]

    assert sorted(name for name, _, _ in rows) == sorted(hit["id"] for hit in ordered(hits, asked(q), {}))
