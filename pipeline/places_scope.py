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

_CENTRAL = (
    r"Thủ tướng|Chính phủ|Quốc hội|Chủ tịch nước|Ngân hàng Nhà nước|Kiểm toán Nhà nước|Người phát ngôn"
    r"|(?:Ban (?:C|c)hấp hành|Hội nghị) Trung ương|[ỦU]y ban (?:C|c)hứng khoán Nhà nước"
    r"|T(?:ổng (?:Bí|bí) thư|hứ trưởng|rung ương (?:Đảng|Đoàn|Hội)|ổng cục|ổng công ty|AND tối cao)"
    r"|Tòa án nhân dân tối cao"
    r"|V(?:KSND|iện KSND) tối cao|B(?:an Bí thư|ộ (?:trưởng|Chính trị|Y tế|Công an|Quốc phòng"
    r"|Tài chính|Nội vụ"
    r"|Công [Tt]hương|Xây dựng|Tư pháp|Ngoại giao|GD&ĐT|GD-ĐT|GDĐT|GTVT|TN&MT|LĐ|KH|NN|VH|TT&TT|Giáo dục"
    r"|TN\s-\sMT|GD\s(?:-|và)\sĐT"
    r"|Giao thông|Tài nguyên|Kế hoạch|Lao động|Thông tin|Nông nghiệp|Khoa học|Văn hóa|Dân tộc))"
)
# Asked of the lower-cased text: ignoring case costs three times as much.
_LOWER = re.compile(
    r"\b(?=[acknqstuvábdđủ6h])(?:"
    r"(?P<country>c(?:ả nước|ác (?:tỉnh thành|tỉnh, thành|địa phương))"
    r"|63 (?:tỉnh thành|tỉnh, thành|địa phương)|toàn quốc"
    r"|n(?:ước ta|gười việt|hiều (?:tỉnh|địa phương))|vi(?:ệt nam|etnam airlines)|(?<!\.)vn|v[.-]league"
    r"|đ(?:ường sắt(?! đô thị)|ội tuyển)|tuyển thủ|sea games|a(?:ff cup|siad))"
    r"|(?P<local>t(?:ỉnh ủy|hành ủy|ỉnh ta|ỉnh nhà|rong tỉnh|oàn (?:tỉnh|thành phố|huyện|tp))|huyện ủy"
    r"|của tỉnh|đảng bộ tỉnh|(?:ubnd|hđnd|ủy ban nhân dân|hội đồng nhân dân|công an|địa bàn)"
    r"\s(?:tỉnh|thành phố|huyện|tp))"
    r"|(?P<show>diễn viên|danh hài|đạo diễn|ca (?:sĩ|khúc)|nghệ sĩ|ns(?:ưt|nd)|người (?:mẫu|đẹp|hâm mộ)"
    r"|(?:hoa|á) hậu|s(?:iêu mẫu|howbiz)|khán giả|bộ phim|album)"
    r"|(?P<law>dự (?:thảo|luật)|nghị định|thông tư|quy chế|bộ luật|sửa đổi|thpt quốc gia|tuyển sinh))\b"
)  # the first letters, asked before all, spare a quarter
_LEADS = frozenset(
    (
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
            "giữa",
            "và",
        ),
        *("chính phủ", "tổng thống", "thủ tướng", "ngoại trưởng", "đại sứ quán", "đại sứ", "bộ ngoại giao"),
        *("truyền thông", "cảnh sát", "đội tuyển", "hải quân", "không quân", "tòa án"),
        *("đông", "tây", "nam", "bắc"),
    )
)
_LEAD = 20  # characters before a name that may be one of them


@dataclass(frozen=True, slots=True)
class Scope:
    """How often the first 1,500 characters of a text name what reaches beyond, or is of, one province.

    Args:
        central: organs and offices of the state.
        country: the whole country ("cả nước", "Việt Nam", "đội tuyển").
        abroad: other countries, their cities and leaders; `headed`: the headline does.
        local: a province's or district's own organs ("UBND tỉnh", "tỉnh ta").
        show: stars, films and songs, which happen nowhere in particular.
        law: what is enacted for the whole country, its school examinations too.
    """

    central: int
    country: int
    abroad: int
    headed: bool
    local: int
    show: int
    law: int


def scope(spoken: str) -> Scope:
    """Return how wide a text reaches. `spoken`: as `places_in_prose.as_spoken` returns it. Never raises."""
    head = spoken[:_HEAD]
    title_end = head.find("\n")
    central = abroad = headed = 0
    for hit in _upper().finditer(head):
        if hit.lastgroup == "central":
            central += 1
        elif hit.lastgroup == "sure" or _is_led(head, hit.start()):
            abroad += 1
            headed += hit.start() < title_end
    kinds = [hit.lastgroup for hit in _LOWER.finditer(head.lower())]
    country, local, show, law = map(kinds.count, ("country", "local", "show", "law"))
    return Scope(central, country, abroad, headed > 0, local, show, law)


def _is_led(head: str, at: int) -> bool:
    """Tell whether a word stands before a name that makes it a country's."""
    before = head[max(0, at - _LEAD) : at].lower().split()
    return bool(before) and (before[-1] in _LEADS or " ".join(before[-2:]) in _LEADS)


@cache
def _upper() -> re.Pattern[str]:
    """Return the pattern of names with a capital, those of the world grouped by first letter."""
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
    unsure = "|".join(map(re.escape, names["lead"]))
    return re.compile(
        rf"\b(?=[{CAPITALS}])(?:(?P<central>{_CENTRAL})|(?P<sure>{sure})|(?P<unsure>{unsure})(?!\s[{CAPITALS}]))"
        r"(?![^\W_])"
    )
