"""What a draft's text is labelled with by tables and rules: places, topics, documents. Pure; never raises.

One place for it: a draft is labelled when it is read, and again when tables have changed (`tintinh
relabel`). Titles, texts, dates and names are not touched here.
"""

from dataclasses import replace

from pipeline import documents, places, topics
from pipeline.model import Draft, Places
from pipeline.places_in_prose import as_spoken, sightings


def labelled(draft: Draft, chrome: str = "") -> Draft:
    """Return a draft with the labels of its text; `chrome` is what stood around it."""
    text = draft.text()
    credited = f"{text}\n\n(Theo {draft.credit})" if draft.credit else text
    return replace(
        draft,
        doc_numbers=documents.find(text),
        places=places.read(credited, on=draft.published.day(), chrome=chrome),
        topics=topics.label(draft.title, f"{draft.summary}\n\n{draft.body}"),
    )


def relabelled(draft: Draft) -> Draft:
    """Return a stored draft with the labels that its text gets today.

    What stood around a text is not stored with it: a place that the text does not name came from there,
    or from a bulletin's shell, and is kept where the text itself tells none.
    """
    fresh = labelled(draft)
    if fresh.places.provinces or fresh.places.national:
        return fresh
    return replace(fresh, places=_kept(draft))


def _kept(draft: Draft) -> Places:
    """Return the stored places that the text does not name, in today's provinces."""
    named = {unit.province for one in sightings(as_spoken(draft.text())) if (unit := places.area(one.area))}
    today = {slug: places.today(slug) for slug in draft.places.provinces}
    provinces = tuple(dict.fromkeys(slug for slug in today.values() if slug and slug not in named))
    areas = tuple(
        slug for slug in draft.places.areas if (unit := places.area(slug)) and unit.province in provinces
    )
    return Places(areas=areas, provinces=provinces)
