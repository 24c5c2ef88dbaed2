"""Partners at the command line: a key is shown once and listed without it."""

from pathlib import Path

from tests.cli.test_commands import run


def test_a_key_is_shown_once(tmp_path: Path) -> None:
    """Data is the key alone; the list has what it opens; a right that there is not is one clear line."""
    data = tmp_path / "data"
    drawn = run(data, "partner", "add", "ban", "--province", "vinh-long", "--may", "search,export")
    listed = run(data, "partner", "list").stdout
    wrong = run(data, "partner", "add", "khac", "--may", "write")
    endless = run(data, "partner", "add", "khac", "--days", "9999999")

    assert (0, True, 1) == (drawn.returncode, drawn.stdout.startswith("ttk_"), len(drawn.stdout.split()))
    assert ["ban", "open", "export,search", "province=vinh-long", "never used"] == listed.strip().split("\t")
    assert drawn.stdout.strip() not in listed
    assert (2, False) == (endless.returncode, "Traceback" in endless.stderr)
    assert (1, "tintinh: may: write: none of search, export, changes") == (
        wrong.returncode,
        wrong.stderr.strip(),
    )
