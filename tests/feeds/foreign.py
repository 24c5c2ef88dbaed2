"""Feed readers that others wrote, each in a process of its own: what they make of a feed of ours.

Six of them: feedparser as its makers ship it (ours has parts of it switched off), `reader` (Python, in a venv
of its own), newsboat (C++), sfeed (C), rss-parser and feedsmith (JavaScript). Those that are no dependency of
ours are looked for where docs/feeds-checked.md says to install them; nothing is downloaded here.
"""

import html
import io
import json
import multiprocessing
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser

HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tintinh" / "readers"
PYTHON = HOME / "venv" / "bin" / "python"
_SECONDS = 60

# Each prints one JSON array. They get the file's path as their last word.
_NODE = """
import fs from "node:fs";
const text = fs.readFileSync(process.argv.at(-1), "utf8");
"""
_RSS_PARSER = (
    _NODE
    + """
import Parser from "rss-parser";
const item = ["atom:updated", ["dc:creator", "creators", {keepArray: true}]];
const feed = await new Parser({customFields: {item}}).parseString(text);
console.log(JSON.stringify(feed.items));
"""
)
_FEEDSMITH = (
    _NODE
    + """
import { parseFeed } from "feedsmith";
const { feed } = parseFeed(text);
console.log(JSON.stringify(feed.items ?? feed.entries ?? []));
"""
)
_READER = """
import json, sys
from pathlib import Path
from reader import make_reader
path = Path(sys.argv[-1])
reader = make_reader(":memory:", feed_root=str(path.parent))
reader.add_feed(path.name)
[result] = [one for one in reader.update_feeds_iter(scheduled=False)]
if isinstance(result.value, Exception):
    raise result.value
print(json.dumps([
    {"id": one.id, "title": one.title, "link": one.link, "author": one.author,
     "updated": one.updated and one.updated.isoformat(),
     "published": one.published and one.published.isoformat(),
     "summary": one.summary, "content": [part.value for part in one.content]}
    for one in reader.get_entries()
]))
"""


@dataclass(frozen=True, slots=True)
class Got:
    """One entry as a reader understood it; None for what it does not tell.

    Times are whole seconds since 1970, `text` and `summary` the words without markup.
    """

    id: str
    title: str
    link: str
    published: int | None = None
    updated: int | None = None
    authors: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    summary: str | None = None
    text: str | None = None


Reads = Callable[[Path], list[Got]]


@contextmanager
def reading() -> Iterator[Callable[[bytes], Any]]:
    """Lend a reader: bytes of a feed to what feedparser makes of them."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda data: pool.submit(_read, data).result()


def _read(data: bytes) -> Any:
    return feedparser.parse(io.BytesIO(data))


def missing(name: str) -> str:
    """Return why a reader cannot be had on this machine, "" if it can."""
    match name:
        case "feedparser":
            return ""
        case "reader":
            is_there = PYTHON.exists()
        case "newsboat" | "sfeed":
            is_there = shutil.which(name) is not None
        case _:
            is_there = shutil.which("node") is not None and (HOME / "node_modules" / name).is_dir()
    return "" if is_there else f"NOT INSTALLED: {name}; docs/feeds-checked.md says how"


def words(markup: str | None) -> str:
    """Return the words of an HTML fragment."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup or "")).split())


def seconds(text: str | None) -> int | None:
    """Return a date of RFC 3339 or RFC 822 in whole seconds since 1970."""
    if not text:
        return None
    is_rfc3339 = text[:4].isdigit()
    moment = datetime.fromisoformat(text) if is_rfc3339 else parsedate_to_datetime(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() // 1)


def by_feedparser(path: Path) -> list[Got]:
    """Read with feedparser."""
    with reading() as read:
        entries = read(path.read_bytes()).entries
    return [_of_feedparser(one, is_atom=path.suffix == ".atom") for one in entries]


def _of_feedparser(one: Any, *, is_atom: bool) -> Got:
    contents = [part.value for part in one.get("content", [])]
    labels = [tag.label if is_atom else tag.term for tag in one.get("tags", [])]
    return Got(
        id=one.id,
        title=one.title,
        link=one.link,
        published=seconds(one.get("published")),
        updated=seconds(one.get("updated")),
        authors=tuple(author.get("name", "") for author in one.get("authors", [])),
        categories=tuple(labels),
        summary=words(one.get("summary")),
        text=words(contents[-1] if contents else one.get("summary")),
    )


def by_reader(path: Path) -> list[Got]:
    """Read with `reader`; it gives entries in an order of its own."""
    return [
        Got(
            id=one["id"],
            title=one["title"],
            link=one["link"],
            published=seconds(one["published"]),
            updated=seconds(one["updated"]),
            summary=words(one["summary"]) if path.suffix != ".json" else None,
            text=words(one["content"][-1] if one["content"] else one["summary"]),
        )
        for one in json.loads(_output(str(PYTHON), "-c", _READER, str(path)))
    ]


def by_newsboat(path: Path) -> list[Got]:
    """Read with newsboat, from the cache that it keeps; the order is that of its rows."""
    folder = path.parent / f"newsboat-{path.suffix[1:]}"
    folder.mkdir()
    (folder / "urls").write_text(f"file://{path}\n")
    (folder / "config").touch()
    reload_feeds(folder)
    return [Got(row[0], row[1], row[2], published=row[3], text=words(row[4])) for row in rows(folder)]


def reload_feeds(folder: Path) -> None:
    """Let newsboat fetch what `urls` in its folder lists."""
    own = ("-C", str(folder / "config"), "-u", str(folder / "urls"), "-c", str(folder / "cache.db"))
    _output("newsboat", *own, "-q", "-x", "reload")


def rows(folder: Path) -> list[tuple[Any, ...]]:
    """Return guid, title, url, date and content of what newsboat keeps, deleted ones left out."""
    with sqlite3.connect(folder / "cache.db") as cache:
        asked = "select guid, title, url, pubDate, content from rss_item where deleted = 0"
        found: list[tuple[Any, ...]] = cache.execute(asked).fetchall()
    cache.close()
    return found


def by_sfeed(path: Path) -> list[Got]:
    """Read with sfeed: one line an entry, fields between tabs."""
    with path.open("rb") as feed:
        told = subprocess.run(
            ["sfeed", "https://tin.example/"], stdin=feed, capture_output=True, check=True, timeout=_SECONDS
        ).stdout.decode()
    found = []
    for line in told.splitlines():
        time, title, link, content, _, name, author, _, labels = line.split("\t")
        text = content.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
        found.append(
            Got(
                id=name,
                title=title,
                link=link,
                published=int(time) if time else None,
                authors=(author,),
                categories=tuple(filter(None, labels.split("|"))) if path.suffix == ".rss" else None,
                text=words(text),
            )
        )
    return found


def by_rss_parser(path: Path) -> list[Got]:
    """Read with rss-parser."""
    return [_of_rss_parser(one, path.suffix) for one in json.loads(_node(_RSS_PARSER, path))]


def _of_rss_parser(one: dict[str, Any], suffix: str) -> Got:
    is_rss = suffix == ".rss"
    return Got(
        id=one["guid"] if is_rss else one["id"],
        title=one["title"],
        link=one["link"],
        published=seconds(one.get("isoDate")),
        updated=seconds(one.get("atom:updated")) if is_rss else None,
        authors=tuple(one.get("creators", [])) if is_rss else None,
        categories=tuple(tag["_"] for tag in one.get("categories", [])) if is_rss else None,
        summary=words(one.get("content" if is_rss else "summary")),
        text=words(one.get("content:encoded") or one.get("content") or one.get("summary")),
    )


def by_feedsmith(path: Path) -> list[Got]:
    """Read with feedsmith."""
    read = {".atom": _atom_of_feedsmith, ".rss": _rss_of_feedsmith, ".json": _json_of_feedsmith}[path.suffix]
    return [read(one) for one in json.loads(_node(_FEEDSMITH, path))]


def _atom_of_feedsmith(one: dict[str, Any]) -> Got:
    [link] = [link["href"] for link in one["links"] if link["rel"] == "alternate"]
    return Got(
        id=one["id"],
        title=_value(one["title"]),
        link=link,
        published=seconds(one.get("published")),
        updated=seconds(one["updated"]),
        authors=tuple(author["name"] for author in one.get("authors", [])),
        categories=tuple(tag["label"] for tag in one.get("categories", [])),
        summary=words(_value(one.get("summary"))),
        text=words(_value(one.get("content") or one.get("summary"))),
    )


def _rss_of_feedsmith(one: dict[str, Any]) -> Got:
    return Got(
        id=one["guid"]["value"],
        title=one["title"],
        link=one["link"],
        published=seconds(one.get("pubDate")),
        updated=seconds(one["atom"]["updated"]),
        authors=tuple(one.get("dc", {}).get("creators", [])),
        categories=tuple(tag["name"] for tag in one.get("categories", [])),
        summary=words(one.get("description")),
        text=words(one.get("content", {}).get("encoded") or one.get("description")),
    )


def _json_of_feedsmith(one: dict[str, Any]) -> Got:
    return Got(
        id=one["id"],
        title=one["title"],
        link=one["url"],
        published=seconds(one.get("date_published")),
        updated=seconds(one["date_modified"]),
        authors=tuple(author["name"] for author in one.get("authors", [])),
        categories=tuple(one.get("tags", [])),
        summary=one.get("summary", ""),
        text=words(one["content_html"]),
    )


def _value(text: Any) -> str:
    return text["value"] if isinstance(text, dict) else text or ""


def _node(program: str, path: Path) -> str:
    return _output("node", "--input-type=module", "-e", program, str(path), at=HOME)


def _output(*command: str, at: Path | None = None) -> str:
    done = subprocess.run(command, cwd=at, capture_output=True, check=False, timeout=_SECONDS)
    if done.returncode:
        raise AssertionError(f"{command[0]}: {done.stderr.decode()[-2_000:]}")
    return done.stdout.decode()


READERS: dict[str, tuple[Reads, frozenset[str]]] = {
    "feedparser": (by_feedparser, frozenset({"atom", "rss"})),
    "reader": (by_reader, frozenset({"atom", "rss", "json"})),
    "newsboat": (by_newsboat, frozenset({"atom", "rss"})),
    "sfeed": (by_sfeed, frozenset({"atom", "rss"})),
    "rss-parser": (by_rss_parser, frozenset({"atom", "rss"})),
    "feedsmith": (by_feedsmith, frozenset({"atom", "rss", "json"})),
}
OWN_ORDER = frozenset({"reader", "newsboat"})
