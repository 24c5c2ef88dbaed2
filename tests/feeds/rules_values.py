"""Values in feeds: dates, addresses, ids, media types, languages, numbers, mail addresses. Pure.

The forms are those that the W3C feed validator takes; where it is laxer than the RFC (it lets 30 February
through in RFC 822, and never looks at a host), these are not.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tests.feeds.rules import broken

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RFC2822 = re.compile(
    r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d\d:\d\d(:\d\d)? ([+-]\d\d[03]0|GMT|UT|Z)"
)
_RFC822 = re.compile(
    r"([a-z]{3}\s*,\s*)?\d\d?\s+[a-z]{3}\s+\d\d(\d\d)?\s+\d\d:\d\d(:\d\d)?\s+([+-]\d{4}|[a-z]{1,3})",
    re.IGNORECASE,
)
_URI_CHARS = re.compile(r"(?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'(),#]|%[0-9A-Fa-f]{2})*")
_SCHEME = re.compile(r"[a-zA-Z][0-9a-zA-Z+.-]*")
_TAG = re.compile(
    r"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*(#\S*)?"
)
_OUR_TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:[A-Za-z0-9._~:/?@!$&'()*+,;=%-]+")
_URN = re.compile(
    r"urn:[a-z0-9][a-z0-9-]{1,31}:(?:[a-zA-Z0-9()+,.:=@;$_!*'-]|%[0-9A-Fa-f]{2})+", re.IGNORECASE
)
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SCHEMES = {"http", "https", "tag", "urn", "mailto", "ftp", "info", "data"}
_TOKEN = r"[^\s()<>,;:\\\"/\[\]?=]+"
_MIME = re.compile(rf"{_TOKEN}/{_TOKEN}(\s*;\s*{_TOKEN}=(\"[^\"]*\"|{_TOKEN}))*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_MAIL = re.compile(r"[\w.+'-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
_FIRST_YEAR = 1990
_AHEAD = timedelta(minutes=10)


def rfc3339(text: str | None, now: datetime | None = None) -> list[str]:
    """Check a date of Atom or JSON Feed; without `now` none is too far ahead."""
    if not text or not _RFC3339.fullmatch(text.strip()):
        return broken("InvalidRFC3339Date", text)
    if text != text.strip():
        return broken("UnexpectedWhitespace", text)
    try:
        return _plausible(datetime.fromisoformat(text), text, now)
    except ValueError:
        return broken("InvalidRFC3339Date", text)


def rfc2822(text: str | None, now: datetime | None = None) -> list[str]:
    """Check a date of RSS or OPML."""
    text = (text or "").strip()
    if not _RFC2822.fullmatch(text):
        return broken("ProblematicalRFC822Date" if _RFC822.fullmatch(text) else "InvalidRFC2822Date", text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return broken("InvalidRFC2822Date", text)
    if "," in text and f"{moment:%a}" != text[:3]:
        return broken("IncorrectDOW", text)
    return _plausible(moment, text, now)


def instant(text: str | None) -> datetime:
    """Return an RFC 3339 date for comparing; what is none is reported elsewhere and sorts first."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plausible(moment: datetime, text: str, now: datetime | None) -> list[str]:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    is_ahead = now is not None and moment > now + _AHEAD
    return broken("ImplausibleDate", text) if is_ahead or moment.year < _FIRST_YEAR else []


def link(what: str, text: str | None) -> list[str]:
    """Check a link of ours: a URI in ASCII that is absolute, of the web, and carries no password."""
    if problems := uri(what, text):
        return problems
    try:
        parts = urlsplit(text or "")
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        return broken("InvalidFullLink", f"{what} {text!r}")
    return [] if is_whole else broken("NotAbsolute", f"{what} {text!r}")


def uri(what: str, text: str | None) -> list[str]:
    """Check an absolute URI of any scheme."""
    rule = _fault(text or "")
    return broken(rule, f"{what} {text!r}") if rule else []


def _fault(text: str) -> str:
    scheme, colon, rest = text.partition(":")
    if scheme == "tag":
        return "" if _TAG.fullmatch(text) else "InvalidTAG"
    if scheme.lower() == "urn":
        return "" if _URN.fullmatch(text) else "InvalidURN"
    if not _URI_CHARS.fullmatch(text):
        # The validator takes a bracketed host in Atom and not in RSS; we write the same link in both.
        return "InvalidUriChar" if text.isascii() else "UriNotIri"
    is_web = scheme.lower() in {"http", "https", "ftp"}
    if not colon or not _SCHEME.fullmatch(scheme) or (is_web and not re.match(r"//[^/]", rest)):
        return "InvalidFullLink"
    return "" if scheme.lower() in _SCHEMES else "SchemeNotIANARegistered"


def identifier(text: str | None) -> list[str]:
    """Check an id of ours: a tag: URI of one installation, written in its canonical form (RFC 3986 §6)."""
    if text != (text or "").strip():
        return broken("UnexpectedWhitespace", text)
    if problems := uri("id", text):
        return problems
    for code in _ENCODED.findall(text or ""):
        if code != code.upper() or chr(int(code, 16)) in _UNRESERVED:
            return broken("NonCanonicalURI", text)
    return [] if _OUR_TAG.fullmatch(text or "") else broken("NotTagURI", text)


def media_type(text: str | None, rule: str = "InvalidMIMEType") -> list[str]:
    """Check a media type."""
    return [] if text and _MIME.fullmatch(text) else broken(rule, text)


def language(text: str | None) -> list[str]:
    """Check a language tag; ours are Vietnamese, English and the like, so the form is enough."""
    return [] if text and _LANGUAGE.fullmatch(text) else broken("InvalidLanguage", text)


def number(text: str | None, *, least: int, rule: str = "") -> list[str]:
    """Check a whole number."""
    name = rule or ("InvalidPositiveInteger" if least else "InvalidNonNegativeInteger")
    return [] if text and re.fullmatch(r"\d{1,10}", text) and int(text) >= least else broken(name, text)


def contact(text: str | None) -> list[str]:
    """Check a person of RSS: "address (name)"."""
    found = re.fullmatch(r"(\S+)(?: \((.+)\))?", (text or "").strip())
    if not found or not _MAIL.fullmatch(found[1]):
        return broken("InvalidContact", text)
    return [] if found[2] else broken("MissingRealName", text)


def normal(texts: list[str]) -> list[str]:
    """Check that every string is NFC."""
    return [
        problem
        for text in texts
        if not unicodedata.is_normalized("NFC", text)
        for problem in broken("NotNFC", repr(text[:60]))
    ]
