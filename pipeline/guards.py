"""What keeps two texts apart, however alike they are. Pure, symmetric; an unknown is no contradiction.

A wrong merge hides news, a missed one shows it twice (law 7), so these stand before any measure.
"""

from collections.abc import Iterable

from pipeline.marks import MarkKind, difference, missing
from pipeline.places import area, province
from pipeline.similarity import Facts, Likeness

LOOK_ALIKE = 0.50  # part in common from which texts may come from one template
_UNMATCHED = 1 / 3  # share of the shorter text's numbers that the longer may lack


def agreeing(short: Facts, long: Facts, like: Likeness) -> list[tuple[Facts, Facts]]:
    """Return the pairs of texts, one of each entry, that contradict each other in nothing.

    Two entries cannot tell the same if there is none. Any text that an entry ever had counts: copies are
    made of what was corrected later. The pair of the current texts comes first.

    Args:
        short: the facts of the shorter text, with those of the entry's older ones.
        long: of the longer one.
        like: how alike they are, as of `contradiction`.
    """
    pairs = ((one, other) for one in (short, *short.older) for other in (long, *long.older))
    return [(one, other) for one, other in pairs if contradiction(one, other, like) is None]


def contradiction(short: Facts, long: Facts, like: Likeness) -> str | None:
    """Return why two texts cannot tell the same, in Vietnamese, or None; older texts aside.

    Args:
        short: the facts of the shorter text.
        long: of the longer one.
        like: how alike they are. Where little of one lies in the other, the same surroundings say
            little, and single words that differ are left to the model.
    """
    if (against := _of_subject(short, long)) is not None:
        return against
    if like.part >= LOOK_ALIKE and (against := _of_words(short, long)) is not None:
        return against
    return _other_mark(long, short) if like.back >= LOOK_ALIKE else None


def _of_subject(short: Facts, long: Facts) -> str | None:
    if short.title_years and long.title_years and not short.title_years & long.title_years:
        return f"khác năm trong tiêu đề ({_list(short.title_years)} ≠ {_list(long.title_years)})"
    if short.docs and long.docs and not _share_document(short.docs, long.docs):
        return f"khác số văn bản ({_list(short.docs)} ≠ {_list(long.docs)})"
    if short.told and long.mentioned and not short.told & long.mentioned:
        return f"khác địa phương được kể ({_places(short.told)} ≠ {_places(long.mentioned)})"
    return None


def _of_words(short: Facts, long: Facts) -> str | None:
    if short.units and long.units and not short.units & long.units:
        return "khác xã, phường, huyện được kể"
    if (other := _other_mark(short, long)) is not None:
        return other
    lacking, numbers = missing(short.marks, long.marks, MarkKind.DIGITS)
    if lacking > 1 and lacking > _UNMATCHED * numbers:
        return "nhiều số liệu không có ở bài kia"
    return None


def _other_mark(one: Facts, other: Facts) -> str | None:
    found = difference(one.marks, other.marks)
    if found is None:
        return None
    mine, theirs = found
    return f"khác nhau ở chỗ: {mine.left} “{mine.value}” ≠ “{theirs.value}”"


def _share_document(some: Iterable[str], others: Iterable[str]) -> bool:
    """Tell whether a document is named in both, if only without its issuer ("2820/QĐ", "2820/QĐ-UBND")."""
    return any(f"{a}-".startswith(f"{b}-") or f"{b}-".startswith(f"{a}-") for a in some for b in others)


def _places(slugs: Iterable[str]) -> str:
    units = (province(slug[1:]) if slug.startswith("@") else area(slug) for slug in sorted(slugs))
    return ", ".join(dict.fromkeys(unit.name for unit in units if unit is not None))


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))
