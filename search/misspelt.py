"""A word of a question that is no Vietnamese syllable: which ones it may have been meant to be.

"giá vàg hôm nay", "Nguễn Thành Phong", "vụ ánn": one letter is missing, too many, wrong or has changed
places. Meilisearch bends no word of fewer than five letters, and most syllables have fewer. What was meant
is told by which of them stand beside the question's other words (`search.query`). Pure; never raises.
"""

import re
import unicodedata
from collections.abc import Iterator

from pipeline.text import clean, one_tone
from search.asked import asked
from search.typed import is_syllable, syllable

MOST = 40  # tries for one question
_WORDS = range(2, 11)  # of a question: alone a word says nothing of what was meant, and ten are asked for
_LETTERS = range(2, 9)  # nghiêng has seven
_PIECE = re.compile(r"[^\W_]+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_PLAIN, _MARKED = "abcdeghiklmnopqrstuvxy", "aăâbcdđeêghiklmnoôơpqrstuưvxy"


def respelled(q: str) -> tuple[str, ...]:
    """Return a question with its one word that is no syllable as each that is one letter away.

    None where all words are syllables or several are not, and where numbers, quotes or signs are typed: who
    does so means it literally.
    """
    text = clean(q)
    question = asked(text)
    if question.literal or question.quoted or question.without or len(question.words()) not in _WORDS:
        return ()
    wrong = [piece for piece in _PIECE.finditer(text) if _is_wrong(piece[0].lower())]
    if len(wrong) != 1:
        return ()
    before, after = text[: wrong[0].start()], text[wrong[0].end() :]
    is_name = wrong[0][0][0].isupper()
    near = (one.capitalize() if is_name else one for one in _near(wrong[0][0].lower()))
    return tuple(f"{before}{one}{after}" for one in near)[:MOST]


def _is_wrong(word: str) -> bool:
    """Say whether a word is made of letters, and no syllable."""
    if not word.isalpha() or len(word) not in _LETTERS:
        return False
    base, tone = _parted(word)
    return not is_syllable(word) if base.isascii() and not tone else syllable(base, tone) is None


def _near(word: str) -> Iterator[str]:
    """Yield the syllables that are one letter away, as accented as the word is: a letter more first."""
    base, tone = _parted(word)
    is_bare = base.isascii() and not tone
    for letters in dict.fromkeys(_edited(base, _PLAIN if is_bare else _MARKED)):
        if is_bare and is_syllable(letters):
            yield letters
        elif not is_bare and (found := syllable(letters, tone)) and found != word:
            yield found


def _edited(word: str, alphabet: str) -> Iterator[str]:
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    yield from (f"{head}{letter}{tail}" for head, tail in cuts for letter in alphabet)
    yield from (f"{head}{tail[1]}{tail[0]}{tail[2:]}" for head, tail in cuts if len(tail) > 1)
    yield from (f"{head}{tail[1:]}" for head, tail in cuts if tail)
    yield from (f"{head}{letter}{tail[1:]}" for head, tail in cuts if tail for letter in alphabet)


def _parted(word: str) -> tuple[str, str]:
    """Return the letters of a word with their marks, and its tone."""
    spread = unicodedata.normalize("NFD", one_tone(word))
    tones = _TONES.findall(spread)
    return unicodedata.normalize("NFC", _TONES.sub("", spread)), "".join(tones[:1])
