"""Items into numbered bulletins, in the form in which provincial portals print them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from bench.dedup.model import Handed, Telling, dumped

_HEADS = (
    (
        "BẢN TIN HOẠT ĐỘNG CỦA LÃNH ĐẠO TỈNH {place}\n"
        "VÀ VIỆC ĐÁNG CHÚ Ý TRONG NGÀY\nNGÀY {day} THÁNG {month} NĂM {year}"
    ),
    (
        "**BẢN TIN NỘI BỘ CỦA LÃNH ĐẠO TỈNH\n"
        "VÀ TIN TRÊN ĐỊA BÀN TỈNH {place}\nNGÀY {day:02} THÁNG {month:02} NĂM {year}**"
    ),
    "# Bản tin hoạt động của lãnh đạo tỉnh {title} ngày {day}/{month}/{year}",
    "Bản tin trong ngày {day:02}/{month:02}/{year} của {name}",
)
_INVITATIONS = (
    "Mời xem chi tiết [tại đây](#).", "Mời xem chi tiết tại đây.", "Xem chi tiết [tại đây](#)",
    "Mời bạn đọc xem chi tiết tại đây.",
)  # fmt: skip
_SIGNATURES = (
    "Chịu trách nhiệm nội dung\n{chief}\n\nBiên tập\n{editor}\n\nWebsite: {host}",
    "BAN BIÊN TẬP\n\nWebsite: {host}\n\nĐiện thoại: 0200.555.0{number:02}",
    "",
)
_TITLE_BY_HEAD = "Bản tin ngày {day}/{month}/{year}"


def grouped(rng: Random, items: Sequence[Telling], bulletin_id: str) -> list[Telling]:
    """Return the items of one bulletin, numbered in a drawn order."""
    order = list(items)
    rng.shuffle(order)
    return [
        replace(
            item,
            external_id=f"{bulletin_id}#{number}",
            bulletin=bulletin_id,
            number=number,
        )
        for number, item in enumerate(order, 1)
    ]


def record(items: Iterable[Telling]) -> Handed:
    """Return one bulletin as a record; `items` are all of it, in order."""
    items = sorted(items, key=lambda item: item.number)
    first = items[0]
    rng = Random(first.bulletin)
    named = {
        "place": first.outlet.place.upper(),
        "title": first.outlet.place,
        "name": first.outlet.name,
        "host": first.outlet.host,
        "day": first.at.day,
        "month": first.at.month,
        "year": first.at.year,
        "chief": "TRẦN HOÀI KHÁNH",
        "editor": "LÂM THỊ QUYÊN",
        "number": rng.randint(10, 99),
    }
    invitation = rng.choice(_INVITATIONS)
    parts = [rng.choice(_HEADS).format(**named)]
    parts += [_item(item, invitation) for item in items]
    parts.append(rng.choice(_SIGNATURES).format(**named))
    fields = {
        "id": first.bulletin,
        "kind": rng.choice(("bulletin", "")),
        "source": first.outlet.source_id,
        "province": first.outlet.area,
        "title": _TITLE_BY_HEAD.format(**named),
        "published": first.at.date().isoformat(),
        "body": "\n\n".join(filter(None, parts)),
    }
    return Handed(dumped(fields), first.outlet, first.at)


def _item(item: Telling, invitation: str) -> str:
    body = "\n\n".join(item.paragraphs)
    if not item.title:
        return f"{item.number}. {body} {invitation}"
    return f"{item.number}. {item.title}\n\n{body} {invitation}" if body else f"{item.number}. {item.title}"
