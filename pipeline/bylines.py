"""Who made a text: bylines, credits, and the mark of a paper before the first word. Pure; never raises."""

import re
from dataclasses import dataclass

from pipeline.text import fold

_LONGEST = 90  # characters of a byline
_LONGEST_CREDIT = 60
_MOST_NAMES = 4
_MOST_WORDS = 8  # of a credit; more is prose
_UPPER = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x1F00)) if letter.isupper())
_TOKEN = rf"(?:[{_UPPER}][^\W\d_]*\.?)"
_PERSON = re.compile(rf"{_TOKEN}(?:[ .]{{1,2}}{_TOKEN}){{0,4}}")
_INITIALS = re.compile(rf"(?:[{_UPPER}]{{2,5}}|(?:[{_UPPER}]\.\s?){{1,4}}[{_UPPER}]?)")
_SPLIT = re.compile(r"\s*(?:[,;&/]|\s[-–—]\s|\s+và\s+)\s*")
_ROLES = (
    r"tin(?: (?:tức|bài))?|bài(?: viết)?|ảnh|hình(?: ảnh)?|chùm ảnh|video|clip|đồ h(?:ọa|oạ)|thực hiện|"
    r"tác giả(?: bài viết)?|người viết|phóng viên|nhóm pv|nhóm phóng viên|pv|biên tập|biên soạn|tổng hợp|"
    r"lược dịch|ghi nhận|bút danh|nội dung|trình bày|thiết kế|kỹ thuật|quay phim|dựng phim"
)
_LABELLED = re.compile(
    rf"(?P<roles>(?:{_ROLES})(?:\s*(?:,|và|&|/|-|\s)\s*(?:{_ROLES}))*)\s*[:;]\s*(?P<names>.+)", re.IGNORECASE
)
_PICTURE_ONLY = re.compile(
    r"(?:chùm )?(?:ảnh|hình|video|clip|đồ h(?:ọa|oạ)|trình bày|thiết kế|kỹ thuật|quay phim|dựng phim)\b",
    re.IGNORECASE,
)
_HELD_BY = re.compile(  # who gave a picture, not written like a name
    r"(?:ảnh )?(?:internet|ctv|nvcc|tư liệu|minh h(?:ọa|oạ)|"
    r"cắt từ (?:clip|video)|cộng tác viên|người dân|"
    r"facebook(?: nhân vật)?|(?:\S+ ){1,6}cung cấp|"
    r"người lao động|lao động|tuổi trẻ|thanh niên|tiền phong|dân trí|an ninh thủ đô)",
    re.IGNORECASE,
)
_SENTENCE_WORDS = (
    "là đã đang sẽ được bị có rằng thì vào tại từ về do ngày ông bà này đó khi trong không của lúc để ra với "
    "những các một nhiều người việc sự"
)
_OF_A_SENTENCE = frozenset(_SENTENCE_WORDS.split())
_MOSTLY = 0.5  # share of the words of a name that are written large
# A line that begins so tells who somebody is, or what is to be seen, and signs nothing.
_TOLD_OF = re.compile(
    r"(?:Ông|Bà|Chị|Cô|Tướng|Vua|TS|ThS|GS|PGS|BS|LS|NSND|NSƯT|NTK|MC|CEO|ĐBQH|HLV|Chùa|Cầu|Tàu|Trường|Trạm|Đập|"
    r"Vịnh|Sông|Cảng|Ga|Hầm|Đảo|Đền|Chợ|Phường|Xã|Thôn|Ấp|Công an|Công ty|Diễn viên|Ca sĩ|Luật sư|Bác sĩ|"
    r"(?:Đại|Thiếu|Trung|Thượng) (?:biểu|tá|úy|tướng)|Nhà (?:thơ|văn|báo|máy|ga)|"
    r"Bệnh viện|Khu (?:vực|phố|di tích))[ .]"
)
_NO_NAME = re.compile(
    r"\(?(?:theo|nguồn|tổng hợp|t/h|th|ghi|thực hiện|lược dịch|sưu tầm|st|tin|bài|ảnh)\b[^()]*\)?",
    re.IGNORECASE,
)
_TEAM = re.compile(r"(?:nhóm )?(?:pv|phóng viên|ctv|cộng tác viên)(?: [^\W\d_]+){0,3}", re.IGNORECASE)
_DESK = re.compile(r"(?:ban biên tập|bbt|toà soạn|tòa soạn)(?: [^\W\d_]+){0,4}", re.IGNORECASE)
_CREDIT = re.compile(
    r"\(?\s*(?:theo|nguồn(?: tin| bài)?)(?:\s*:\s*|\s+)(?P<name>[^()]+?)\s*\)?\s*\.?", re.IGNORECASE
)
_CREDIT_AT_END = re.compile(
    r"\((?:theo|nguồn(?: tin| bài)?)(?: ?: ?| )(?P<name>[^()]{2,60})\) ?\.?$", re.IGNORECASE
)
_ISSUE = re.compile(
    r",? (?:số (?:ra )?)?(?:ngày )?\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{4})?$", re.IGNORECASE
)  # of a paper
_IN_BRACKETS = re.compile(r"\s*\((?P<inside>[^()]{2,60})\)\s*\.?$")
_AGENCY = r"(?:TTXVN|VNA|Vietnam\+|VietnamPlus|VOV|VTV)"
_DATELINE = re.compile(
    rf"(?:{_TOKEN}(?: {_TOKEN}){{0,4}},?\s+)?"
    rf"\((?P<agency>{_AGENCY})[\s,-]*(?:\d{{1,2}}[/.-]\d{{1,2}}/?(?:\d{{4}})?)?\)\s*[-–—:]*\s*(?=\S)"
)
_MARK = (
    rf"(?:[{_UPPER}]{{1,6}}O|[{_UPPER}]{{1,4}}ĐT|[{_UPPER}][\w-]{{1,20}}\.(?:VN|vn|com\.vn)|BDK|TTXVN|"
    r"VOV\d?|VTV\d?|VTC(?: News)?|PLVN|TSVN|NDO|SGGPO?|NLĐO?|Kinhtedothi|Dân trí|Vietnam\+|VietnamPlus)"
)
_BARE_MARK = re.compile(rf"(?P<mark>{_MARK})\s+[-–—]{{1,2}}\s+(?=\S)")
_BRACKETED_MARK = re.compile(
    rf"\((?P<mark>{_MARK}|[{_UPPER}]{{2,8}}|(?:Báo|Cổng|Đài|Tạp chí|Trang)\s[^()\d]{{2,40}}|"
    r"[\w-]{3,25}(?:\.[\w-]{2,12}){1,3})\)\s*[-–—:]{0,2}\s*(?=\S)"
)
_ORGANS = frozenset(
    (
        *("UNESCO", "NATO", "WHO", "FAO", "WTO", "ILO", "IMO", "ISO", "CEO", "UNIDO", "ADO", "NGO", "ESCO"),
        *("GDĐT", "BGDĐT", "UBND", "HĐND", "MTTQ", "UBMTTQ", "TAND", "VKSND", "BCH", "BTV", "LĐLĐ", "BHXH"),
    )
)
_AGENCIES = {
    "ttxvn": "TTXVN", "vna": "TTXVN", "vietnam+": "TTXVN", "vietnamplus": "TTXVN",
    "chinhphu.vn": "Chinhphu.vn", "vgp": "Chinhphu.vn",
    "baochinhphu.vn": "Chinhphu.vn", "vov": "VOV", "vtv": "VTV",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Byline:
    """What a line says of the makers: people, and whom the text was taken from."""

    authors: tuple[str, ...] = ()
    credit: str = ""


def byline(line: str) -> Byline | None:
    """Read a line below a text that names its makers ("Tin, ảnh: …", "NLN", "Theo TTXVN"); None for prose.

    A credit for pictures alone is a byline without authors, and so is a desk's name.
    """
    line = line.strip(" *-–—|·•")
    if _DESK.fullmatch(line):
        return Byline()
    return _read(line) if 0 < len(line) <= _LONGEST else None


def _read(line: str) -> Byline | None:
    """Read a line short enough to be one."""
    if whole := _CREDIT.fullmatch(line):
        credit = _credit(whole["name"])
        return Byline(credit=credit) if credit else None
    credit = ""
    if inside := _IN_BRACKETS.search(line):
        agency = _AGENCIES.get(fold(inside["inside"]), "")
        if not agency and not _NO_NAME.fullmatch(inside["inside"]) and not line.startswith("("):
            return None
        named = _CREDIT.fullmatch(inside["inside"])
        credit = _credit(named["name"]) if named else agency
        line = line[: inside.start()] if not line.startswith("(") else inside["inside"]
    if labelled := _LABELLED.fullmatch(line):
        roles = re.split(r"\s*(?:,|và|&|/|-)\s*", labelled["roles"])
        names = _split(labelled["names"])
        if all(_PICTURE_ONLY.match(role) for role in roles if role):
            return Byline((), credit) if names or _gives(labelled["names"]) else None
        return Byline(names, credit) if names else None
    if _TOLD_OF.match(line) or (line.endswith(".") and not _INITIALS.fullmatch(line)):
        return None  # below the last picture stands who is to be seen: "Ông Lê Văn Ba.", "Cầu Sắt."
    names = _split(line)
    return Byline(names, credit) if names else None


def credit_at_end(paragraph: str) -> tuple[str, str]:
    """Return the paragraph without "(Theo …)" at its end, and whom that names, "" if nobody."""
    found = _CREDIT_AT_END.search(paragraph)
    credit = _credit(found["name"]) if found else ""
    return (paragraph[: found.start()].rstrip(), credit) if found and credit else (paragraph, "")


def without_mark(paragraph: str) -> tuple[str, str]:
    """Return the first paragraph without a paper's mark, and the agency that the mark names.

    Marks are "(ĐTO) - ", "BDK.VN - ", "Hà Nội (TTXVN 7/5) - ". A paper's own mark is no credit; only
    agencies that others copy from are.
    """
    if dateline := _DATELINE.match(paragraph):
        return paragraph[dateline.end() :], _AGENCIES[fold(dateline["agency"])]
    found = _BRACKETED_MARK.match(paragraph) or _BARE_MARK.match(paragraph)
    if not found or found["mark"] in _ORGANS:
        return paragraph, ""
    rest = paragraph[found.end() :]
    return rest, _AGENCIES.get(fold(found["mark"]).rstrip("0123456789"), "")


def _credit(name: str) -> str:
    """Return the name of an agency or paper in a credit, "" if it is prose or a person's words."""
    name = re.sub(r"^(?:báo điện tử|cổng ttđt)\s+", "", name.strip(" .:"), flags=re.IGNORECASE)
    name = _ISSUE.sub("", name)
    if not 1 < len(name) <= _LONGEST_CREDIT or len(name.split()) > _MOST_WORDS or not name[0].isalnum():
        return ""
    if not (
        name[0].isupper()
        or re.search(r"\w\.\w\w", name)
        or fold(name).startswith(("báo ", "cổng ", "đài ", "tạp chí "))
    ):
        return ""
    parts = re.split(r"\s*[,;]\s*", name)
    if any(part[:1].islower() and "." not in part for part in parts[1:]) or _is_said(name):
        return ""
    head = re.split(r"\s*[/,]\s*", name)[0]
    return _AGENCIES.get(fold(head), name)


def _is_said(text: str) -> bool:
    """Tell whether words are of a sentence: "Zing, sự việc xảy ra tối 9/9" names nobody alone."""
    told = fold(text).split()
    return not _OF_A_SENTENCE.isdisjoint(told) or any(re.fullmatch(r"\d+(?:[/-]\d+)*", word) for word in told)


def _gives(text: str) -> bool:
    """Tell whether a text names who gave a picture: an office, a paper, the family."""
    text = text.strip(" .()")
    if _HELD_BY.fullmatch(text):
        return True
    told = text.split()
    large = sum(word[0].isupper() for word in told)
    return bool(told) and len(told) <= _MOST_WORDS and large >= _MOSTLY * len(told) and not _is_said(text)


def _split(text: str) -> tuple[str, ...]:
    """Return one to four names, () if `text` is anything else."""
    text = text.strip(" .")
    if _TEAM.fullmatch(text):
        return (text,)
    names = [name for name in (part.strip() for part in _SPLIT.split(text)) if name]
    if not 1 <= len(names) <= _MOST_NAMES or not all(_is_name(name) for name in names):
        return ()
    return tuple(names)


def _is_name(name: str) -> bool:
    """Tell whether `name` is written like a person's: two to five capitalised words, or initials."""
    if _INITIALS.fullmatch(name) or _TEAM.fullmatch(name):
        return True
    return bool(_PERSON.fullmatch(name)) and len(re.split(r"[ .]+", name)) > 1
