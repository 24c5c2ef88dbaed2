"""How things read on a page: one Jinja environment and its filters. Pure but for the templates.

Everything is escaped by default; a missing name is an error. Addresses of others become links
only if they are http or https.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from feeds.channel import SITE_TITLE, Channel, channel
from pipeline import places, text, topics
from pipeline.earliest import Grain, Span
from pipeline.face import BY_EDITOR
from pipeline.model import LOCAL_ZONE, NATIONAL, EntryKind, Face, Labels, Officeholder, Places, Verdict
from search.holders import called
from web.because import because
from web.language import Language, gettext, language, ngettext, speaking
from web.root import placed

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d))?)?)?")
_SHOWN_PLACES = 3

VERDICTS = {
    Verdict.NEW: "Tin mới",
    Verdict.JOINS: "Cùng một tin",
    Verdict.REPEATS: "Đăng lại",
    Verdict.REVISES: "Đã sửa",
}
WORDS = {
    "merge": "Cùng một tin",
    "apart": "Không cùng tin",
    "split": "Tách riêng",
    "withdraw": "Gỡ",
    "undo": "Hoàn tác",
}
BASES = {
    "given": "ngày do nguồn cung cấp",
    "feed": "ngày trong kênh RSS của nguồn",
    "push": "ngày do nguồn gửi",
    "meta": "ngày trong mã trang",
    "header": "ngày ghi dưới tiêu đề",
    "page": "ngày ghi trên trang",
    "url": "ngày trong địa chỉ trang",
    "bulletin": "ngày của Bản tin",
    "inferred": "ngày suy ra từ lời văn",
    "received": "ngày nhận được",
}


def when(published: str) -> str:
    """Return `When.text()` as Vietnamese readers write it: "17:05, 31/01/2023", "tháng 7/2021"."""
    found = _DAY.match(published)
    if found is None:
        return ""
    year, month, day, clock = found.groups()
    if day:
        told = _day(date(int(year), int(month), int(day)))
        return f"{clock}, {told}" if clock else told
    if month:
        return gettext("tháng %(month)s/%(year)s", month=int(month), year=year)
    return gettext("năm %(year)s", year=year)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y") if language() == "vi" else format_date(day, "d MMM y", locale="en")


def instant(moment: datetime | str | None) -> str:
    """Return an instant (ISO 8601 if it is text) in Viet Nam's time to the second, "–" for none."""
    if moment is None:
        return "–"
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = known.astimezone(LOCAL_ZONE)
    return f"{local:%H:%M:%S}, {_day(local.date())}"


def stated(at: Span) -> str:
    """Return the time at which a source says that it published, as far as it says it."""
    return instant(at.begin) if at.grain is Grain.SECOND else when(at.text())


def number(value: float) -> str:
    """Return a whole number with dots between thousands, as Vietnamese writes it; English has commas."""
    told = f"{round(value):,}"
    return told.replace(",", ".") if language() == "vi" else told


def score(value: float) -> str:
    """Return a score of 0..1 with two decimals, in Vietnamese behind a comma."""
    told = f"{value:.2f}"
    return told.replace(".", ",") if language() == "vi" else told


def duration(seconds: float | None) -> str:
    """Return a length of time in its largest fitting unit, "–" for none."""
    if seconds is None:
        return "–"
    for size, unit in ((86_400, "%(n)s ngày"), (3_600, "%(n)s giờ"), (60, "%(n)s phút")):
        if seconds >= size:
            return gettext(unit, n=f"{seconds / size:.0f}")
    return gettext("%(n)s giây", n=f"{seconds:.0f}")


def province_name(slug: str | None) -> str:
    """Return the name of today's unit, "Cả nước" for national news, "" for an unknown slug."""
    if slug == NATIONAL:
        return gettext("Cả nước")
    known = places.province(slug) if slug else None
    return known.name if known else ""


def area_name(slug: str | None) -> str:
    """Return "Bến Tre, nay thuộc Vĩnh Long"; the bare name where old and new unit are named alike."""
    known = places.area(slug) if slug else None
    if known is None:
        return ""
    today = province_name(known.province)
    return (
        known.name
        if known.name == today
        else gettext("%(name)s, nay thuộc %(today)s", name=known.name, today=today)
    )


def area_choice(slug: str) -> str:
    """Return an area's name for lists: "An Giang (địa giới cũ)" is not the An Giang of today."""
    known = places.area(slug)
    if known is None or known.name != province_name(known.province):
        return area_name(slug)
    whole = [one for one in places.areas() if one.province == known.province] == [known]
    return known.name if whole else gettext("%(name)s (địa giới cũ)", name=known.name)


def place(labels: Labels) -> str:
    """Return where a story takes place, the main unit first, at most three names."""
    first = area_name(labels.area) or province_name(labels.province)
    others = [province_name(slug) for slug in labels.provinces if slug != labels.province]
    return "; ".join([name for name in (first, *others) if name][:_SHOWN_PLACES])


def told_places(told: Places) -> str:
    """Return the places that a text tells about, the weightiest first, at most three names."""
    named = [area_name(slug) for slug in told.areas] or [province_name(slug) for slug in told.provinces]
    everywhere = [gettext("Cả nước")] if told.national else []
    return "; ".join([name for name in (*named, *everywhere) if name][:_SHOWN_PLACES])


def holders(people: Iterable[Officeholder]) -> list[tuple[str, str]]:
    """Return each person with their offices, in order: ("Lê Văn Mẫu", "Bí thư Tỉnh ủy Đồng Tháp, …")."""
    held: dict[str, dict[str, None]] = {}
    for one in people:
        held.setdefault(one.name, {})[called(one)] = None
    return [(name, ", ".join(offices)) for name, offices in held.items()]


def channel_name(one: Channel) -> str:
    """Return what a channel holds, in the reader's language: "Toàn bộ tin", "Vĩnh Long – Kinh tế"."""
    if language() == "vi":
        return one.title.removeprefix(f"{SITE_TITLE} – ")
    if one.area:
        return area_choice(one.area)
    told = [province_name(one.province), topic_name(one.topic or "")]
    return " – ".join(filter(None, told)) or gettext("Toàn bộ tin")


def topic_name(slug: str) -> str:
    """Return a topic's name, "" for an unknown slug."""
    return next((gettext(topic.name) for topic in topics.topics() if topic.slug == slug), "")


def web_url(url: str) -> str:
    """Return an http(s) address as it is, anything else as "": it must never become a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def host(url: str) -> str:
    """Return the host of an address without "www."."""
    return (urlsplit(web_url(url)).hostname or "").removeprefix("www.")


def file_name(url: str) -> str:
    """Return what a file is called by the last part of its address, the host where that has none."""
    return unquote(urlsplit(web_url(url)).path.rpartition("/")[2]) or host(url)


def in_bulletin(face: Face) -> bool:
    """Say whether one of the tellings is an item of a bulletin."""
    return any(telling.kind is EntryKind.BULLETIN_ITEM for telling in face.tellings)


def source_count(face: Face) -> int:
    """Return how many sources tell the story."""
    return len({telling.source_id for telling in face.tellings})


def prose(content: str) -> Markup:
    """Return cleaned paragraphs as <p> elements."""
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in text.paragraphs(content))


def query(current: Mapping[str, str], **changes: str | int | None) -> str:
    """Return "?…" for a link that changes some parameters; empty ones are left out, page 1 too."""
    merged = {**current, "page": "", **{name: str(value or "") for name, value in changes.items()}}
    kept = {name: value for name, value in merged.items() if value and (name, value) != ("page", "1")}
    return f"?{urlencode(kept)}" if kept else "?"


@cache
def static(name: str) -> str:
    """Return the address of a static file; it changes with the file's bytes, so it can be kept for long."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def render(template: str, /, **values: Any) -> str:
    """Return a page, its local addresses below the site's root."""
    return placed(_environment().get_template(template).render(**values))


def render_vietnamese(template: str, /, **values: Any) -> str:
    """Return a page of those who run it: it has no English, so its frame, dates and numbers have none."""
    with speaking(Language.VIETNAMESE):
        return render(template, vietnamese_only=True, **values)


def streamed(template: str, /, **values: Any) -> Iterator[str]:
    """Yield a page that will lie in a folder of the reader's, in pieces: its addresses stay as they are."""
    return _environment().get_template(template).generate(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # else each page asks the disk for every part of it
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        when,
        instant,
        stated,
        number,
        score,
        duration,
        province_name,
        area_name,
        area_choice,
        place,
        told_places,
        holders,
        channel_name,
        topic_name,
        web_url,
        host,
        prose,
        file_name,
        in_bulletin,
        source_count,
        because,
    )
    environment.filters.update({one.__name__: one for one in filters})
    environment.globals.update(
        static=static,
        vietnamese_only=False,
        query=query,
        language=language,
        ALL=channel("all"),
        VERDICTS=VERDICTS,
        BASES=BASES,
        WORDS=WORDS,
        BY_EDITOR=BY_EDITOR,
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
