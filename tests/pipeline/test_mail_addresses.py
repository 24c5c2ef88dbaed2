"""Addresses of letters: what is taken, and that nothing else gets into a header or a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import mail_addresses
from pipeline.errors import BadInput, BadSettings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" lan@bao.vn ", "lan@bao.vn"),
        ("Lan.Anh+tin@BAO.vn", "Lan.Anh+tin@bao.vn"),
        ("lan@báo.vn", "lan@xn--bo-mia.vn"),
    ],
)
def test_addresses(typed: str, meant: str) -> None:
    """Spaces go, the domain becomes ASCII, the local part stays."""
    assert meant == mail_addresses.address(typed)


BAD = (
    "lan",
    "@bao.vn",
    "lan@",
    "lan@bao",
    "lan@127.0.0.1",
    "lan@[::1]",
    "a..b@bao.vn",
    ".a@bao.vn",
    "lan@bao.vn>",
    "bà@bao.vn",
    "lan@-bao.vn",
    "a@b@c.vn",
)


@pytest.mark.parametrize(
    "typed",
    [
        *BAD,
        "",
        "a b@c.vn",
        '"lan x"@bao.vn',
        "lan@bao.vn\r\nBcc: x@y.vn",
        "lan\n@bao.vn",
        f"{'a' * 65}@bao.vn",
        f"lan@{'b' * 64}.vn",
        f"a@{'bao.' * 70}vn",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    """Nothing that another header or command could begin with gets through."""
    with pytest.raises(BadInput, match="email"):
        mail_addresses.address(typed)


@given(st.text(max_size=80) | st.from_regex(r"[ -~]{1,20}@[ -~]{1,20}\.[a-z]{2,4}", fullmatch=True))
def test_an_address_is_harmless_or_none(typed: str) -> None:
    """Whatever is typed: an address of printable ASCII without a space, or no address."""
    try:
        made = mail_addresses.address(typed)
    except BadInput:
        return

    assert made.isascii()
    assert made.isprintable()
    assert not set(made) & set(' <>,;:"\\')
    assert made == mail_addresses.address(made)


@pytest.mark.parametrize(
    "url",
    ["smtp://u:p@mail.example", "http://mail.example", "smtp://", "smtp://mail.example/x", "smtp://a:b"],
)
def test_what_is_no_server(url: str) -> None:
    """A password belongs into a file."""
    with pytest.raises(BadSettings, match="TINTINH_SMTP"):
        mail_addresses.server(url)


def test_servers_and_writers() -> None:
    """The ports are those of submission; the writer has a name and an address."""
    assert (587, 465) == (
        mail_addresses.server("smtp://a.example").port,
        mail_addresses.server("smtps://a.example").port,
    )
    assert "u@b" == mail_addresses.server("smtps://u%40b@a.example:25").user
    assert "Tin Tỉnh" == mail_addresses.sender("Tin Tỉnh <tin@tin.example>").display_name
    with pytest.raises(BadSettings, match="TINTINH_MAIL_FROM"):
        mail_addresses.sender("Tin Tỉnh")
