"""What a draft's text is labelled with: places, topics, documents, office holders. Pure; never raises.

One place for it: a draft is labelled when it is read, and again when tables have changed (`tintinh
relabel`). Titles, texts, dates and names are not touched here.
"""

from dataclasses import replace
from datetime import date

from pipeline import document_mentions, gazetteer, offices, places, topics
from pipeline.model import Basis, Draft, Places, Source, SourceId
from pipeline.places_in_prose import as_spoken, sightings

_NOBODY = Source(SourceId(""), "")  # a source without a home
_NOWHERE = Places()
_MERGED_ON = date(2025, 7, 1)  # since then "tỉnh" means one of today's provinces
_TOLD_LATER = (Basis.INFERRED, Basis.RECEIVED)  # days on which a text need not have been published


def labelled(draft: Draft, source: Source = _NOBODY, chrome: str = "", around: Places = _NOWHERE) -> Draft:
    """Return a draft of a source with the labels of its text.

    Args:
        draft: what was read.
        source: who says it; its home is where "UBND tỉnh" is, if nothing else says where.
        chrome: what stood around the text.
        around: the places of what the text is a part of, where it tells none itself.
    """
    text = draft.text()
    credited = f"{text}\n\n(Theo {draft.credit})" if draft.credit else text
    told = places.read(credited, on=draft.published.day(), chrome=chrome)
    home = _home(told if told.provinces or told.national else around, source, draft.published.day())
    on = None if draft.published.basis in _TOLD_LATER else draft.published.day()
    return replace(
        draft,
        documents=document_mentions.find(text, on, home),
        people=offices.find(text, home),
        places=told,
        topics=topics.label(draft.title, f"{draft.summary}\n\n{draft.body}"),
    )


def _home(told: Places, source: Source, published: date | None) -> str:
    """Return the unit that "UBND tỉnh" means in a text, as of its day ("tỉnh Quảng Nam"), "" if unsure.

    It is the one place told about; where none is, that of the source.
    """
    day = published or _MERGED_ON
    here = not told.areas and not told.provinces and not told.national
    slugs = (source.area,) if here else told.areas
    area = gazetteer.area(slugs[0]) if len(slugs) == 1 and slugs[0] else None
    if area is not None and day < _MERGED_ON:
        return area.name_on(day)
    today = (source.province,) if here else told.provinces
    slug = area.province if area else today[0] if len(today) == 1 else None
    province = gazetteer.province(slug) if slug else None
    return province.name_on(day) if province else ""


def relabelled(draft: Draft, source: Source = _NOBODY) -> Draft:
    """Return a stored draft of a source with the labels that its text gets today.

    What stood around a text is not stored with it: a place that the text does not name came from there,
    or from a bulletin's shell, and is kept where the text itself tells none.
    """
    kept = _kept(draft)
    fresh = labelled(draft, source, around=kept)
    return fresh if fresh.places.provinces or fresh.places.national else replace(fresh, places=kept)


def _kept(draft: Draft) -> Places:
    """Return the stored places that the text does not name, in today's provinces."""
    named = {unit.province for one in sightings(as_spoken(draft.text())) if (unit := places.area(one.area))}
    today = {slug: places.today(slug) for slug in draft.places.provinces}
    provinces = tuple(dict.fromkeys(slug for slug in today.values() if slug and slug not in named))
    areas = tuple(
        slug for slug in draft.places.areas if (unit := places.area(slug)) and unit.province in provinces
    )
    return Places(areas=areas, provinces=provinces)
