"""The sample set against itself, read here without our pipeline: what truth.json says must be in the data."""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from pipeline import places, topics
from pipeline.model import NATIONAL

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
SEEDS = Path(os.environ.get("TINTINH_EXTRA_SAMPLES", ROOT.parent / "shared" / "seeds"))
PUBLIC_NAMES = {"www.w3.org", "purl.org", "schema.org"}  # XML namespaces and JSON-LD contexts
LEAST_COPIED, MOST_ALIKE = 0.9, 0.6  # share of word 3-grams: one story from here, two stories below

_ITEM = re.compile(r"^\**(\d+)\. ", re.MULTILINE)
_ENDING = re.compile(r"^(?:\*\*)?BẢN TIN |^---$", re.MULTILINE)
_POINTER = re.compile(r"Mời xem chi tiết \[tại đây\]\([^)]*\)\.")


def _json(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


@cache
def _truth() -> dict[str, Any]:
    loaded: dict[str, Any] = _json("truth.json")
    return loaded


@cache
def _sources() -> dict[str, dict[str, Any]]:
    loaded = tomllib.loads((SAMPLES / "sources.toml").read_text(encoding="utf-8"))
    return {source["id"]: source for source in loaded["source"]}


@cache
def _records() -> list[dict[str, Any]]:
    lines = (SAMPLES / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def _pushes() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((SAMPLES / "pushes").iterdir())]


def _files(folder: str) -> list[Path]:
    return sorted(path for path in (SAMPLES / folder).rglob("*") if path.is_file())


def _visible(markup: str) -> str:
    """Return the text of a page or fragment, one line a block, scripts and styles left out."""
    tree = html.fromstring(f"<div>{markup}</div>".encode(), parser=html.HTMLParser(encoding="utf-8"))
    etree.strip_elements(tree, "script", "style", "head", with_tail=False)
    return "\n".join(str(text).strip() for text in tree.itertext())


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Yield (number, text) of a bulletin's items, its heading, signatures and "tại đây" left out."""
    starts = list(_ITEM.finditer(text))
    closing = _ENDING.search(text, starts[-1].end())
    assert closing is not None
    ends = [start.start() for start in starts[1:]] + [closing.start()]
    for start, end in zip(starts, ends, strict=True):
        yield start[1], _POINTER.sub("", text[start.end() : end])


def _feed(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (guid, text) of a feed's entries."""
    for told in etree.parse(str(path)).iterfind(".//{*}item"):
        fields = [told.findtext(name) or "" for name in ("title", "description", "{*}encoded")]
        yield told.findtext("guid") or "", _visible("\n".join(fields))
    for told in etree.parse(str(path)).iterfind(".//{*}entry"):
        fields = [told.findtext(f"{{*}}{name}") or "" for name in ("title", "summary", "content")]
        yield told.findtext("{*}id") or "", _visible("\n".join(fields))


def _all_texts() -> Iterator[tuple[str, str]]:
    for path in _files("bulletins"):
        for number, text in _split(path.read_text(encoding="utf-8")):
            yield f"{path.name}#{number}", text
    for path in _files("articles"):
        text = path.read_text(encoding="utf-8")
        yield path.name, _visible(text) if path.suffix == ".html" else text
    for path in _files("feeds"):
        yield from _feed(path)
    for record in _records():
        if record.get("kind") == "bulletin":
            yield from ((f"{record['id']}#{number}", text) for number, text in _split(record["body"]))
        else:
            markup = record.get("body_html") or ""
            parts = [
                record["title"],
                record.get("summary", ""),
                record.get("body", ""),
                _visible(markup) if markup else "",
            ]
            yield record["id"], "\n".join(parts)


@cache
def _texts() -> dict[str, str]:
    """Return the text of each external id; of a pushed article the last version that has one."""
    read: dict[str, str] = {}
    for external_id, text in _all_texts():
        assert external_id not in read
        read[external_id] = text
    for push in _pushes():
        article = push["body"]["article"]
        content = article.get("content_text") or article.get("content_html")
        if content:
            read[article["id"]] = _visible("\n".join((article["title"], article["summary"], content)))
    return read


@cache
def _grams(external_id: str) -> frozenset[tuple[str, ...]]:
    """Return the word 3-grams of an entry's text, lines of furniture left out."""
    furniture = _truth()["forbidden_text"]
    lines = [
        line for line in _texts()[external_id].splitlines() if not any(part in line for part in furniture)
    ]
    words = re.findall(r"\w+", "\n".join(lines).casefold())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _alike(one: str, other: str) -> float:
    """Return the share of the smaller entry's 3-grams that the larger one has."""
    a, b = _grams(one), _grams(other)
    return len(a & b) / min(len(a), len(b))


def _sentences(text: str) -> set[tuple[str, ...]]:
    """Return the sentences of eight words and more, as folded words."""
    parts = (re.findall(r"\w+", part.casefold()) for part in re.split(r"[.!?;:\n]", text))
    return {tuple(words) for words in parts if len(words) >= 8}


def _together() -> set[frozenset[str]]:
    return {frozenset(pair) for story in _truth()["stories"] for pair in combinations(story, 2)}


def test_truth_lists_every_entry_and_nothing_else() -> None:
    """The external ids of the data and those of truth.json are the same."""
    assert sorted(_texts()) == sorted(_truth()["entries"])


def test_lists_of_truth_name_only_entries() -> None:
    """Stories, pairs and withdrawals name known ids; an id is in one story at most."""
    truth = _truth()
    told = [external_id for story in truth["stories"] for external_id in story]
    named = [*told, *truth["withdrawn"]]
    named += [external_id for pair in truth["same_entry"] for external_id in pair]
    named += [external_id for a, b, _ in truth["apart"] for external_id in (a, b)]

    assert set() == set(named) - set(truth["entries"])
    assert len(told) == len(set(told))
    assert all(frozenset(pair) in _together() for pair in truth["same_entry"])
    assert all(frozenset((a, b)) not in _together() for a, b, _ in truth["apart"])


def test_set_is_large_and_wide_enough() -> None:
    """At least 40 entries over 6 provinces and 6 topics, bulletins from 3 publishers, 2 RSS, 1 Atom."""
    entries = list(_truth()["entries"].values())

    assert len(entries) >= 40
    assert len({entry["province"] for entry in entries} - {"toan-quoc"}) >= 6
    assert len({entry["topics"][0] for entry in entries}) >= 6
    assert len({path.parent.name for path in _files("bulletins")}) >= 3
    assert len([path for path in _files("feeds") if path.suffix == ".rss"]) >= 2
    assert len([path for path in _files("feeds") if path.suffix == ".atom"]) >= 1
    assert len(_records()) >= 6


def test_everything_is_of_one_week_but_the_yearly_look_alikes() -> None:
    """All dates lie between 14 and 21 November 2026, those of the campaigns of 2024 to 2026 do not."""
    dated = {external_id: entry["published"] for external_id, entry in _truth()["entries"].items()}
    old = {external_id for external_id, day in dated.items() if not "2026-11-14" <= day < "2026-11-22"}

    assert {"thi-dua-2024.txt", "thi-dua-2025.html", "thi-dua-2026.txt"} == old


def test_labels_are_words_of_the_project() -> None:
    """Provinces, areas and topics are slugs that the project knows."""
    known_provinces = {province.slug for province in places.provinces()} | {NATIONAL}
    known_areas = {area.slug for area in places.areas()} | {None}
    known_topics = {topic.slug for topic in topics.topics()}
    entries = _truth()["entries"].values()

    assert set() == {entry["province"] for entry in entries} - known_provinces
    assert set() == {entry["area"] for entry in entries} - known_areas
    assert set() == {topic for entry in entries for topic in entry["topics"]} - known_topics
    assert all(entry["topics"] for entry in entries)


def test_intakes_lead_to_what_is_here() -> None:
    """Each file is behind exactly one intake of its kind, each intake has something behind it."""
    intakes = [
        (source["id"], intake["kind"], SAMPLES / intake["path"])
        for source in _sources().values()
        for intake in source.get("intake", [])
    ]
    folders = sorted(path for _, kind, path in intakes if kind == "folder")

    assert _files("feeds") == sorted(path for _, kind, path in intakes if kind == "feed")
    assert folders == sorted({path.parent for path in _files("bulletins") + _files("articles")})
    assert {push["source"] for push in _pushes()} == {
        source for source, kind, _ in intakes if kind == "webhook"
    }


def test_every_address_is_invented() -> None:
    """All hosts end in .example but those of namespaces."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in _files("."))
    hosts = set(re.findall(r"https?://([\w.-]+)", text))

    assert set() == {host for host in hosts - PUBLIC_NAMES if not host.endswith(".example")}


def test_feeds_are_well_formed() -> None:
    """A strict XML parser reads every feed and finds an id in each entry."""
    for path in _files("feeds"):
        assert all(guid for guid, _ in _feed(path))


def test_pushes_follow_their_articles_life() -> None:
    """File names give the order: published first; one is updated, one corrected, one withdrawn."""
    events: dict[str, list[str]] = {}
    for push in _pushes():
        body = push["body"]
        events.setdefault(body["article"]["id"], []).append(body["event"].removeprefix("article."))
    calls = [push["webhook_id"] for push in _pushes()]

    assert len(calls) == len(set(calls))
    assert {"published"} == {first for first, *_ in events.values()}
    assert [["published"], ["published"]] == [life for life in events.values() if len(life) == 1]
    assert {"updated", "corrected", "withdrawn"} == {last for *_, last in events.values()} - {"published"}


@pytest.mark.parametrize("path", _files("bulletins"), ids=lambda path: path.parent.name)
def test_bulletin_has_its_form(path: Path) -> None:
    """A heading in capitals over three lines with the date in words, 3 to 5 items, signatures, masthead."""
    text = path.read_text(encoding="utf-8")
    heading = text.strip().split("\n\n")[0].strip("*").splitlines()
    ending = text[text.rindex("BẢN TIN") :]

    assert len(heading) == 3
    assert all(line == line.upper() for line in heading)
    assert re.fullmatch(r"NGÀY \d\d THÁNG \d\d NĂM 20\d\d", heading[2])
    assert 3 <= len(list(_split(text))) <= 5
    assert len(list(_split(text))) == len(_POINTER.findall(text))
    assert all(sign in ending.casefold() for sign in ("chịu trách nhiệm", "biên tập", "website", ".555."))


def test_excerpt_is_in_its_article() -> None:
    """At least 90 % of each item's and copy's 3-grams stand in the article that leads its story."""
    shares = {(lead, copy): _alike(lead, copy) for lead, *copies in _truth()["stories"] for copy in copies}

    assert len([copy for _, copy in shares if "#" in copy]) >= 6
    assert {} == {pair: share for pair, share in shares.items() if share < LEAST_COPIED}


def test_other_stories_are_less_alike() -> None:
    """No two entries of different stories share 60 % of the smaller one's 3-grams."""
    strangers = (frozenset(pair) for pair in combinations(_texts(), 2))
    shares = {tuple(sorted(pair)): _alike(*pair) for pair in strangers if pair not in _together()}

    assert {} == {pair: share for pair, share in shares.items() if share >= MOST_ALIKE}


def test_look_alikes_look_alike() -> None:
    """The template pairs that must stay apart share enough words to tempt: a third and more."""
    tempting = [(a, b) for a, b, why in _truth()["apart"] if why.startswith("cùng mẫu")]

    assert len(tempting) >= 5
    assert {} == {pair: _alike(*pair) for pair in tempting if _alike(*pair) < 1 / 3}


def test_titles_and_documents_are_in_their_texts() -> None:
    """Each title and document number of truth.json stands in the text of its entry."""
    for external_id, entry in _truth()["entries"].items():
        text = " ".join(_texts()[external_id].split())
        assert entry.get("title", "") in text
        assert all(number in text for number in entry["doc_numbers"])


def test_forbidden_phrases_are_furniture_of_the_files() -> None:
    """Each phrase that may be in no entry is somewhere in the raw data."""
    raw = "\n".join(path.read_text(encoding="utf-8") for path in _files(".") if path.name != "truth.json")

    assert [] == [phrase for phrase in _truth()["forbidden_text"] if phrase not in raw]


def test_no_sentence_is_borrowed_from_the_seeds() -> None:
    """The set is in our own words: it shares no sentence of eight words with the real documents."""
    if not SEEDS.is_dir():
        pytest.skip(f"no real documents in {SEEDS}")
    theirs: set[tuple[str, ...]] = set()
    for path in SEEDS.glob("*.txt"):
        theirs |= _sentences(path.read_text(encoding="utf-8"))
    ours = _sentences("\n".join(_texts().values()))

    assert set() == ours & theirs
