"""How to cite a telling: a line as Vietnamese papers write it, BibTeX (biblatex) and RIS. Pure; never raises.

A date is only as precise as the source writes it, and one that the source did not write is none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from pipeline.earliest import Grain, Span, span
from pipeline.model import LOCAL_ZONE, Basis, EntryKind, Telling

_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
)
_SAFE = "!#$%&'()*+,/:;=?@[]"  # in an address; braces, blanks and line breaks would end a field


class Form(StrEnum):
    """A format that programs for references read; the value ends a file's name."""

    BIBTEX = "bib"
    RIS = "ris"

    @property
    def media_type(self) -> str:
        """The type that those programs go by."""
        return "application/x-bibtex" if self is Form.BIBTEX else "application/x-research-info-systems"


@dataclass(frozen=True, slots=True)
class Cited:
    """What is cited: a telling, its address at the source or "", and our page.

    `seen_at`: when the text that is cited was first seen here; of a corrected telling that is not its first.
    """

    told: Telling
    url: str
    seen_at: datetime | None
    page: str

    @property
    def at(self) -> Span | None:
        """When the source says that it published; None if it does not say."""
        return span(self.told.published, self.told.published_basis)


def line(one: Cited) -> str:
    """Return: authors, “title”, source, date, address, when it was seen here, and our page."""
    told = one.told
    item = told.kind is EntryKind.BULLETIN_ITEM
    number = f"mục {told.bulletin_number}, Bản tin" if item and told.bulletin_number else "Bản tin"
    parts = [
        ", ".join(map(_flat, told.authors)),
        f"“{_flat(told.title)}”",
        number if item else "",
        _flat(told.source_name),
        _dated(one),
        f"dẫn theo {_flat(told.credit)}" if told.credit else "",
        one.url,
    ]
    return f"{', '.join(filter(None, parts))}. {': '.join(filter(None, (_seen(one), one.page)))}"


def written(cited: Iterable[Cited], form: Form) -> str:
    """Return a file of references in one format."""
    write = _bibtex if form is Form.BIBTEX else _ris
    return "".join(map(write, cited))


def _bibtex(one: Cited) -> str:
    """Return an @online entry: `date` is ISO 8601-2, which biblatex and Zotero read in any precision."""
    told = one.told
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in told.authors),
        "title": f"{{{_tex(told.title)}}}",
        "organization": _tex(told.source_name),
        "date": one.at.text() if one.at else "",
        "url": quote(one.url, safe=_SAFE, errors="replace"),
        "urldate": one.seen_at.astimezone(LOCAL_ZONE).date().isoformat() if one.seen_at else "",
        "note": _tex(_note(one)),
        "langid": "vietnamese",
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@online{{{told.entry_id},\n{body}}}\n"


def _ris(one: Cited) -> str:
    """Return a record of type NEWS; lines end as the format wants it."""
    told, at = one.told, one.at
    seen = one.seen_at.astimezone(LOCAL_ZONE).strftime("%Y/%m/%d/%H:%M:%S") if one.seen_at else ""
    fields = [
        ("TY", "NEWS"),
        *(("AU", _flat(name)) for name in told.authors),
        ("TI", _flat(told.title)),
        ("T2", _flat(told.source_name)),
        ("PY", str(at.local.year) if at else ""),
        ("DA", _slashed(at) if at else ""),
        ("UR", quote(one.url, safe=_SAFE, errors="replace")),
        ("Y2", seen),
        ("N1", _note(one)),
        ("LA", "vi"),
    ]
    body = "".join(f"{tag}  - {value}\r\n" for tag, value in fields if value)
    return f"{body}ER  - \r\n"


def _note(one: Cited) -> str:
    told = one.told
    parts = [
        f"mục {told.bulletin_number} của Bản tin" if told.bulletin_number else "",
        f"dẫn theo {_flat(told.credit)}" if told.credit else "",
        _seen(one),
        one.page,
    ]
    return "; ".join(filter(None, parts))


def _seen(one: Cited) -> str:
    if one.seen_at is None:
        return ""
    what = "thấy bản này" if one.told.version > 1 else "thấy"
    return f"Tin Tỉnh {what} lúc {_moment(one.seen_at)}"


def _dated(one: Cited) -> str:
    at = one.at
    if at is None:
        told = one.told.published
        guessed = one.told.published_basis is Basis.INFERRED and len(told) >= len("2023-01-31")
        day = f"{told[8:10]}/{told[5:7]}/{told[:4]}"
        return f"không ghi ngày đăng (khoảng {day}, theo lời văn)" if guessed else "không ghi ngày đăng"
    local = at.local
    match at.grain:
        case Grain.SECOND:
            return _moment(at.begin)
        case Grain.MINUTE:
            return f"{local:%H:%M} ngày {local:%d/%m/%Y}"
        case Grain.DAY:
            return f"ngày {local:%d/%m/%Y}"
        case Grain.MONTH:
            return f"tháng {local.month}/{local.year}"
        case Grain.YEAR:
            return f"năm {local.year}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LOCAL_ZONE):%H:%M:%S ngày %d/%m/%Y}"


def _slashed(at: Span) -> str:
    """Return a date as RIS has it: year/month/day/time, each as far as it is known."""
    local = at.local
    parts = {
        Grain.SECOND: f"{local:%Y/%m/%d/%H:%M:%S}",
        Grain.MINUTE: f"{local:%Y/%m/%d/%H:%M}",
        Grain.DAY: f"{local:%Y/%m/%d}/",
        Grain.MONTH: f"{local:%Y/%m}//",
        Grain.YEAR: f"{local:%Y}///",
    }
    return parts[at.grain]


def _flat(words: str) -> str:
    return " ".join(words.split())


def _tex(words: str) -> str:
    return _flat(words).translate(_TEX)
