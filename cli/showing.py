"""How a dry run reads on a terminal: who would speak, each feed with its counts, some items, the sum."""

from collections import Counter
from collections.abc import Iterable, Sequence

from cli.console import out, out_row, say
from cli.surveying import Item, Survey, Tasted, would_come
from pipeline import places
from pipeline.backfill import Old
from pipeline.model import Rights, Source, Verdict

_RIGHTS = {
    Rights.TITLE: "title and link",
    Rights.SUMMARY: "title, the source's own short summary, link",
    Rights.FULL: "the full text: only with the publisher's consent",
}
_OLD = {
    Old.AGE: "by their age",
    Old.FIRST_POLL: "at the first poll",
    Old.SAID: "said so",
    Old.BULK: "in a bulk",
}
_SHOWN = 3  # provinces, topics


def show(seen: Survey, *, shown: int, signals: Sequence[str] = (), registering: bool = False) -> None:
    """Print a survey.

    Args:
        seen: what was found.
        shown: items to print of each feed that would be registered.
        signals: what the site says of programs that read it, a line each.
        registering: it is registered at once.
    """
    source = seen.source
    out_row("source", source.source_id, source.name, home(source), f"known by {seen.by}")
    out_row("hosts", " ".join(source.hosts))
    out_row("rights", source.rights, _RIGHTS[source.rights])
    for line in signals:
        out_row("site", line)
    out("")
    out("no\titems\there\tnews\told\tjoins\tdouble\tnewest\tprovinces\ttopics\tfeed")
    for feed in seen.feeds:
        _feed(feed)
    for miss in seen.misses:
        out_row(*("-",) * 10, f"{miss.link.url}: {miss.error}")
    for feed in seen.feeds:
        if feed.chosen and shown:
            out("")
            out_row(f"feed {feed.number}", feed.url)
            for item in feed.items[:shown]:
                _item(item)
    out("")
    _sum(seen, registering=registering)


def home(source: Source) -> str:
    """Return a source's home as people say it, "?" if it is not known."""
    area = places.area(source.area) if source.area else None
    province = places.province(source.province) if source.province else None
    if province is None:
        return "?"
    return (
        province.name
        if area is None or area.name == province.name
        else f"{area.name}, nay thuộc {province.name}"
    )


def counted(feeds: Iterable[Tasted]) -> str:
    """Return one sentence on what would come in."""
    counts = would_come(feeds)
    here = f"{counts['here']:,} are here already, " if counts["here"] else ""
    told = (
        f"{counts['items']:,} items: {here}{counts['news']:,} news, "
        f"{counts['old']:,} old (searchable, never pushed"
    )
    reasons = [
        f"{counts[f'old_{why.value}']:,} {how}" for why, how in _OLD.items() if counts[f"old_{why.value}"]
    ]
    told += f": {', '.join(reasons)})" if reasons else ")"
    told += f"; {counts['joins']:,} would join stories that we have"
    return told + (f"; {counts['double']:,} are in two feeds" if counts["double"] else "")


def _feed(feed: Tasted) -> None:
    mark = f"{'*' if feed.chosen else ' '}{feed.number}"
    name = f"{feed.title} {feed.url}".strip()
    if not feed.items:
        out_row(mark, 0, *("-",) * 8, f"{name}: {feed.error}")
        return
    newest = max(feed.items, key=lambda one: one.published.at).published
    own = [one for one in feed.items if not one.twin]
    out_row(
        mark,
        len(feed.items),
        sum(one.here for one in feed.items),
        sum(one.old is None and not one.here for one in feed.items),
        sum(one.old is not None and not one.here for one in feed.items),
        sum(one.verdict == Verdict.JOINS and not one.here for one in own),
        len(feed.items) - len(own),
        f"{newest.text()} ({newest.basis})",
        _most(slug for one in feed.items for slug in one.provinces[:1]),
        _most(slug for one in feed.items for slug in one.topics[:1]),
        name + (f" ({feed.error})" if feed.error else ""),
    )


def _item(item: Item) -> None:
    state = "here already" if item.here else f"old: {_OLD[item.old]}" if item.old else "news"
    joins = f"joins {item.story_id}: {item.because}" if item.story_id and not item.here else item.verdict
    double = f"also in feed {item.twin}" if item.twin else joins
    places_told = " ".join(item.provinces[:_SHOWN])
    out_row("", f"{item.published.text()} ({item.published.basis})", places_told, state, double, item.title)


def _most(slugs: Iterable[str]) -> str:
    """Return the commonest slugs with their counts."""
    counts = Counter(slugs)
    return " ".join(f"{slug} {count}" for slug, count in counts.most_common(_SHOWN)) or "-"


def _sum(seen: Survey, *, registering: bool) -> None:
    chosen = [one for one in seen.feeds if one.chosen]
    marks = ", ".join(str(one.number) for one in chosen) or "none"
    say("Numbers are as the site names the feeds; * brings items that no larger feed with a * brings.")
    say(f"Of the feeds marked * ({marks}) would come in: {counted(chosen)}.")
    if not registering:
        say("Nothing is registered by this.")
    if not seen.source.province:
        say("Its province is not known: give --province.")
