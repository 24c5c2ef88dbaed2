"""Settings: read once, refused as a whole."""

import pytest

from pipeline.config import Settings, read_settings
from pipeline.errors import BadSettings


def test_defaults_are_usable() -> None:
    """Nothing has to be set."""
    found = read_settings({"HOME": "/nowhere"})

    assert found.sql_url.startswith("sqlite:///")
    assert "http://127.0.0.1:8080" == found.base_url


def test_every_problem_is_named() -> None:
    """Unknown names and bad values are reported together."""
    with pytest.raises(BadSettings) as caught:
        read_settings({"TINTINH_PROT": "80", "TINTINH_PORT": "many", "TINTINH_LOG_LEVEL": "loud"})

    assert all(name in str(caught.value) for name in ("TINTINH_PROT", "TINTINH_PORT", "TINTINH_LOG_LEVEL"))


@pytest.mark.parametrize(
    ("url", "root"),
    [("https://tin.example", ""), ("https://a.vn/tin/", "/tin"), ("http://[::1]:80/a/b", "/a/b"), ("", "")],
)
def test_what_stands_before_every_path(url: str, root: str) -> None:
    """A site may live below another one: its path is the public address's, without the last slash."""
    assert root == Settings(public_url=url).root


@pytest.mark.parametrize(
    "url", ["https://a.vn/t?x", 'https://a.vn/"', "https://a.vn/../t", "https://a.vn/t#x"]
)
def test_a_public_address_goes_into_links_as_it_stands(url: str) -> None:
    """So it has no question, no fragment, and nothing that would end an attribute or a cookie."""
    with pytest.raises(BadSettings, match="PUBLIC_URL"):
        read_settings({"TINTINH_PUBLIC_URL": url})


def test_proxies_are_addresses_and_networks() -> None:
    """Whom to believe is said exactly; a name, or everybody by a star, stops the start."""
    assert ["127.0.0.1", "10.1.0.0/16", "::1"] == Settings(
        proxies="127.0.0.1, 10.1.0.0/16,::1"
    ).proxy_networks
    for wrong in ("*", "proxy.example", "10.0.0.1/8", "10.0.0.0/33"):
        with pytest.raises(BadSettings, match="PROXIES"):
            read_settings({"TINTINH_PROXIES": wrong})


@pytest.mark.parametrize("name", ["TINTINH_PUBLIC_URL", "TINTINH_HUB_URL"])
def test_addresses_are_of_the_web(name: str) -> None:
    """What readers' and hubs' programs are given is an http(s) address or nothing."""
    fine = (
        "",
        "https://tin.example.vn",
        "http://127.0.0.1:8080/",
        "http://[::1]:80/a",
    )
    wrong = (
        "tin.example.vn",
        "ftp://tin.example.vn",
        "javascript:alert(1)",
        "https://",
        "https:///a",
        "https://a b",
    )
    for url in fine:
        assert url.rstrip("/") in (
            read_settings({name: url}).base_url,
            read_settings({name: url}).hub_url.rstrip("/"),
        )
    for url in wrong:
        with pytest.raises(BadSettings, match=name):
            read_settings({name: url})


def test_timing_law() -> None:
    """A hard limit beyond the lease stops the process (law 12)."""
    with pytest.raises(BadSettings, match="http_timeout < soft_limit < hard_limit"):
        read_settings({"TINTINH_HARD_LIMIT": "500"})


def test_postgresql_uses_psycopg_3() -> None:
    """The ordinary PostgreSQL address names our driver."""
    found = read_settings({"TINTINH_DATABASE_URL": "postgresql://u@h/db"})

    assert "postgresql+psycopg://u@h/db" == found.sql_url
