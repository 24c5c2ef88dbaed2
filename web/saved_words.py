"""How saved searches and their ways are put into words. Pure but for the reader's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import BadInput
from pipeline.model import LOCAL_ZONE, NATIONAL, Source
from pipeline.places import areas, provinces
from pipeline.store import saved, saved_ways
from pipeline.store.saved_ways import Kind, Pace, Way
from pipeline.topics import topics
from search.asked import only_leaves_out
from search.question import MOST_CHARACTERS, SEVERAL, chosen
from web.chips import undated as undated_words
from web.filters import field_names, value_label, wordless
from web.language import gettext as _
from web.view import number, when


def fields() -> dict[str, str]:
    """Return what each part of a question is called, in the order in which it is shown."""
    return {"q": _("Từ khóa"), **field_names()}


def in_words(asked: Mapping[str, str], known: list[Source]) -> list[tuple[str, str]]:
    """Return what is asked for as titles and labels."""
    told = []
    for name, title in fields().items():
        value = "" if name in ("from", "to") else asked.get(name, "")
        values = chosen(value) if name in SEVERAL else tuple(filter(None, [value]))
        labels = [value_label(name, one, known) or one for one in values]
        told += [(title, "; ".join(labels))] if labels else []
    if asked.get("from") or asked.get("to"):
        told.append((_("Ngày đăng"), _days(asked.get("from", ""), asked.get("to", ""))))
    return told


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a question as a form shows it: `options` to choose from, none: it is typed."""

    name: str
    title: str
    value: str
    options: list[tuple[str, str]]


def form(asked: Mapping[str, str], known: list[Source]) -> list[Field]:
    """Return the fields of a form that changes a question; what is asked now is among their options."""
    return [
        Field(name, title, asked.get(name, ""), _options(name, asked.get(name, ""), known))
        for name, title in fields().items()
    ]


def _options(name: str, value: str, known: list[Source]) -> list[tuple[str, str]]:
    known_values: dict[str, list[str]] = {
        "province": [NATIONAL, *(one.slug for one in provinces())],
        "area": [one.slug for one in areas()],
        "topic": [one.slug for one in topics()],
        "source": [one.source_id for one in known],
        "bulletin": ["yes", "no"],
    }
    values = known_values.get(name, [])
    if not values:
        return []
    several = [] if not value or value in values else [value]
    labels = {
        one: "; ".join(value_label(name, part, known) or part for part in chosen(one)) for one in several
    }
    return [
        ("", _("Tất cả")),
        *((one, labels.get(one) or value_label(name, one, known)) for one in (*several, *values)),
    ]


def _days(since: str, until: str) -> str:
    """Return dates: "today" would mean another day tomorrow."""
    if since and until:
        return when(since) if since == until else f"{when(since)} – {when(until)}"
    return _("Từ %(day)s", day=when(since)) if since else _("Đến %(day)s", day=when(until))


def undated() -> str:
    """Return why days of a question are not kept."""
    return _("Ngày không được lưu: tin mới luôn là tin từ nay.")


def timeless(asked: Mapping[str, str], now: datetime) -> dict[str, str] | None:
    """Return a question without the words that name days; None if none do. What is left may be nothing."""
    q = asked.get("q", "")
    rest = undated_words(q, now.astimezone(LOCAL_ZONE).date())
    if rest == q:
        return None
    return {name: value for name, value in {**asked, "q": rest}.items() if value}


def ending(asked: Mapping[str, str], now: datetime) -> str:
    """Return that a search ends by its last day, or has; "" if it has none."""
    last = asked.get("to", "")
    if not last:
        return ""
    if last < now.astimezone(LOCAL_ZONE).date().isoformat():
        return _("Đã qua ngày %(day)s: không còn tin nào khớp. Hãy bỏ ngày ở phần “Sửa”.", day=when(last))
    return _("Chỉ tin đăng đến hết ngày %(day)s được báo.", day=when(last))


def nameless(now: datetime) -> str:
    """Return a name that says nothing of what is asked: it stands in letters' subjects."""
    return f"{_('Theo dõi')} {now.astimezone(LOCAL_ZONE):%H:%M %d/%m/%Y}"


def paces() -> dict[str, str]:
    """Return what each pace of letters is called."""
    return {
        Pace.INSTANT: _("ngay khi có tin"),
        Pace.DAILY: _("mỗi ngày lúc 7 giờ"),
        Pace.WEEKLY: _("thứ Hai hằng tuần lúc 7 giờ"),
    }


def masked(address: str) -> str:
    """Return an address so that who typed it knows it, and nobody else learns it."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:2]}…@{domain}"


def flaw(search: saved.Saved) -> str:
    """Return which part of a question cannot be read, "" if all can."""
    name = search.flaw.partition(":")[0]
    return f"{fields().get(name, name)}: {search.asked.get(name, '')}" if search.flaw else ""


def trouble(way: Way) -> str:
    """Return why a way could not be told, "" if it could."""
    if not way.error:
        return ""
    if way.kind is Kind.HOOK:
        return _("Gọi không thành: %(why)s.", why=_not_called(way.error))
    if way.error.startswith("SMTP 5"):
        return _("Máy chủ thư nói địa chỉ này không nhận được thư (%(why)s).", why=way.error)
    if way.state is saved_ways.State.STOPPED:
        return _("Nhiều ngày liền không gửi được thư (%(why)s).", why=way.error)
    return _("Chưa gửi được, sẽ tự thử lại (%(why)s).", why=way.error)


def _not_called(error: str) -> str:
    """Return why a webhook was not reached, without the address that its name stands for; else as it is."""
    told = {
        r"not a public address": _("địa chỉ này ở trong mạng riêng"),
        r"does not resolve|not resolved in time": _("không tìm thấy tên miền"),
        r"CERTIFICATE|certificate|SSL": _("chứng chỉ https của nơi nhận không hợp lệ"),
        r"[Tt]imeout|timed out|took longer": _("nơi nhận trả lời quá chậm"),
        r"(Connect|Read|Write)Error|refused|disconnected|peer closed": _("không nối được tới nơi nhận"),
    }
    return next((words for pattern, words in told.items() if re.search(pattern, error)), error)


def done(action: str) -> str:
    """Return what was done, "" for no known action."""
    told = {
        "moi": _("Đã lưu. Từ giờ, tin mới khớp với tìm kiếm này sẽ được báo."),
        "moi-thu": _("Đã lưu. Nếu địa chỉ nhận được thư, thư xác nhận sẽ đến trong ít phút."),
        "ten": _("Đã đổi tên."),
        "cau-hoi": _("Đã sửa câu hỏi. Từ giờ tin được báo theo câu hỏi mới."),
        "cau-hoi-ngay": _("Đã sửa câu hỏi, trừ ngày đã đến: tin mới luôn là tin từ nay."),
        "nghi": _("Đã tạm dừng: không báo tin cho đến khi bạn cho chạy tiếp."),
        "tiep": _("Đã cho chạy tiếp."),
        "dia-chi-moi": _("Đây là địa chỉ mới. Địa chỉ cũ không còn dùng được, kể cả trong trình đọc RSS."),
        "het": _("Đã kết thúc và xóa tìm kiếm."),
        "nhan-thu": _("Nếu địa chỉ nhận được thư, thư xác nhận sẽ đến trong ít phút."),
        "nhip": _("Đã đổi nhịp gửi thư."),
        "bo": _("Đã bỏ."),
        "khoa-moi": _("Đã đổi khóa ký. Trong một ngày, lời gọi còn được ký bằng cả khóa cũ."),
        "goi-thu": _("Đang gọi thử. Tải lại trang sau vài giây để xem kết quả."),
    }
    return told.get(action, "")


def wrong(error: BadInput, given: Mapping[str, str]) -> str:
    """Return what is wrong with what was typed; `given`: the question as it was typed."""
    told = {
        "email": _("Địa chỉ thư không đúng. Ví dụ: lan@toasoan.vn"),
        "mail": _("Mỗi tìm kiếm gửi thư tới nhiều nhất %(n)s địa chỉ.", n=saved_ways.MOST_LETTERS),
        "hook": _("Mỗi tìm kiếm có nhiều nhất %(n)s webhook.", n=saved_ways.MOST_HOOKS),
        "URL": _("Địa chỉ webhook phải là http hoặc https, không có mật khẩu và dấu #."),
        "known URL": _("Địa chỉ này đã có ở trên. Nếu không còn giữ khóa ký, hãy bấm “Đổi khóa ký”."),
        "secret": _("Khóa ký đã đổi rồi. Nếu không còn giữ khóa mới, hãy bấm “Đổi khóa ký” lần nữa."),
        "name": _("Tên dài quá %(n)s ký tự.", n=saved.LONGEST_NAME),
        "saved searches": _("Đã có quá nhiều tìm kiếm được lưu. Hãy kết thúc tìm kiếm không cần nữa."),
        "to": _("“Đến ngày” phải là một ngày không đứng trước “Từ ngày”."),
        "q": _unasked(given),
    }
    field = fields().get(error.subject, error.subject)
    return told.get(error.subject) or _("%(field)s: không dùng được. Hãy sửa lại.", field=field)


def wrong_field(error: BadInput) -> str:
    """Return the name of the part of a form that is wrong; of limits, a name that no part has."""
    return {"URL": "url", "known URL": "url"}.get(error.subject, error.subject)


def _unasked(given: Mapping[str, str]) -> str:
    """Return why the words of a question, beside its filters, are none to be told of."""
    q = given.get("q", "")
    if len(q) > MOST_CHARACTERS:
        return _("Từ khóa dài %(n)s ký tự, nhiều nhất là %(most)s.", n=len(q), most=MOST_CHARACTERS)
    if sum(map(len, given.values())) > saved.LONGEST_ASKED:
        return _("Từ khóa và bộ lọc dài quá %(n)s ký tự.", n=number(saved.LONGEST_ASKED))
    if not q:
        return _("Chưa có gì để theo dõi: hãy gõ từ khóa hoặc chọn một bộ lọc (ngày đã đến không tính).")
    if only_leaves_out(q):
        return _("Chỉ có từ bỏ đi bằng dấu trừ: hãy thêm từ muốn tìm hoặc chọn ít nhất một bộ lọc.")
    return wordless(q)
