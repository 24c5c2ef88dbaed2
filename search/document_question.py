"""Questions that name an official document: "90 kh ubnd kiên giang 2021", "nd 73/2023", "1/CT-UBND".

Read with and without accents, in any order of kind, number, issuer and year. Pure; never raises.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline import documents, papers
from pipeline.gazetteer import areas
from pipeline.papers import Paper
from pipeline.text import clean, plain
from search.typed import decoded

_MOST_CHARACTERS = 300
_MOST_PHRASE = 9  # words of an organ's name
_MOST_PLACE = 5
_NEAR = 2  # words between an abbreviated kind and its number
_SHORT = 2  # letters of a code that is also a word: "tu", "cp"
_YEARS = range(1945, 2101)
_MONTHS = 12

_TIGHT = re.compile(r" ?([/‐‑–—−-]) ?")
_EDGE = ".,;:()[]\"'“”‘’?!"
_GROUPED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{3})(?![\d.])")
_DAY = re.compile(r"(?<!\d)[0-3]?\d([/.-])[01]?\d\1((?:19|20)\d\d|[0-4]\d)(?![\d/-])")
_RANGE = re.compile(r"(?<!\d)(?:19|20)\d\d ?- ?(?:19|20)\d\d(?!\d)")
_OTHER_NUMBER = re.compile(
    r"\b(?:ngay|thang|thu|khoa|lan|dieu|khoan|quy|quoc lo|quan|phuong|ap|khu pho|(?<!thong )bao so)"
    r" \d{1,2}(?!\d)"
)
# "kế hoạch 5 năm 2021-2025"; but "kế hoạch 90 năm 2021", "kế hoạch 90 ngày 28/4".
_DURATION = re.compile(
    r"(?<![\d/-])\d{1,3} (?:nam(?! (?:19|20)\d\d(?! ?- ?(?:19|20)\d\d))|(?:tuan|thang|ngay)(?! \d))\b"
)
_MONTH_YEAR = re.compile(r"\bthang \d{1,2}[/-]((?:19|20)\d\d)(?!\d)")
WORD = re.compile(r"\d{1,6}[a-e](?![a-z0-9])|\d+|[a-z]+")
_COUNT_YEAR = re.compile(r"(?<![\d/.-])(\d{1,6})[/-]((?:19|20)\d\d)(?![\d-])")
_JOINED = re.compile(r"([a-z]{2,4})(ubnd|hdnd|ttg|tu|cp|tw|qh)$")
# fmt: off
_NOISE = frozenset((
    "so", "cua", "do", "ve", "ngay", "thang", "nam", "ban", "hanh", "ky", "tinh", "thanh", "pho",
    "tp", "theo", "tai", "van", "va", "cac", "chu", "tich", "noi", "dung", "la", "gi",
))
# fmt: on
_WRITTEN_KINDS: dict[str, tuple[str, ...]] = {
    "nghi quyet": ("nq", "qh"),
    "quyet dinh": ("qd",),
    "chi thi": ("ct",),
    "nghi dinh": ("nd",),
    "thong tu lien tich": ("ttlt", "ttlb", "lt"),
    "thong tu": ("tt", "ttlt", "ttlb"),
    "ke hoach": ("kh",),
    "thong bao": ("tb",),
    "bao cao": ("bc",),
    "to trinh": ("ttr",),
    "cong van": ("cv", ""),
    "huong dan": ("hd",),
    "ket luan": ("kl",),
    "quy che": ("qc",),
    "quy dinh": ("qd", "qyd", "qdi"),
    "chuong trinh hanh dong": ("cthd", "ctrhd", "ctr"),
    "chuong trinh": ("ctr", "cthd", "ctrhd"),
    "de an": ("da",),
    "phuong an": ("pa",),
    "cong dien": ("cd", ""),
    "bien ban": ("bb",),
    "giay moi": ("gm",),
    "giay phep": ("gp", "gpxd"),
    "luat": ("l", "qh", "lct"),
    "lenh": ("l", "lct"),
    "phap lenh": ("pl", "ubtvqh", ""),
    "sac lenh": ("sl",),
    "van ban hop nhat": ("vbhn",),
    "thong cao": ("tc",),
    "giay uy quyen": ("guq",),
    "van ban": (),
}
# What people abbreviate is of all codes of the kind: no number of a công văn says so ("3312/SGDĐT-GDTrH").
_ABBREVIATED_KINDS = {
    "cv": _WRITTEN_KINDS["cong van"],
    "cd": _WRITTEN_KINDS["cong dien"],
    "nq": _WRITTEN_KINDS["nghi quyet"],
    "ctr": _WRITTEN_KINDS["chuong trinh"],
    "pl": _WRITTEN_KINDS["phap lenh"],
    "vb": _WRITTEN_KINDS["van ban"],
}


@dataclass(frozen=True, slots=True)
class DocumentQuestion:
    """What a question says of a document.

    Args:
        count: the number itself without zeros in front: "90", "30a".
        kinds: codes of which it may have one; empty: of any kind.
        slug: the whole number if it is written so ("90-kh-ubnd"), else "".
        organ, unit: of the issuer, as in `pipeline.papers`, "" if not said.
        year: 0 if not said.
        maybe: units of which a short name ("kg", "qn") may mean one, where none is said in full.
        rest: other words, plain: what the document is about.
    """

    count: str
    kinds: frozenset[str] = frozenset()
    slug: str = ""
    organ: str = ""
    unit: str = ""
    year: int = 0
    rest: tuple[str, ...] = ()
    maybe: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or number of the question and what it was read as: "number", "kind", "organ", "noise", ""."""

    text: str
    read: str = ""
    value: str | tuple[str, ...] = ""


def read(text: str) -> DocumentQuestion | None:
    """Return what a question says of a document, None if it names none."""
    asked = " ".join(clean(text[:_MOST_CHARACTERS]).split())
    tight = _TIGHT.sub(r"\1", asked)  # "90/ KH - UBND"; but in "kh 90 - ubnd" the dash parts
    for whole, sign in ((asked, "-"), (tight, "/")):
        for token in whole.split(" "):
            number = documents.canonical(token.strip(_EDGE)) if sign in token or "/" in token else None
            if number is not None:
                return min(
                    (_written(number, one) for one in _spellings(whole.replace(token, " ", 1))), key=_rest
                )
    return min(filter(None, map(_loose, _spellings(asked))), key=_rest, default=None)


def _spellings(text: str) -> list[str]:
    """Return a question in plain words: as it is, and as its keys were meant ("kees hoachj")."""
    return [plain(text), *(plain(meant) for meant in [decoded(text)] if meant is not None)]


def _rest(asked: DocumentQuestion) -> int:
    return len(asked.rest)


def _written(number: str, others: str) -> DocumentQuestion:
    slug = papers.number_slug(number)
    paper = Paper(slug, "", "", 0)
    told = documents.parts(number)[1]
    words, year = _words(others)
    numbers = [int(one.text) for one in words if one.read == "number" and one.text.isdecimal()]
    year = int(told) if len(told) == len("2021") else year or next((n for n in numbers if n in _YEARS), 0)
    organ, unit = papers.issued_by("", number)
    kinds = [paper.kind] if paper.kind else _kinds(words)
    return DocumentQuestion(
        count=paper.count,
        kinds=frozenset(kinds),
        slug=slug,
        organ=organ or _first(words, "organ"),
        unit=unit or _first(words, "unit"),
        year=year,
        rest=tuple(one.text for one in words if not one.read and one.text not in papers.kinds()),
        maybe=_maybe(words),
    )


def _loose(text: str) -> DocumentQuestion | None:
    words, year = _words(text)
    spoken_of = any(one.read == "kind" for one in words)
    organ = _first(words, "organ")
    count, year = _count(words, year)
    rest = tuple(one.text for one in words if not one.read)
    if not count or not (spoken_of or organ or _COUNT_YEAR.search(text)) or (rest and not spoken_of):
        return None
    if not spoken_of and not organ and int(count.rstrip("abcde")) <= _MONTHS:
        return None  # "3/2021" is a month
    return DocumentQuestion(
        count=count,
        kinds=frozenset(_kinds(words)),
        organ=organ,
        unit=_first(words, "unit"),
        year=year,
        rest=rest,
        maybe=_maybe(words),
    )


def _kinds(words: Iterable[_Word]) -> Sequence[str]:
    """Return the codes of the first kind that is named."""
    return next((tuple(one.value) for one in words if one.read == "kind"), ())


def _words(text: str) -> tuple[list[_Word], int]:
    """Return the words of a plain question with what they were read as, and the year of a date in it."""
    text = _GROUPED.sub(r"\1\2", text)
    dates = [*_DAY.finditer(text), *_MONTH_YEAR.finditer(text)]
    year = int(dates[0][dates[0].re.groups]) if dates else 0
    year += 2000 * (0 < year < 100)  # noqa: PLR2004 - 12/4/21
    for pattern in (_DURATION, _DAY, _MONTH_YEAR, _RANGE, _OTHER_NUMBER):
        text = pattern.sub(" ", text)
    tokens = [part for token in WORD.findall(text) for part in _parted(token)]
    found = list(_placed(list(_named(tokens))))
    return [_settled(found, at) for at in range(len(found))], year


def _parted(token: str) -> tuple[str, ...]:
    """Return "kh", "ubnd" of "khubnd"."""
    joined = _JOINED.match(token)
    return (joined[1], joined[2]) if joined and joined[1] in papers.kinds() else (token,)


def _named(tokens: list[str]) -> Iterator[_Word]:
    """Read numbers, kinds and organs; the longest phrase wins."""
    at, before = 0, ""
    while at < len(tokens):
        if tokens[at][0].isdecimal():
            made, size = _Word(tokens[at].lstrip("0") or "0", "number"), 1
        else:
            made, size = _phrase(tokens, at, before)
        yield made
        before, at = made.read, at + size


def _phrase(tokens: list[str], at: int, before: str) -> tuple[_Word, int]:
    for size in range(min(_MOST_PHRASE, len(tokens) - at), 0, -1):
        phrase = " ".join(tokens[at : at + size])
        if size > 1 and phrase in _WRITTEN_KINDS:
            return _Word(phrase, "kind", _WRITTEN_KINDS[phrase]), size
        organ = papers.organs().get(phrase) or _short_organ(tokens[at : at + size])
        if organ and (size > 1 or len(phrase) > _SHORT or before):
            return _Word(phrase, "organ", organ), size
    word = tokens[at]
    if word in _WRITTEN_KINDS:
        return _Word(word, "kind", _WRITTEN_KINDS[word]), 1
    if word in _ABBREVIATED_KINDS or (word in papers.kinds() and len(word) >= _SHORT):
        return _Word(word, "abbreviated", _ABBREVIATED_KINDS.get(word, (word,))), 1
    return _Word(word), 1


def _short_organ(tokens: list[str]) -> str:
    """Return the organ of "bo gd dt", "so tn mt": ministries' fields in letters."""
    if len(tokens) < _NEAR or tokens[0] not in ("bo", "so"):
        return ""
    return papers.organs().get(f"{tokens[0]} {''.join(tokens[1:])}", "")


def _placed(words: list[_Word]) -> Iterator[_Word]:
    """Read names of provinces among the words that are nothing else."""
    at = 0
    while at < len(words):
        size = next((size for size in range(_MOST_PLACE, 0, -1) if _unit(words[at : at + size], size)), 0)
        if not size and not words[at].read and (units := _initials().get(words[at].text)):
            yield _Word(words[at].text, "units", units)
        elif size:
            yield _Word(" ".join(one.text for one in words[at : at + size]), "unit", _unit(words[at:], size))
        else:
            yield words[at]
        at += size or 1


def _unit(words: list[_Word], size: int) -> str:
    """Return the unit that exactly the first words name."""
    # "đà" of Đà Nẵng is the code of a "đề án" too.
    run = [one.text for one in words[:size] if one.read in ("", "abbreviated")]
    if len(run) != size:
        return ""
    unit, length = papers.unit_of(run)
    return unit if length == size else ""


@cache
def _initials() -> dict[str, tuple[str, ...]]:
    """Map the initials of units, as people shorten them, to the units: "kg", "qn" of three, "brvt".

    Only such as are no syllables: Long An and Nghệ An are never "la" and "na".
    """
    known: dict[str, tuple[str, ...]] = {"sg": ("ho-chi-minh",)}
    for one in areas():
        short = "".join(part[0] for part in one.slug.split("-"))
        if len(short) >= _SHORT and not set(short) & set("aeiouy"):
            known[short] = (*known.get(short, ()), one.slug)
    return known


def _maybe(words: Iterable[_Word]) -> frozenset[str]:
    """Return the units that short names may mean; none where one is named in full."""
    if _first(words := list(words), "unit"):
        return frozenset()
    return frozenset(unit for one in words if one.read == "units" for unit in one.value)


def _settled(words: list[_Word], at: int) -> _Word:
    """Return a word as read in the end: an abbreviated kind stands by a number or before an organ."""
    one = words[at]
    if one.read == "abbreviated":
        near = words[max(0, at - _NEAR) : at + _NEAR + 1]
        by_number = any(other.read == "number" for other in near)
        before_organ = at + 1 < len(words) and words[at + 1].read == "organ"
        return replace(one, read="kind" if by_number or before_organ else "")
    return replace(one, read="noise") if not one.read and one.text in _NOISE else one


def _count(words: list[_Word], year: int) -> tuple[str, int]:
    """Return which number is the document's and which one a year: "kh 2020 2021" is number 2020 of 2021."""
    numbers = [(at, one.text) for at, one in enumerate(words) if one.read == "number"]
    kinds = [at for at, one in enumerate(words) if one.read == "kind"]

    def before(at: int) -> str:
        return words[at - 1].text if at else ""

    def far(number: tuple[int, str]) -> tuple[bool, bool, int, int]:
        at, text = number
        distance = min((abs(at - kind) for kind in kinds), default=0)
        return _is_year(text) and before(at) != "so", before(at) != "so", distance, at

    fitting = [
        (at, text)
        for at, text in numbers
        if not _is_year(text)
        or before(at) == "so"
        or (before(at) != "nam" and any(abs(at - kind) <= _NEAR for kind in kinds))
    ]
    chosen = min(fitting, key=far, default=(0, ""))
    years = [int(text) for at, text in numbers if at != chosen[0] and _is_year(text)]
    return chosen[1], year or next(iter(years), 0)


def _is_year(text: str) -> bool:
    return text.isdecimal() and int(text) in _YEARS


def _first(words: Iterable[_Word], read_as: str) -> str:
    return next((str(one.value) for one in words if one.read == read_as), "")
