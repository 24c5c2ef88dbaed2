"""A small newsroom for tests: events told in full, in part, edited, in short, and notices that look alike.

The texts are our own and read like provincial news, so that the rules meet the words, numbers and names
that they were made for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from random import Random
from typing import Any

from sqlalchemy import select

from pipeline.model import Act, Basis, Draft, EntryKind, Precision, Source, SourceId, StoryState, When
from pipeline.store import Connection, Database
from pipeline.store.schema import edge, entry, metadata, story, version
from tests.store.tellings import NOW, draft

PAPERS = tuple(
    Source(SourceId(name), told, province, area, (f"{name}.example",))
    for name, told, province, area in (
        ("bao-song", "Báo Sông", "vinh-long", "ben-tre"),
        ("dai-nui", "Đài Núi", "lao-cai", "yen-bai"),
        ("cong-xa", "Cổng Xã", "vinh-long", "tra-vinh"),
    )
)


@dataclass(frozen=True, slots=True)
class Text:
    """What is said, whoever says it."""

    title: str
    summary: str
    body: str
    credit: str = ""


_EVENTS = {
    "cau": """
Xã Nhơn Thạnh thông xe cầu Rạch Dừa
Sáng nay, Ủy ban nhân dân xã Nhơn Thạnh tổ chức lễ thông xe cầu Rạch Dừa nối ấp Thạnh Đông với trung tâm
xã, sau bảy tháng thi công giữa mùa mưa.

Cầu dài 52 m, rộng 4 m, tổng kinh phí 4,6 tỷ đồng, trong đó bà con hai bên bờ góp 900 triệu đồng và hiến
gần 1.200 m2 đất vườn để mở đường dẫn.

Ông Lê Văn Khởi, chủ tịch xã, cho biết từ nay hơn 300 học sinh không phải đi đò; xe chở dừa của nông dân
cũng rút ngắn được 9 km mỗi chuyến ra vựa.

Dịp này, nhà thầu tặng hai mươi suất học bổng cho trẻ em khó khăn và trồng hàng cây sao dọc theo lộ mới.
""",
    "sen": """
Nông dân đổi ruộng trũng sang trồng sen lấy hạt
Vụ nước nổi năm nay, hợp tác xã Tân Hưng vận động 46 hộ chuyển 70 ha lúa kém hiệu quả sang trồng sen lấy
hạt kết hợp nuôi cá đồng dưới tán lá.

Theo bà Nguyễn Thị Sáu, giám đốc hợp tác xã, mỗi ha sen cho lãi chừng 38 triệu đồng, gấp đôi lúa, lại
không tốn thuốc trừ sâu; gương sen được thương lái cân tại bờ.

Ngành nông nghiệp hỗ trợ một nửa tiền giống và mở ba lớp tập huấn cách giữ nước, diệt ốc bươu vàng bằng
bẫy thay cho hóa chất.

Khó khăn lớn nhất là kho lạnh: hạt tươi chỉ giữ được hai ngày, nên hợp tác xã đang xin vay 1,5 tỷ đồng để
lắp máy sấy.
""",
}  # a headline, then four paragraphs
_NOTICES = (
    ("12", "Phú Thuận", "7 giờ 30", "11 giờ"),
    ("12", "Phú Thuận", "13 giờ", "16 giờ 30"),
    ("14", "Phú Thuận", "7 giờ 30", "11 giờ"),
    ("14", "Long Định", "7 giờ 30", "11 giờ"),
)
_COMMUNES = ("An Bình", "Tân Lợi", "Mỹ Phước", "Hòa Hưng", "Vĩnh Xuân", "Đông Sơn", "Thạnh Mai")


def _event(name: str) -> Iterator[tuple[str, Text]]:
    title, told = _EVENTS[name].strip().split("\n", 1)
    body = "\n\n".join(" ".join(part.split()) for part in told.split("\n\n"))
    first, second, third, _ = body.split("\n\n")
    yield "full", Text(title, "", body)
    yield "longer", Text(title, "", f"{body}\n\n{_more(name)}")
    edited = "\n\n".join((f"(TTX Mẫu) - {first}", third, second.replace("lại ", ""), "Tin và ảnh: P.V."))
    yield "edited", Text(f"{title}, người dân phấn khởi", "", edited, "TTX Mẫu")
    yield "excerpt", Text(title, "", f"{first} {second}")
    yield "middle", Text(title.upper(), "", f"{second} {third}")
    yield "stub", Text(title, first, "")
    twin = first.translate(str.maketrans("5347", "8692"))
    yield "twin", Text(title, "", "\n\n".join((twin, second.translate(str.maketrans("5649", "7318")), third)))


def _more(name: str) -> str:
    return f"Phóng viên sẽ trở lại đề tài “{name}” trong số báo cuối tuần với ý kiến của người trong cuộc."


def notice(day: str, commune: str, begins: str, ends: str) -> Text:
    """Return one of many notices that differ in a day, a commune or an hour and in nothing else."""
    return Text(
        f"Lịch cúp điện xã {commune} ngày {day}/12/2026",
        "",
        f"Điện lực khu vực thông báo: ngày {day}/12/2026, từ {begins} đến {ends}, ngừng cấp điện một phần xã "
        f"{commune} để nâng cấp lưới trung thế và thay trụ gãy sau mưa giông.\n\nĐề nghị bà con ngắt cầu dao "
        "tổng, không đến gần đường dây và coi như luôn có điện, phòng khi đơn vị đóng lại sớm hơn dự kiến.",
    )


def _texts() -> Iterator[tuple[str, Text]]:
    for name in _EVENTS:
        for form, text in _event(name):
            yield f"{name} {form}", text
    for number, told in enumerate(_NOTICES):
        yield f"notice {number}", notice(*told)


TEXTS: dict[str, Text] = dict(_texts())
NEWS: dict[str, Text] = TEXTS | {
    f"notice of {commune}, {day}": notice(str(day), commune, f"{hour} giờ", f"{hour + 4} giờ 15")
    for commune, (day, hour) in product(_COMMUNES, ((3, 5), (9, 7), (17, 8), (25, 13), (28, 14)))
}
DAYS: tuple[int | None, ...] = (0, 0, 0, 1, 4, 30, 50, None)  # before today; None: undated


def published(days: int | None) -> When:
    """Return a publication so many days ago, or an unknown one."""
    if days is None:
        return When(NOW, Precision.YEAR, Basis.INFERRED)
    return When(NOW - timedelta(days=days), Precision.SECOND, Basis.FEED)


def article(paper: int, slot: int, text: str, minute: int, days: int | None = 0) -> Draft:
    """Return a text under an address of a paper, told `minute` minutes after noon by its own clock."""
    said, name = NEWS[text], f"bai-{slot}"
    return draft(
        name,
        said.title,
        said.body,
        guid=f"{PAPERS[paper].source_id}-{name}",
        url=f"https://{PAPERS[paper].source_id}.example/{slot}",
        canonical_url=f"https://{PAPERS[paper].source_id}.example/{slot}",
        summary=said.summary,
        credit=said.credit,
        published=published(days),
        updated=NOW + timedelta(minutes=minute),
    )


def item(bulletin: int, number: int, text: str, minute: int, days: int | None = 0) -> Draft:
    """Return a text as an item of a bulletin; a stub's summary stands for its body."""
    said = NEWS[text]
    return draft(
        f"ban-tin-{bulletin}#{number}",
        said.title,
        said.body or said.summary,
        guid="",
        kind=EntryKind.BULLETIN_ITEM,
        bulletin_id=f"ban-tin-{bulletin}",
        bulletin_number=number,
        published=published(days),
        updated=NOW + timedelta(minutes=minute),
    )


def taken_back(paper: int, slot: int, minute: int) -> Draft:
    """Return the withdrawal of what a paper told under an address."""
    said = article(paper, slot, "cau full", minute)
    return Draft(
        kind=said.kind,
        external_id=said.external_id,
        title="",
        title_basis=said.title_basis,
        published=said.published,
        canonical_url=said.canonical_url,
        guid=said.guid,
        updated=said.updated,
        act=Act.WITHDRAW,
    )


PLACES = tuple(product(range(len(PAPERS)), range(2)))  # (paper, slot)


def emptied(db: Database) -> None:
    """Forget everything but the schema."""
    with db.write() as conn:
        for table in reversed(metadata.sorted_tables):
            if table.name != "meta":
                conn.execute(table.delete())


def evidence(conn: Connection) -> dict[str, Any]:
    """Return what follows from receipts and words alone: stories, texts and edges."""
    live = conn.execute(select(story).where(story.c.state == StoryState.LIVE)).all()
    return {
        "stories": {row.lead: row.face for row in live},
        "texts": {row.entry_id: row.text_hash for row in conn.execute(select(entry))},
        "versions": {(row.entry_id, row.text_hash, row.told_at) for row in conn.execute(select(version))},
        "edges": [tuple(row) for row in conn.execute(select(edge).order_by(edge.c.a, edge.c.b))],
    }


@dataclass(frozen=True, slots=True)
class Sent:
    """What one receipt holds, who sent it, and when it came."""

    drafts: tuple[Draft, ...]
    source: Source
    at: datetime


def news(seed: int, count: int) -> list[Sent]:
    """Return so many receipts: tellings, copies, revisions, excerpts and withdrawals, over and over.

    No place says two things in one minute: of those the one that was received last would stand.
    """
    random = Random(seed)
    sent = []
    for number, minute in enumerate(random.sample(range(10 * count), count)):
        paper, slot = random.randrange(len(PAPERS)), random.randrange(count // 8)
        text, days = random.choice(sorted(NEWS)), random.choice(DAYS)
        chance = random.random()
        if chance < 0.15:
            drafts = [taken_back(paper, slot, minute)]
        elif chance < 0.4:
            several = random.sample(sorted(NEWS), 3)
            drafts = [item(slot, place, name, minute, days) for place, name in enumerate(several, start=1)]
        else:
            drafts = [article(paper, slot, text, minute, days)]
        sent.append(Sent(tuple(drafts), PAPERS[paper], NOW + timedelta(seconds=number)))
    return sent
