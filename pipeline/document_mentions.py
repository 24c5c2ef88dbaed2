"""The official documents that a text names: number, issuer, date, role. Pure; never raises."""

from collections.abc import Iterable
from datetime import date

from pipeline.document_roles import role
from pipeline.document_window import dated, day_before, latest, windows
from pipeline.issuers import issuer, place_of
from pipeline.model import DocumentMention, Role

_ANNOUNCING = ("công bố", "trao", "công bố và trao", "nhận được")  # days after a document's own


def find(text: str, on: date | None = None, home: str = "") -> tuple[DocumentMention, ...]:
    """Return the official documents that a clean text names, in order of appearance.

    A number starts anew with every issuer each January: with another year or another place it is
    another document.

    Args:
        text: title, summary and body, paragraphs with a blank line between; the first is the headline.
        on: the day of publication, None if it is not known.
        home: the unit that "UBND tỉnh" means where the text does not say it ("tỉnh Quảng Nam"), or "".
    """
    found: list[DocumentMention] = []
    now = Role.CITES
    last: date | None = None
    for at, window in enumerate(windows(text)):
        if not at:
            last = on or latest(text)
        when, behind = dated(window, on)
        if not window.joined:
            now = role(text, window, when, on, last)
        if now is Role.ISSUES and "-" not in when and not window.head.lower().endswith(_ANNOUNCING):
            when = day_before(window, on) or when
        found.append(DocumentMention(window.number, now, issuer(window, behind, home), when))
    return merged(found)


def merged(mentions: Iterable[DocumentMention]) -> tuple[DocumentMention, ...]:
    """Return each document once: issued if it is anywhere, with the most that is said of it."""
    kept: list[DocumentMention] = []
    for one in mentions:
        same = next((at for at, other in enumerate(kept) if _is_same(one, other)), None)
        if same is None:
            kept.append(one)
            continue
        kept[same] = joined(kept[same], one)
    return tuple(kept)


def joined(one: DocumentMention, other: DocumentMention) -> DocumentMention:
    """Return two mentions of a document as one, its number in the fuller spelling: with year, with a zero."""
    return DocumentMention(
        number=min(one.number, other.number),
        role=Role.ISSUES if Role.ISSUES in (one.role, other.role) else Role.CITES,
        issuer=max(one.issuer, other.issuer, key=lambda name: (bool(place_of(name)), bool(name))),
        dated=max(other.dated, one.dated, key=len),
    )


def _is_same(one: DocumentMention, other: DocumentMention) -> bool:
    if one.number != other.number:
        return False
    if not (one.dated.startswith(other.dated) or other.dated.startswith(one.dated)):
        return False
    places = place_of(one.issuer), place_of(other.issuer)
    return not all(places) or places[0] == places[1]
