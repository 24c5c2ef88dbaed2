"""Strings that XML, HTML, JSON and URLs can carry, each of bounded size. Pure; never raises.

Whatever a source writes, one line is one line, HTML is ours and balanced, and an address is absolute and
ASCII or left out. A feed made of these cannot break, whichever form it has.
"""

import html
import re
import unicodedata
from html.entities import name2codepoint
from urllib.parse import quote, urlsplit

from pipeline.text import clean, paragraphs, shorten

URL_MOST = 1_000
UNKNOWN_LANGUAGE = "und"  # ISO 639-2: undetermined

_TAG = re.compile(r"<([A-Za-z/!?][^<>]*)>")
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_DOUBLY = re.compile("([\u00c2\u00c3])(?=[\u0080-\u00bf])")  # what UTF-8 read as Latin-1 looks like
_LIKE_REFERENCE = re.compile(r"\s*&(?P<name>#?\w+)")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PATH_KEPT = "/%:@!$&'()*+,;=-._~"  # RFC 3986 section 3.3, and what is encoded already
_QUERY_KEPT = _PATH_KEPT + "?"
_LANGUAGE = re.compile(r"([a-z]{2,3})((?:-[a-z0-9]{2,8}){0,3})")
# ISO 639-1, and of 639-2 what papers of Viet Nam write in (Hmong, Chăm, Mon-Khmer) or cannot say better.
_LANGUAGES = frozenset(
    (  # noqa: SIM905 - 190 words in quotes would fill two screens
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv "
        "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie "
        "ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv "
        "mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm "
        "rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts "
        "tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu hmn cmc mkh mul und "
    ).split()
)
_PICTURES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
}


def address(url: str) -> str:
    """Return an absolute http(s) URL in the characters of RFC 3986, "" if `url` is none.

    The host becomes ASCII, other characters are percent-encoded as they are, "&amp;" becomes "&",
    names and passwords are left out. A host in brackets is none: the W3C validator knows no IPv6.
    """
    if len(url) > URL_MOST * 4:
        return ""
    try:
        parts = urlsplit(clean(_decoded(url)).strip())
        port = parts.port
    except ValueError:
        return ""
    host = _host(parts.hostname or "")
    if parts.scheme not in ("http", "https") or not host:
        return ""
    path, query, fragment = (
        _STRAY_PERCENT.sub("%25", quote(part, safe=kept))
        for part, kept in (
            (parts.path, _PATH_KEPT),
            (parts.query, _QUERY_KEPT),
            (parts.fragment, _QUERY_KEPT),
        )
    )
    whole = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "") + (path or "/")
    whole += (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    return whole if len(whole) <= URL_MOST else ""


def line(text: str, most: int) -> str:
    """Return plain text on one line: references decoded, nothing left that a reader takes for a tag.

    RSS does not say whether a title is text or HTML, and readers differ; a title that reads the
    same either way is the only safe one.
    """
    text = shorten(_legible(_decoded(text[: most * 4])), most)
    text = _TAG_START.sub("‹", _TAG.sub(r"‹\1›", text))
    return _upright(_LIKE_REFERENCE.sub(_ampersand, text).strip())


def markup(text: str, most: int) -> str:
    """Return paragraphs of plain text as HTML, whole ones as far as `most` characters reach."""
    shown = []
    for paragraph in filter(None, map(_upright, paragraphs(_legible(text[: most * 2])))):
        if len(paragraph) > most:
            shown.append(shorten(paragraph, most))
            break
        shown.append(paragraph)
        most -= len(paragraph)
    return "".join(f"<p>{escaped(one)}</p>" for one in shown)


def escaped(text: str) -> str:
    """Return text as it stands between HTML tags."""
    return html.escape(text, quote=False)


def anchor(url: str, text: str) -> str:
    """Return an HTML link to an address of `address`, the text as `line` makes it; without one, the text."""
    return f'<a href="{html.escape(url)}">{escaped(text)}</a>' if url else escaped(text)


def language(tag: str) -> str:
    """Return a language tag (BCP 47) that every validator knows, "und" for any other.

    Left out, an entry would pass for the feed's Vietnamese.
    """
    known = _LANGUAGE.fullmatch(tag.strip().lower())
    return f"{known[1]}{known[2]}" if known and known[1] in _LANGUAGES else UNKNOWN_LANGUAGE


def picture_type(url: str) -> str:
    """Return a picture's media type by the end of its address, "" if that does not tell."""
    return _PICTURES.get(urlsplit(url).path.rpartition(".")[2].lower(), "")


def _legible(text: str) -> str:
    """Return clean text without what passes for a decoding gone wrong.

    The validator warns of U+FFFD and of pairs like "Ã¡"; feedparser "mends" the pairs.
    """
    return _DOUBLY.sub(r"\1 ", clean(text).replace("\ufffd", "?"))


def _upright(text: str) -> str:
    """Return text without marks at its start: with the ">" of a tag before it, U+0338 would become "≯"."""
    while text and unicodedata.combining(text[0]):
        text = text[1:].lstrip()
    return text


def _ampersand(found: re.Match[str]) -> str:
    """Return an ampersand that nobody takes for a reference: "S&P500" as "S & P500", "AT&T" as it is.

    Readers know "&copy" without its semicolon, the validator any name that is not of letters only.
    """
    name = found["name"]
    harmless = name.isalpha() and name not in name2codepoint and name != "apos"
    return found[0] if harmless else f" & {name}"


def _host(name: str) -> str:
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return name if _HOST.fullmatch(name) else ""


def _decoded(text: str) -> str:
    """Return `text` without character references; pages are found that escape twice."""
    for _ in range(3):
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
    return text
