"""Lists of channels as OPML 2.0, for readers that import subscriptions. Pure: no clock in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lxml import etree

from feeds.channel import SITE_TITLE, Channel, FeedForm, channel, channels
from pipeline.places import areas

_GROUPS: tuple[tuple[str, Callable[[Channel], bool]], ...] = (
    ("Tỉnh, thành", lambda one: bool(one.province) and not one.topic),
    ("Địa bàn trước tháng 7/2025", lambda one: bool(one.area)),
    ("Chủ đề", lambda one: bool(one.topic) and not one.province),
)
_NAMES = {FeedForm.ATOM: "Atom 1.0", FeedForm.RSS: "RSS 2.0", FeedForm.JSON: "JSON Feed 1.1"}
_BY_ITSELF = (FeedForm.ATOM, FeedForm.RSS)  # few readers take JSON Feed: it is listed for who asks for it


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list holds: its name, the channels before all folders, and the folders."""

    name: str
    first: tuple[Channel, ...]
    folders: tuple[tuple[str, tuple[Channel, ...]], ...] = ()


def listing(province: str = "", topic: str = "") -> Listing | None:
    """Return the channels of a province or a topic or of both, by slug, or of everything; None: no such one.

    Provinces × topics are in the lists of their province and of their topic alone: 714 more lines that
    nobody imports at once.
    """
    every = channels()
    if not province and not topic:
        folders = tuple((name, tuple(filter(belongs, every))) for name, belongs in _GROUPS)
        return Listing("các kênh", tuple(one for one in every if one.key == "all"), folders)
    parts = [f"{kind}/{slug}" for kind, slug in (("province", province), ("topic", topic)) if slug]
    known = channel("/".join(parts))
    if known is None:
        return None
    name = known.title.removeprefix(f"{SITE_TITLE} – ")
    if province and topic:
        return Listing(name, (known,))
    if topic:
        crossed = tuple(one for one in every if one.topic == topic and one.province)
        return Listing(name, (known,), (("Tỉnh, thành", crossed),))
    homes = {one.slug for one in areas() if one.province == province}
    within = tuple(one for one in every if one.area in homes)
    crossed = tuple(one for one in every if one.province == province and one.topic)
    return Listing(name, (known,), (("Địa bàn trước tháng 7/2025", within), ("Chủ đề", crossed)))


def opml(base_url: str, shown: Listing | None = None, form: FeedForm | None = None) -> bytes:
    """Return a list as an OPML document (of everything by itself), in one form or as Atom and as RSS.

    Of two forms each is a folder at the top, so that a reader can drop the one it does not want.
    """
    held = shown or listing()
    assert held is not None
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = f"{SITE_TITLE} – {held.name}"
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for one in (form,) if form else _BY_ITSELF:
        folder = body if form else _folder(body, _NAMES[one])
        _add(folder, held.first, base_url, one)
        for name, members in held.folders:
            _add(_folder(folder, name), members, base_url, one)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _folder(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, "outline", text=name, title=name)


def _add(parent: etree._Element, shown: Iterable[Channel], base_url: str, form: FeedForm) -> None:
    for one in shown:
        said = {
            "type": "rss",  # OPML 2.0 knows no other word for a subscription, whatever its format
            "text": one.title,
            "title": one.title,
            "description": one.about,
            "language": "vi",
            "xmlUrl": one.url(base_url, form),
            "htmlUrl": one.page(base_url),
        }
        etree.SubElement(parent, "outline", said)
