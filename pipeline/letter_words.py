"""The words of letters, in each language that pages speak."""

from dataclasses import dataclass

from pipeline.store.saved_finds import Kind


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's words in one language."""

    counts: dict[Kind, tuple[str, str]]
    heads: dict[Kind, str]
    search: str
    gone: str
    corrected: str
    versions: str
    as_before: str
    untraced: str
    sources: tuple[str, str]
    everywhere: str
    manage: str
    because: str
    confirm_subject: str
    confirm: tuple[str, ...]
    flaw_subject: str
    flaw: tuple[str, ...]
    fields: dict[str, str]  # of a question, as its flaw names them


VIETNAMESE = Words(
    counts={
        Kind.NEW: ("%d tin mới", "%d tin mới"),
        Kind.CORRECTED: ("%d đính chính", "%d đính chính"),
        Kind.WITHDRAWN: ("%d tin đã gỡ", "%d tin đã gỡ"),
    },
    heads={Kind.NEW: "Tin mới", Kind.CORRECTED: "Đính chính", Kind.WITHDRAWN: "Đã gỡ"},
    search="Tìm kiếm đã lưu: %s",
    gone="Đã gỡ: một tin khớp với tìm kiếm này lúc %s không còn được nguồn đăng.",
    corrected="%s đã sửa bài của mình:",
    versions="Bản trước và bản sau:",
    as_before="Bài của nguồn khác trong tin này có thể vẫn như cũ.",
    untraced="Tin này đã thay đổi; không rõ nguồn nào đã sửa. Các bản ở trang tin.",
    sources=("và 1 nguồn khác", "và %d nguồn khác"),
    everywhere="Cả nước",
    manage="Thôi nhận thư, hoặc đổi nhịp gửi:",
    because="Bạn nhận thư này vì địa chỉ này đã được xác nhận cho tìm kiếm trên. Thư gửi tự động.",
    confirm_subject="Xác nhận nhận thư từ Tin Tỉnh",
    confirm=(
        "Có người muốn nhận tin của một tìm kiếm đã lưu trên Tin Tỉnh tại địa chỉ này.",
        "Nếu là bạn, mở liên kết dưới đây và bấm nút xác nhận. Liên kết dùng được trong hai ngày.",
        "Nếu không phải bạn, xin bỏ qua thư này: không xác nhận thì không có thư nào khác.",
    ),
    flaw_subject="%s: cần sửa câu hỏi",
    flaw=(
        "Tin Tỉnh không đọc được câu hỏi của tìm kiếm này nữa, nên chưa báo tin cho bạn.",
        "Tìm kiếm vẫn được giữ. Mở trang theo dõi của nó, sửa câu hỏi, và tin lại được báo.",
        "Phần không dùng được nữa: %s.",
    ),
    fields={
        "q": "từ khóa",
        "province": "tỉnh, thành",
        "area": "địa bàn cũ",
        "topic": "chủ đề",
        "source": "nguồn tin",
        "doc": "văn bản",
        "person": "người giữ chức vụ",
        "office": "chức vụ",
        "bulletin": "Bản tin",
        "from": "từ ngày",
        "to": "đến ngày",
    },
)
ENGLISH = Words(
    counts={
        Kind.NEW: ("%d new story", "%d new stories"),
        Kind.CORRECTED: ("%d correction", "%d corrections"),
        Kind.WITHDRAWN: ("%d withdrawn", "%d withdrawn"),
    },
    heads={Kind.NEW: "New", Kind.CORRECTED: "Corrected (Đính chính)", Kind.WITHDRAWN: "Withdrawn (Đã gỡ)"},
    search="Saved search: %s",
    gone="Withdrawn: a story that matched this search at %s is no longer published by its source.",
    corrected="%s corrected its article:",
    versions="What it said before, and now:",
    as_before="Articles of other sources in this story may still be as they were.",
    untraced="This story changed; which source corrected it is not known. All versions: on its page.",
    sources=("and 1 other source", "and %d other sources"),
    everywhere="Nationwide",
    manage="Stop these letters, or change how often they come:",
    because="You get this because this address was confirmed for the search above. Sent automatically.",
    confirm_subject="Confirm letters from Tin Tỉnh",
    confirm=(
        "Somebody wants news of a saved search on Tin Tỉnh to be sent to this address.",
        "If it was you, open the link below and press the button. It works for two days.",
        "If it was not, ignore this letter: without a confirmation there will be no other.",
    ),
    flaw_subject="%s: the question needs mending",
    flaw=(
        "Tin Tỉnh cannot read this search's question any more, so it tells you nothing for now.",
        "The search is kept. Open its page, mend the question, and you will be told again.",
        "What cannot be used any more: %s.",
    ),
    fields={
        "q": "words",
        "province": "province",
        "area": "former unit",
        "topic": "topic",
        "source": "source",
        "doc": "document",
        "person": "office holder",
        "office": "office",
        "bulletin": "bulletin",
        "from": "from",
        "to": "to",
    },
)
WORDS = {"vi": VIETNAMESE, "en": ENGLISH}
