"""Why texts are one story, in the reader's language: reasons are stored in Vietnamese. Pure; never raises.

A reason is clauses parted by semicolons (`pipeline.dedup`, `pipeline.evidence`, `pipeline.face`,
`pipeline.becoming`). Each is one of these messages, which `locale/en/reasons.po` says in English.
"""

import re
from functools import cache

from markupsafe import Markup

from pipeline.face import BY_EDITOR
from web.language import Language, gettext, language

CLAUSES = (
    "không trùng với bài nào khác",
    "bài chính của tin (%(count)s bài, mục)",
    BY_EDITOR,
    "cùng một địa chỉ",
    "mục “tại đây” dẫn tới bài này",
    "cùng mã bài của nguồn",
    "%(share)s %% nội dung bài ngắn hơn nằm trong bài này",
    "%(share)s %% nội dung bài ngắn hơn nằm trong mục %(item)s của Bản tin",
    "%(share)s %% nội dung mục %(item)s của Bản tin nằm trong bài này",
    "%(share)s %% nội dung mục %(item)s của Bản tin nằm trong mục %(other)s của Bản tin",
    "tiêu đề gần như nhau",
    "cùng số văn bản %(numbers)s",
    "trùng %(same)s/%(all)s số liệu",
    "theo bản trước khi sửa",
    "cùng địa phương",
    "cùng dẫn %(names)s",
    "cùng ngày %(day)s",
    "cách nhau %(days)s ngày",
    "nguồn đăng lại bài sau khi gỡ",
    "nguồn dùng lại một bản trước",
    "bản thứ %(rank)s của cùng một bài",
)
_PLACE = re.compile(r"%\((\w+)\)s")


def because(reason: str) -> Markup:
    """Return a stored reason as HTML; what stays Vietnamese says so to screen readers."""
    if language() == Language.VIETNAMESE:
        return Markup("{}").format(reason)
    return Markup("; ").join(map(_clause, reason.split("; ")))


def _clause(clause: str) -> Markup | str:
    for message, pattern in _patterns():
        if found := pattern.fullmatch(clause):
            return gettext(message, **found.groupdict())
    return Markup('<span lang="vi">{}</span>').format(clause)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each message with what reads it."""
    return tuple((message, re.compile(_pattern(message))) for message in CLAUSES)


def _pattern(message: str) -> str:
    parts = _PLACE.split(message.replace("%%", "%"))
    return "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
