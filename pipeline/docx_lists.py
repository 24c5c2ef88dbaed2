"""The lists of a Word document, counted as Word counts them (ECMA-376 part 1, 17.9). Pure; never raises.

Elements are known by their local names, in the transitional and the strict form alike.
"""

import re
from dataclasses import dataclass, field
from typing import Any

_DEEPEST = 9  # levels of a list
_MOST_STYLES = 50  # that one style may rest on
_LONGEST_NUMBER = 40
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: where it begins to count, in what letters, and how a number is written."""

    start: int = 1
    form: str = "decimal"
    text: str = "%1."


@dataclass(slots=True)
class Lists:
    """The lists of a document, and how far each has counted.

    Args:
        levels: by number id and level.
        kinds: what a number id counts with: ids of one kind go on with each other's numbers.
        restarts: number ids and levels that begin anew.
        styles: number id and level that a paragraph's style gives it.
    """

    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    def number(self, number_id: str, level: int) -> str:
        """Count one paragraph and return what Word prints before it, "" for nothing."""
        kind = self.kinds.get(number_id)
        if kind is None or not 0 <= level < _DEEPEST:
            return ""
        own = self.levels.get((number_id, level), _Level())
        if own.form == "bullet":
            return "+ " if level else "- "
        if (number_id, level) in self.restarts:
            self.counts[kind, level] = self.restarts.pop((number_id, level)) - 1
        self.counts[kind, level] = self.counts.get((kind, level), own.start - 1) + 1
        for deeper in range(level + 1, _DEEPEST):
            self.counts.pop((kind, deeper), None)
        printed = own.text
        for outer in range(level + 1):
            of_outer = self.levels.get((number_id, outer), _Level())
            count = self.counts.setdefault((kind, outer), of_outer.start)
            printed = printed.replace(f"%{outer + 1}", _written(count, of_outer.form))
        return f"{printed[:_LONGEST_NUMBER]} " if own.form != "none" and printed.strip() else ""


def read(numbering: Any | None, styles: Any | None) -> Lists:
    """Return the lists that a document defines."""
    lists = Lists()
    abstract: dict[str, dict[int, _Level]] = {}
    for element in numbering if numbering is not None else ():
        if name_of(element) == "abstractNum":
            own = (one for one in element if name_of(one) == "lvl")
            abstract[value_of(element, "abstractNumId")] = dict(map(_level, own))
        elif name_of(element) == "num":
            number_id = value_of(element, "numId")
            kind = next((value_of(one, "val") for one in element if name_of(one) == "abstractNumId"), "")
            lists.kinds[number_id] = kind
            lists.levels |= {(number_id, at): level for at, level in abstract.get(kind, {}).items()}
            for override in (one for one in element if name_of(one) == "lvlOverride"):
                at = integer(value_of(override, "ilvl"))
                for one in override:
                    if name_of(one) == "startOverride":
                        lists.restarts[number_id, at] = integer(value_of(one, "val"), 1)
                    elif name_of(one) == "lvl":
                        lists.levels[number_id, at] = _level(one)[1]
    lists.styles = _styles(styles)
    return lists


def _level(element: Any) -> tuple[int, _Level]:
    """Read one level of a list."""
    said = {name_of(one): value_of(one, "val") for one in element}
    level = _Level(integer(said.get("start", ""), 1), said.get("numFmt", "decimal"), said.get("lvlText", ""))
    return integer(value_of(element, "ilvl")), level


def _styles(root: Any | None) -> dict[str, tuple[str, int]]:
    """Return the list that each paragraph style belongs to, by itself or by the style it rests on."""
    own: dict[str, tuple[str, int]] = {}
    based: dict[str, str] = {}
    for style in root if root is not None else ():
        if name_of(style) != "style":
            continue
        style_id = value_of(style, "styleId")
        for one in style:
            if name_of(one) == "basedOn":
                based[style_id] = value_of(one, "val")
            elif name_of(one) == "pPr" and (found := numbered(one)):
                own[style_id] = found
    for style_id in based:
        at, steps = style_id, 0
        while at not in own and at in based and steps < _MOST_STYLES:
            at, steps = based[at], steps + 1
        if at in own:
            own.setdefault(style_id, own[at])
    return own


def numbered(properties: Any) -> tuple[str, int] | None:
    """Return number id and level that paragraph properties name, None if they name no list."""
    for one in properties:
        if name_of(one) == "numPr":
            said = {name_of(part): value_of(part, "val") for part in one}
            return (said["numId"], integer(said.get("ilvl", ""))) if "numId" in said else None
    return None


def _written(count: int, form: str) -> str:
    """Return a number in the letters of a level."""
    lower = form[:5] == "lower"
    if form.endswith("Letter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 3)
        return letter if lower else letter.upper()
    if form.endswith("Roman") and 0 < count < _ROMAN[0][0]:
        letters, rest = "", count
        for worth, letter in _ROMAN:
            letters += letter * (rest // worth)
            rest %= worth
        return letters if lower else letters.upper()
    return f"{count:02}" if form == "decimalZero" else str(count)


def name_of(element: Any) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def value_of(element: Any, name: str) -> str:
    """Return an attribute by its local name, "" if there is none."""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def integer(text: str, default: int = 0) -> int:
    """Return a number of an attribute, `default` if it is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else default
