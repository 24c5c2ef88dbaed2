"""Mailboxes on the command line: opened, given a password, and counted."""

from pathlib import Path

import pytest

from cli.adding import Wanted, add_named, keep_password
from cli.desk import Desk, now
from cli.listing import show_one
from cli.probing import probe
from pipeline import registry
from pipeline.errors import BadInput, NotFound
from pipeline.model import SourceId
from pipeline.store import doors, intakes
from tests.imap_server import PASSWORD, Box, certificate, serving

SENDER = "ubnd@anhoa.example"


def test_a_mailbox_is_opened_and_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a password it says what to do; with the right one it says how many mails there are."""
    monkeypatch.setenv("SSL_CERT_FILE", certificate(tmp_path))
    with serving(Box()) as box:
        box.put(b"From: a@b.example\r\n\r\nx")
        url = f"imaps://tin@xa.example@localhost:{box.port}/Bản tin"
        wanted = Wanted(province="Bến Tre", mailboxes=(url,), senders=(SENDER.upper(),), allow_private=True)
        add_named(desk, "xa-an-hoa", wanted, webhook=False)
        [before] = probe(desk, ["xa-an-hoa"])
        keep_password(desk, "xa-an-hoa", "", "sai")
        [wrong] = probe(desk, ["xa-an-hoa"])
        keep_password(desk, "xa-an-hoa", url, PASSWORD)
        [right] = probe(desk, ["xa-an-hoa"])
    show_one(desk, SourceId("xa-an-hoa"))
    with desk.db.read() as conn:
        known = registry.stored(conn)

    assert "mailbox-password" in before.error
    assert "refuses user or password" in wrong.error
    assert (1, "") == (right.entries, right.error)
    assert (SENDER,) == known[0].doors[0].senders
    assert known == registry.load(registry.dump(known))
    assert PASSWORD not in capsys.readouterr().out + registry.dump(known)


def test_who_may_send_must_be_said(desk: Desk) -> None:
    """A mailbox that anybody could write to is not opened, nor one by a page, nor one without a source."""
    url = "imaps://tin@mail.example/INBOX"
    with pytest.raises(BadInput, match="--from"):
        add_named(desk, "xa", Wanted(mailboxes=(url,)), webhook=False)
    with pytest.raises(BadInput, match="give the address of who may send"):
        add_named(desk, "xa", Wanted(mailboxes=(url,), senders=("ai cũng được",)), webhook=False)
    with pytest.raises(NotFound, match="no such mailbox"):
        keep_password(desk, "xa", "", "mat khau")
    told = registry.load(f"[[source]]\nid = 'xa'\n[[source.intake]]\nkind = 'mailbox'\nurl = '{url}'\n")
    with desk.db.write() as conn:
        with pytest.raises(BadInput, match="only if this machine's owner"):
            registry.save(conn, told, now())
        registry.save(conn, told, now(), new_folders=True)
        [door] = intakes.listed(conn)

        assert () == doors.allowed(conn, door.intake_id)
