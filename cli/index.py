"""The commands about the search index: `index rebuild`, `index gate`, `index refused`, `index health`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import local, out, out_json, out_row, say

if TYPE_CHECKING:
    from cli.desk import Desk
    from search.gate import Fault, Gate, Walk
    from search.index import Index
    from search.standing import Progress

app = typer.Typer(
    help="The search index: build it anew, hold it against SQL, see whether it is well.", no_args_is_help=True
)

_MOST_NAMED = 20  # documents of each kind
_MOST_REFUSED = 1_000
_INTERRUPTED = 130
_REST = 0.2


@app.command()
def rebuild() -> None:
    """Build the index anew from SQL; searches go on in the present one until the new one has passed.

    It needs twice the present size free on the disk. One that was interrupted goes on where it was.

    \b
    Example:
      ./tintinh index rebuild
    """
    from cli.advance import advancing
    from cli.desk import now
    from search import sync

    with _opened("a rebuild of the index") as (opened, index):
        try:
            with advancing() as show:

                def told(seen: "Progress") -> None:
                    show(str(seen.phase), seen.done, seen.total)

                done = sync.rebuild(opened.db, index, now, told=told)
        except KeyboardInterrupt:
            goes_on = "the workers of `up` go on with it" if opened.run else "the next `up` goes on with it"
            say(f"interrupted; what is built stays, searches are as before: {goes_on}, or the same command")
            raise typer.Exit(_INTERRUPTED) from None
    say(f"{done.indexed:,} stories indexed, {len(done.refused):,} refused")


@app.command()
def gate(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only look; mend nothing.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Compare whole documents, not only revisions.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold the index against SQL, both ways, and have what is wrong made again; exit code 1 if it stays.

    Prints a line for each kind with its count and one for each of the first documents. `under_way` are
    changes that the index is about to be told: no fault. With --check exit code 1 says that something
    is wrong.

    \b
    Examples:
      ./tintinh index gate
      ./tintinh index gate --check --deep
    """
    from pipeline.errors import EngineUnavailable
    from search.rounds import living

    with _opened("a check of the index") as (opened, index):
        if index.born(index.name) is None:
            raise EngineUnavailable("Meilisearch", "there is no index yet: ./tintinh index rebuild makes it")
        unlike = index.unlike(index.name)
        found, named = _looked(living(opened.db, index, deep=deep), mend=not check)
        left = found
        if not check:
            left = _mended(opened, index, found, unlike, deep=deep)
    if as_json:
        out_json(_report(found, left, named, unlike))
    else:
        _print(found, named, unlike)
    if not check and not found.sound:
        say("mended" if left.sound else f"{sum(left.faults.values()):,} faults are left")
    if not left.sound or (check and unlike):
        raise typer.Exit(1)


@app.command()
def refused(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False
) -> None:
    """List the documents that the index does not take: id, form, time, reason, the newest first.

    They are tried again when their story changes, when the index is built anew, and when documents get
    another form.

    \b
    Example:
      ./tintinh index refused
    """
    from cli.desk import desk
    from pipeline.store import indexing

    with desk() as opened, opened.db.read() as conn:
        if not as_json:
            say("document\tform\ttime\treason")
        for one in indexing.refusals(conn, _MOST_REFUSED):
            if as_json:
                told = {"document": one.document_id, "form": one.form, "at": local(one.at)}
                out_json(told | {"reason": one.reason})
            else:
                out_row(one.document_id, one.form, local(one.at), one.reason)


@app.command()
def health(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """Say how Meilisearch, its disk and its queue are; exit code 1 if there is an alarm.

    \b
    Example:
      ./tintinh index health
    """
    from dataclasses import asdict

    from cli.desk import now
    from search import health as watching
    from search.rounds import rounds

    with _opened("a look at the index") as (opened, index):
        seen = watching.look(opened.db, index, now())
        raised = watching.alarms(seen, watching.limits(opened.settings))
        with opened.db.read() as conn:
            last = rounds(conn)
    told = asdict(seen) | {
        "gate_at": local(last.at),
        "gate_faults": dict(last.last.faults) if last.last else {},
    }
    if as_json:
        out_json(told | {"alarms": raised})
    else:
        for name, value in told.items():
            out(f"{name}\t{'-' if value in (None, '') else value}")
        for name, said in raised.items():
            out(f"!! {name}: {said}")
    if raised:
        raise typer.Exit(1)


@contextmanager
def _opened(by: str) -> "Iterator[tuple[Desk, Index]]":
    """Yield the desk and the index: that of the settings or of the living `up`, else one started here."""
    from contextlib import ExitStack

    from cli.desk import desk
    from cli.local import engines
    from pipeline.errors import EngineUnavailable
    from search.index import open_index

    with desk() as opened, ExitStack() as stack:
        index = open_index(opened.settings)
        if index is None and opened.run is None:
            index = stack.enter_context(engines(opened, by))
        if index is None:
            raise EngineUnavailable("Meilisearch", "there is none to ask; see ./tintinh doctor")
        yield opened, index


def _looked(looking: "Gate", *, mend: bool) -> "tuple[Walk, dict[Fault, list[str]]]":
    """Make a whole round; return what was found, and the first documents of each kind."""
    from cli.advance import advancing
    from cli.desk import now
    from pipeline.store import stories
    from search.gate import Fault
    from search.rounds import whole

    named: dict[Fault, list[str]] = {fault: [] for fault in Fault}
    with looking.db.read() as conn:
        total = 2 * stories.count(conn)
    with advancing() as show:

        def told(walk: "Walk", faults: "dict[str, Fault]") -> None:
            show("comparing", walk.looked, max(total, walk.looked))
            for document_id, fault in faults.items():
                named[fault] += [document_id][: _MOST_NAMED - len(named[fault])]

        return whole(looking, now, mend=mend, told=told), named


def _mended(opened: "Desk", index: "Index", found: "Walk", unlike: list[str], *, deep: bool) -> "Walk":
    """Return when what is wrong was made again, and what is wrong then."""
    from cli.desk import now
    from search import sync
    from search.rounds import living

    if unlike:
        sync.rebuild(opened.db, index, now)
    elif found.sound:
        return found
    _wait(opened, index)
    return _looked(living(opened.db, index, deep=deep), mend=False)[0]


def _wait(opened: "Desk", index: "Index") -> None:
    """Return when the index has been told everything; workers may take part."""
    import time

    from cli.desk import now
    from search import sync

    while (done := sync.sync(opened.db, index, now())).more or done.busy:
        if done.busy:
            time.sleep(_REST)


def _report(
    found: "Walk", left: "Walk", named: "dict[Fault, list[str]]", unlike: list[str]
) -> dict[str, object]:
    return {
        "stories": found.stories,
        "documents": found.documents,
        "under_way": found.under_way,
        "refused": found.refused,
        "faults": dict(found.faults),
        "left": dict(left.faults),
        "named": {str(fault): some for fault, some in named.items()},
        "settings": unlike,
    }


def _print(found: "Walk", named: "dict[Fault, list[str]]", unlike: list[str]) -> None:
    for name in ("stories", "documents", "under_way", "refused"):
        out_row(name, getattr(found, name))
    for fault, count in found.faults.items():
        out_row(fault, count)
    out_row("settings", ", ".join(unlike) or 0)
    for fault, some in named.items():
        for document_id in some:
            out_row(f"{fault}:", document_id)
