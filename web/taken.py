"""How a question was taken, where that is not as it was typed, in the reader's language. Never raises."""

from search.asked import dashed
from search.query import Query, Results
from web.language import gettext as _


def taken(asked: Query, found: Results) -> list[str]:
    """Return what a reader should know of an answer: a word mended, words missing, a minus read as a dash."""
    notices = []
    if found.respelled:
        notices.append(
            _("Không tin nào có “%(q)s”; đây là tin có “%(other)s”.", q=asked.q, other=found.respelled)
        )
    elif found.relaxed:
        notices.append(_("Không tin nào có đủ các từ như đã gõ; đây là những tin gần nhất."))
    if other := dashed(asked.q):
        notices.append(_("Dấu - được đọc là gạch nối. Để loại từ đứng sau, hãy viết: %(other)s", other=other))
    return notices
