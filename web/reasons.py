"""Why a line of a list cannot be taken, in Vietnamese, for the page of sources. Pure."""

import re

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
        (r"id: String should match .*", "mã (id) chỉ gồm chữ không dấu, số và dấu . _ -, tối đa 100 ký tự"),
        (r"id: a line needs .*", "cần mã (id), tên miền hoặc địa chỉ kênh RSS"),
        (r"rights: .*", "quyền phải là title (tiêu đề), summary (tóm tắt) hoặc full (toàn văn)"),
        (r"intake\.\d+\.kind: .*", "loại cửa phải là feed, webhook, folder hoặc mailbox"),
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


def reason(told: str) -> str:
    """Return a reason in Vietnamese; one that is not known stays as it is. Never raises."""
    for pattern, words in _REASONS:
        found = pattern.fullmatch(told)
        if found is not None:
            return found.expand(words)
    return told
