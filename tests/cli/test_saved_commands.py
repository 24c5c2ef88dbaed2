"""`saved`: operators see that searches are there and end them; never what they ask."""

from pathlib import Path

from pipeline.config import Settings
from pipeline.store import open_database, saved
from tests.cli.test_commands import run
from tests.smtp_server import mailing
from tests.store.tellings import NOW


def test_operators_see_no_question(tmp_path: Path) -> None:
    """List, show and end: number, state and counts; not a word of what is asked, by whom, by which name."""
    chosen = Settings(data=tmp_path / "data")
    db = open_database(chosen.sql_url)
    db.migrate()
    with db.write() as conn:
        first, token = saved.add(conn, "Hồ sơ mật", {"q": "đất công sản"}, "lan", NOW)
        saved.add(conn, "", {"q": "đất công sản"}, None, NOW)
    listed = run(chosen.data, "saved", "list")
    ended = run(chosen.data, "saved", "end", str(first))
    shown = run(chosen.data, "saved", "show", str(first))
    unknown = run(chosen.data, "saved", "end", "99")
    told = "".join(one.stdout + one.stderr for one in (listed, ended, shown))
    with db.read() as conn:
        known = saved.get(conn, first)
    db.close()

    assert ["2\tactive\ttoken", "1\tactive\taccount"] == [
        "\t".join(line.split("\t")[:3]) for line in listed.stdout.splitlines()
    ]
    assert shown.stdout.startswith("1\tended\ttoken\t")
    assert (1, "") == (unknown.returncode, unknown.stdout)
    assert not any(secret in told for secret in ("công sản", "mật", "lan", token))
    assert known is not None
    assert ({}, "") == (known.asked, known.name)


def test_a_mail_server_is_tried(tmp_path: Path) -> None:
    """What it answers is said; without one, how to name it."""
    bare = run(tmp_path, "saved", "try-mail", "lan@bao.example")
    with mailing() as office:
        chosen = {"TINTINH_SMTP_URL": office.url, "TINTINH_MAIL_FROM": "tin@tin.example"}
        taken = run(tmp_path, "saved", "try-mail", "lan@bao.example", **chosen)
        office.to_recipient = ["550 5.1.1 nobody"]
        refused = run(tmp_path, "saved", "try-mail", "lan@bao.example", **chosen)

    assert "TINTINH_SMTP_URL" in bare.stderr
    assert (0, "SMTP 250\n") == (taken.returncode, taken.stdout)
    assert (1, "SMTP 550\n") == (refused.returncode, refused.stdout)
    assert ["Tin Tỉnh: thư thử"] == [letter.message["Subject"] for letter in office.got]
