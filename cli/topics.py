"""The commands about topics: check a newsroom's list, explain the labels of a text."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import out, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.topics import Score

app = typer.Typer(help="Topics: check a list, explain a text's labels.", no_args_is_help=True)

_SHOWN = 0.02  # share below which a topic is not worth a line
_WORDS = 8


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of topics, as docs/topics.md has it.")],
) -> None:
    """Say whether a list of topics can be used; exit code 1 with every problem and its line if not.

    A topic that feeds hang on must not be missing, whether shipped or in the list now in use.

    \b
    Example:
      ./tintinh topics check toa-soan/topics.toml
    """
    from pipeline import topiclist

    found = topiclist.load(file, topiclist.published(), topiclist.ended())
    listed = sum(1 for shown in found.weights.values() if shown)
    model = f"{len(found.learned.words):,} learned words" if found.learned else "no learned words"
    out(
        f"ok  {len(found.topics)} topics, {listed:,} words, {len(found.weights) - listed:,} formulas, {model}"
    )
    for topic in found.topics:
        if not any(slug == topic.slug for shown in found.weights.values() for slug, _ in shown):
            out(f"--  {topic.slug}: no words, so no text gets it any more")


@app.command()
def explain(
    file: Annotated[
        typer.FileText, typer.Argument(metavar="[FILE|-]", help="A text; its first line is the headline.")
    ] = "-",  # type: ignore[assignment] # typer opens it
) -> None:
    """Show which words give a text which score for each topic, surest first.

    A star marks the topics that the text gets. Listed words come with their points, learned ones with what
    they add to (or take from) the model's word; docs/topics.md says how both become a score.

    \b
    Examples:
      ./tintinh topics explain bai.txt
      pdftotext van-ban.pdf - | ./tintinh topics explain -
    """
    from pipeline import topiclist, topics

    headline, _, text = file.read().strip().partition("\n")
    for score in topics.explain(headline, text):
        if score.given or score.share >= _SHOWN:
            for line in _lines(score):
                out(line)
    if wrong := topiclist.problem():
        say(f"The newsroom's list is not in use: {wrong}")


def _lines(score: "Score") -> "Iterator[str]":
    """Yield a topic's score, then what made it."""
    yield f"{'*' if score.given else ' '} {score.slug}  {score.share:.0%}"
    if score.settled:
        yield f"    sure, in the headline: {', '.join(score.settled)}"
    yield f"    listed: {_weighed(score.listed[:_WORDS], '.1f') or 'none'}"
    if score.said is not None:
        yield f"    learned: {score.said:+.1f} in all; {_weighed(score.learned, '+.1f') or 'no word known'}"


def _weighed(words: tuple[tuple[str, float], ...], form: str) -> str:
    return ", ".join(f"{word} {points:{form}}" for word, points in words)
