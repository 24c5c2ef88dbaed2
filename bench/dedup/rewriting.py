"""An editor's rewriting of an excerpt: other words, other forms, another order. Pure; facts stay."""

import re
from collections.abc import Sequence
from random import Random

from bench.dedup.edits import capital, sentences, size
from pipeline.text import CAPITALS

# Either side stands for the other in newsrooms.
PAIRS = (
    ("Ủy ban nhân dân", "UBND"), ("Uỷ ban nhân dân", "UBND"), ("Hội đồng nhân dân", "HĐND"),
    ("Thành phố Hồ Chí Minh", "TP.HCM"), ("TP. HCM", "TP.HCM"), ("TP. HCM", "Thành phố Hồ Chí Minh"),
    ("thành phố", "TP"), ("Công an nhân dân", "CAND"), ("Tòa án nhân dân", "TAND"),
    ("Viện Kiểm sát nhân dân", "VKSND"), ("Mặt trận Tổ quốc", "MTTQ"), ("Ban Chấp hành", "BCH"),
    ("Bộ Giáo dục và Đào tạo", "Bộ GD-ĐT"), ("Bộ Tài nguyên và Môi trường", "Bộ TN-MT"),
    ("Bộ Giao thông Vận tải", "Bộ GTVT"), ("Bộ Lao động - Thương binh và Xã hội", "Bộ LĐ-TB&XH"),
    ("Bộ Nông nghiệp và Phát triển nông thôn", "Bộ NN-PTNT"), ("đại biểu Quốc hội", "ĐBQH"),
    ("Phó Giáo sư", "PGS"), ("Tiến sĩ", "TS"), ("bảo hiểm xã hội", "BHXH"), ("bảo hiểm y tế", "BHYT"),
    ("doanh nghiệp nhà nước", "DNNN"), ("trung học cơ sở", "THCS"), ("trung học phổ thông", "THPT"),
    ("vệ sinh an toàn thực phẩm", "VSATTP"), ("an toàn giao thông", "ATGT"),
    ("công nghệ thông tin", "CNTT"), ("tuy nhiên", "thế nhưng"), ("Tuy nhiên", "Dù vậy"),
    ("bên cạnh đó", "ngoài ra"), ("Ngoài ra", "Cùng với đó"), ("do đó", "vì vậy"), ("Do đó", "Bởi vậy"),
    ("hiện nay", "hiện tại"), ("hiện", "đang"), ("khoảng", "chừng"), ("gần", "xấp xỉ"), ("hơn", "trên"),
    ("tổ chức", "tiến hành"), ("thực hiện", "triển khai"), ("diễn ra", "được mở"),
    ("tăng cường", "đẩy mạnh"), ("yêu cầu", "đề nghị"), ("chỉ đạo", "giao"), ("cho biết", "thông tin"),
    ("khẳng định", "nhấn mạnh"), ("nói", "chia sẻ"), ("cho rằng", "nhận định"), ("phát hiện", "nhận thấy"),
    ("người dân", "bà con"), ("lực lượng chức năng", "cơ quan chức năng"), ("nguyên nhân", "lý do"),
    ("xảy ra", "diễn biến"), ("vụ việc", "sự việc"), ("tai nạn", "sự cố"), ("tử vong", "thiệt mạng"),
    ("bị thương", "thương tích"), ("học sinh", "các em"), ("giáo viên", "thầy cô"), ("nhằm", "để"),
    ("giúp", "hỗ trợ"), ("hỗ trợ", "trợ giúp"), ("sử dụng", "dùng"), ("xây dựng", "làm"),
    ("phát triển", "mở mang"), ("khó khăn", "trở ngại"), ("thuận lợi", "suôn sẻ"), ("bắt đầu", "khởi động"),
    ("kết thúc", "khép lại"), ("kiểm tra", "rà soát"), ("xử lý", "giải quyết"), ("vi phạm", "sai phạm"),
    ("đối tượng", "nghi can"), ("bắt giữ", "bắt"), ("điều tra", "xác minh"), ("phương tiện", "xe cộ"),
    ("ô tô", "xe hơi"), ("xe máy", "mô tô"), ("đường", "tuyến đường"), ("bệnh nhân", "người bệnh"),
    ("bác sĩ", "thầy thuốc"), ("bệnh viện", "nhà thương"), ("chuyên gia", "nhà chuyên môn"),
    ("cơ quan", "đơn vị"), ("lãnh đạo", "người đứng đầu"), ("đại diện", "phía"), ("tham gia", "góp mặt"),
    ("tham dự", "dự"), ("trao đổi", "bàn"), ("quyết định", "chốt"), ("ban hành", "đưa ra"), ("cần", "phải"),
    ("rất", "hết sức"), ("nhiều", "không ít"), ("lớn", "đáng kể"), ("quan trọng", "trọng yếu"),
    ("ngay lập tức", "tức thì"), ("liên quan", "dính líu"), ("tiếp tục", "vẫn"), ("chưa", "vẫn chưa"),
    ("sau khi", "khi đã"), ("trước khi", "khi chưa"), ("bởi", "do"), ("mỗi năm", "hằng năm"),
    ("toàn bộ", "tất cả"), ("đồng thời", "cùng lúc"), ("gia đình", "người nhà"), ("trẻ em", "trẻ nhỏ"),
    ("phụ nữ", "chị em"), ("nông dân", "nhà nông"), ("sản xuất", "làm ra"), ("giá cả", "giá"),
    ("mua bán", "giao dịch"), ("thị trường", "chợ"), ("lợi nhuận", "tiền lãi"), ("đầu tư", "rót vốn"),
    ("dự án", "công trình"), ("tỷ", "tỉ"), ("Mỹ", "Hoa Kỳ"), ("quy định", "điều khoản"),
    ("cộng đồng", "xã hội"), ("hiệu quả", "kết quả tốt"),
)  # fmt: skip

# Little words, which are most of a text; one way only.
LITTLE = (
    ("và", "cùng"), ("trong", "ở trong"), ("với", "cùng với"), ("cho", "dành cho"), ("khi", "lúc"),
    ("này", "nói trên"), ("tại", "ở"), ("đến", "tới"), ("như", "giống như"), ("vì", "do"),
    ("nếu", "trường hợp"), ("thêm", "bổ sung"), ("là", "chính là"), ("nhưng", "song"), ("còn", "vẫn còn"),
    ("theo", "căn cứ"), ("muốn", "mong muốn"), ("thấy", "nhìn thấy"),
    ("rồi", "sau đó"), ("trên", "ở trên"), ("việc", "chuyện"), ("sẽ", "dự kiến sẽ"), ("đã", "từng"),
    ("các", "những"), ("vào", "trong"), ("hơn nữa", "thêm vào đó"), ("do", "bởi"),
    ("sau đó", "kế đến"), ("trước đó", "hồi trước"), ("bởi vì", "do"), ("để", "nhằm"),
    ("cùng ngày", "trong ngày"), ("hôm nay", "ngày hôm nay"), ("nhất là", "đặc biệt là"), ("vừa", "mới"),
    ("từng", "đã từng"), ("giữa", "ở giữa"), ("ngoài", "bên ngoài"), ("họ", "những người này"),
)  # fmt: skip

_DROPPED = re.compile(r"(?<=\s)(?:đã|các|những|cũng|rằng|thì|đó|này|vẫn|của|được|lại|mà)\s")
_DAY = re.compile(
    r"(?P<head>\b(?:[Nn]gày|[Ss]áng|[Cc]hiều|[Tt]ối|[Tt]rưa|[Hh]ôm|nay|qua)\s+\(?)(?P<d>\d{1,2})[/-](?P<m>\d{1,2})"
    r"(?:[/-](?P<y>\d{4}))?(?![\d/-])"
)
_LONG_DAY = re.compile(r"\bngày (?P<d>\d{1,2}) tháng (?P<m>\d{1,2})(?: năm (?P<y>\d{4}))?")
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,2})\.(\d{3})(?![\d.,])")
_PERCENT = re.compile(r"(?<=\d) ?%")
_DIGITS = ("hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_COUNTED = (
    r"(?=\s(?:người|xe|vụ|ngày|tháng|con|chiếc|ngôi|đối tượng|nạn nhân|cháu|em|tỉnh|xã|huyện|trường)\b)"
)
_SMALL = re.compile(rf"(?<![\w.,/-])(?<!ngày )([2-9])(?![.,/-]){_COUNTED}")
_SPELLED = re.compile(rf"\b({'|'.join(_DIGITS)})\b{_COUNTED}")
_ADJUNCT = re.compile(
    r"(?P<when>(?:Ngày|Sáng|Chiều|Tối|Trưa|Đêm|Tại|Trong|Sau|Trước|Nhằm|Để|Do|Từ|Đến|Khi|Với)"
    r" [^,.;:\"“]{4,80}), "
    r"(?P<rest>[^:\"“]+?)(?P<end>[.!?]?)$"
)
_SAYS = re.compile(rf"^(?P<who>[{CAPITALS}][^,.;:\"“]{{3,70}}?) cho biết,? (?P<what>[^\"“]+)$")
_TOLD = re.compile(r"^Theo (?P<who>[^,.;:\"“]{3,70}), (?P<what>[^\"“]+)$")
_LONGEST_ADJUNCT, _LONGEST_MERGED = 14, 28  # words
_LITTLE_SHARE = 0.6  # of the chance of other words


def drawn(rng: Random, share: float = 0.7) -> tuple[tuple[str, str], ...]:
    """Return the part of the table that one set uses."""
    return tuple(pair for pair in (*PAIRS, *LITTLE) if rng.random() < share)


def rewritten(rng: Random, paragraphs: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return the paragraphs told anew. `pairs`: synonyms of this set."""
    return [_retold(rng, paragraph, pairs) for paragraph in paragraphs]


def synonymous(rng: Random, text: str, pairs: Sequence[tuple[str, str]], share: float) -> str:
    """Replace words by synonyms, each with the chance `share`; what was put in is not replaced again."""
    table = dict(pairs) | {other: one for one, other in pairs if " " in other or other.isupper()}
    if not table:
        return text
    known = re.compile(
        rf"(?<![\w.])(?:{'|'.join(map(re.escape, sorted(table, key=len, reverse=True)))})(?!\w)"
    )
    rare = share * _LITTLE_SHARE
    chance = {one: rare if (one, other) in LITTLE else share for one, other in table.items()}
    return known.sub(lambda found: table[found[0]] if rng.random() < chance[found[0]] else found[0], text)


def _retold(rng: Random, paragraph: str, pairs: Sequence[tuple[str, str]]) -> str:
    told = [_reordered(rng, sentence) for sentence in sentences(paragraph)]
    text = " ".join(_merged(rng, told))
    text = synonymous(rng, text, pairs, 0.85)
    text = _reformed(rng, text)
    return capital(_DROPPED.sub(lambda found: "" if rng.random() < 0.4 else found[0], text))


def _reordered(rng: Random, sentence: str) -> str:
    if found := _SAYS.match(sentence):
        return f"Theo {found['who']}, {found['what']}" if rng.random() < 0.7 else sentence
    if found := _TOLD.match(sentence):
        return f"{found['who']} cho biết {found['what']}" if rng.random() < 0.7 else sentence
    found = _ADJUNCT.match(sentence)
    if found is None or size(found["when"]) > _LONGEST_ADJUNCT or rng.random() < 0.3:
        return sentence
    when = found["when"][0].lower() + found["when"][1:]
    return f"{capital(found['rest'])} {when}{found['end']}"


def _merged(rng: Random, told: list[str]) -> list[str]:
    """Join short neighbours into one sentence."""
    merged: list[str] = []
    for sentence in told:
        short = merged and size(merged[-1]) + size(sentence) <= _LONGEST_MERGED and merged[-1].endswith(".")
        if short and rng.random() < 0.5:
            second = sentence.split(maxsplit=2)[1:2]
            named = bool(second) and second[0][:1].isupper()
            tail = sentence if named else sentence[0].lower() + sentence[1:]
            merged[-1] = f"{merged[-1][:-1]}{rng.choice((', đồng thời ', '; ', ', còn ', ' và '))}{tail}"
        else:
            merged.append(sentence)
    return merged


def _reformed(rng: Random, text: str) -> str:
    """Write dates and numbers in another form."""

    def year(found: re.Match[str], sign: str) -> str:
        return f"{sign}{found['y']}" if found["y"] else ""

    if rng.random() < 0.6:
        text = _DAY.sub(
            lambda found: (
                f"{found['head'] if found['head'].lower().startswith('ngày') else found['head'] + 'ngày '}"
                f"{found['d']} tháng {found['m']}{year(found, ' năm ')}"
            ),
            text,
        )
    else:
        text = _LONG_DAY.sub(lambda found: f"ngày {found['d']}/{found['m']}{year(found, '/')}", text)
    if rng.random() < 0.4:
        text = _THOUSANDS.sub(r"\1\2", text)
    if rng.random() < 0.4:
        text = _PERCENT.sub(" phần trăm", text)
    if rng.random() < 0.5:
        return _SMALL.sub(lambda found: _DIGITS[int(found[1]) - 2], text)
    return _SPELLED.sub(lambda found: str(_DIGITS.index(found[1]) + 2), text)
