"""Words as their keys were pressed, with no input method listening: Telex and VNI. Pure; never raises.

"quyeets tam" is quyết tam, "ta6m" is tâm. A word is read so only if a Vietnamese syllable comes
out and something changed; so covid19, QL1A and London stay what they are. Marks and tones are
taken anywhere behind their letter, as input methods take them.
"""

import re
import unicodedata

_TELEX_TONES = {"f": "\u0300", "s": "\u0301", "r": "\u0309", "x": "\u0303", "j": "\u0323", "z": ""}
_VNI_TONES = {"2": "\u0300", "1": "\u0301", "3": "\u0309", "4": "\u0303", "5": "\u0323", "0": ""}
_TELEX_SHAPES = {"aa": "â", "ee": "ê", "oo": "ô"}
_VNI_SHAPES = {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"u": "ư", "o": "ơ"}, "8": {"a": "ă"}}
_W = {"u": "ư", "o": "ơ", "a": "ă"}
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
    r"(?:(?:iê|yê|oa|oă|oe|uâ|uô|uyê|uy|ươ|[aăâeêioôơuưy])(?:ch|ng|nh|[ckmnpt])|uê(?:ch|nh)|"
    r"iêu|yêu|oai|oay|oao|oeo|uây|uôi|uya|uyu|ươi|ươu|ia|iu|ai|ao|au|ay|âu|ây|eo|êu|oa|oe|oi|ôi|ơi|"
    r"ua|uê|ui|uơ|uy|ưa|ưi|ưu|[aeêioôơuưy])"
)
_BARE_SYLLABLE = re.compile(_SYLLABLE.pattern.translate(str.maketrans("ăâđêôơư", "aadeoou")))
_INITIALS = re.compile(r"(?=.*dd)[bcdghklmnpqrstvx]{3,7}")  # HĐND, GDĐT
_STOPPED = re.compile(r"(?:ch|[ckpt])$")
_VOWELS = frozenset("aăâeêioôơuưy")
_LONGEST = 11  # keys: nghieengx has nine
_PIECE = re.compile(r"[^\W_]+")


def decoded(text: str) -> str | None:
    """Return `text` with each word that is raw keys as the word that was meant; None if there is none."""
    meant = _PIECE.sub(lambda found: word(found[0]) or found[0], text)
    return None if meant == text else meant


def word(keys: str) -> str | None:
    """Return the syllable that the keys of one word make, in small letters; None if they make none."""
    small = keys.lower()
    if not (small.isascii() and small.isalnum() and 1 < len(small) <= _LONGEST):
        return None
    if _INITIALS.fullmatch(small):
        return small.replace("dd", "đ")
    made = _vni(small) if any(map(str.isdecimal, small)) else _telex(small)
    if made is None:
        return None
    letters, tone = made
    joined = re.sub("(?<=.)ưo", "ươ", "".join(letters))  # one w, or one 7, does for both; "won" is a word
    base = re.sub("ươ$", "uơ", joined)  # thuở; an open ươ there is not
    meant = syllable(base, tone)
    return None if meant is None or meant.isascii() else meant


def syllable(base: str, tone: str) -> str | None:
    """Return the syllable of small letters with a combining tone or ""; None if there is none such."""
    if not _SYLLABLE.fullmatch(base) or (_STOPPED.search(base) and tone not in ("\u0301", "\u0323")):
        return None
    marked = max(range(len(base)), key=lambda at: _bearing(base, at))
    return unicodedata.normalize("NFC", base[: marked + 1] + tone + base[marked + 1 :])


def is_syllable(letters: str) -> bool:
    """Say whether some syllable has these small letters without any mark."""
    return _BARE_SYLLABLE.fullmatch(letters) is not None


def _bearing(base: str, at: int) -> tuple[bool, bool, int]:
    """Return how fit a letter is to bear the tone: the last vowel with a mark, else the first vowel."""
    shaped = base[at] in "ăâêôơư"
    return base[at] in _VOWELS, shaped, at if shaped else -at


def _telex(keys: str) -> tuple[list[str], str] | None:
    letters: list[str] = []
    tone = ""
    for key in keys:
        spoken = any(letter in _VOWELS for letter in letters)
        if spoken and key in _TELEX_TONES:
            tone = _TELEX_TONES[key]
        elif key == "w":
            if not _horned(letters):
                letters.append("ư")
        elif key == "d" and letters[:1] == ["d"]:
            letters[0] = "đ"
        elif key in "aeo" and _doubled(letters, key):
            letters[_last(letters, key)] = _TELEX_SHAPES[key * 2]
        else:
            letters.append(key)
    return letters, tone


def _doubled(letters: list[str], key: str) -> bool:
    """Say whether a vowel typed again is a circumflex: right behind the first, or behind the last letter."""
    at = _last(letters, key)
    return at >= 0 and (at == len(letters) - 1 or not set(letters[at + 1 :]) & _VOWELS)


def _horned(letters: list[str]) -> bool:
    """Put a w on the vowels before it; say whether there was one that takes it."""
    at = max(_last(letters, letter) for letter in _W)
    if at < 0:
        return False
    if at and letters[at] in "oa" and letters[at - 1] == "u" and letters[at] == "o":
        letters[at - 1] = "ư"
    elif letters[at] == "a" and at and letters[at - 1] == "u" and letters[:1] != ["q"]:
        at -= 1  # uaw and uwa are ưa
    letters[at] = _W[letters[at]]
    return True


def _vni(keys: str) -> tuple[list[str], str] | None:
    letters: list[str] = []
    tone = ""
    for key in keys:
        if key.isalpha():
            letters.append(key)
        elif key == "9" and letters[:1] == ["d"]:
            letters[0] = "đ"
        elif key in _VNI_TONES and letters:
            tone = _VNI_TONES[key]
        elif key in _VNI_SHAPES:
            shapes = _VNI_SHAPES[key]
            at = max(_last(letters, letter) for letter in shapes)
            if at < 0:
                return None
            if key == "7" and at and letters[at] == "o" and letters[at - 1] == "u":
                letters[at - 1] = "ư"
            letters[at] = shapes[letters[at]]
        else:
            return None
    return letters, tone


def _last(letters: list[str], letter: str) -> int:
    """Return where a letter stands last; -1 if nowhere."""
    return max((at for at, one in enumerate(letters) if one == letter), default=-1)
