"""Quarters, terms and ordinals: figures, Roman ones up to twenty, words up to ten. Pure; never raises.

"quý 3/2026" is quý III/2026 and quý III năm 2026, "kỳ họp thứ 6" is kỳ họp thứ sáu, "khóa 15" is khóa XV,
"lần thứ 14" is lần thứ XIV. "thứ sáu" is the sixth and Friday: "thứ 6" either way.
"""

import re
from collections.abc import Callable, Iterator

from pipeline.text import fold, plain
from search.tokens import tokens

_WORDS = ("nhất", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười")
_TO_TEN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_ROMAN = (*_TO_TEN, *(f"x{one}" for one in _TO_TEN))
_SYLLABLES = frozenset(("i", "v", "x", "vi", "xi"))  # Roman in capitals only
_QUARTERS = 4
_END = r"(?![\w/-]|[.,]\d)"
_QUARTER = re.compile(
    r"(?<!\w)(?P<lead>qu[ýíyi]) (?P<told>\d|[iv]+)"
    rf"(?:(?:\s*/\s*|,?\s+n[ăa]m\s+)(?P<year>[12]\d{{3}}))?{_END}",
    re.IGNORECASE,
)
_RANK = re.compile(
    rf"(?<!\w)(?P<lead>th[ứu]|kh[óo]a|kho[áa]) (?P<told>[12]?\d|[^\W\d_]{{1,5}}){_END}", re.IGNORECASE
)
# Without accents "thu 6" may be an income; behind these it is a rank.
_RANKED = frozenset(("ky", "hop", "lan", "nghi", "hoi", "uong", "phien"))


def ordinals(text: str, *, blind: bool) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield (start, end, what else may stand there, the likeliest first) for each of a text.

    `blind`: the text has no accents, and so have the other forms.
    """
    for seen in _QUARTER.finditer(text):
        number = _number(seen["told"], blind=blind)
        if 1 <= number <= _QUARTERS:
            year = seen["year"]
            ends = (f"/{year}", f" {plain('năm') if blind else 'năm'} {year}") if year else ("",)
            figures = (_ROMAN[number - 1].upper(), str(number))
            others = [f"{seen['lead']} {form}{end}" for form in figures for end in ends]
            yield seen.start(), seen.end(), _fresh(others, seen[0])
    for seen in _RANK.finditer(text):
        number, lead = _number(seen["told"], blind=blind), seen["lead"]
        is_rank = plain(lead) == "thu"
        before = text[: seen.start()].rsplit(maxsplit=1)[-1:]
        is_meant = fold(lead) != plain(lead) or (blind and (not is_rank or plain("".join(before)) in _RANKED))
        if not number or not is_meant:
            continue
        word = _WORDS[number - 1 : number] if is_rank else ()
        forms = [*word, str(number), _ROMAN[number - 1].upper()]
        others = [f"{lead} {plain(one) if blind else one}" for one in forms]
        yield seen.start(), seen.end(), _fresh(others, seen[0])


def ordinal_leveller(spelling: Callable[[str], str]) -> Callable[[str], str]:
    """Return what brings the forms of ordinals in a spaced line of words to figures."""
    values = {spelling(word): str(number) for number, word in enumerate(_WORDS, 1)}
    values |= {roman: str(number) for number, roman in enumerate(_ROMAN, 1)}
    leads = "|".join(map(spelling, ("quý", "thứ", "khóa")))
    ordinal = re.compile(rf"(?<= )({leads}) ({'|'.join(values)})(?= )")
    quarter = re.compile(rf"(?<= {spelling('quý')} )([1-4]) {spelling('năm')} (?=\d{{4}} )")

    def level(text: str) -> str:
        return quarter.sub(r"\1 ", ordinal.sub(lambda found: f"{found[1]} {values[found[2]]}", text))

    return level


def _number(told: str, *, blind: bool) -> int:
    """Return what a numeral says, 0 if it is none."""
    low = fold(told)
    if low.isdecimal():
        return int(low) if int(low) <= len(_ROMAN) else 0
    if low in _ROMAN and (told.isupper() or low not in _SYLLABLES):
        return _ROMAN.index(low) + 1
    words = [plain(word) for word in _WORDS] if blind else list(_WORDS)
    return words.index(low) + 1 if low in words else 0


def _fresh(others: list[str], now: str) -> tuple[str, ...]:
    """Return the forms that say it in other words than now."""
    return tuple(one for one in others if tokens(one) != tokens(now))
