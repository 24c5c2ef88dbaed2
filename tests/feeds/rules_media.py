"""Images in feeds by Media RSS: media:content, media:group, media:thumbnail, and their words. Pure."""

from lxml import etree

from tests.feeds.rules import broken
from tests.feeds.rules_document import MANY, MEDIA, Shape, one_of
from tests.feeds.rules_text import markup, plain
from tests.feeds.rules_values import link, media_type, number

_MEDIUMS = {"image", "audio", "video", "document", "executable"}
_ROLES = {"author", "photographer", "producer", "editor", "reporter", "correspondent", "publishing company"}
_SAID = {
    f"{MEDIA}title": (0, 1, one_of("type", is_text=True)),
    f"{MEDIA}description": (0, 1, one_of("type", is_text=True)),
    f"{MEDIA}credit": (0, MANY, one_of("role", "scheme", is_text=True)),
    f"{MEDIA}thumbnail": (0, MANY, one_of("url", "width", "height", "time")),
    f"{MEDIA}rights": (0, 0, one_of()),
}
_CONTENT = Shape(
    frozenset(["url", "fileSize", "type", "medium", "isDefault", "expression", "height", "width", "lang"]),
    children=_SAID,
)
SHAPES = {
    **_SAID,
    f"{MEDIA}content": (0, MANY, _CONTENT),
    f"{MEDIA}group": (0, MANY, Shape(children={**_SAID, f"{MEDIA}content": (0, MANY, _CONTENT)})),
}


def media(of: etree._Element) -> list[str]:
    """Check all media elements below an entry or item."""
    found: list[str] = []
    for one in of.iter(f"{MEDIA}content", f"{MEDIA}thumbnail"):
        found += _file(one)
    for one in of.iter(f"{MEDIA}credit"):
        if one.get("role") is not None and one.get("scheme", "urn:ebu") == "urn:ebu":
            found += [] if one.get("role") in _ROLES else broken("InvalidCreditRole", one.get("role"))
    for one in of.iter(f"{MEDIA}title", f"{MEDIA}description"):
        match one.get("type"):
            case None | "plain":
                found += plain("media text", one.text)
            case "html":
                found += markup("media text", one.text or "")
            case kind:
                found += broken("InvalidMediaTextType", kind)
    for one in of.iter(f"{MEDIA}group"):
        few = len(one.findall(f"{MEDIA}content")) < 2
        found += broken("MediaGroupWithoutAlternatives") if few else []
    return found


def _file(of: etree._Element) -> list[str]:
    found = link("media", of.get("url")) if of.get("url") else broken("MissingAttribute", "media url")
    for name in ("width", "height", "fileSize"):
        found += number(of.get(name), least=1) if of.get(name) is not None else []
    if of.get("type") is not None:
        found += media_type(of.get("type"), "InvalidMIMEAttribute")
    if of.get("medium") not in {None, *_MEDIUMS}:
        found += broken("InvalidMediaMedium", of.get("medium"))
    is_flag = of.get("isDefault") in {None, "true", "false"}
    return found if is_flag else found + broken("InvalidTrueFalse", of.get("isDefault"))
