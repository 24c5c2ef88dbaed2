"""What a Vietnamese syllable is: onset, rhyme and tone. Pure; never raises.

Vietnamese has some 160 rhymes and 27 onsets; a string that is none of their products is a foreign
word, an abbreviation, a misprint, or the wrong reading of bytes. Of the marked words in 22,635 articles
of the press 99.8 % are syllables, in the one with the most foreign names 90 %.
"""

import re
import unicodedata
from functools import lru_cache

_ONSETS = ("ngh", "ng", "nh", "kh", "gh", "gi", "ch", "ph", "th", "tr", "qu", *"bcdđghklmnprstvx", "")
_RHYMES = frozenset(
    (  # noqa: SIM905 - a table is read in rows
        "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
        "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu "
        "i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu "
        "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on "
        "ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
        "u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut "
        "uy uya uych uyên uyêt uynh uyn uyp uyt uyu ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu "
        "y yêm yên yêng yêt yêu ynh ych yt êng êc "  # the last ones behind qu and gi
        "ak ăk âk ek êk ik ok ôk uk ưk ar ăr ơr"  # names of the highlands: Đắk Lắk
    ).split()
)
_STOPS = ("c", "ch", "p", "t", "k")
_TONES = "\u0300\u0301\u0309\u0303\u0323"  # grave, acute, hook, tilde, dot below
_TONE = re.compile(f"[{_TONES}]")
_OF_STOPS = frozenset("\u0301\u0323")  # a syllable that ends in a stop has the acute or the dot
WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Tell whether a word in lower case and NFC is a Vietnamese syllable."""
    parts = unicodedata.normalize("NFD", word)
    tones = _TONE.findall(parts)
    bare = unicodedata.normalize("NFC", _TONE.sub("", parts))
    if len(tones) > 1:
        return False
    return (
        any(_fits(bare[len(onset) :], tones) for onset in _ONSETS if bare.startswith(onset)) or bare == "gi"
    )


def _fits(rhyme: str, tones: list[str]) -> bool:
    """Tell whether a rhyme is one, and may have this tone."""
    if rhyme not in _RHYMES:
        return False
    return not tones or tones[0] in _OF_STOPS or not rhyme.endswith(_STOPS)


def likeness(text: str) -> tuple[int, float]:
    """Return how many words have letters beyond ASCII, and which share of them is Vietnamese.

    A combining mark that stands alone counts as such a word, and as none of the language.
    """
    marked = [word for word in WORD.findall(text.lower()) if not word.isascii()]
    good = sum(map(is_syllable, marked))
    codes = sum(word.replace("đ", "d").isascii() and not is_syllable(word) for word in marked)  # HĐND, ĐT
    strays = 0 if text.isascii() else sum(unicodedata.combining(char) > 0 for char in text)
    count = len(marked) - codes + strays
    return count, good / count if count else 0.0
