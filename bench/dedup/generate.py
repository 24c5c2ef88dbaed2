"""The plan of a labelled set: which articles, which publishers, which levels. Deterministic.

A set depends on (articles, seed, count, split) and nothing else. Train and test share no article
(a hash of its id decides) and no template.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from xxhash import xxh3_64_intdigest

from bench.dedup import bulletins, edits, facts, levels, notices, rewriting
from bench.dedup.edits import sentences, size
from bench.dedup.facts import Swap
from bench.dedup.levels import Teller
from bench.dedup.model import Article, Handed, Level, Outlet, Telling, moment, record, truth
from pipeline.gazetteer import areas
from pipeline.text import words

SPLITS = ("train", "test")

_START = moment(2023, 3, 1)
_DAYS = 40
_LONGEST_PARAGRAPH = 4  # sentences
_SHORTEST = (15, 80)  # words of a lead and of a text that can be worked with
_RUN, _SAMPLE = 6, 8  # words of a shingle; one in this many is looked at
_NATURAL_COPY = 0.2  # share of shingles told before, from which an article is a copy the corpus brings along
_OUTLETS = 60
_BLOCK = (10, 22)  # articles of one publisher on one day
_ITEMS = (5, 12)  # of a bulletin

ITEM_SHARES = {
    Level.VERBATIM: 3, Level.NONADJACENT: 2, Level.TRIMMED: 2, Level.NOISE: 2, Level.REWRITTEN: 3,
    Level.ABSTRACTIVE_TITLED: 2, Level.ABSTRACTIVE: 2,
}  # fmt: skip
COPY_SHARES = {  # of the originals
    Level.EXACT: 0.14, Level.EDITED: 0.10, Level.AGENCY: 0.012, Level.STUB: 0.09, Level.REVISION: 0.06,
    Level.REPOST: 0.04,
}  # fmt: skip
TWIN_SHARE = 0.5  # of the originals without an item; half of them have a fact to swap in their opening
_FLOOD = (25, 12, 140)  # articles for one notice of a template, fewest, most
_PAPERS = (5, 30)  # that print an agency's text
_MARKS = ("{initials}O", "Báo {place}", "{initials}-TV", "{host}")


def articles(path: Path) -> Iterator[Article]:
    """Yield the articles of a .jsonl or .jsonl.gz file; those that are too short are left out."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for line in lines:
            told = json.loads(line)
            article = Article(
                str(told["id"]),
                " ".join(told["title"].split()),
                " ".join(told["lead"].split()),
                tuple(_paragraphs(str(told["id"]), told["body"])),
            )
            if size(article.lead) >= _SHORTEST[0] and sum(map(size, article.paragraphs)) >= _SHORTEST[1]:
                yield article


def tellings(given: Iterable[Article], *, seed: int, count: int, split: str) -> list[Telling]:
    """Return the labelled set that `count` articles of a split make, in order of publication."""
    rng = Random(f"{seed}|{split}")
    chosen = chosen_articles(given, seed=seed, count=count, split=split)
    teller = Teller(rewriting.drawn(rng), _outlets(rng))
    communes = [_commune(rng, outlet) for outlet in teller.outlets]
    told: list[Telling] = []
    number = 0
    while chosen:
        number += 1
        block = [chosen.pop() for _ in range(min(len(chosen), rng.randint(*_BLOCK)))]
        told += _block(rng, block, f"b{number:04}", teller, communes)
    days = [_START + timedelta(days=day) for day in range(_DAYS)]
    most = max(_FLOOD[1], min(_FLOOD[2], count // _FLOOD[0]))
    told += notices.flood(rng, teller, days, most, test=split == "test")
    return sorted(told, key=lambda telling: (telling.at, telling.external_id))


def chosen_articles(given: Iterable[Article], *, seed: int, count: int, split: str) -> list[Article]:
    """Return up to `count` articles of a split in a drawn order, without those that repeat another one."""
    if split not in SPLITS:
        raise ValueError(f"split is one of {', '.join(SPLITS)}")
    mine = [article for article in given if split_of(article.article_id) == split]
    Random(f"{seed}|{split}|articles").shuffle(mine)
    seen: set[int] = set()
    titles: set[str] = set()
    chosen: list[Article] = []
    for article in mine:
        if len(chosen) == count:
            break
        shingles = _shingles(article)
        title = " ".join(words(article.title))
        if title in titles or len(shingles & seen) > _NATURAL_COPY * len(shingles):
            continue
        seen |= shingles
        titles.add(title)
        chosen.append(article)
    return chosen


def split_of(article_id: str) -> str:
    """Return the split that an article belongs to for good."""
    return SPLITS[xxh3_64_intdigest(f"dedup|{article_id}".encode()) % len(SPLITS)]


def records(told: Sequence[Telling]) -> list[Handed]:
    """Return the records of a set, bulletins with their items in them, in order of publication."""
    shells: dict[str, list[Telling]] = {}
    handed = []
    for telling in told:
        if telling.is_item:
            shells.setdefault(telling.bulletin, []).append(telling)
        else:
            handed.append(record(telling, kind="article" if telling.number else ""))
    handed += [bulletins.record(items) for items in shells.values()]
    return sorted(handed, key=lambda one: one.at)


def write(told: Sequence[Telling], folder: Path) -> None:
    """Write records.jsonl and truth.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "records.jsonl").open("wb") as file:
        file.writelines(one.line + b"\n" for one in records(told))
    with (folder / "truth.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(truth(telling), ensure_ascii=False) + "\n" for telling in told)


def _paragraphs(name: str, parts: Sequence[str]) -> Iterator[str]:
    """Put sentences together to paragraphs; the corpus has one a line. Bylines and captions stay alone."""
    rng = Random(name)
    line: list[str] = []
    wanted = rng.randint(1, _LONGEST_PARAGRAPH)
    for part in (sentence for text in parts for sentence in sentences(" ".join(text.split()))):
        if line and (len(line) >= wanted or not edits.ended(part) or not edits.ended(line[-1])):
            yield " ".join(line)
            line, wanted = [], rng.randint(1, _LONGEST_PARAGRAPH)
        line.append(part)
    if line:
        yield " ".join(line)


def _shingles(article: Article) -> set[int]:
    told = words(" ".join(article.paragraphs))
    hashed = (
        xxh3_64_intdigest(" ".join(told[at : at + _RUN]).encode())
        for at in range(max(0, len(told) - _RUN + 1))
    )
    return {one for one in hashed if one % _SAMPLE == 0}


def _outlets(rng: Random) -> list[Outlet]:
    """Draw publishers: papers, portals and broadcasters of the former units, one host each."""
    kinds = (
        ("bao", "Báo {place}", "bao{bare}.vn"),
        ("cong", "Cổng Thông tin điện tử {place}", "{bare}.gov.vn"),
        ("dai", "Đài Phát thanh và Truyền hình {place}", "truyenhinh{bare}.vn"),
    )
    made = []
    for unit in areas():
        bare = unit.slug.replace("-", "")
        initials = "".join(part[0] for part in unit.name.replace("-", " ").split()).upper()
        for kind, name, host in kinds:
            where = host.format(bare=bare)
            mark = rng.choice(_MARKS).format(initials=initials, place=unit.name, host=where)
            title = name.format(place=unit.name)
            made.append(Outlet(f"{kind}-{unit.slug}", title, mark, where, unit.slug, unit.name))
    return rng.sample(made, _OUTLETS)


def _commune(rng: Random, outlet: Outlet) -> Outlet:
    name = rng.choice(facts.COMMUNES)
    host = f"xa{rng.randint(100, 999)}.{outlet.area.replace('-', '')}.gov.vn"
    return Outlet(
        f"xa-{host.split('.', maxsplit=1)[0][2:]}-{outlet.area}",
        f"Trang tin xã {name}",
        f"Xã {name}",
        host,
        outlet.area,
        name,
    )


def _block(
    rng: Random, block: Sequence[Article], name: str, teller: Teller, communes: Sequence[Outlet]
) -> list[Telling]:
    """Return what comes of the articles that one publisher prints on one day."""
    outlet = rng.choice([one for one in teller.outlets if not one.source_id.startswith("xa-")])
    day = _START + timedelta(days=rng.randrange(_DAYS))
    excerpted = set(range(min(len(block), rng.randint(*_ITEMS))))
    told: list[Telling] = []
    items: list[Telling] = []
    for place, article in enumerate(block):
        at = day + timedelta(minutes=rng.randint(300, 1320))
        if place in excerpted:
            item, made = _excerpted(rng, article, outlet, at, teller)
            items.append(item)
            copies = _copies(rng, made, teller, communes)
        else:
            made = levels.original(rng, article, outlet, at)
            twins, swaps = _twins(rng, made, article, items, teller)
            told += twins
            copies = (copy for copy in _copies(rng, made, teller, communes) if _tells(copy, swaps))
        told += (made, *copies)
    out = day + timedelta(days=rng.choice((0, 0, 1)), minutes=1330)
    told += [
        replace(item, at=out, dated=True)
        for item in bulletins.grouped(rng, items[: _ITEMS[1]], f"{name}-{outlet.source_id}")
    ]
    return told


def _excerpted(
    rng: Random, article: Article, outlet: Outlet, at: datetime, teller: Teller
) -> tuple[Telling, Telling]:
    """Return an item and the article that it excerpts."""
    level = rng.choices(list(ITEM_SHARES), list(ITEM_SHARES.values()))[0]
    abstract = level in (Level.ABSTRACTIVE, Level.ABSTRACTIVE_TITLED)
    told = levels.original(rng, article, outlet, at, with_lead=not abstract)
    match level:
        case Level.VERBATIM:
            return levels.verbatim(rng, told), told
        case Level.NONADJACENT:
            return levels.nonadjacent(rng, told), told
        case Level.TRIMMED:
            return levels.trimmed(rng, told), told
        case Level.NOISE:
            return levels.noise(rng, told), told
        case Level.REWRITTEN:
            return levels.rewritten(rng, told, teller), told
        case _:
            return levels.abstractive(rng, told, article, titled=level is Level.ABSTRACTIVE_TITLED), told


def _twins(
    rng: Random, told: Telling, article: Article, items: list[Telling], teller: Teller
) -> tuple[list[Telling], Sequence[Swap]]:
    """Return a twin of some articles, and the facts that it swaps; some twins have an item of their own."""
    found = facts.swapped(rng, article, rng.choice((1, 1, 2))) if rng.random() < TWIN_SHARE else None
    if found is None:
        return [], ()
    other, swaps = found
    outlet = told.outlet if rng.random() < 0.5 else teller.another(rng, told.outlet)[0]
    kinds = "+".join(swap.kind for swap in swaps)
    made = levels.twin(rng, told, other, outlet, told.at + levels.gap(rng))
    if outlet == told.outlet and len(items) < _ITEMS[1] and rng.random() < 0.5:
        item = levels.verbatim(rng, made)
        if any(swap.new in item.text() for swap in swaps):
            items.append(item)
            made = replace(made, at=told.at + timedelta(minutes=rng.randint(1, 9)))
    return [replace(made, detail=f"{kinds} of {told.external_id}")], swaps


def _tells(copy: Telling, swaps: Sequence[Swap]) -> bool:
    """Tell whether a copy cannot be the twin's, because it tells one of the facts that differ."""
    return not swaps or any(swap.old in copy.text() for swap in swaps)


def _copies(rng: Random, told: Telling, teller: Teller, communes: Sequence[Outlet]) -> Iterator[Telling]:
    """Yield the copies of an article, each level by its own chance."""

    def happens(level: Level) -> bool:
        return rng.random() < COPY_SHARES[level]

    if happens(Level.EXACT):
        yield levels.exact(rng, told, teller, told.at + levels.gap(rng), same=rng.random() < 0.3)
    if happens(Level.EDITED):
        yield levels.edited(rng, told, teller, told.at + levels.gap(rng), same=rng.random() < 0.2)
    if happens(Level.AGENCY):
        papers = teller.another(rng, told.outlet, rng.randint(*_PAPERS) - 1)
        for place, paper in enumerate(papers):
            yield levels.agency(rng, told, paper, place, told.at + levels.gap(rng))
    if happens(Level.STUB):
        yield levels.stub(rng, told, teller, told.at + levels.gap(rng))
    if happens(Level.REVISION):
        yield levels.revision(rng, told, teller, told.at + levels.gap(rng))
    if happens(Level.REPOST):
        at = told.at + timedelta(days=rng.randint(25, 40))
        yield levels.repost(rng, told, rng.choice(communes), at)
