"""The commands that look at stories and speak of them: `search`, `story`, `trace`."""

import getpass
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import out, out_json

if TYPE_CHECKING:
    from pipeline.model import EntryId, Story
    from pipeline.store import Connection

story = typer.Typer(help="Look at a story, and say an editor's word about it.", no_args_is_help=True)

StoryArgument = Annotated[str, typer.Argument(metavar="STORY", help="A story id.")]
ThingArgument = Annotated[str, typer.Argument(metavar="ID", help="A story id or an entry id.")]


def search(  # noqa: PLR0917 - typer reads options from parameters
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="Words, with or without diacritics; none: the newest.")
    ] = "",
    province: Annotated[str, typer.Option(help="Slugs of provinces of today, parted by commas.")] = "",
    area: Annotated[str, typer.Option(help="Slugs of units of before July 2025.")] = "",
    topic: Annotated[str, typer.Option(help="Slugs of topics.")] = "",
    source: Annotated[str, typer.Option(help="Ids of sources.")] = "",
    doc: Annotated[str, typer.Option(help="Number of a document.")] = "",
    person: Annotated[str, typer.Option(help="Name of a holder of public office.")] = "",
    office: Annotated[str, typer.Option(help="An office, with or without its unit.")] = "",
    bulletin: Annotated[str, typer.Option(help="yes: told in a bulletin; no: not.")] = "",
    since: Annotated[str, typer.Option("--from", metavar="DAY", help="2026-11-22, included.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DAY", help="2026-11-22, included.")] = "",
    sort: Annotated[str, typer.Option(help="relevance, newest or oldest.")] = "relevance",
    page: Annotated[int, typer.Option(min=1, help="Page of the results.")] = 1,
    per_page: Annotated[int, typer.Option(min=1, help="Hits on a page, at most 50.")] = 20,
    before: Annotated[str, typer.Option(help="The `cursor` of the answer before, in place of a page.")] = "",
) -> None:
    """Search the stories; one JSON object, the same as GET /api/search answers.

    \b
    Example:
      ./tintinh search "90/KH-UBND" --province an-giang
      ./tintinh search "mưa lũ" --from 2026-11-01 --to 2026-11-07 --sort newest
    """
    from contextlib import ExitStack

    from cli.desk import desk, now
    from cli.local import engines
    from pipeline.errors import EngineUnavailable
    from search.index import open_index
    from search.query import read
    from search.sync import sync
    from web.finding import Shelf
    from web.problems import Problem
    from web.search_api import told

    labels = {"q": query, "province": province, "area": area, "topic": topic, "source": source, "doc": doc}
    others = {"person": person, "office": office, "bulletin": bulletin, "from": since, "to": until}
    paging = {"sort": sort, "page": str(page), "per_page": str(per_page), "before": before}
    with desk() as opened, ExitStack() as stack:
        # Only now: topics are settings, and `desk` adds to those what a living `up` says.
        question = read(labels | others | paging)
        index = open_index(opened.settings, hurried=True)
        if index is None and opened.run is None:
            index = stack.enter_context(engines(opened, "a search"))
            while index is not None and sync(opened.db, index, now()).more:
                pass  # a folder that was never searched has no index yet
        if index is None:
            raise EngineUnavailable("Meilisearch", "there is none to search in; see ./tintinh doctor")
        try:
            answer = told(Shelf(opened.db, index), question)
        except Problem as error:
            raise EngineUnavailable("Meilisearch", error.message) from error
        out_json(answer.model_dump(mode="json"), indent=1)


@story.command()
def show(story_id: StoryArgument) -> None:
    """Print a story with all its tellings as JSON.

    \b
    Example:
      ./tintinh story show s2b003711da45e98ae088
    """
    from pydantic import TypeAdapter

    from pipeline.model import Story

    out_json(TypeAdapter(Story).dump_python(_story(story_id), mode="json"), indent=1)


@story.command()
def why(
    thing: ThingArgument,
    other: Annotated[str, typer.Option(metavar="ID", help="Explain this pair instead.")] = "",
) -> None:
    """Print why the entries of a story are one: a JSON object a telling.

    Each has its decision, every edge that it has with its score, reason and version of the rules,
    and what editors said of it. With --other the two entries (of stories: their leads) are
    explained as the rules see them right now.

    \b
    Example:
      ./tintinh story why s2b003711da45e98ae088
      ./tintinh story why e35c53a17e8d485a88ab2 --other https://baodongkhoi.vn/a109982.html
    """
    from cli.desk import desk
    from pipeline import explain
    from pipeline.store import review, words

    with desk() as opened, opened.db.read() as conn:
        if other:
            pair = review.pair(conn, words.named(conn, thing), words.named(conn, other))
            decided = explain.now(conn, pair.one.entry_id, pair.other.entry_id)
            out_json(explain.told(pair, decided), indent=1)
            return
        for entry_id in _tellings(conn, thing):
            known = review.seen(conn, [entry_id]).get(entry_id)
            told = {"entry_id": entry_id} if known is None else explain.entry(known)
            edges = [explain.link(edge, entry_id) for edge in review.links_of(conn, [entry_id])]
            said = [explain.word(one) for one in words.said_of(conn, [entry_id])]
            out_json({**told, "edges": edges, "words": said})


@story.command()
def diff(
    thing: ThingArgument,
    first: Annotated[int, typer.Option("--from", min=0, help="Compare this version.")] = 0,
    last: Annotated[int, typer.Option("--to", min=0, help="With this one; default: the newest.")] = 0,
) -> None:
    """Print what changed between the versions of an entry, word by word.

    Every version stands against the one before it, or those of --from and --to against each other.
    Words that went stand in [-…-], words that came in {+…+}.

    \b
    Example:
      ./tintinh story diff e35c53a17e8d485a88ab2
      ./tintinh story diff e35c53a17e8d485a88ab2 --from 1 --to 3
    """
    from cli.comparing import compared
    from cli.desk import desk
    from pipeline.store import words

    with desk() as opened, opened.db.read() as conn:
        for line in compared(conn, words.named(conn, thing), first, last):
            out(line)


@story.command()
def evidence(
    story_id: StoryArgument,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write the zip.")] = None,
    *,
    most_mb: Annotated[int, typer.Option(min=1, help="The largest it may be before packing, in MB.")] = 200,
    log: Annotated[bool, typer.Option("--log", help="Print who took this story's evidence.")] = False,
) -> None:
    """Write all that was received, read and decided about a story to a zip that anybody can check.

    It has whole texts and raw bytes whatever a source lets the public see: see docs/evidence.md. Who took it
    is written down with the zip's SHA-256.

    \b
    Example:
      ./tintinh story evidence s2b003711da45e98ae088 -o ho-so.zip
      ./tintinh story evidence s2b003711da45e98ae088 --log
    """
    from cli.desk import desk
    from cli.taking_evidence import evidence_log, take_evidence

    with desk() as opened:
        if log:
            evidence_log(opened.db, story_id)
        else:
            take_evidence(opened.db, story_id, output or Path(f"ho-so-{story_id}.zip"), most_mb)


@story.command()
def merge(story_id: ThingArgument, other: ThingArgument) -> None:
    """Say that two stories tell the same; the word outlives every recomputation.

    \b
    Example:
      ./tintinh story merge s2b003711da45e98ae088 s19fdbdfa7a88896b7c6f
    """
    from pipeline.store import words

    _say_word(lambda conn, by, at: words.merge(conn, story_id, other, by, at))


@story.command()
def apart(thing: ThingArgument, other: ThingArgument) -> None:
    """Say that two entries do not tell the same; not even third ones bring them together.

    \b
    Example:
      ./tintinh story apart e35c53a17e8d485a88ab2 e19fdbdfa7a88896b7c6f
    """
    from pipeline.store import words

    _say_word(lambda conn, by, at: words.apart(conn, thing, other, by, at))


@story.command()
def split(entry_id: Annotated[str, typer.Argument(metavar="ENTRY", help="An entry id.")]) -> None:
    """Say that an entry tells a story of its own.

    \b
    Example:
      ./tintinh story split e35c53a17e8d485a88ab2
    """
    from pipeline.store import words

    _say_word(lambda conn, by, at: words.split(conn, entry_id, by, at))


@story.command()
def withdraw(thing: ThingArgument) -> None:
    """Take a story, or one entry of it, out of search and feeds.

    \b
    Example:
      ./tintinh story withdraw s2b003711da45e98ae088
    """
    from pipeline.store import words

    _say_word(lambda conn, by, at: words.withdraw(conn, thing, by, at))


@story.command()
def undo(
    word: Annotated[int, typer.Argument(metavar="WORD", help="Its number: `story why` prints it.")],
) -> None:
    """Take an editor's word back; what was said before it stands again.

    \b
    Example:
      ./tintinh story undo 12
    """
    from pipeline.store import words

    _say_word(lambda conn, by, at: words.undo(conn, word, by, at))


def trace(name: Annotated[str, typer.Argument(metavar="URL-OR-ID", help="As seen anywhere.")]) -> None:
    """Print where one thing is now: receipts, versions, full page, holds, story and its channels, as JSON.

    \b
    Example:
      ./tintinh trace https://baodongkhoi.vn/hop-mat-31012023-a109982.html
    """
    from cli.desk import desk
    from feeds.standing import standing
    from pipeline.store import export

    with desk() as opened, opened.db.read() as conn:
        told = export.trace(conn, name)
        channels = standing(conn, (entry["story_id"] for entry in told["entries"]))
        out_json(told | {"channels": channels}, indent=1)


def _story(story_id: str) -> "Story":
    from cli.desk import desk
    from pipeline.errors import NotFound
    from pipeline.model import StoryId
    from pipeline.store import stories

    with desk() as opened, opened.db.read() as conn:
        found = stories.get(conn, stories.resolve(conn, StoryId(story_id)) or StoryId(story_id))
    if found is None:
        raise NotFound(story_id, "there is no such story; `search` and `trace` print story ids")
    return found


def _tellings(conn: "Connection", thing: str) -> "list[EntryId]":
    """Return the entries of the story that a name stands for, the lead first."""
    from pipeline.store import review, stories, words

    entry_id = words.named(conn, thing)
    known = review.seen(conn, [entry_id]).get(entry_id)
    found = stories.get(conn, known.story_id) if known and known.story_id and known.live else None
    return [telling.entry_id for telling in found.face.tellings] if found else [entry_id]


def _say_word(word: "Callable[[Connection, str, datetime], object]") -> None:
    """Write an editor's word and have it applied: by the living `up`, else here."""
    from cli.desk import desk, now
    from cli.waiting import finish

    with desk() as opened:
        with opened.db.write() as conn:
            word(conn, getpass.getuser(), now())
        finish(opened, "settle", wait=True)
