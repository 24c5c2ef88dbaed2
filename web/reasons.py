"""What is wrong, in Vietnamese, for the pages of those who run it: a line of a list, a feed, a host. Pure."""

import re
from typing import NamedTuple

_REASONS = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (
            r"(?:.*: )?('[^']*') is no province, .*",
            r"\1 không phải tên tỉnh, thành nào (trước hay sau 7/2025)",
        ),
        (r"area: ('[^']*') is no unit .*", r"\1 không phải địa bàn (trước 7/2025) của tỉnh đã ghi"),
        (r".*url: ('.*') is no http or https address", r"\1 không phải địa chỉ http(s)"),
        (r".*url: String should have at most .*", "địa chỉ quá dài"),
        (r"id: .* cannot be taken: .*", "mã (id) chỉ gồm chữ không dấu, số và dấu . _ -, tối đa 100 ký tự"),
        (r"id: a line needs .*", "cần mã (id), tên miền hoặc địa chỉ kênh RSS"),
        (r"rights: .*", "quyền phải là title (tiêu đề), summary (tóm tắt) hoặc full (toàn văn)"),
        (r"intake\.\d+\.kind: .*", "loại cửa phải là feed, webhook, folder hoặc mailbox"),
        (r"id: ('[^']*') is the name of (.*): say which id", r"\1 là tên của \2: hãy ghi mã (id)"),
        (r"hosts\.\d+: .*", "tên miền không hợp lệ"),
        (r"name: .*", "tên quá dài"),
        (r"(\d+) cells, but the first line names (\d+)", r"có \1 ô, nhưng dòng đầu chỉ có \2 cột"),
        (r"a cell of more than .*", "có ô quá dài"),
        (r"a feed without xmlUrl", "kênh không có địa chỉ (xmlUrl)"),
        (r"broken XML, .*", "XML hỏng; đọc được đến đâu hay đến đó"),
        (r"(\S+) stands in line (\d+) too", r"\1 đã có ở dòng \2"),
        (r"list: is empty", "Tệp trống."),
        (r"list: larger than .*", "Tệp quá lớn."),
        (
            r"list: the first line must name .*",
            "Dòng đầu phải ghi tên các cột, trong đó có id, host hoặc feed.",
        ),
        (r"list: two columns are named (\w+)", r"Có hai cột cùng là \1."),
        (r"list: cannot be read: .*", "Đây không phải văn bản. Hãy lưu thành CSV (UTF-8) hoặc OPML."),
        (
            r"list: too long for this page.*",
            "Danh sách quá dài cho trang này: dùng ./tintinh sources import.",
        ),
        (r"opml: declares entities.*", "Tệp OPML khai báo thực thể XML: không nhận."),
        (r"opml: no OPML.*", "Tệp này không phải OPML."),
    )
)
_AGAIN = "Tự hỏi lại sau; nếu kéo dài, báo quản trị trang của nguồn."
_ASK = "Xin phép tòa soạn nguồn, hoặc nhận qua webhook, thư mục hay hộp thư; bỏ kênh: sources drop-feed."
_SEARCH = (
    "Tìm kênh mới: ./tintinh sources add TRANG-CHỦ; bỏ kênh này: ./tintinh sources drop-feed MÃ ĐỊA-CHỈ."
)
_TROUBLES = tuple(
    (re.compile(pattern), words, remedy)
    for pattern, words, remedy in (
        (
            r"(\S+) is not a public address",
            r"\1 thuộc mạng riêng nên không được hỏi",
            "Sửa địa chỉ; nếu đúng là máy của tòa soạn: ./tintinh sources add MÃ --allow-private.",
        ),
        (r"robots\.txt forbids", "robots.txt không cho đọc địa chỉ này", _ASK),
        (r"text and data mining is reserved", "nguồn giữ quyền khai thác văn bản và dữ liệu", _ASK),
        (r"HTTP (404|410)", r"HTTP \1: địa chỉ không còn", _SEARCH),
        (r"HTTP (401|403|407|451)", r"HTTP \1: máy chủ không cho đọc", _ASK),
        (r"HTTP 429", "HTTP 429: máy chủ muốn được hỏi thưa hơn", "Không phải làm gì: sẽ hỏi lại thưa hơn."),
        (r"HTTP (5\d\d)", r"HTTP \1: máy chủ của nguồn đang lỗi", _AGAIN),
        (r"HTTP (\d{3})", r"HTTP \1: máy chủ không trả kênh RSS", _SEARCH),
        (
            r"does not resolve|not resolved in time",
            "không tìm thấy tên miền",
            "Kiểm tra tên miền trong trình duyệt; nếu đã đổi: ./tintinh sources add ĐỊA-CHỈ-MỚI.",
        ),
        (
            r"CERTIFICATE|certificate|SSL",
            "chứng chỉ https của máy chủ không hợp lệ",
            "Báo quản trị trang của nguồn: trình duyệt cũng sẽ cảnh báo.",
        ),
        (r"[Tt]imeout|timed out|took longer", "máy chủ trả lời quá chậm", _AGAIN),
        (
            r"peer closed|RemoteProtocolError|ReadError|WriteError|disconnected",
            "máy chủ ngắt kết nối giữa chừng",
            _AGAIN,
        ),
        (r"ConnectError|refused", "không nối được đến máy chủ", _AGAIN),
        (
            r"more than [\d,]+ bytes",
            "câu trả lời quá lớn",
            "Tăng TINTINH_FETCH_MAX_BYTES nếu nguồn đáng tin.",
        ),
        (r"an HTML page \((“.*”)\) in place", r"là trang web \1, không phải kênh RSS", _SEARCH),
        (r"an HTML page|no feed", "là trang web, không phải kênh RSS", _SEARCH),
        (r"redirect|leads nowhere", "chuyển hướng không đến đâu", _SEARCH),
        (r"robots\.txt was not", "robots.txt không trả lời nên chưa hỏi gì khác", _AGAIN),
    )
)


class Trouble(NamedTuple):
    """What is wrong with a feed or a host, and what to do next; "" if that is not known."""

    words: str
    remedy: str


def trouble(told: str) -> Trouble:
    """Return an error of a feed or a host in Vietnamese; an unknown one stays as it is. Never raises."""
    for pattern, words, remedy in _TROUBLES:
        found = pattern.search(told)
        if found is not None:
            unanswered = "robots.txt: " if "robots.txt was not" in told and "robots" not in words else ""
            return Trouble(unanswered + found.expand(words), remedy)
    return Trouble(told, "")


def reason(told: str) -> str:
    """Return a reason in Vietnamese; one that is not known stays as it is. Never raises."""
    for pattern, words in _REASONS:
        found = pattern.fullmatch(told)
        if found is not None:
            return found.expand(words)
    return told
