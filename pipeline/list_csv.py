"""Lists of sources as CSV, as spreadsheets write and read it. Pure.

Read: "," ";" tab or "|" between cells, a "sep=;" line before them, names of columns in English or
Vietnamese, in any order, several hosts or feeds in a cell. Written: UTF-8 with a mark and CRLF (RFC 4180),
which Excel opens as it is; a cell that a spreadsheet would take for a formula gets an apostrophe in front,
and loses it when read (OWASP, "CSV injection").
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.errors import BadInput
from pipeline.list_rows import Problem, Row
from pipeline.registry import Registered
from pipeline.text import plain

COLUMNS = ("id", "name", "province", "area", "host", "feed", "rights")
_MORE = ("kind", "path", "allow_private", "unit", "valid_from", "valid_to")
_MOST_ROWS = 20_000
_LONGEST_CELL = 20_000
_DELIMITERS = (",", ";", "\t", "|")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_WORDS = {
    "id": ("id", "ma", "ma nguon", "ma nguon tin", "source", "source id"),
    "name": ("name", "ten", "ten nguon", "ten nguon tin", "nguon", "nguon tin", "ten bao", "title", "bao"),
    "province": ("province", "tinh", "tinh thanh", "tinh thanh pho", "tinh moi", "don vi"),
    "area": ("area", "dia ban", "tinh cu", "tinh truoc 7 2025", "dia ban cu"),
    "host": ("host", "hosts", "ten mien", "may chu", "website", "trang web", "trang", "domain", "site"),
    "feed": (
        "feed",
        "feeds",
        "url",
        "rss",
        "kenh",
        "kenh rss",
        "dia chi rss",
        "link rss",
        "dia chi",
        "kenh nguon",
    ),
    "rights": ("rights", "quyen", "ban quyen", "quyen noi dung"),
    "kind": ("kind", "loai", "loai cua", "cua nhan"),
    "path": ("path", "thu muc", "duong dan"),
    "allow_private": ("allow private", "mang rieng"),
    "unit": ("unit", "tinh cua ten mien", "don vi cua ten mien"),
    "valid_from": ("valid from", "tu ngay"),
    "valid_to": ("valid to", "den ngay"),
}
_COLUMN = {word: column for column, words in _WORDS.items() for word in words}
_RIGHTS = {"tieu de": "title", "tom tat": "summary", "toan van": "full", "day du": "full"}
_KINDS = {"rss": "feed", "atom": "feed", "kenh": "feed", "kenh rss": "feed", "thu muc": "folder"}
_TRUE = frozenset(("1", "true", "yes", "x", "co", "dung"))


def read(text: str) -> tuple[list[Row], list[Problem]]:
    """Return the lines of a list and those that are none.

    Raises:
        BadInput: its first line names no column that tells who or where.
    """
    lines, skipped, delimiter = _start(text)
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    problems: list[Problem] = []
    columns: list[str] | None = None
    line = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(Problem(line, f"no line of a table: {error}"))
            line = skipped + reader.line_num + 1
            continue
        if columns is None and any(cell.strip() for cell in cells):
            columns = _columns(cells)
        elif columns is not None and any(cell.strip() for cell in cells):
            try:
                rows += _rows(line, columns, cells)
            except BadInput as error:
                problems.append(Problem(line, str(error)))
        if len(rows) > _MOST_ROWS:
            raise BadInput("list", f"more than {_MOST_ROWS:,} lines")
        line = skipped + reader.line_num + 1
    return rows, problems


def write(registered: Iterable[Registered]) -> bytes:
    """Return the list: a line for each door of a source, and for each of its dated hosts."""
    table = [row for one in registered for row in _written(one)]
    columns = (*COLUMNS, *(name for name in _MORE if any(row.get(name) for row in table)))
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(columns)
    writer.writerows([_safe(row.get(name, "")) for name in columns] for row in table)
    return told.getvalue().encode("utf-8-sig")


def _start(text: str) -> tuple[str, int, str]:
    """Return the text from its header on, the number of lines before it, and what parts its cells."""
    skipped = 0
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r"\ufeff?\"?sep=(.)\"?\s*", first)
    if told is not None:
        text, skipped = rest, 1
    header = next((line for line in text.splitlines() if line.strip()), "")
    counted = max(_DELIMITERS, key=header.count)
    return text, skipped, told[1] if told is not None else counted


def _columns(cells: Sequence[str]) -> list[str]:
    """Return what each column holds, "" for one that says nothing to us."""
    found = [_COLUMN.get(_word(cell), "") for cell in cells]
    if not {"id", "host", "feed"} & set(found):
        known = ", ".join(COLUMNS)
        raise BadInput(
            "list", f"the first line must name the columns, an id, a host or a feed among them: {known}"
        )
    twice = next((name for name in found if name and found.count(name) > 1), None)
    if twice:
        raise BadInput("list", f"two columns are named {twice}")
    return found


def _rows(line: int, columns: Sequence[str], cells: Sequence[str]) -> list[Row]:
    """Return what a line says, a row for each of its feeds."""
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise BadInput("", f"{len(cells)} cells, but the first line names {len(columns)}")
    if any(len(cell) > _LONGEST_CELL for cell in cells):
        raise BadInput("", f"a cell of more than {_LONGEST_CELL:,} characters")
    told = {name: _read(cell) for name, cell in zip(columns, cells, strict=False) if name}
    kind = _KINDS.get(_word(told.get("kind", "")), told.get("kind", ""))
    words = told.get("feed", "").split()
    urls = words if all("://" in word for word in words) else [told["feed"]]
    unit = told.get("unit", "")
    hosts, site = _hosts(told.get("host", ""))
    seat = {"name": hosts[0] if hosts else "", "unit": unit} if unit else {}
    seat |= {name: told.get(name, "") for name in ("valid_from", "valid_to")} if unit else {}
    first = Row(
        line=line,
        source_id=told.get("id", ""),
        name=told.get("name", ""),
        province=told.get("province", ""),
        area=told.get("area", ""),
        hosts=() if unit else hosts,
        site=site,
        rights=_RIGHTS.get(_word(told.get("rights", "")), told.get("rights", "").lower()),
        kind=kind,
        url=urls[0] if urls else "",
        path=told.get("path", ""),
        allow_private=_word(told.get("allow_private", "")) in _TRUE,
        seat=seat,
    )
    return [first, *(_another(first, url) for url in urls[1:])]


def _another(first: Row, url: str) -> Row:
    """Return a further feed of a line's source."""
    return Row(first.line, first.source_id, first.name, hosts=first.hosts, site=first.site, url=url)


def _hosts(cell: str) -> tuple[tuple[str, ...], str]:
    """Return the hosts of a cell, where addresses count as their hosts, and the first address."""
    found, site = [], ""
    for word in re.split(r"[\s,;|]+", cell):
        site = site or (word if "://" in word else "")
        found.append(re.sub(r"^https?://([^/?#:]*).*$", r"\1", word, flags=re.IGNORECASE).rstrip("/"))
    return tuple(dict.fromkeys(filter(None, found))), site


def _written(one: Registered) -> list[Mapping[str, str]]:
    source = one.source
    whole = {
        "id": source.source_id,
        "name": source.name,
        "province": source.province or "",
        "area": source.area or "",
        "host": " ".join(source.hosts),
        "rights": source.rights.value,
    }
    doors = [
        {
            "feed": door.url,
            "kind": "" if door.kind == "feed" else door.kind,
            "path": door.path,
            "allow_private": "1" if door.allow_private else "",
        }
        for door in one.doors
    ]
    seats = [
        {
            "host": seat.host,
            "unit": seat.unit,
            "valid_from": str(seat.valid_from or ""),
            "valid_to": str(seat.valid_to or ""),
        }
        for seat in source.seats
    ]
    first, *others = [*(doors or [{}])]
    return [whole | first, *({"id": source.source_id} | told for told in (*others, *seats))]


def _word(cell: str) -> str:
    """Return the name of a column for comparing: without marks, case and signs."""
    return " ".join(re.findall(r"[a-z0-9]+", plain(cell)))


def _read(cell: str) -> str:
    """Return what a cell says."""
    told = cell.strip(" \u00a0\r\n\t\ufeff")
    return told[1:] if told.startswith("'") and _FORMULA.match(told) else told


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
