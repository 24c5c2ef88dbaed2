"""Settings: read once, refused as a whole."""

import pytest

from pipeline.config import read_settings
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


def test_timing_law() -> None:
    """A hard limit beyond the lease stops the process (law 12)."""
    with pytest.raises(BadSettings, match="http_timeout < soft_limit < hard_limit"):
        read_settings({"TINTINH_HARD_LIMIT": "500"})


def test_postgresql_uses_psycopg_3() -> None:
    """The ordinary PostgreSQL address names our driver."""
    found = read_settings({"TINTINH_DATABASE_URL": "postgresql://u@h/db"})

    assert "postgresql+psycopg://u@h/db" == found.sql_url
