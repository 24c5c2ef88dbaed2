"""What the filters of a question are called, and which are set. Pure but for the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Source
from search.question import SEVERAL, Query, chosen
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


def are_set(asked: Query, known: Sequence[Source], today: date) -> Iterator[Filter]:
    """Yield what is asked for beside words, each value by itself."""
    stated = asked.stated()
    for name, title in field_names().items():
        value = stated.get(name, "")
        if not value or name in ("from", "to"):
            continue
        values = chosen(value) if name in SEVERAL else (value,)
        for own in values:
            others = ",".join(one for one in values if one != own)
            yield Filter(name, title, value_label(name, own, known), {name: others})
    if asked.date_from or asked.date_to:
        span = span_label(asked.date_from, asked.date_to, today)
        yield Filter("from", _("Ngày đăng"), span, {"from": "", "to": ""})
