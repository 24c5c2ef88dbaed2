"""The evidence of a story, written to a file of the operator's, and who took it before."""

import getpass
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile

from cli.console import out_json, say
from pipeline.errors import BadInput
from pipeline.model import StoryId
from pipeline.store import Database, dossiers
from web.dossier import taken

_MANY = 1_000_000  # receipts and versions; who asks here has the machine to themselves


def take_evidence(db: Database, story_id: str, output: Path, most_mb: int) -> None:
    """Write the zip, whole or not at all, and print its SHA-256.

    Raises:
        NotFound: there is no such story.
        Refused: it would be larger than it may be.
        BadInput: the file cannot be written.
    """
    with db.read() as conn:
        told = dossiers.of_story(conn, StoryId(story_id)).story_id
    try:
        with NamedTemporaryFile(dir=output.parent, prefix=".ho-so-", delete=False) as file:
            try:
                sha256, size = taken(
                    db, told, getpass.getuser(), file, most_bytes=most_mb * 1_000_000, most_pieces=_MANY
                )
                Path(file.name).replace(output)
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(str(output), f"cannot be written: {error.strerror}") from error
    say(f"{size:,} bytes: {output}")
    out_json({"story_id": told, "file": str(output), "sha256": sha256, "size": size})


def evidence_log(db: Database, story_id: str) -> None:
    """Print who took a story's evidence, newest first: a JSON object a file."""
    with db.read() as conn:
        told = dossiers.of_story(conn, StoryId(story_id)).story_id
        for one in dossiers.taken(conn, told):
            out_json(asdict(one) | {"at": one.at.isoformat()})
