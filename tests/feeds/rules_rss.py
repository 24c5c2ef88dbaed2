"""An RSS feed of ours: RSS 2.0 and the Best Practices Profile as the W3C feed validator reads them. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urljoin

from lxml import etree

from tests.feeds.rules import broken
from tests.feeds.rules_atom import links
from tests.feeds.rules_document import (
    ATOM,
    CONTENT,
    DC,
    EMPTY,
    FH,
    LANG,
    MANY,
    SY,
    TEXT,
    Shape,
    one_of,
    structure,
)
from tests.feeds.rules_media import SHAPES as MEDIA_SHAPES
from tests.feeds.rules_media import media
from tests.feeds.rules_text import markup, plain
from tests.feeds.rules_values import (
    contact,
    identifier,
    instant,
    language,
    link,
    media_type,
    number,
    rfc2822,
    rfc3339,
    uri,
)

_LINK = one_of("rel", "type", "hreflang", "title", "length", "href")
_DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
_PERIODS = {"hourly", "daily", "weekly", "monthly", "yearly"}
_IMAGE = Shape(
    children={
        **dict.fromkeys(("url", "title", "link"), (1, 1, TEXT)),
        **dict.fromkeys(("width", "height", "description"), (0, 1, TEXT)),
    }
)
_CHANNEL = Shape(
    children={
        **dict.fromkeys(("title", "link", "description"), (1, 1, TEXT)),
        **dict.fromkeys(
            [
                "language",
                "copyright",
                "managingEditor",
                "webMaster",
                "pubDate",
                "lastBuildDate",
                "generator",
                "docs",
                "ttl",
            ],
            (0, 1, TEXT),
        ),
        "category": (0, MANY, one_of("domain", is_text=True)),
        "image": (0, 1, _IMAGE),
        "cloud": (0, 1, one_of("domain", "port", "path", "registerProcedure", "protocol")),
        "skipHours": (0, 1, Shape(children={"hour": (1, MANY, TEXT)})),
        "skipDays": (0, 1, Shape(children={"day": (1, MANY, TEXT)})),
        "item": (0, MANY, EMPTY),
        f"{ATOM}link": (0, MANY, _LINK),
        f"{ATOM}updated": (0, 1, TEXT),
        f"{ATOM}id": (0, 1, TEXT),
        f"{SY}updatePeriod": (0, 1, TEXT),
        f"{SY}updateFrequency": (0, 1, TEXT),
        f"{FH}archive": (0, 1, EMPTY),
        f"{FH}complete": (0, 1, EMPTY),
        f"{DC}creator": (0, MANY, TEXT),
        f"{DC}language": (0, 1, TEXT),
        f"{DC}publisher": (0, MANY, TEXT),
    }
)
_ITEM = Shape(
    children={
        **dict.fromkeys(("title", "link", "description", "author", "comments", "pubDate"), (0, 1, TEXT)),
        "guid": (0, 1, one_of("isPermaLink", is_text=True)),
        "category": (0, MANY, one_of("domain", is_text=True)),
        "source": (0, 1, one_of("url", is_text=True)),
        "enclosure": (0, MANY, one_of("url", "length", "type")),
        f"{CONTENT}encoded": (0, 1, TEXT),
        f"{ATOM}id": (0, 1, TEXT),
        f"{ATOM}link": (0, MANY, _LINK),
        f"{ATOM}published": (0, 1, TEXT),
        f"{ATOM}updated": (0, 1, TEXT),
        f"{ATOM}summary": (0, 1, one_of("type", is_text=True)),
        f"{DC}creator": (0, MANY, TEXT),
        f"{DC}publisher": (0, MANY, TEXT),
        f"{DC}contributor": (0, MANY, TEXT),
        f"{DC}source": (0, 1, TEXT),
        f"{DC}language": (0, 1, TEXT),
        f"{DC}subject": (0, MANY, TEXT),
        f"{DC}date": (0, 1, TEXT),
        **MEDIA_SHAPES,
    }
)
# (core element, extension) of a channel or an item that say the same
_TWICE_IN_CHANNEL = (
    ("language", f"{DC}language"),
    ("managingEditor", f"{DC}creator"),
    ("webMaster", f"{DC}publisher"),
)
_TWICE_IN_ITEM = (
    ("guid", f"{ATOM}id"),
    ("author", f"{DC}creator"),
    ("category", f"{DC}subject"),
    ("pubDate", f"{DC}date"),
    ("pubDate", f"{ATOM}published"),
    ("source", f"{DC}source"),
)


def channel(root: etree._Element, *, now: datetime | None, url: str | None) -> list[str]:
    """Check everything of a feed but its items; `url` is where it was found."""
    if root.tag != "rss" or root.get("version") != "2.0":
        return broken("InvalidRSSVersion", f"{root.tag} {root.get('version')}")
    of = root.find("channel")
    if of is None:
        return broken("MissingElement", "channel")
    found = structure(_bare(of), _CHANNEL, is_rss=True) + _placed(of)
    for name in ("title", "description", "copyright", "generator"):
        found += [problem for one in of.findall(name) for problem in plain(name, one.text, is_rss=True)]
    for name in ("link", "docs"):
        found += [problem for one in of.findall(name) for problem in link(f"channel {name}", one.text)]
    for name in ("pubDate", "lastBuildDate"):
        found += [problem for one in of.findall(name) for problem in rfc2822(one.text, now)]
    for name in ("managingEditor", "webMaster"):
        found += [problem for one in of.findall(name) for problem in contact(one.text)]
    found += [problem for one in of.findall("language") for problem in language(one.text)]
    found += [] if of.find("language") is not None or root.get(LANG) else broken("NoLanguage", "channel")
    found += [problem for one in of.findall("ttl") for problem in number(one.text, least=1)]
    found += _polling(of) + _image(of) + _twice(of, _TWICE_IN_CHANNEL, "DuplicateSemantics")
    found += links(of) + _own(of, url)
    return found + _repeated(of.findall("item"))


def item(of: etree._Element, *, now: datetime | None) -> list[str]:
    """Check one item by itself."""
    found = structure(of, _ITEM, is_rss=True) + media(of) + links(of)
    title, description = of.find("title"), of.find("description")
    if title is None and description is None:
        found += broken("ItemMustContainTitleOrDescription")
    found += plain("title", title.text, is_rss=True) if title is not None else []
    for name in ("link", "comments"):
        found += [problem for one in of.findall(name) for problem in link(name, one.text)]
    found += _guid(of)
    found += [problem for one in of.findall("pubDate") for problem in rfc2822(one.text, now)]
    found += [problem for one in of.findall(f"{ATOM}updated") for problem in rfc3339(one.text, now)]
    found += [problem for one in of.findall("author") for problem in contact(one.text)]
    found += _categories(of) + _source(of) + _enclosures(of) + _texts(of)
    for name in ("creator", "publisher", "contributor"):
        found += [
            problem for one in of.findall(f"{DC}{name}") for problem in plain(name, one.text, is_rss=True)
        ]
    found += [problem for one in of.findall(f"{DC}language") for problem in language(one.text)]
    if of.find("source") is not None and of.find("author") is None and of.find(f"{DC}creator") is None:
        found += broken("AuthorIsMissing", of.findtext("guid"))
    return found + _twice(of, _TWICE_IN_ITEM, "DuplicateItemSemantics")


def _bare(of: etree._Element) -> etree._Element:
    """Return a channel whose items are empty: they are checked by themselves."""
    copy = etree.Element(of.tag, {str(name): str(value) for name, value in of.items()})
    copy.text = of.text
    for child in of:
        if child.tag == "item":
            etree.SubElement(copy, "item").tail = child.tail
        elif isinstance(child.tag, str):
            copy.append(etree.fromstring(etree.tostring(child)))
    return copy


def _placed(of: etree._Element) -> list[str]:
    tags = [child.tag for child in of if isinstance(child.tag, str)]
    first = tags.index("item") if "item" in tags else len(tags)
    late = [tag for tag in tags[first:] if tag != "item"]
    return broken("MisplacedItem", late) if late else []


def _polling(of: etree._Element) -> list[str]:
    found: list[str] = []
    hours = [one.text or "" for one in of.findall("skipHours/hour")]
    found += [] if all(one.isdigit() and int(one) < 24 for one in hours) else broken("InvalidHour", hours)
    found += broken("NotEnoughHoursInTheDay") if len(hours) > 24 or len(set(hours)) < len(hours) else []
    days = [one.text for one in of.findall("skipDays/day")]
    found += broken("InvalidDay", days) if set(days) - _DAYS else []
    found += broken("EightDaysAWeek") if len(days) > len(set(days)) else []
    for one in of.findall(f"{SY}updatePeriod"):
        found += [] if one.text in _PERIODS else broken("InvalidUpdatePeriod", one.text)
    for one in of.findall(f"{SY}updateFrequency"):
        found += number(one.text, least=1)
    return found


def _image(of: etree._Element) -> list[str]:
    found: list[str] = []
    for image in of.findall("image"):
        found += link("image", image.findtext("url"))
        if image.findtext("link") != of.findtext("link"):
            found += broken("ImageLinkDoesntMatch", image.findtext("link"))
        if image.findtext("title") != of.findtext("title"):
            found += broken("ImageTitleDoesntMatch", image.findtext("title"))
        for name, most, rule in (("width", 144, "InvalidWidth"), ("height", 400, "InvalidHeight")):
            for one in image.findall(name):
                is_good = not number(one.text, least=1) and int(one.text or 0) <= most
                found += [] if is_good else broken(rule, one.text)
    return found


def _own(of: etree._Element, url: str | None) -> list[str]:
    own = [one for one in of.findall(f"{ATOM}link") if one.get("rel") == "self"]
    if not own:
        return broken("MissingAtomSelfLink")
    if url is not None and urljoin(url, own[0].get("href", "")) != url:
        return broken("SelfDoesntMatchLocation", f"{own[0].get('href')} at {url}")
    return []


def _repeated(items: Sequence[etree._Element]) -> list[str]:
    guids = Counter(one.findtext("guid") for one in items if one.find("guid") is not None)
    return [broken("DuplicateValue", one)[0] for one, count in guids.items() if count > 1]


def _guid(of: etree._Element) -> list[str]:
    guid = of.find("guid")
    if guid is None:
        return broken("MissingGuid", of.findtext("title"))
    text, flag = (guid.text or "").strip(), guid.get("isPermaLink", "true")
    found = [] if flag in {"true", "false"} else broken("InvalidBooleanAttribute", flag)
    if flag != "false" and text.lower().startswith(("tag:", "urn:")):
        return found + broken("InvalidPermalink", text)
    if flag != "false":
        return found + (broken("InvalidHttpGUID", text) if uri("guid", text) else broken("NotTagURI", text))
    if len(text) < 9 and text.isdigit():
        return found + broken("NotSufficientlyUnique", text)
    return found + identifier(guid.text)


def _categories(of: etree._Element) -> list[str]:
    found: list[str] = []
    listed = of.findall("category")
    for one in listed:
        found += plain("category", one.text, is_rss=True) if one.text else broken("EmptyCategory")
        found += uri("domain", one.get("domain")) if one.get("domain") else broken("NoScheme", one.text)
    said = Counter((one.get("domain"), one.text) for one in listed)
    return found + (broken("DuplicateCategory", said) if any(count > 1 for count in said.values()) else [])


def _source(of: etree._Element) -> list[str]:
    found: list[str] = []
    for one in of.findall("source"):
        found += (
            link("source", one.get("url")) if one.get("url") else broken("MissingAttribute", "source url")
        )
        found += plain("source", one.text, is_rss=True)
    return found


def _enclosures(of: etree._Element) -> list[str]:
    enclosures = of.findall("enclosure")
    found = broken("DuplicateEnclosure", len(enclosures)) if len(enclosures) > 1 else []
    for one in enclosures:
        for name in ("url", "length", "type"):
            found += broken("MissingAttribute", f"enclosure {name}") if one.get(name) is None else []
        if one.get("length") == "-1":
            found += broken("UseZeroForUnknown")
        elif one.get("length") is not None:
            found += number(one.get("length"), least=0)
        found += media_type(one.get("type"), "InvalidMIMEAttribute") if one.get("type") is not None else []
        if one.get("url") is not None and link("enclosure", one.get("url")):
            found += broken("InvalidURLAttribute", one.get("url"))
    return found


def _texts(of: etree._Element) -> list[str]:
    found: list[str] = []
    tags = [child.tag for child in of]
    if f"{CONTENT}encoded" in tags and "description" not in tags[: tags.index(f"{CONTENT}encoded")]:
        found += broken("NeedDescriptionBeforeContent")
    if of.find(f"{ATOM}summary") is not None and of.find("description") is not None:
        found += broken("DuplicateDescriptionSemantics", "atom:summary")
    for name in ("description", f"{CONTENT}encoded"):
        found += [problem for one in of.findall(name) for problem in markup(name, one.text or "")]
    if instant(of.findtext(f"{ATOM}updated")) < instant(of.findtext(f"{ATOM}published")):
        found += broken("PublishedAfterUpdated", of.findtext("guid"))
    return found


def _twice(of: etree._Element, pairs: Sequence[tuple[str, str]], rule: str) -> list[str]:
    return [
        problem
        for core, extension in pairs
        if of.find(core) is not None and of.find(extension) is not None
        for problem in broken(rule, f"{core} and {extension}")
    ]
