"""Lists of sources as OPML (2.0, http://opml.org/spec2.opml; 1.0 and what readers make of it). Pure.

Read: outlines with an `xmlUrl` at any depth, in any case of letters, with a namespace or without; broken
XML as far as it goes. A document that declares entities is refused. Written: a folder for each source with
its feeds; what OPML has no word for stands in attributes of our own namespace, which readers pass over.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from pipeline.errors import BadInput
from pipeline.list_rows import Problem, Row
from pipeline.model import Seat
from pipeline.registry import Door, Registered

NAMESPACE = "urn:tintinh:sources:1"
_OURS = f"{{{NAMESPACE}}}"
_MOST_OUTLINES = 20_000
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTITIES = re.compile(r"<!\s*(?:ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(text: str) -> tuple[list[Row], list[Problem]]:
    """Return what the outlines of a document say, and those that say nothing useful.

    Raises:
        BadInput: it is no OPML, or it declares entities.
    """
    if _ENTITIES.search(text):
        raise BadInput("opml", "declares entities, which no list of feeds needs: refused")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_NOT_XML.sub(" ", _DECLARATION.sub("", text)).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput("opml", f"no XML: {error}") from error
    if root is None or _local(root) != "opml":
        what = "nothing" if root is None else f"<{_local(root)}>"
        raise BadInput(
            "opml", f"no OPML, it begins with {what}; to look for the feeds of a page: sources add ADDRESS"
        )
    problems = [_broken(one) for one in list(parser.error_log)[:1]]
    rows: list[Row] = []
    for count, outline in enumerate(one for one in root.iter() if _local(one) == "outline"):
        if count >= _MOST_OUTLINES:
            raise BadInput("opml", f"more than {_MOST_OUTLINES:,} outlines")
        told = _attributes(outline)
        if told.get("xmlurl") or told.get("door") or told.get("host"):
            rows.append(_row(outline, told))
        elif told.get("id"):
            rows.append(_of_source(outline, told))
        elif told.get("type", "").lower() in ("rss", "atom", "feed"):
            problems.append(Problem(_line(outline), "a feed without xmlUrl"))
    return rows, problems


def write(registered: Iterable[Registered]) -> bytes:
    """Return the list as OPML 2.0."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"tt": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Tin Tỉnh – các nguồn tin"
    body = etree.SubElement(root, "body")
    for one in registered:
        source = one.source
        told = {"id": source.source_id, "name": source.name, "province": source.province or ""}
        told |= {"area": source.area or "", "hosts": " ".join(source.hosts), "rights": source.rights.value}
        folder = _outline(body, {"text": source.name, "title": source.name}, told)
        for door in one.doors:
            _door(folder, source.name, source.hosts, door)
        for seat in source.seats:
            _seat(folder, seat)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _row(outline: Any, told: Mapping[str, str]) -> Row:
    """Return a door or a dated host, with the source that its folder is, if the folder is one of ours."""
    folder = _attributes(outline.getparent())
    if told.get("host"):
        seat = {"name": told["host"]} | {
            name: told.get(name, "") for name in ("unit", "valid_from", "valid_to")
        }
        return Row(_line(outline), folder.get("id", ""), seat=seat)
    return Row(
        line=_line(outline),
        source_id=folder.get("id", ""),
        title=told.get("title") or told.get("text", ""),
        site=told.get("htmlurl", ""),
        kind=told.get("door", "") or "feed",
        url=(told.get("url") or told.get("xmlurl", "")).strip(),
        path=told.get("path", ""),
        allow_private=told.get("allow_private") == "1",
    )


def _of_source(outline: Any, told: Mapping[str, str]) -> Row:
    return Row(
        line=_line(outline),
        source_id=told["id"],
        name=told.get("name", ""),
        province=told.get("province", ""),
        area=told.get("area", ""),
        hosts=tuple(told.get("hosts", "").split()),
        rights=told.get("rights", ""),
    )


def _door(folder: Any, name: str, hosts: tuple[str, ...], door: Door) -> None:
    ours = {"door": "" if door.kind == "feed" else door.kind, "path": door.path}
    ours |= {"allow_private": "1" if door.allow_private else ""}
    if door.kind == "feed":
        site = {"htmlUrl": f"https://{hosts[0]}/"} if hosts else {}
        _outline(folder, {"type": "rss", "text": name, "title": name, "xmlUrl": door.url} | site, ours)
    else:
        _outline(folder, {"text": f"{name} ({door.kind})"}, ours | {"url": door.url})


def _seat(folder: Any, seat: Seat) -> None:
    days = {"valid_from": str(seat.valid_from or ""), "valid_to": str(seat.valid_to or "")}
    _outline(folder, {"text": f"{seat.host}: {seat.unit}"}, {"host": seat.host, "unit": seat.unit} | days)


def _outline(parent: Any, told: Mapping[str, str], ours: Mapping[str, str]) -> Any:
    said = {**told, **{f"{_OURS}{name}": value for name, value in ours.items() if value}}
    return etree.SubElement(
        parent, "outline", {name: _NOT_XML.sub(" ", value) for name, value in said.items()}
    )


def _attributes(outline: Any) -> dict[str, str]:
    """Return ours by their names, and those of OPML in lower case: some readers write `xmlurl`."""
    found: dict[str, str] = {}
    for name, value in outline.attrib.items():
        if name.startswith(_OURS):
            found[name.removeprefix(_OURS)] = value
        elif name.lower() in ("type", "text", "title", "xmlurl", "htmlurl"):
            found[name.lower()] = value
    return found


def _line(outline: Any) -> int:
    return int(outline.sourceline or 0)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _broken(error: Any) -> Problem:
    return Problem(error.line, f"broken XML, read as far as it goes: {error.message.strip()}")
