"""The shipped catalogue: every former unit is in it, nothing in it is verified, bad files are refused."""

import pytest

from pipeline import catalogue, places
from pipeline.errors import BadInput

ONE = """
[[publisher]]
id = "bao-a"
name = "Báo A"
kind = "paper"
unit = "ben-tre"
hosts = ["a.example"]
known = "seen"
verified = false
"""


def test_every_former_unit_has_a_paper_and_a_portal() -> None:
    """A newsroom finds somebody to listen to for each of the 63."""
    units = {one.slug for one in places.areas()}

    for kind in ("paper", "portal"):
        assert units == {one.unit for one in catalogue.shipped() if one.kind == kind}


def test_nothing_is_verified_and_each_host_is_of_one() -> None:
    """Nobody has been asked yet, and a host tells who speaks."""
    hosts = [host for one in catalogue.shipped() for host in one.hosts]

    assert not any(one.verified for one in catalogue.shipped())
    assert len(hosts) == len(set(hosts))


def test_hosts_agree_with_the_gazetteer() -> None:
    """Where both know a host, both say the same home."""
    for one in catalogue.shipped():
        for host in one.hosts:
            known = places.home_of_host(host)
            assert known is None or known == (one.source().province, one.source().area), host


@pytest.mark.parametrize(
    ("host", "expected"), [("www.baodongkhoi.vn", "bao-dong-khoi"), ("example.org", None)]
)
def test_a_host_tells_its_publisher(host: str, expected: str | None) -> None:
    """Old names and "www." are the same publisher; a strange host is nobody's."""
    found = catalogue.of_host(host)

    assert expected == (found.id if found else None)


def test_a_province_has_what_went_into_it() -> None:
    """Vĩnh Long holds three former units; Bến Tre is one of them."""
    today = {one.unit for one in catalogue.within(catalogue.shipped(), "Vĩnh Long")}
    former = {one.unit for one in catalogue.within(catalogue.shipped(), "Bến Tre")}

    assert ({"vinh-long", "ben-tre", "tra-vinh"}, {"ben-tre"}) == (today, former)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("[[publisher]", "toml"),
        (ONE.replace('kind = "paper"', 'kind = "blog"'), "publisher.0.kind"),
        (ONE.replace("ben-tre", "xu-la"), "province"),
        (ONE.replace('["a.example"]', "[]"), "publisher.0.hosts"),
        (ONE + ONE, "bao-a"),
    ],
)
def test_a_wrong_field_is_named(text: str, subject: str) -> None:
    """A catalogue of one's own is read as strictly as ours."""
    with pytest.raises(BadInput) as refused:
        catalogue.read(text)

    assert subject == refused.value.subject


def test_pages_are_looked_at_before_hosts() -> None:
    """A page that is known to list feeds goes first."""
    [one] = catalogue.read(f'{ONE}pages = ["https://a.example/rss"]')

    assert ("https://a.example/rss", "https://a.example/") == one.addresses()
