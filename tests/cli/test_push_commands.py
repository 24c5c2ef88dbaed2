"""The commands for outgoing webhooks, as one types them."""

from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.cli.test_commands import run
from tests.pipeline.receivers import receiving


@pytest.mark.long
def test_an_endpoint_is_added_tried_turned_and_removed(tmp_path: Path) -> None:
    """Its secret is shown once and nowhere else; a call of type "test" verifies with it."""
    data = tmp_path / "data"
    with receiving(path="/hook?token=geheim") as receiver:
        added = run(data, "push", "add", receiver.url, "--province", "vinh-long", "--allow-private")
        number, secret = added.stdout.strip().split("\t")
        tried = run(data, "push", "test", number)
        turned = run(data, "push", "rotate", number)
        receiver.statuses = [500]
        refused = run(data, "push", "test", number)
    [first, second] = receiver.got
    paused = run(data, "push", "pause", number)
    listed = run(data, "push", "list")
    shown = run(data, "push", "show", number)
    removed = run(data, "push", "remove", number)
    again = run(data, "push", "show", number)

    assert ("1", 0, 1) == (number, tried.returncode, refused.returncode)
    assert "test" == Webhook(secret).verify(first.body, first.headers)["type"]
    for key in (secret, turned.stdout.strip()):
        assert "test" == Webhook(key).verify(second.body, second.headers)["type"]
    assert listed.stdout.startswith(f"1\tpaused\t{receiver.url.partition('?')[0]}?…\tprovince/vinh-long\t0")
    assert "1 is removed" in removed.stderr
    assert "1 is no endpoint" in " ".join(again.stderr.split()).replace("1: is", "1 is")
    everything = "".join(one.stdout + one.stderr for one in (tried, paused, listed, shown, removed, again))
    assert not [word for word in ("geheim", secret, "whsec_") if word in everything]


def test_what_cannot_be_is_said_in_a_line(tmp_path: Path) -> None:
    """A private address without leave, a channel that there is not, an endpoint that there is not."""
    data = tmp_path / "data"
    private = run(data, "push", "add", "http://127.0.0.1:9/")
    nowhere = run(data, "push", "add", "https://x.example/", "--province", "atlantis")
    replayed = run(data, "push", "replay", "7", "--since", "2026-11-20")
    empty = run(data, "push", "log", "--failing")
    nobody = run(data, "push", "deny", "3")

    assert [1, 1, 1, 0, 1] == [one.returncode for one in (private, nowhere, replayed, empty, nobody)]
    assert "not a public address; --allow-private" in private.stderr
    assert "there is no 'atlantis'" in nowhere.stderr
    assert "" == empty.stdout
