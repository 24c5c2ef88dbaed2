"""Questions as people write them, asked of the HTTP API over a real Meilisearch: what comes, and first."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from pipeline import gazetteer
from pipeline.config import Settings
from pipeline.gazetteer import areas, provinces
from pipeline.model import Basis, DocumentMention, Places, Precision, Role, When
from pipeline.store import open_database
from search.index import Index
from search.sync import sync
from tests.engine_fixtures import Lent
from tests.store.tellings import NOW, PAPER, draft, send, settled
from tests.web.serving import serving
from web.app import create_app

Ask = Callable[..., list[str]]
_FIRST = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
_HOST = "https://baomau.example"
_PAGE = f"{_HOST}/tin/2-{quote('đèn-hội')}.html"

DIKE, SHRIMP, BRIDGE, ROAD, YOUTH, GROWN, REEDS, LAMP, RICE, NIGHT = (
    "Tỉnh ủy họp bàn thủy lợi",
    "Nuôi tôm quý trên đất phèn",
    "Khánh thành cầu Ông Đốc",
    "Sửa QL1A trước mùa nước nổi",
    "Thanh niên xã dọn kênh",
    "Con số thành niên năm nay",
    "Quyết tâm giữ rừng ngập mặn",
    "Chập điện ở chợ huyện",
    "Lúa vụ ba được giá",
    "Phố đi bộ Hồ Gươm mở thêm đêm",
)
_BODIES = {
    DIKE: "Lãnh đạo UBND và HĐND cùng dự, mặt trận tổ quốc góp ý. Nhiệm kỳ 2020 - 2025 còn một năm.",
    SHRIMP: "Hộ ông Ba thu 1.250.000.000 đồng, lãi 1,2 tỷ sau 45 ngày.",
    BRIDGE: "Ngày 31 tháng 1 năm 2023 xe qua cầu. Thành phố Hồ Chí Minh tặng trụ đèn.",
    ROAD: "Đoạn dài 12,5 km xong ngày 15/3.",
    YOUTH: "Đoàn xã kể chuyện bóng đá nữ, tin cũ từ tháng 1/2023.",
    GROWN: "Người chưa thành niên được học bơi, bóng đá.",
    REEDS: "Bà con cùng nhau trồng đước, không cho tàu vào.",
    LAMP: "TP.HCM cho mượn máy bơm. Tiểu thương giữ hàng, cá mặn dọn trước; chuông rung khi nước ngập.",
    RICE: "Thương lái trả 25.000 đồng, năm 2020 -2025 chưa năm nào hơn. Hội chợ thuê nhân công vùng dân cư.",
    NIGHT: "Khách đi dạo quanh hồ tới khuya.",
}
_PLAN, _CITES, _NAMESAKE, _PARTY = (
    "Kế hoạch chuyển đổi số đã có",
    "Xã đảo làm theo chỉ đạo",
    "Vùng khác cũng ra văn bản",
    "Nghị quyết cũ nhắc lại",
)


@pytest.fixture(scope="module")
def ask(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory, meilisearch: Lent) -> Iterator[Ask]:
    """Asks the API and gives the titles that it finds, in order."""
    folder = tmp_path_factory.mktemp("asking")
    copyfile(sqlite_pattern, folder / "tintinh.db")
    db = open_database(f"sqlite:///{folder / 'tintinh.db'}")
    told: list[tuple[str, str, dict[str, object]]] = [(title, body, {}) for title, body in _BODIES.items()]
    told += [
        (f"Phiên chợ {one.slug}", f"Chuyện {one.slug} thứ {at}.", _at(one.slug))
        for at, one in enumerate(areas())
    ]
    told += [(title, f"Chuyện {title.lower()}.", more) for title, more in _documents().items()]
    for number, (title, body, more) in enumerate(told):
        published = When(_FIRST + timedelta(hours=number), Precision.SECOND, Basis.FEED)
        url = f"{_HOST}/tin/{number}-{quote('đèn-hội')}.html"
        send(db, draft(f"bai-{number}", title, body, published=published, url=url, **more), source=PAPER)
    settled(db)
    index = Index(meilisearch.url, meilisearch.key, f"asking-{uuid4().hex}")
    while sync(db, index, NOW).more:
        pass
    chosen = Settings(
        data=folder,
        database_url=db.url,
        meilisearch_url=meilisearch.url,
        meilisearch_key_file=meilisearch.key_file,
        meilisearch_index=index.name,
    )
    with (
        serving(create_app(chosen)) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):

        def titles(q: str, **more: str) -> list[str]:
            answer = client.get("/api/search", params={"q": q, "per_page": "50"} | more).raise_for_status()
            return [hit["title"] for hit in answer.json()["hits"]]

        yield titles
    for uid in (index.name, *index.others()):
        index.drop(uid)
    db.close()


def _at(area: str) -> dict[str, object]:
    """Return where a story plays."""
    return {"places": Places(areas=(area,), provinces=(gazetteer.today(area) or "",))}


def _documents() -> dict[str, dict[str, object]]:
    """Return the stories that name documents."""
    here = DocumentMention("90/KH-UBND", Role.ISSUES, "UBND tỉnh Kiên Giang", "2021-04-28")
    there = DocumentMention("90/KH-UBND", Role.ISSUES, "UBND tỉnh Cà Mau", "2021-05-01")
    cites = DocumentMention("90/KH-UBND", Role.CITES, "UBND tỉnh Kiên Giang", "2021")
    letter = DocumentMention("3312/SGDĐT-GDTrH", Role.CITES, "Sở Giáo dục và Đào tạo", "2026")
    return {
        _PLAN: {"documents": (here, DocumentMention("01/NQ-CP", Role.CITES, "Chính phủ", "2024"))},
        _NAMESAKE: {"documents": (there,)},
        _CITES: {"documents": (cites, letter), "authors": ("Lý Thị Sậy",), "credit": "Báo Ấp Mới"},
        _PARTY: {"documents": (DocumentMention("01-NQ/CP", Role.CITES, "Chính phủ", "2024"),)},
    }


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        # accents, tones, letters
        ("tinh uy hop", DIKE),
        ("Tỉnh uỷ", DIKE),
        ("thuỷ lợi", DIKE),
        ("THỦY LỢI", DIKE),
        ("thủy lơi", DIKE),
        ("tôm quí", SHRIMP),
        ("tôm quý", SHRIMP),
        (unicodedata.normalize("NFD", "Ông Đốc"), BRIDGE),
        ("Ông \u00d0ốc", BRIDGE),
        ("Ông Dốc", BRIDGE),
        ("ong doc", BRIDGE),
        ("thanh niên", YOUTH),
        ("thành niên", GROWN),
        # short and long forms
        ("ủy ban nhân dân hội đồng nhân dân", DIKE),
        ("mttq góp ý", DIKE),
        ("TP.HCM tặng trụ đèn", BRIDGE),
        ("TPHCM tặng trụ đèn", BRIDGE),
        ("tp hcm tang tru den", BRIDGE),
        ("Sài Gòn tặng trụ đèn", BRIDGE),
        ("sg tặng trụ đèn", BRIDGE),
        ("thành phố hồ chí minh cho mượn máy bơm", LAMP),
        ("QL1A", ROAD),
        ("QL 1A", ROAD),
        ("ql1a mua nuoc noi", ROAD),
        ("Quốc lộ 1A", ROAD),
        # days
        ("31/01/2023", BRIDGE),
        ("31/1/2023", BRIDGE),
        ("31-1-2023", BRIDGE),
        ("31.1.2023", BRIDGE),
        ("ngày 31 tháng 1 xe qua cầu", BRIDGE),
        ("ngày 31 tháng Giêng năm 2023", BRIDGE),
        ("ngay 31 thang 01 nam 2023", BRIDGE),
        ("xong 15 tháng 3", ROAD),
        ("tháng 1/2023 tin cũ", YOUTH),
        ("tháng 1 năm 2023 tin cũ", YOUTH),
        ("tháng 01-2023 tin cũ", YOUTH),
        # numbers
        ("1250000000 đồng", SHRIMP),
        ("1,250,000,000 đồng", SHRIMP),
        ("1.2 tỷ", SHRIMP),
        ("lãi 1,2 tỉ", SHRIMP),
        ("12.5 km", ROAD),
        ("25000 đồng", RICE),
        ("2020 -2025 chưa năm nào", RICE),
        ("nhiệm kỳ 2020-2025", DIKE),
        # typos
        ("quyêt tâm giữ rừng", REEDS),
        ("quyet tam giu rugn ngap", REEDS),
        ("ngậpp mặn", REEDS),
        ("rừngngập mặn", REEDS),
        ("thanhniên dọn kênh", YOUTH),
        ("khanhthanh cau ong doc", BRIDGE),
        ("chập điệnn chợ huyện", LAMP),
        # raw keys, with mistakes
        ("quyeets taam", REEDS),
        ("quye61t ta6m", REEDS),
        ("quyeets tam giuwx ruwng", REEDS),
        ("khanhs thanhf caauf oong ddoocs", BRIDGE),
        ("thuyr lowij", DIKE),
        # quotes
        ('"phố đi bộ"', NIGHT),
        ('"phố đi bộ" hồ gươmm', NIGHT),
        ('"pho di bo" hồ gươm', NIGHT),
        ('"phố đi bô" hồ guom', NIGHT),
        ("bà con “quyết tâm xoài giữ rừng” ngập mặn không cho tàu vào", REEDS),
        # long
        ("bà con cùng nhau quyết tâm trồng đước không cho tàu vào rừng ngập mặn ở quê nhà", REEDS),
        # addresses
        (f"{_HOST}/tin/2-{quote('đèn-hội')}.html?utm_source=zalo&utm_medium=social", BRIDGE),
        (f"{_HOST}/tin/2-đèn-hội.html#binh-luan", BRIDGE),
        (f"http://www.baomau.example/tin/2-{quote('đèn-hội')}.html", BRIDGE),
        (f"https://m.baomau.example/tin/2-{quote('đèn-hội')}.html", BRIDGE),
        (f"https://amp.baomau.example/tin/2-{quote('đèn-hội')}.html", BRIDGE),
        (f"{_HOST}/amp/tin/2-{quote('đèn-hội')}.html", BRIDGE),
        (f"{_HOST}/tin/2-{quote('đèn-hội')}.amp.html?amp=1", BRIDGE),
        (f"{_HOST}/tin/2-{quote('đèn-hội')}.html/amp", BRIDGE),
        (f"https://www.google.com/url?q={quote(_PAGE, '')}&sa=U&ved=x", BRIDGE),
        (f"https://www.google.com.vn/url?sa=t&url={quote(_PAGE, '')}", BRIDGE),
        (f"https://l.facebook.com/l.php?u={quote(_PAGE + '?fbclid=x', '')}&h={'x' * 300}", BRIDGE),
        (f"https://www.google.com/amp/s/{_PAGE.removeprefix('https://')}", BRIDGE),
        (f"xem zalo.me/share?url={quote(_PAGE, '')}", BRIDGE),
        (f"{_HOST}/khac/khanh-thanh-cau-ong-doc-7654321.html", BRIDGE),
        (f"{_HOST}/{quote('khánh-thành-cầu-ông-đốc')}-7654321.html", BRIDGE),
        # documents
        ("90 kh ubnd kiên giang 2021", _PLAN),
        ("KH 90 UBND KG", _PLAN),
        ("kế hoạch 90 cà mau", _NAMESAKE),
        ("01/NQ-CP", _PLAN),
        ("01-NQ/CP", _PARTY),
        ("cv 3312", _CITES),
        ("CV số 3312 SGDĐT", _CITES),
        ("cv3312", _CITES),
        # an accent left out, though some text has the bare word somewhere
        ("giữ rung ngập mặn", REEDS),
        # one wrong letter in a short word
        ("giữ rừg ngập mặn", REEDS),
        ("giu ruwng ngap mann", REEDS),
        ("thah niên xã", YOUTH),
        # who wrote it
        ("Lý Thị Sậy", _CITES),
        ('"ly thi say"', _CITES),
        ("báo ấp mới đảo", _CITES),
    ],
)
def test_what_is_meant_comes_first(ask: Ask, q: str, expected: str) -> None:
    """In whatever spelling, form or key it is written."""
    assert [expected] == ask(q)[:1]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("bóng đá", {YOUTH, GROWN}),
        ("bóng đá -nữ", {GROWN}),
        ("bong da -nu", {GROWN}),
        ('bóng đá -"học bơi"', {YOUTH}),
        ('"đi bộ phố"', set()),
        ('"Phố di bộ"', {NIGHT}),  # nobody wrote it so: without accents
        ('"thanh niên"', {YOUTH}),
        ('"thành niên" bóng đáa', {GROWN}),
        ('"đi dạo phố" hồ gươmm', set()),
        ("2020 -2025", {DIKE, RICE}),
        ("01-NQ/CP", {_PLAN, _PARTY}),
        ("HĐND", {DIKE}),
        ("hdnd", {DIKE}),
    ],
)
def test_nothing_else_comes(ask: Ask, q: str, expected: set[str]) -> None:
    """Quotes hold however loosely the rest is taken; a minus leaves out only where it is meant."""
    assert expected == set(ask(q))


def test_a_document_brings_who_issued_it_then_who_cites_it(ask: Ask) -> None:
    """Narrowed by issuer and year; without them all namesakes come."""
    assert [_PLAN, _CITES] == ask("90 kh ubnd kiên giang 2021")[:2]
    assert [_PLAN, _CITES] == ask("90/KH-UBND Kiên Giang")[:2]
    assert {_PLAN, _CITES, _NAMESAKE} == set(ask("90/KH-UBND"))


def test_old_and_new_names_of_provinces(ask: Ask) -> None:
    """Today's name brings stories of all former units that it took in, a former name at least its own."""
    here = {one.slug: f"Phiên chợ {one.slug}" for one in areas()}
    for province in provinces():
        taken_in = {here[one.slug] for one in areas() if gazetteer.today(one.slug) == province.slug}

        assert taken_in <= set(ask(f"phiên chợ {province.name}")), province.name
        assert taken_in == set(ask("phiên chợ", province=province.slug)), province.name
    for area in areas():
        assert here[area.slug] in ask(f"phiên chợ {area.name}"), area.name
        assert [here[area.slug]] == ask("phiên chợ", area=area.slug), area.name
    for name in ("Thừa Thiên Huế", "TT-Huế", "TT. Huế", "thua thien hue"):
        assert [here["hue"]] == ask(f"phiên chợ {name}")[:1], name
    assert [here["hue"]] == ask("Thừa Thiên Huế")
    assert [] == ask('"Thừa Thiên Huế"')
