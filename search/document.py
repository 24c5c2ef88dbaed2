"""A story as a Meilisearch document. Pure; never raises.

What is shown (`title summary content url entries …`) comes from the story's face, which holds only
what the sources' rights allow (law 10). What is matched (`title_plain title_vn body body_vn`) is
made of the full texts and never leaves Meilisearch: `search.schema` does not list it as displayed.
Names of where a story plays stand apart (`place_plain place_vn`): its text need not have them, so that
quotes and a minus pass them over.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline import documents, gazetteer
from pipeline.model import LOCAL_ZONE, EntryKind, Face, Labels, Story, Telling
from pipeline.text import one_tone, paragraphs
from pipeline.urls import canonical
from search.cursor import tie
from search.forms import missing
from search.holders import called, office_keys, person_keys
from search.tokens import bare, number_key, telex, tokens

# Raise it when this file, search/tokens.py, search/spellings.py or `stories.texts` makes other documents: all
# are then remade.
FORM = 13

_MOST_WORDS = 20_000  # of a body; Meilisearch drops what is behind position 65,535
_MOST_TITLE_WORDS = 100
_MOST_CONTENT = 20_000  # characters kept for snippets
_MOST_LISTED = 50  # tellings, labels, document numbers
_MOST_HELD = 600  # keys of offices: some twenty for each holder
_MOST_PLACES = 3  # named beside the text; a story of many places is about none of them
_LONGEST_URL = 400  # bytes; Meilisearch compares 468 of a value


def document(story: Story, texts: Sequence[str]) -> dict[str, Any]:
    """Return the document of a live story; `texts` are the full texts of its tellings."""
    face = story.face
    title = list(_titles(face))
    body = _body(face, texts)
    named = _named(face.labels, body)
    day = face.published_at.astimezone(LOCAL_ZONE).date().isoformat()
    return {
        "id": story.story_id,
        "revision": story.revision,
        "title": face.title,
        "summary": face.summary,
        "content": face.content[:_MOST_CONTENT],
        "url": face.url,
        "province": face.labels.province,
        "area": face.labels.area,
        "provinces": face.labels.provinces[:_MOST_LISTED],
        "areas": face.labels.areas[:_MOST_LISTED],
        "topics": face.labels.topics[:_MOST_LISTED],
        "sources": _once(told.source_id for told in face.tellings),
        "kinds": _once(told.kind for told in face.tellings),
        "urls": _once(filter(_fits, (canonical(url) for url in (face.url, *(t.url for t in face.tellings))))),
        "doc_numbers": face.doc_numbers[:_MOST_LISTED],
        "doc_keys": _once(_document_keys(face.doc_numbers), 2 * _MOST_LISTED),
        "people": _once(one_tone(one.name) for one in face.people),
        "people_keys": _once((key for one in face.people for key in person_keys(one.name)), 2 * _MOST_LISTED),
        "offices": _once(called(one) for one in face.people),
        "office_keys": _once(office_keys(face.people), _MOST_HELD),
        "bulletin": "yes" if _in_bulletin(face) else "no",
        "published": face.published,
        "published_basis": face.published_basis,
        "published_at": int(face.published_at.timestamp()),
        "tie": tie(story.story_id),
        "month": day[:7],
        "day": day,
        "entries": [_entry(told) for told in face.tellings[:_MOST_LISTED]],
        "title_plain": " ".join(map(bare, title)),
        "title_vn": " ".join(map(telex, title)),
        "body": " ".join(map(bare, body)),
        "body_vn": " ".join(map(telex, body)),
        "place_plain": " ".join(map(bare, named)),
        "place_vn": " ".join(map(telex, named)),
    }


def _titles(face: Face) -> Iterator[str]:
    """Yield the words of the face's title, then those of its tellings' other titles."""
    titles = dict.fromkeys([face.title, *(told.title for told in face.tellings)])
    words = (word for title in titles for word in tokens(title))
    return (word for word, _ in zip(words, range(_MOST_TITLE_WORDS), strict=False))


def _body(face: Face, texts: Sequence[str]) -> list[str]:
    """Return the words of every paragraph that no text before had: papers repeat each other's."""
    words: list[str] = []
    known: set[str] = set()
    for text in (face.title, face.summary, *texts, *face.doc_numbers):
        lines = [line for line in paragraphs(text) if line not in known]
        known.update(lines)
        for line in lines:
            words += tokens(line)
            if len(words) >= _MOST_WORDS:
                break
    del words[_MOST_WORDS:]
    return words + missing(words)


def _named(labels: Labels, body: Sequence[str]) -> list[str]:
    """Return the words of the names, in all forms, of where a story plays that its body does not name."""
    told = f" {' '.join(body)} "
    spelled = [tokens(name) for name in _places(labels)]
    words = [word for one in spelled if f" {' '.join(one)} " not in told for word in one]
    return words + missing(words)


def _places(labels: Labels) -> Iterator[str]:
    """Yield the names, of today and of before, of where a story plays that its text may not name.

    All that a unit ever had: Huế was the province of Thừa Thiên Huế.
    """
    known = (
        *map(gazetteer.province, labels.provinces[:_MOST_PLACES]),
        *map(gazetteer.area, labels.areas[:_MOST_PLACES]),
    )
    yield from dict.fromkeys(named.name for unit in known if unit for named in unit.names)


def _entry(told: Telling) -> dict[str, Any]:
    """Return one telling as hits show it."""
    bulletin = {"external_id": told.bulletin_id, "number": told.bulletin_number}
    return {
        "entry_id": told.entry_id,
        "source": told.source_id,
        "source_name": told.source_name,
        "kind": told.kind,
        "title": told.title,
        "url": told.url,
        "published": told.published,
        "published_basis": told.published_basis,
        "bulletin": bulletin if told.bulletin_id else None,
    }


def _document_keys(numbers: Sequence[str]) -> Iterator[str]:
    """Yield the key of each number, and that of its count and year: "73-2023" of 73/2023/NĐ-CP."""
    for number in numbers[:_MOST_LISTED]:
        yield number_key(number)
        count, year, _ = documents.parts(number)
        if len(year) == len("2023"):
            yield number_key(f"{count}/{year}")


def _in_bulletin(face: Face) -> bool:
    return any(told.kind is EntryKind.BULLETIN_ITEM for told in face.tellings)


def _fits(url: str) -> bool:
    return 0 < len(url.encode()) <= _LONGEST_URL


def _once(values: Iterable[str], most: int = _MOST_LISTED) -> list[str]:
    return list(dict.fromkeys(values))[:most]
