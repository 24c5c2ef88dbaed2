"""Text in feeds: characters, plain lines, HTML fragments. Pure.

HTML is read by a tokenizer that knows nothing of mending: what does not fit its grammar is not HTML. That
is harder than the parser of HTML 5 that the W3C feed validator uses, which forgives an unclosed paragraph.
"""

import re
from html.entities import html5, name2codepoint

from tests.feeds.rules import broken
from tests.feeds.rules_values import uri

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffd-\uffff\ud800-\udfff]")
_PLANES = range(0x10000, 0x110000, 0x10000)
_PLANE_ENDS = re.compile(f"[{''.join(chr(plane + end) for plane in _PLANES for end in (0xFFFE, 0xFFFF))}]")
_DOUBLY = re.compile("[\u00c2\u00c3][\u0080-\u00bf]")
_END_TAG = re.compile(r"</(\w+)>")
_START = re.compile(r"<[a-zA-Z/!?]")
_REFERENCE = re.compile(r"&(#?\w+)")
_MAIL_IN_ANGLES = re.compile(r"<[\w.+'-]+@[\w.-]+>")

_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)"
    r"(?P<attributes>(?:\s+[a-zA-Z][\w:-]*(?:=\"[^\"]*\")?)*)\s*(?P<void>/?)>"
    r"|(?P<comment><!--.*?-->)|(?P<text>[^<]+)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:-]*)(?:=\"([^\"]*)\")?")
_VOID = frozenset({"br", "hr", "img", "wbr", "source"})
_SAFE = _VOID | frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "blockquote",
        "caption",
        "cite",
        "code",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "i",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "picture",
        "pre",
        "q",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "u",
        "ul",
        "var",
    ]
)
_UNSAFE = frozenset(
    [
        "applet",
        "base",
        "body",
        "embed",
        "frame",
        "frameset",
        "head",
        "html",
        "iframe",
        "link",
        "meta",
        "noframes",
        "object",
        "param",
        "script",
        "style",
        "title",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "alt",
        "cite",
        "class",
        "colspan",
        "datetime",
        "dir",
        "height",
        "href",
        "hreflang",
        "id",
        "lang",
        "rel",
        "rowspan",
        "src",
        "start",
        "title",
        "type",
        "width",
    ]
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "figure",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "section",
    ]
)


def characters(texts: list[str]) -> list[str]:
    """Check that no string has controls, non-characters, U+FFFD or UTF-8 that was encoded twice."""
    found = [text for text in texts if not text.isascii() and (_PLANE_ENDS.search(text) or _is_doubled(text))]
    found += [text for text in texts if _BAD.search(text)]
    return [problem for text in found for problem in broken("BadCharacters", repr(text[:60]))]


def _is_doubled(text: str) -> bool:
    if not _DOUBLY.search(text):
        return False
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True


def plain(what: str, text: str | None, *, is_rss: bool = False) -> list[str]:
    """Check one line of text that readers take for text or for HTML, as they like.

    The validator lets "&copy" pass if the document happens to spell the ampersand "&#x26;"; its readers
    do not see that, so we do not.
    """
    if not text or not text.strip():
        return broken("NotBlank", what)
    found = [] if text == " ".join(text.split()) else broken("NotPlain", f"{what} {text!r}")
    if any(tag.lower() in _SAFE | _UNSAFE for tag in _END_TAG.findall(text)):
        return found + broken("ContainsHTML", f"{what} {text!r}")
    names = _REFERENCE.findall(text)
    if any(name in name2codepoint or name == "apos" or not name.isalpha() for name in names):
        return found + broken("ContainsHTML", f"{what} {text!r}")
    if _MAIL_IN_ANGLES.search(text):
        return found + broken("ContainsEmail", f"{what} {text!r}")
    rule = "CharacterData" if is_rss else "ContainsHTML"
    return found + (broken(rule, f"{what} {text!r}") if _START.search(text) else [])


def markup(what: str, fragment: str) -> list[str]:
    """Check an HTML fragment: its grammar, what is safe in it, and that its addresses are absolute."""
    found: list[str] = []
    standing: list[str] = []
    at = 0
    while at < len(fragment):
        token = _TOKEN.match(fragment, at)
        if token is None:
            return found + broken("NotHtml", f"{what} {fragment[at : at + 40]!r}")
        at = token.end()
        if token["text"] is not None:
            found += _references(what, token["text"])
        elif token["tag"] is not None:
            found += _tag(what, token, standing)
    return found + (broken("NotHtml", f"{what} leaves {standing} open") if standing else [])


def _tag(what: str, token: re.Match[str], standing: list[str]) -> list[str]:
    tag = token["tag"].lower()
    if tag in _UNSAFE:
        return broken("SecurityRisk", f"{what} <{tag}>")
    if tag not in _SAFE:
        return broken("NotHtml", f"{what} <{tag}>")
    if token["end"]:
        fits = bool(standing) and standing.pop() == tag and not token["attributes"]
        return [] if fits else broken("NotHtml", f"{what} </{tag}>")
    found = broken("NotHtml", f"{what} <{tag}> in <p>") if tag in _BLOCKS and "p" in standing else []
    if tag not in _VOID:
        found += broken("NotHtml", f"{what} <{tag}/>") if token["void"] else []
        standing.append(tag)
    pairs = _ATTRIBUTE.findall(token["attributes"])
    if len({name.lower() for name, _ in pairs}) < len(pairs):
        found += broken("NotHtml", f"{what} <{tag}> has an attribute twice")
    return found + [problem for name, value in pairs for problem in _attribute(what, name.lower(), value)]


def _attribute(what: str, name: str, value: str) -> list[str]:
    if name == "style":
        return broken("DangerousStyleAttr", f"{what} {value!r}")
    if name not in _ATTRIBUTES:
        return broken("SecurityRiskAttr", f"{what} {name}={value!r}")
    found = _references(what, value)
    if name in {"href", "src", "cite"}:
        address = value.replace("&amp;", "&")
        if not re.match(r"\w+:", address):
            return found + broken("ContainsRelRef", f"{what} {value!r}")
        if not re.match(r"(?:https?|mailto|tel):", address):
            return found + broken("SecurityRisk", f"{what} {value!r}")
        found += uri(f"{what} {name}", address)
    return found


def _references(what: str, text: str) -> list[str]:
    """Check that every ampersand of HTML is a whole reference or stands before a space."""
    for found in re.finditer(r"&(#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|\w+;|\s|$)?", text):
        name = found[1]
        if name is None or (name[:1].isalpha() and name not in html5):
            return broken("NotHtml", f"{what} {text[found.start() : found.start() + 20]!r}")
    return []
