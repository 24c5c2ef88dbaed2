"""XML-RPC as far as blog pings need it: a call with text parameters in, a struct or a fault out.

Pure. XML is read without entities, DTDs, network and depth beyond the parser's 256 levels.
"""

from dataclasses import dataclass

from lxml import etree

from pipeline.errors import BadInput

LARGEST = 16_000  # bytes; a real ping has 500
_MOST_PARAMETERS = 10


@dataclass(frozen=True, slots=True)
class Call:
    """A method's name and its parameters as text."""

    method: str
    parameters: tuple[str, ...]


def load(body: bytes) -> Call:
    """Read a call.

    Raises:
        BadInput: it is larger than `LARGEST`, no XML, has a DTD, or is no call.
    """
    if len(body) > LARGEST:
        raise BadInput("body", f"larger than {LARGEST} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput("body", "is no well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadInput("body", "a DTD is not read here")
    method = (root.findtext("methodName") or "").strip()
    if root.tag != "methodCall" or not method:
        raise BadInput("body", "is no methodCall")
    values = root.findall("params/param/value")[:_MOST_PARAMETERS]
    return Call(method, tuple("".join(map(str, value.itertext(with_tail=False))).strip() for value in values))


def answer(*, failed: bool, message: str) -> bytes:
    """Return the answer to a ping: `flerror` and a sentence for people."""
    root = etree.Element("methodResponse")
    param = etree.SubElement(etree.SubElement(root, "params"), "param")
    _struct(param, {"flerror": ("boolean", "1" if failed else "0"), "message": ("string", message)})
    return _bytes(root)


def fault(code: int, message: str) -> bytes:
    """Return a fault; the code is one of the interoperability codes (-32700, -32601, -32602)."""
    root = etree.Element("methodResponse")
    told = {"faultCode": ("int", str(code)), "faultString": ("string", message)}
    _struct(etree.SubElement(root, "fault"), told)
    return _bytes(root)


def _struct(parent: etree._Element, members: dict[str, tuple[str, str]]) -> None:
    struct = etree.SubElement(etree.SubElement(parent, "value"), "struct")
    for name, (kind, text) in members.items():
        member = etree.SubElement(struct, "member")
        etree.SubElement(member, "name").text = name
        etree.SubElement(etree.SubElement(member, "value"), kind).text = text


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
