"""A question as it is meant: its terms, its document numbers, what it leaves out. Pure; never raises.

Quoted phrases, codes (QL1A) and days stand together; a pasted address is the words of its last part,
and the address of a story here, or its id, is that story.
A minus excludes only where no range can be meant: real texts have "2020 -2025", which Meilisearch
reads as "not 2025".
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from urllib.parse import unquote

from pipeline import documents, gazetteer
from pipeline.text import clean
from pipeline.urls import canonical
from search.forms import missing
from search.spellings import SAME, SHORT_PLACES
from search.tokens import accented, bare, tokens
from search.typed import decoded
from search.wrapped import unwrapped

QUOTES = re.compile(r'["“”„‟«»″＂]')
# The sign itself, and dashes right before a word, as keyboards make them; others part sentences.
_MINUS = re.compile(r'[\u2212\ufe63\uff0d]|(?<!\S)[\u2010-\u2015](?=["\w])')
# A day, a sum, a code or what hangs together stands together.
_RUN = re.compile(r"\d+(?:[./,:-]\d+)+|[^\W_]+(?:_[^\W_]+)*")
_GAP = re.compile(r"\s+|(?<=[^\W\d_])[,;](?=\d)")  # "90/kh-ubnd,73/2023/nđ-cp" are two
# Behind a word, at a word in small letters or in quotes, and nothing but the like behind it: "2020 -2025",
# "Hà Nội -Hải Phòng" and "thứ hai -thứ sáu" are ranges.
_LEFT_OUT = re.compile(r'(?<=\S)((?:\s+-(?:"[^"]+"|[^\W\d_]+))+)\s*$')
_ONLY_OUT = re.compile(r'\s*(?:-(?:"[^"]+"|[^\W\d_]+)(?:\s+|$))+')
_UNCLOSED = re.compile(r'(?<![^\s(])-?"(?=[^"]*\w)[^"]+$')  # 21" is a screen
_MAYBE_PLACE = re.compile(
    r'(?<!\S)-(?P<name>[^\W\d_]+(?:(?:\s-\s|-|\.\s?|\s)[^\W\d_]+){0,4})(?=\s+-["\w]|\s*$)'
)
_MOST_NAME = 5  # words: thành phố Hồ Chí Minh
_ONE_OUT = re.compile(r'-("?)([^"\s-][^"]*?)\1(?=\s+-|\s*$)')
# Possessive: a run of figures that may be cut in many ways is tried in one only.
_SLUG_END = re.compile(r"(?:[-_.]?(?:\d{5,}+|post\d++|html?|aspx|chn|vnp|ldo|tpo|epi))+$")
_AMP = re.compile(r"(?<=//)amp\.|(?<=[^/:]/)amp/|/amp$|\.amp(?=\.html?$|$)")
# As browsers show them: a host and what follows, or "www."; "TP.HCM", "v.v." and "31.1.2023" are words.
_SHOWN_ADDRESS = re.compile(
    r"(?:(?:[a-z0-9-]+\.)*[0-9-]*[a-z][a-z0-9-]*\.[a-z]{2,}(?::\d+)?/\S+|www\.(?:[a-z0-9-]+\.)+[a-z]{2,}\S*)",
    re.IGNORECASE,
)
_NO_HOST = re.compile(r"(?:tp|t\.p)\.[a-z]+/", re.IGNORECASE)
_STORY = re.compile(r"(?:\S*/)?(?:tin|stories)/(s[0-9a-f]{20})(?:[/?#.]\S*)?|(s[0-9a-f]{20})", re.IGNORECASE)
_AROUND = "<>()[]{}\"'“”‘’.,;!"
_MOST_NUMBERS = 5
_PUNCTUATION = ".,;:!?()[]{}\"'…"
# Words that tell least, left out first when a question is too long.
FRAMES = frozenset(
    tokens(
        "và của các là được có cho trong với những một đã đang sẽ tại về này theo khi để ở ra vào từ đến "
        "người không cũng như thì mà bị do đó trên nhiều việc"
    )
)
_TYPED = 1 / 3  # of the words are raw keys: then all of the question is typed so


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or several that must stand together.

    `weight`: how telling it is. `quoted`: it holds as it is typed, however loosely the rest is taken.
    """

    words: tuple[str, ...]
    weight: tuple[int, int] = (0, 0)
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of a question: its terms in order, and its document numbers in canonical form.

    `literal`: it names numbers, or all of it is quoted; who does that wants this or nothing. `quoted`:
    it has phrases in quotes, which hold as they are. `without`: what no hit may hold.
    """

    terms: tuple[Term, ...] = ()
    numbers: tuple[str, ...] = ()
    literal: bool = False
    quoted: bool = False
    without: tuple[Term, ...] = ()

    def words(self) -> list[str]:
        """Return all words in order."""
        return [word for term in self.terms for word in term.words]

    def kept(self) -> tuple[Term, ...]:
        """Return what stands in quotes."""
        return tuple(term for term in self.terms if term.quoted)

    def exact(self) -> bool:
        """Say whether accents count: a word has some; of nothing but what is left out, one of these."""
        left_out = [word for term in self.without for word in term.words]
        return accented(self.words() or left_out)

    def names_open(self) -> bool:
        """Say whether names of places that a story's text does not have may answer.

        Not where quotes or a minus may mean one: these look at the text only.
        """
        held = (*self.kept(), *self.without)
        return not any(f" {' '.join(map(bare, term.words))} " in _names() for term in held)


@cache
def _names() -> str:
    """Return all names of provinces and former areas in all forms, a spaced line without accents each."""
    lines = ([*words, *missing(words)] for words in map(tokens, _unit_names()))
    return "|".join(f" {' '.join(map(bare, line))} " for line in lines)


def _unit_names() -> list[str]:
    """Return every name that a province or a former area had, once."""
    units = [*(one.names for one in gazetteer.provinces()), *(one.names for one in gazetteer.areas())]
    return list(dict.fromkeys(named.name for known in units for named in known))


@lru_cache(maxsize=256)  # each hit asks what the question was, to mark it
def asked(q: str) -> Asked:
    """Return the terms of what was typed: numbers, codes (QL1A) and quoted phrases stand together.

    A minus excludes only where no range can be meant: real texts have "2020 -2025", which
    Meilisearch reads as "not 2025". An address is the words of its last part.
    """
    if told_as(q):
        return Asked()
    text, without = _parted(_plain_signs(q))
    terms: list[Term] = []
    numbers: list[str] = []
    bare_words = is_quoted = False
    pieces = text.split('"')
    for position, piece in enumerate(pieces):
        is_phrase = position % 2 == 1 and position < len(pieces) - 1
        if is_phrase and not documents.find(piece):
            terms += [Term(words, quoted=True)] if (words := tuple(tokens(piece))) else []
            is_quoted = is_quoted or len(words) > 1
            continue
        for part, number in _numbered(piece):
            if number:
                numbers.append(number)
                terms.append(Term(tuple(tokens(number))))
            else:
                terms += (singles := _single(part))
                bare_words = bare_words or bool(singles)
    return Asked(
        tuple(terms),
        tuple(dict.fromkeys(numbers))[:_MOST_NUMBERS],
        literal=bool(numbers) or not bare_words,
        quoted=is_quoted,
        without=without,
    )


def only_leaves_out(q: str) -> bool:
    """Say whether a question asks for everything but some words: "-nữ"."""
    question = asked(q)
    return bool(question.without) and not question.terms


def meant(q: str) -> Asked:
    """Return what to look for when the strict rungs find nothing: raw keys as words, if enough are."""
    question = asked(q)
    keyed = decoded(q)
    if keyed is None or question.literal:
        return question
    changed = sum(one != other for one, other in zip(q.split(), keyed.split(), strict=False))
    return asked(keyed) if changed >= _TYPED * len(q.split()) else question


def address(q: str) -> str:
    """Return the canonical address that a question is or holds; "" if it is words.

    With or without "https://", among words ("xem https://…"), in brackets or quotes; of a link that leads
    through Google, Facebook or Zalo the page's.
    """
    for word in (one.strip(_AROUND) for one in q.split()):
        if word[:4].lower() == "http" and (found := canonical(unwrapped(word))):
            return found
        if _SHOWN_ADDRESS.fullmatch(word) and not _NO_HOST.match(word):
            return canonical(unwrapped(f"https://{word}"))
    return ""


def told_as(q: str) -> str:
    """Return the id of the story that a question is the id or the address of; "" if it is none.

    Installations have several addresses, so any host will do, and none.
    """
    words = (unwrapped(word.strip(_AROUND)) for word in q.split())
    found = next(filter(None, map(_STORY.fullmatch, words)), None)
    return (found[1] or found[2]).lower() if found else ""


def addresses(q: str) -> tuple[str, ...]:
    """Return under which addresses a story may be known: as pasted, and that of its page if that is AMP's."""
    url = address(q)
    page, _, fields = url.partition("?")
    kept = "&".join(field for field in fields.split("&") if field.partition("=")[0] != "amp")
    whole = "?".join(filter(None, (_AMP.sub("", page), kept)))
    return tuple(dict.fromkeys(filter(None, (url, whole))))


def _worded(q: str) -> str:
    """Return a question with the words of the last telling part for an address; one without a path stays.

    "/h/244" tells nothing: then what stands beside the address is asked for, such as a title; "xem" is none.
    """
    if not address(q):
        return q
    path = unquote(addresses(q)[-1]).split("?")[0].split("/")[3:]
    parts = [part for part in path if re.search(r"[^\W\d_]{2}", part)]
    if parts:
        return _SLUG_END.sub("", parts[-1]).replace("-", " ").replace("_", " ")
    beside = [word for word in q.split() if not address(word)]
    return " ".join(beside if len(beside) > 1 else ()) if path else q


def _closed(text: str) -> str:
    """Close the quote of a last phrase, which nobody closed: "bóng đá, or -"bóng đá."""
    return f'{text}"' if text.count('"') % 2 and _UNCLOSED.search(text) else text


def _held(text: str) -> str:
    """Put names of provinces and former areas that a minus leaves out at the end into quotes: -hà nam.

    Behind such a name they end a way, which a minus is not: "Hà Nội -Huế".
    """
    found = [one for one in _MAYBE_PLACE.finditer(text) if tuple(tokens(one["name"])) in _places()]
    if not found:
        return text
    before = tokens(text[: found[0].start()])
    is_way = any(tuple(before[-size:]) in _places() for size in range(1, _MOST_NAME + 1))
    starts = {one.start() for one in found}

    def held(one: re.Match[str]) -> str:
        if one.start() not in starts:
            return one[0]
        return f"- {one['name']}" if is_way else f'-"{one["name"]}"'

    return _MAYBE_PLACE.sub(held, text)


@cache
def _places() -> frozenset[tuple[str, ...]]:
    """Return the words of the names of provinces and former areas in all forms, with and without accents."""
    names = [" ".join(tokens(name)) for name in _unit_names()]
    forms = (
        group for group in SAME if any(f" {form}".endswith(f" {name}") for form in group for name in names)
    )
    told = [tokens(one) for one in (*names, *SHORT_PLACES, *chain.from_iterable(forms))]
    return frozenset((*map(tuple, told), *(tuple(map(bare, words)) for words in told)))


def _parted(text: str) -> tuple[str, tuple[Term, ...]]:
    """Part a question from what it excludes at its end; it may be nothing else."""
    if _ONLY_OUT.fullmatch(text):
        return "", _left_out(text)
    found = _LEFT_OUT.search(text)
    if not found or text.lstrip()[:1] == "-":
        return text, ()
    before = text[: found.start()].rsplit(maxsplit=1)[-1]
    pieces = [piece for _, piece in _ONE_OUT.findall(found[0])]
    is_range = (before[0].isupper() and pieces[0][:1].isupper()) or before[-1].isdecimal()
    if is_range and '"' not in found[0]:
        return text, ()
    return text[: found.start()], _left_out(found[0])


def dashed(q: str) -> str:
    """Return a question with what a minus would leave out, had it not been read as a dash, in quotes; or "".

    "Trump -Putin" may be a way, as "Long Thành -Dầu Giây" is: who means to leave out writes Trump -"Putin".
    """
    text = _plain_signs(q)
    found = _LEFT_OUT.search(text)
    if not found or _parted(text)[1] or text.lstrip()[:1] == "-" or text[found.start() - 1].isdecimal():
        return ""
    return text[: found.start()] + _ONE_OUT.sub(r'-"\2"', found[0])


def _plain_signs(q: str) -> str:
    """Return a question with one kind of quotes and minus; names of places that it leaves out in quotes."""
    return _held(_closed(_MINUS.sub("-", QUOTES.sub('"', clean(_worded(q))))))


def _left_out(text: str) -> tuple[Term, ...]:
    return tuple(Term(words) for _, piece in _ONE_OUT.findall(text) if (words := tuple(tokens(piece))))


def _numbered(piece: str) -> list[tuple[str, str]]:
    """Cut a piece at its document numbers: (text, "") or (text, canonical number).

    Beside those that stand as in print, a word in any case may be one: 90/kh-ubnd.
    """
    cut: list[tuple[str, str]] = []
    last = 0
    for start, end in documents.spans(piece):
        cut += _by_word(piece[last:start])
        cut.append((piece[start:end], documents.canonical(piece[start:end]) or ""))
        last = end
    return cut + _by_word(piece[last:])


def _by_word(text: str) -> list[tuple[str, str]]:
    words = filter(None, _GAP.split(text))
    return [(word, documents.canonical(word.strip(_PUNCTUATION)) or "") for word in words]


def _single(part: str) -> list[Term]:
    """Return the terms of one typed word: numbers tell most, then names, then long words."""
    rank = 2 if re.search(r"\d", part) else int(part[:1].isupper())
    runs = (tuple(tokens(run)) for run in _RUN.findall(part))
    return [Term(run, (-1 if run[0] in FRAMES else rank, len(run[0]))) for run in runs if run]
