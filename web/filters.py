"""What the filters of a question are called, which are set, which make no sense. Pure but for language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.errors import BadInput
from pipeline.model import Source
from pipeline.text import clean
from search.asked import address, asked, told_as
from search.question import MOST_CHARACTERS, SEVERAL, Query, chosen, read
from web.language import gettext as _
from web.narrowing import span_label
from web.view import area_choice, province_name, topic_name


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing that is asked for beside words, and the change of the question that drops it."""

    field: str
    title: str
    label: str
    change: dict[str, str]


def field_names() -> dict[str, str]:
    """Return what each parameter is called, in the order in which it is shown."""
    return {
        "province": _("Tỉnh, thành"),
        "area": _("Địa bàn cũ"),
        "topic": _("Chủ đề"),
        "source": _("Nguồn tin"),
        "person": _("Người giữ chức vụ"),
        "office": _("Chức vụ"),
        "bulletin": _("Bản tin"),
        "doc": _("Văn bản"),
        "from": _("Từ ngày"),
        "to": _("Đến ngày"),
    }


def understood(given: Mapping[str, str]) -> tuple[Query, list[str]]:
    """Return the query that can be made of an address; what is wrong in it is emptied and told of."""
    left = dict(given)
    notices: list[str] = []
    while True:
        try:
            query = read(left)
            typed = clean(left.get("q", "")).strip()
            if not typed or _has_words(query.q):
                return query, notices
            notices.append(wordless(typed))
            left["q"] = ""
        except BadInput as error:
            wrong = error.subject if left.get(error.subject) else "page"
            if wrong == "q":
                notices.append(_("Câu hỏi quá dài: chỉ %(n)s ký tự đầu được dùng.", n=MOST_CHARACTERS))
                left["q"] = clean(left["q"]).strip()[:MOST_CHARACTERS]
                continue
            if wrong == "page" and left.get("page") and not left.get("before"):
                notices.append(_("Không có trang “%(page)s”: đây là trang đầu.", page=left["page"][:80]))
            elif wrong not in ("page", "before", "sort"):
                notices.append(_dropped(wrong, left))
            left[wrong] = ""


def _dropped(name: str, left: Mapping[str, str]) -> str:
    """Return why a parameter is left out; of a day that can be read, the day it is against."""
    values = {"field": field_names().get(name, name), "value": left[name][:80]}
    if name == "to" and _readable({"to": left["to"]}):
        first = f"{_('Từ ngày')} “{left['from'][:80]}”"
        return _("%(field)s “%(value)s” đứng trước %(first)s nên đã bỏ qua.", first=first, **values)
    return _("%(field)s “%(value)s” không dùng được nên đã bỏ qua.", **values)


def wordless(q: str) -> str:
    """Return that nothing can be looked for by what was typed in place of words."""
    return _("“%(q)s” không có từ nào để tìm. Hãy gõ ít nhất một chữ hoặc một con số.", q=q[:80])


def _has_words(q: str) -> bool:
    """Say whether there is a word to look for or to leave out, or an address."""
    question = asked(q)
    return bool(question.terms or question.without or told_as(q) or address(q))


def _readable(given: Mapping[str, str]) -> bool:
    try:
        read(given)
    except BadInput:
        return False
    return True


def value_label(name: str, value: str, known: Sequence[Source]) -> str:
    """Return what a parameter's value is called."""
    match name:
        case "province":
            return province_name(value)
        case "area":
            return area_choice(value)
        case "topic":
            return topic_name(value)
        case "source":
            return next((one.name for one in known if one.source_id == value), value)
        case "bulletin":
            return _("Có trong Bản tin") if value == "yes" else _("Không có trong Bản tin")
        case _:
            return value.strip('"“”') if name == "office" else value


def are_set(query: Query, known: Sequence[Source], today: date) -> Iterator[Filter]:
    """Yield what is asked for beside words, each value by itself."""
    stated = query.stated()
    for name, title in field_names().items():
        value = stated.get(name, "")
        if not value or name in ("from", "to"):
            continue
        values = chosen(value) if name in SEVERAL else (value,)
        for own in values:
            others = ",".join(one for one in values if one != own)
            yield Filter(name, title, value_label(name, own, known), {name: others})
    if query.date_from or query.date_to:
        span = span_label(query.date_from, query.date_to, today)
        yield Filter("from", _("Ngày đăng"), span, {"from": "", "to": ""})
