"""The command line as a person meets it: help with examples, data on stdout, one clear line on errors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from cli.commands import app

pytestmark = pytest.mark.early

ROOT = Path(__file__).parents[2]
CONTRACT = (
    *("ingest", "export", "search", "trace", "relabel", "publish", "doctor", "up", "test"),
    *("webhook key", "webhook end-key", "webhook keys", "webhook test", "webhook sign"),
    *("sources list", "sources add", "sources check", "sources import", "sources export", "user add"),
    *(
        "story show",
        "story why",
        "story diff",
        "story merge",
        "story split",
        "story apart",
        "story undo",
        "story withdraw",
    ),
    "review",
    *("index rebuild", "index gate", "index refused", "index health"),
    *("quarantine list", "quarantine show", "quarantine replay", "quarantine drop", "db upgrade", "db copy"),
)


def run(data: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TINTINH_")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "cli", *words],
        cwd=data.parent,
        env=kept | {"PYTHONPATH": str(ROOT), "TINTINH_DATA": str(data)} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def commands() -> dict[str, str]:
    """Return the help text of every command by its name."""
    found: dict[str, str] = {}

    def walk(group: object, name: str) -> None:
        for word, command in getattr(group, "commands", {}).items():
            walk(command, f"{name} {word}".strip())
        if not hasattr(group, "commands"):
            found[name] = str(getattr(group, "help", ""))

    walk(get_command(app), "")
    return found


def test_the_contract_is_there() -> None:
    """Every command that others rely on exists under its name."""
    assert [] == [name for name in CONTRACT if name not in commands()]


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_an_example(name: str) -> None:
    """Help ends with an example that uses the command by its name."""
    assert f" {name}" in commands()[name].partition("Example")[2]


def test_ctrl_c_during_the_start_is_quiet() -> None:
    """A signal while the commands are being imported: exit code 130 and not a word."""
    script = (
        "import os, runpy, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background ignores it
        "class Interrupts:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'cli.accounts': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "runpy.run_module('cli', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (130, "", "") == (done.returncode, done.stdout, done.stderr)


def test_help_needs_nothing(tmp_path: Path) -> None:
    """Asking for help loads no settings, makes no folder and is data."""
    done = run(tmp_path / "data", "--help", TINTINH_PROT="1")

    assert (0, "") == (done.returncode, done.stderr)
    assert "ingest" in done.stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nonsense",), 2),
        (("ingest",), 2),
        (("up", "--port", "99999"), 2),
        (("ingest", "no-such-file.txt"), 1),
        (("trace", "https://nobody.example/1"), 1),
        (("story", "show", "s0"), 1),
        (("quarantine", "show", "9"), 1),
        (("sources", "add", "a", "--province", "Xứ Lạ"), 1),
        (("sources", "import", "no-such.toml"), 1),
    ],
)
def test_errors_are_said_on_stderr_alone(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    """A misused command exits with 2, a failing one with 1 and one line; stdout stays empty."""
    done = run(tmp_path / "data", *words)

    assert (code, "") == (done.returncode, done.stdout)
    assert done.stderr.strip()
    if code == 1:
        assert 1 == len(done.stderr.strip().splitlines()), done.stderr
        assert done.stderr.startswith("tintinh: ")


def test_wrong_settings_are_all_named(tmp_path: Path) -> None:
    """An unknown name and a bad value stop the start with both of them."""
    done = run(tmp_path / "data", "export", TINTINH_PROT="1", TINTINH_PORT="high")

    assert (1, "") == (done.returncode, done.stdout)
    assert "TINTINH_PROT" in done.stderr
    assert "TINTINH_PORT" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u:secret@h/d"),
        ("DATABASE_URL", "postgresql://u:secret@:port:/x"),
        ("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/x"),
        ("BROKER_URL", "kafka://u:secret@h"),
    ],
)
def test_a_wrong_address_is_one_line_without_its_password(tmp_path: Path, name: str, value: str) -> None:
    """An engine that cannot be is said in one line, which repeats no secret."""
    done = run(tmp_path / "data", "export", **{f"TINTINH_{name}": value})

    assert (1, "") == (done.returncode, done.stdout)
    assert 1 == len(done.stderr.strip().splitlines()), done.stderr
    assert "secret" not in done.stderr


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """Whatever lies where the database should be, there is one clear line."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tintinh.db").write_text("no database " * 50)
    done = run(tmp_path / "data", "export")

    assert (1, "tintinh: sql: file is not a database\n") == (done.returncode, done.stderr)


def test_a_new_folder_has_nothing_to_export(tmp_path: Path) -> None:
    """The first command makes the folder and the database; there is no data yet."""
    done = run(tmp_path / "data", "export")

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert (tmp_path / "data" / "tintinh.db").is_file()


def test_folders_of_the_user_are_not_taken_for_ours(tmp_path: Path) -> None:
    """A folder named like one of our packages, where the user stands, changes nothing."""
    for name in ("web", "search", "pipeline", "tasks"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit(9)")

    assert 0 == run(tmp_path / "data", "export").returncode


def test_a_source_gets_its_key_once(tmp_path: Path) -> None:
    """The key is the only data; it is in the key file, and neither listed nor exported."""
    data = tmp_path / "data"
    added = run(data, "sources", "add", "bao-a", "--province", "Bến Tre", "--webhook")
    again = run(data, "sources", "add", "bao-a", "--webhook")
    told = run(data, "sources", "list").stdout + run(data, "sources", "export").stdout

    assert added.stdout.startswith("whsec_")
    assert added.stdout.strip() in (data / "keys.json").read_text()
    assert added.stdout.strip() not in told + added.stderr
    assert 1 == again.returncode
    assert "bao-a\tbao-a\tvinh-long\tben-tre\tsummary\t0\twebhook" in told


def test_the_registry_to_start_from_is_sound(tmp_path: Path) -> None:
    """The file that comes with the project is imported whole and exported as it was imported."""
    data = tmp_path / "data"
    imported = run(data, "sources", "import", str(ROOT / "sources.toml"))
    first = run(data, "sources", "export").stdout
    (tmp_path / "again.toml").write_text(first)
    run(data, "sources", "import", str(tmp_path / "again.toml"))

    assert 0 == imported.returncode, imported.stderr
    assert 'kind = "feed"' in first
    assert first == run(data, "sources", "export").stdout


def test_typer_reads_no_settings_at_import() -> None:
    """The application is a plain object: importing it runs nothing."""
    assert isinstance(app, typer.Typer)
