"""Every command, by its name on the command line.

stdout carries data only, chatter goes to stderr. Exit codes: 0 done, 1 an error (one clear line),
2 a command that was written wrongly.
"""

import sys

import typer

from cli import (
    accounts,
    checks,
    demo,
    export,
    index,
    ingest,
    partners,
    push,
    relabel,
    review,
    run,
    saved,
    sources,
    stories,
    topics,
    upkeep,
    webhook,
)
from cli.console import say
from pipeline.errors import TinTinhError
from pipeline.log import configure

app = typer.Typer(
    help="Tin Tỉnh: one story from many tellings, as merged feeds and search, for the provinces of Viet Nam.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(ingest.ingest)
app.command()(export.export)
app.add_typer(sources.app, name="sources")
app.add_typer(webhook.app, name="webhook")
app.add_typer(push.app, name="push")
app.command()(run.up)
app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(checks.check)
app.command(hidden=True)(run.web)
app.command(hidden=True)(run.alive)
app.command()(stories.search)
app.command()(stories.trace)
app.command()(review.review)
app.add_typer(stories.story, name="story")
app.add_typer(accounts.user, name="user")
app.add_typer(partners.partner, name="partner")
app.add_typer(saved.saved, name="saved")
app.add_typer(topics.app, name="topics")
app.add_typer(upkeep.quarantine, name="quarantine")
app.command()(relabel.relabel)
app.add_typer(index.app, name="index")
app.command()(upkeep.publish)
app.command()(upkeep.doctor)
app.add_typer(upkeep.db, name="db")


def main() -> None:
    """Run the command line; an error of ours becomes one line and exit code 1."""
    configure("WARNING")  # to stderr; the processes of `up` configure their own level
    try:
        app(prog_name="tintinh")
    except TinTinhError as error:
        say(f"tintinh: {' '.join(str(error).split())}")
        sys.exit(1)
