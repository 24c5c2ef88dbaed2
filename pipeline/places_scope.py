"""How wide a text reaches: a province's own organs, the state's, the whole country, or the world. Pure.

A text that speaks of ministries names provinces in passing; one that speaks of other countries names
none that it tells about.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.text import CAPITALS, clean, one_tone

_DATA = Path(__file__).parent / "data" / "abroad.tsv"
_HEAD = 1_500  # characters in which a text says what it is about

_CENTRAL = re.compile(
    r"\b(?=[TCQBNKV])(?:Thủ tướng|Chính phủ|Quốc hội|Chủ tịch nước|T(?:ổng (?:Bí|bí) thư|hứ trưởng"
    r"|rung ương Đảng"
    r"|ổng cục|ổng công ty|AND tối cao|òa án nhân dân tối cao)|B(?:an Bí thư|ộ (?:trưởng|Chính trị"
    r"|Y tế|Công an"
    r"|Quốc phòng|Tài chính|Nội vụ|Công [Tt]hương|Xây dựng|Tư pháp|Ngoại giao|GD&ĐT|GD-ĐT|GDĐT|GTVT"
    r"|TN&MT|LĐ|KH|NN"
    r"|VH|TT&TT|Giáo dục|Giao thông|Tài nguyên|Kế hoạch|Lao động|Thông tin|Nông nghiệp|Khoa học"
    r"|Văn hóa|Dân tộc))"
    r"|V(?:KSND|iện KSND) tối cao|Ngân hàng Nhà nước|Kiểm toán Nhà nước|Người phát ngôn)\b"
)
# Those below are asked of the lower-cased text: ignoring case costs three times as much.
_COUNTRY = re.compile(
    r"\b(?:cả nước|toàn quốc|nước ta|việt nam|vietnam airlines|người việt|đường sắt|đội tuyển"
    r"|tuyển thủ|v[.-]league"
    r"|sea games|aff cup|asiad|nhiều (?:tỉnh|địa phương)|(?:các|63) (?:tỉnh thành|tỉnh, thành|địa phương))\b"
)
_LOCAL = re.compile(
    r"\b(?:t(?:ỉnh ủy|hành ủy|ỉnh ta|ỉnh nhà|rong tỉnh|oàn (?:tỉnh|thành phố|huyện|tp))|huyện ủy|của tỉnh"
    r"|đảng bộ tỉnh|(?:ubnd|hđnd|ủy ban nhân dân|hội đồng nhân dân|công an|địa bàn)\s(?:tỉnh|thành phố"
    r"|huyện|tp))\b"
)
_LEADS = frozenset(
    {
        *(
            "nước",
            "tại",
            "ở",
            "sang",
            "từ",
            "đến",
            "tới",
            "của",
            "với",
            "người",
            "quân",
            "quân đội",
            "chính phủ",
        ),
        *(
            "tổng thống",
            "thủ tướng",
            "ngoại trưởng",
            "đại sứ quán",
            "đại sứ",
            "truyền thông",
            "cảnh sát",
            "giữa",
        ),
        *(
            "và",
            "đội tuyển",
            "bộ ngoại giao",
            "đông",
            "tây",
            "nam",
            "bắc",
            "hải quân",
            "không quân",
            "tòa án",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Scope:
    """How often the first 1,500 characters of a text name what reaches beyond, or is of, one province.

    Args:
        central: organs and offices of the state.
        country: the whole country ("cả nước", "Việt Nam", "đội tuyển").
        abroad: other countries, their cities and leaders; `headed`: the headline does.
        local: a province's or district's own organs ("UBND tỉnh", "tỉnh ta").
    """

    central: int
    country: int
    abroad: int
    headed: bool
    local: int


def scope(spoken: str) -> Scope:
    """Return how wide a text reaches. `spoken`: as `places_in_prose.as_spoken` returns it. Never raises."""
    head = spoken[:_HEAD]
    low = head.lower()
    abroad = _named_abroad(head)
    return Scope(
        central=len(_CENTRAL.findall(head)),
        country=len(_COUNTRY.findall(low)),
        abroad=len(abroad),
        headed=any(at < head.find("\n") for at in abroad),
        local=len(_LOCAL.findall(low)),
    )


def _named_abroad(head: str) -> list[int]:
    """Return where names of the world outside stand, in no order."""
    sure, unsure = _abroad()
    found = [hit.start() for hit in sure.finditer(head)]
    for hit in unsure.finditer(head):
        before = head[max(0, hit.start() - 20) : hit.start()].lower().split()
        if before and (before[-1] in _LEADS or " ".join(before[-2:]) in _LEADS):
            found.append(hit.start())
    return found


@cache
def _abroad() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of unmistakable names, grouped by first letter, and that of the others."""
    names: dict[str, list[str]] = defaultdict(list)
    for line in _DATA.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, _, listed = line.partition("\t")
            names[kind] += listed.split("; ")
    tails: dict[str, list[str]] = defaultdict(list)
    for name in names["name"]:
        written = one_tone(clean(name))
        tails[written[0]].append(re.escape(written[1:]))
    sure = "|".join(
        f"{head}(?:{'|'.join(sorted(rest, key=len, reverse=True))})" for head, rest in tails.items()
    )
    return (
        re.compile(rf"\b(?=[{CAPITALS}])(?:{sure})(?![^\W_])"),
        re.compile(rf"\b(?:{'|'.join(map(re.escape, names['lead']))})\b(?!\s[{CAPITALS}])"),
    )
