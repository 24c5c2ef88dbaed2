"""What a channel's readers should know of its name: one entry of ours, placed last. Pure.

Since 1 July 2025 the names of 23 of the 34 provinces mean more than before: Vĩnh Long is now Bến Tre, Trà
Vinh and Vĩnh Long. Who subscribes by a name is told once which of the two is meant, and where the other is.
A notice has the same id and bytes in every channel that carries it, and its date never moves.
"""

import html
from datetime import datetime

from feeds.channel import SITE_TITLE, Channel, channel
from feeds.item import LOCAL, Item, Site
from feeds.tellings import Author
from pipeline.places import Area, Province, area, areas, province

MERGED_ON = datetime(2025, 7, 1, tzinfo=LOCAL)  # QH 202/2025/QH15
_DAY = "1/7/2025"
_SPOKEN = {"Hồ Chí Minh": "TP. Hồ Chí Minh"}  # the bare name is a man's


def notices(of: Channel, site: Site) -> tuple[Item, ...]:
    """Return the notices of a channel: one if its name means another territory than before, else none."""
    if of.province and (today := province(of.province)):
        parts = _parts(today)
        return (_of_province(today, parts, site),) if len(parts) > 1 else ()
    if of.area and (home := area(of.area)) and (today := province(home.province)):
        others = [one for one in _parts(today) if one != home]
        return (_of_area(home, today, others, site),) if others else ()
    return ()


def notice(name: str, title: str, text: str, url: str, at: datetime, site: Site) -> Item:  # noqa: PLR0917
    """Return an entry that speaks for ourselves.

    Args:
        name: what its id ends with.
        title: plain text.
        text: HTML paragraphs.
        url: the page that it links.
        at: when it was written, aware.
        site: whose word it is.
    """
    return Item(
        id=site.tag(f"notice/{name}"),
        title=title,
        updated=at,
        published=at,
        url=url,
        page=url,
        via=(),
        summary=text,
        content="",
        authors=(Author(SITE_TITLE, f"{site.base_url}/"),),
        categories=(),
        origin=None,
    )


def link(key: str, text: str, site: Site) -> str:
    """Return an HTML link to a channel's page; the text alone if there is no such channel."""
    known = channel(key)
    said = html.escape(text, quote=False)
    return f'<a href="{html.escape(known.page(site.base_url))}">{said}</a>' if known else said


def page(key: str, site: Site) -> str:
    """Return the address of a channel's page; the list of all if there is no such channel."""
    known = channel(key)
    return known.page(site.base_url) if known else f"{site.base_url}/feeds"


def _of_province(today: Province, parts: list[Area], site: Site) -> Item:
    others = [_name(one) for one in parts if one.slug != today.slug]
    listed = ", ".join(link(f"area/{one.slug}", _called(one, today), site) for one in parts)
    text = (
        f"<p>Kênh này đưa tin của {_name(today)} theo địa giới hiện nay, gồm "
        f"{_and([_called(one, today) for one in parts])}.</p>"
        f"<p>Nếu chỉ muốn đọc tin của một địa bàn, mời bạn theo dõi kênh riêng: {listed}.</p>"
    )
    title = f"Từ ngày {_DAY}, {_name(today)} gồm cả {_and(others)}"
    key = f"province/{today.slug}"
    return notice(key, title, text, page(key, site), MERGED_ON, site)


def _of_area(home: Area, today: Province, others: list[Area], site: Site) -> Item:
    whole = link(f"province/{today.slug}", _name(today), site)
    if home.slug == today.slug:
        title = f"Kênh này theo địa bàn {_name(home)} trước ngày {_DAY}"
        change = f"Từ ngày {_DAY}, {_name(today)} gồm cả {_and([_name(one) for one in others])}."
    else:
        title = f"{_name(home)} nay thuộc {_name(today)}; kênh này vẫn theo địa bàn {_name(home)}"
        change = f"Từ ngày {_DAY}, {_name(home)} thuộc {_name(today)}."
    text = (
        f"<p>{change} Kênh này vẫn chỉ đưa tin của địa bàn {_called(home, today)}.</p>"
        f"<p>Muốn đọc tin của cả {_name(today)} hiện nay, mời bạn theo dõi kênh {whole}.</p>"
    )
    key = f"area/{home.slug}"
    return notice(key, title, text, page(key, site), MERGED_ON, site)


def _parts(today: Province) -> list[Area]:
    return [one for one in areas() if one.province == today.slug]


def _called(one: Area, today: Province) -> str:
    """Return an area's name that tells it from the province of today: "Vĩnh Long cũ", "Bến Tre"."""
    return f"{_name(one)} cũ" if one.name == today.name else _name(one)


def _name(unit: Area | Province) -> str:
    return _SPOKEN.get(unit.name, unit.name)


def _and(names: list[str]) -> str:
    return " và ".join(filter(None, (", ".join(names[:-1]), names[-1])))
