"""A story as a Meilisearch document. Pure; never raises.

What is shown (`title summary content url entries …`) comes from the story's face, which holds only
what the sources' rights allow (law 10). What is matched (`title_plain title_vn body body_vn`) is
made of the full texts and never leaves Meilisearch: `search.schema` does not list it as displayed.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipeline import gazetteer
from pipeline.model import Face, Labels, Story, Telling
from pipeline.text import paragraphs
from pipeline.urls import canonical
from search.forms import missing
from search.tokens import bare, number_key, telex, tokens

FORM = 3  # raise it when this file or search/tokens.py makes other documents: they are then all remade

_MOST_WORDS = 20_000  # of a body; Meilisearch drops what is behind position 65,535
_MOST_TITLE_WORDS = 100
_MOST_CONTENT = 20_000  # characters kept for snippets
_MOST_LISTED = 50  # tellings, labels, document numbers
_MOST_PLACES = 3  # named beside the text; a story of many places is about none of them
_LONGEST_URL = 400  # bytes; Meilisearch compares 468 of a value


def document(story: Story, texts: Sequence[str]) -> dict[str, Any]:
    """Return the document of a live story; `texts` are the full texts of its tellings."""
    face = story.face
    title = list(_titles(face))
    body = _body(face, texts)
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
        "doc_keys": _once(number_key(number) for number in face.doc_numbers),
        "published": face.published,
        "published_at": int(face.published_at.timestamp()),
        "entries": [_entry(told) for told in face.tellings[:_MOST_LISTED]],
        "title_plain": " ".join(map(bare, title)),
        "title_vn": " ".join(map(telex, title)),
        "body": " ".join(map(bare, body)),
        "body_vn": " ".join(map(telex, body)),
    }


def _titles(face: Face) -> Iterator[str]:
    """Yield the words of the face's title, then those of its tellings' other titles."""
    titles = dict.fromkeys([face.title, *(told.title for told in face.tellings)])
    words = (word for title in titles for word in tokens(title))
    return (word for word, _ in zip(words, range(_MOST_TITLE_WORDS), strict=False))


def _body(face: Face, texts: Sequence[str]) -> list[str]:
    """Return the words of every different paragraph: papers repeat each other's."""
    told = (face.title, face.summary, *texts, *face.doc_numbers)
    lines = dict.fromkeys(line for text in told for line in paragraphs(text))
    words: list[str] = []
    for line in lines:
        words += tokens(line)
        if len(words) >= _MOST_WORDS:
            break
    del words[_MOST_WORDS:]
    named = f" {' '.join(words)} "
    for name in _places(face.labels):
        spelled = tokens(name)
        words += spelled if f" {' '.join(spelled)} " not in named else []
    return words + missing(words)


def _places(labels: Labels) -> Iterator[str]:
    """Yield the names, of today and of before, of where a story plays that its text may not name."""
    for slug in labels.provinces[:_MOST_PLACES]:
        if known := gazetteer.province(slug):
            yield known.name
    for slug in labels.areas[:_MOST_PLACES]:
        if former := gazetteer.area(slug):
            yield former.name


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
        "bulletin": bulletin if told.bulletin_id else None,
    }


def _fits(url: str) -> bool:
    return 0 < len(url.encode()) <= _LONGEST_URL


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))[:_MOST_LISTED]
