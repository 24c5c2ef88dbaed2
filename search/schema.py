"""The index as data: Meilisearch's settings, the names of its fields, and a version of both.

Another version than the index was built with makes `search.sync` build it anew.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from search.document import FORM

PRIMARY_KEY = "id"
PLAIN = ["title_plain", "body"]  # searched without accents
ACCENTED = ["title_vn", "body_vn"]  # searched with them, in Telex
PLACE_PLAIN, PLACE_ACCENTED = "place_plain", "place_vn"  # beside them, but for quotes and what is left out
FACETS = {  # parameter of a question → field whose values it offers
    "province": "provinces",
    "area": "areas",
    "topic": "topics",
    "source": "sources",
    "person": "people",
    "office": "offices",
    "bulletin": "bulletin",
}
PEOPLE_KEYS = "people_keys"
OFFICE_KEYS = "office_keys"
MONTH, DAY = "month", "day"  # local, of publication
DOC_KEYS = "doc_keys"
URLS = "urls"
PUBLISHED_AT = "published_at"
TIE = "tie"  # orders stories of one moment
MOST_HITS = 1000  # totals are exact up to here
MOST_VALUES = 1000  # of one facet: months of eighty years
MOST_WORDS = 10  # Meilisearch ignores the 11th term of a query; a phrase is one term

SHOWN = [
    "id",
    "revision",
    "title",
    "summary",
    "content",
    "url",
    "province",
    "area",
    "topics",
    "published",
    "published_basis",
    "published_at",
    "entries",
]
LATER = {"published_basis"}  # of these, what an index of an earlier form may lack

SETTINGS: dict[str, Any] = {
    "searchableAttributes": [
        *PLAIN[:1],
        *ACCENTED[:1],
        *PLAIN[1:],
        *ACCENTED[1:],
        PLACE_PLAIN,
        PLACE_ACCENTED,
    ],
    "displayedAttributes": SHOWN,
    "filterableAttributes": [
        {
            "attributePatterns": [
                PRIMARY_KEY,
                *FACETS.values(),
                PEOPLE_KEYS,
                OFFICE_KEYS,
                DOC_KEYS,
                URLS,
                MONTH,
                DAY,
            ],
            "features": {"facetSearch": False, "filter": {"equality": True, "comparison": False}},
        },
        {
            "attributePatterns": [PUBLISHED_AT, TIE],
            "features": {"facetSearch": False, "filter": {"equality": False, "comparison": True}},
        },
    ],
    "sortableAttributes": [PUBLISHED_AT, TIE],
    # A wish for the newest comes before everything; without one the rule does nothing, and among
    # equals the newer one leads. Titles come before distances: neighbours are asked for as phrases.
    "rankingRules": ["sort", "words", "typo", "attribute", "proximity", "exactness", "published_at:desc"],
    # Syllables are short: the beginning of one is another ("thu" matched "thur", "thuws").
    "prefixSearch": "disabled",
    "typoTolerance": {"disableOnNumbers": True, "disableOnAttributes": [*ACCENTED, PLACE_ACCENTED]},
    "stopWords": [],
    "synonyms": {},
    "facetSearch": False,
    "faceting": {"maxValuesPerFacet": MOST_VALUES, "sortFacetValuesBy": {"*": "count"}},
    "pagination": {"maxTotalHits": MOST_HITS},
    "searchCutoffMs": 1500,
}


def version() -> str:
    """Return a name for the settings and the form of the documents: 12 hexadecimal digits."""
    stated = json.dumps([FORM, SETTINGS], sort_keys=True).encode()
    return hashlib.sha256(stated).hexdigest()[:12]


def unlike(there: Mapping[str, Any]) -> list[str]:
    """Return the names of those of an index's settings that are not as ours."""
    return sorted(name for name, value in SETTINGS.items() if not _within(value, there.get(name)))


def _within(wanted: Any, there: Any) -> bool:
    """Say whether a setting is as wanted; Meilisearch adds its defaults to what is nested, and sorts it."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return all(_alike(value, there.get(name)) for name, value in wanted.items())
    return bool(wanted == there)


def _alike(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, list) and isinstance(there, list):
        return sorted(map(str, wanted)) == sorted(map(str, there))
    return bool(wanted == there)
