"""What newsrooms and bad software do to a text. Pure: the same generator, the same text.

Nothing here changes a fact: digits stay as they are.
"""

import re
import unicodedata
from random import Random

from pipeline.text import CAPITALS

_END = re.compile(rf"(?<=[.!?…])[\"”’)]*\s+(?=[\"“‘(]?[{CAPITALS}\d])")
_ABBREVIATED = re.compile(r"(?:\b(?:TP|Tp|Th|ThS|TS|PGS|GS|BS|St|Mr|Mrs|Dr|No)|(?:^|\s)\S)\.$")
_ENDED = re.compile(r"[.!?…][\"”’') ]*$")
_LETTERS = re.compile(r"[^\W\d_]+")
_TONES = {
    "òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ",
    "òe": "oè", "óe": "oé", "ỏe": "oẻ", "õe": "oẽ", "ọe": "oẹ",
    "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ",
}  # fmt: skip
_OTHER_TONE = _TONES | {late: early for early, late in _TONES.items()}
_TONED = re.compile(rf"(?<![qQ])(?:{'|'.join(_OTHER_TONE)})(?![^\W\d_])")
_SLIPS = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("h", "b"), ("n", "ri"), ("u", "ii"), ("i", "l"), ("l", "i"),
    ("ơ", "o"), ("ư", "u"), ("ă", "â"), ("â", "ã"), ("ê", "é"), ("ô", "ỏ"), ("đ", "d"), ("ả", "á"),
    ("ỉ", "ì"), ("ạ", "a"), ("ế", "ê"), ("ộ", "ô"), ("c", "e"), ("t", "f"), ("g", "q"),
)  # fmt: skip
_QUOTES = (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'"), (" - ", " – "), ("…", "..."))
_ASIDE = re.compile(r"\s*\([^()\d]{3,60}\)")


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; "TP. HCM" and "A. Dũng" are no ends."""
    parts: list[str] = []
    for part in _END.split(text):
        if parts and _ABBREVIATED.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return [part.strip() for part in parts if part.strip()]


def ended(text: str) -> bool:
    """Tell whether a text ends like a sentence, not like a byline or a caption."""
    return bool(_ENDED.search(text))


def size(text: str) -> int:
    """Return the number of words."""
    return len(text.split())


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def shortened(rng: Random, text: str) -> str:
    """Leave out asides, and middle clauses of long sentences if they tell no number."""
    text = _ASIDE.sub("", text)
    clauses = text.split(", ")
    most = (len(clauses) - 1) // 2
    for _ in range(rng.randint(0, most) if most > 0 else 0):
        place = rng.randrange(1, len(clauses) - 1) if len(clauses) > 2 else 0
        if place and not any(letter.isdigit() for letter in clauses[place]):
            del clauses[place]
    return ", ".join(clauses)


def trimmed(rng: Random, paragraphs: list[str], share: float) -> list[str]:
    """Leave out `share` of the sentences, and clauses of others; the first sentence stays."""
    kept: list[str] = []
    first = True
    for paragraph in paragraphs:
        told = []
        for sentence in sentences(paragraph):
            if first or rng.random() >= share:
                told.append(shortened(rng, sentence))
            first = False
        if told:
            kept.append(" ".join(told))
    return kept


def other_tones(text: str) -> str:
    """Put the tones of oa, oe, uy where the other school puts them."""
    return _TONED.sub(lambda found: _OTHER_TONE[found[0]], text)


def bare(text: str) -> str:
    """Return a text without diacritics."""
    stripped = "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    )
    return stripped.replace("đ", "d").replace("Đ", "D")


def other_signs(text: str) -> str:
    """Write quotes and dashes as a typewriter does."""
    for one, other in _QUOTES:
        text = text.replace(one, other)
    return text


def slip(rng: Random, word: str) -> str:
    """Misread one letter of a word, as OCR does, or lose one."""
    fitting = [(one, other) for one, other in _SLIPS if one in word]
    if fitting and rng.random() < 0.8:
        one, other = rng.choice(fitting)
        return word.replace(one, other, 1)
    place = rng.randrange(len(word))
    return word[:place] + word[place + 1 :] if len(word) > 2 else word


def noisy(rng: Random, text: str, *, slips: float, lost: float) -> str:
    """Misread a share of `slips` of the words and strip a share of `lost` of their diacritics."""

    def changed(found: re.Match[str]) -> str:
        luck = rng.random()
        if luck < slips:
            return slip(rng, found[0])
        return bare(found[0]) if luck < slips + lost else found[0]

    return _LETTERS.sub(changed, text)


def decomposed(text: str) -> str:
    """Return a text in NFD, as macOS writes file contents and names."""
    return unicodedata.normalize("NFD", text)
