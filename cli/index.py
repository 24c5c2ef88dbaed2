"""The commands about the search index: `index rebuild`, `index gate`, `index refused`, `index health`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
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
_UNDER_WAY = 3


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

                done = sync.rebuild(opened.db, index, now, told=told, waits=_waits)
        except KeyboardInterrupt:
            goes_on = "the workers of `up` go on with it" if opened.run else "the next `up` goes on with it"
            say(f"interrupted; what is built stays, searches are as before: {goes_on}, or the same command")
            raise typer.Exit(_INTERRUPTED) from None
        held = index.count(index.name)
    say(
        f"the new index is in use and holds {held:,} stories; "
        f"{done.indexed:,} of them were written just now, {len(done.refused):,} refused"
    )


@app.command()
def gate(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only look; mend nothing.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Compare whole documents, not only revisions.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold the index against SQL, both ways, and have what is wrong made again.

    Prints a line for each kind with its count as it was found, one for each of the first documents, and
    how many were `mended` and are `left`. `under_way` are changes that the index is about to be told: no
    fault. Exit code 0: the index holds what SQL has; 1: something is left; 3: nothing is, but changes are
    under way. With --check nothing is mended.

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
        _print(found, left, named, unlike)
    say(_verdict(found, left, unlike, check=check))
    if not left.sound or (check and unlike):
        raise typer.Exit(1)
    if left.under_way:
        raise typer.Exit(_UNDER_WAY)


@app.command()
def refused(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")] = False
) -> None:
    """List the documents that the index does not take: id, form, time, reason, the newest first.

    They are tried again when their story changes, after each round of the gate that mends, when the index
    is built anew, and when documents get another form.

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

    with _opened("a look at the index", hurried=True) as (opened, index):
        seen = watching.look(opened.db, index, now())
        raised = watching.alarms(seen, watching.limits(opened.settings))
        with opened.db.read() as conn:
            last = rounds(conn)
    told = asdict(seen) | {
        "gate_at": local(last.at),
        "gate_deep_at": local(last.deep_at),
    }
    faults = dict(last.last.faults) if last.last else {}
    if as_json:
        out_json(told | {"gate_faults": faults, "alarms": raised})
    else:
        rows = told | {f"gate_{fault}": count for fault, count in faults.items()}
        for name, value in rows.items():
            out_row(name, None if value == "" else value)
        for alarm, said in raised.items():
            out(f"!! {alarm}: {' '.join(said.split())}")
    if raised:
        raise typer.Exit(1)


@contextmanager
def _opened(by: str, *, hurried: bool = False) -> "Iterator[tuple[Desk, Index]]":
    """Yield the desk and the index: that of the settings or of the living `up`, else one started here."""
    from contextlib import ExitStack

    from cli.desk import desk
    from cli.local import engines
    from pipeline.errors import EngineUnavailable
    from search.index import open_index

    with desk() as opened, ExitStack() as stack:
        index = open_index(opened.settings, hurried=hurried)
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
    from search.gate import Fault, Side
    from search.rounds import whole

    named: dict[Fault, list[str]] = {fault: [] for fault in Fault}
    with looking.db.read() as conn:
        total = 2 * stories.count(conn)
    with advancing() as show:

        def told(walk: "Walk", faults: "dict[str, Fault]") -> None:
            show("comparing", walk.looked, walk.looked if walk.side is Side.DONE else max(total, walk.looked))
            for document_id, fault in faults.items():
                named[fault] += [document_id][: _MOST_NAMED - len(named[fault])]

        return whole(looking, now, mend=mend, told=told), named


def _mended(opened: "Desk", index: "Index", found: "Walk", unlike: list[str], *, deep: bool) -> "Walk":
    """Return when what is wrong was made again, and what is wrong then, which is noted."""
    from cli.desk import now
    from search import sync
    from search.rounds import living, record

    if unlike:
        sync.rebuild(opened.db, index, now, waits=_waits)
    elif found.sound:
        return found
    sync.follow(opened.db, index, now, waits=_waits)
    left, _ = _looked(living(opened.db, index, deep=deep), mend=False)
    with opened.db.write() as conn:
        record(conn, left, now(), deep=deep)
    return left


def _waits(until: datetime) -> None:
    """Say what keeps this command waiting, and for how long at most."""
    say(f"waiting: another process holds the index; if it does not go on, its claim ends at {local(until)}")


def _verdict(found: "Walk", left: "Walk", unlike: list[str], *, check: bool) -> str:
    """Return what was wrong, what became of it, and what the index was not told yet, in a sentence."""
    late = ""
    if left.under_way:
        why = "./tintinh index health says why, if that lasts"
        late = f"; the index was not told of {left.under_way:,} changes yet, {why}"
    if found.sound and not unlike:
        return f"no document is wrong{late}" if late else "the index holds what SQL has"
    wrong = f"{sum(found.faults.values()):,} documents were wrong"
    if unlike:
        wrong += f", and so were settings ({', '.join(unlike)})"
    if check:
        return f"{wrong}; nothing was mended, ./tintinh index gate does it{late}"
    if unlike:
        wrong += "; the index was built anew"
    remain = sum(left.faults.values())
    return f"{wrong}; {f'{remain:,} faults are left' if remain else 'all are mended'}{late}"


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


def _print(found: "Walk", left: "Walk", named: "dict[Fault, list[str]]", unlike: list[str]) -> None:
    for name in ("stories", "documents", "under_way", "refused"):
        out_row(name, getattr(found, name))
    for fault, count in found.faults.items():
        out_row(fault, count)
    out_row("settings", ", ".join(unlike) or 0)
    remain = sum(left.faults.values())
    out_row("mended", max(0, sum(found.faults.values()) - remain))
    out_row("left", remain)
    for fault, some in named.items():
        for document_id in some:
            out_row(f"{fault}:", document_id)
