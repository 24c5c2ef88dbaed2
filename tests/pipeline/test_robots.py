"""What a host allows: robots.txt, tdmrep.json and the tags of pages."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.robots import RESERVED, Rules, TdmRule, refusal, robots_text, tdm_rules

SITE = "https://baomau.example"


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("", "/rss", True),
        ("User-agent: *\nDisallow: /rss", "/rss/home.rss", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: TinTinh\nAllow: /rss\nDisallow: /", "/rss", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: tintinh\nDisallow: /admin", "/rss", True),
        ("User-agent: Khac\nDisallow: /", "/rss", True),
        ("User-agent: *\nDisallow: /*.rss$", "/tin.rss", False),
        ("User-agent: *\nDisallow: /tin\nAllow: /tin/rss", "/tin/rss", True),
        ("User-agent: *\nDisallow:", "/rss", True),
    ],
)
def test_robots_txt(robots: str, path: str, *, allowed: bool) -> None:
    """The group of our name counts before that of all, the longest rule before shorter ones (RFC 9309)."""
    assert allowed == Rules(robots).allows(SITE + path)


def test_the_crawl_delay_is_kept_within_sense() -> None:
    """A delay of seconds is kept, one of an hour is cut to a minute."""
    assert 10 == Rules("User-agent: *\nCrawl-delay: 10").delay
    assert 60 == Rules("User-agent: *\nCrawl-delay: 3600").delay
    assert 0 == Rules("User-agent: *\nDisallow: /admin").delay


def test_a_page_in_the_place_of_robots_txt_says_nothing() -> None:
    """Many hosts answer every address with their front page."""
    assert "" == robots_text(b"\n<!doctype html><p>Disallow: /</p>")
    assert "User-agent: *" == robots_text(b"\xef\xbb\xbfUser-agent: *")


def test_tdmrep() -> None:
    """The first rule that fits an address counts; what is no rule is left out."""
    told = [
        {"location": "/video/*", "tdm-reservation": 0},
        {"location": "/tin", "tdm-reservation": 1, "tdm-policy": f"{SITE}/tdm.json"},
        {"location": "/*.pdf$", "tdm-reservation": "1"},
        {"no": "location"},
        7,
    ]
    rules = tdm_rules(json.dumps(told).encode())
    asked = ["/tin/a.html", "/video/a", "/file.pdf", "/file.pdf?x=1", "/"]

    assert f"{SITE}/tdm.json" == rules[1].policy
    assert [True, False, True, False, False] == [Rules("", rules).reserves(SITE + one) for one in asked]


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(repr).map(str.encode)
)
def test_any_bytes_may_stand_in_a_tdmrep(body: bytes) -> None:
    """Rules are read or there are none."""
    assert all(isinstance(rule, TdmRule) for rule in tdm_rules(body))


def test_a_tdmrep_says_nothing_that_cannot_be_stored() -> None:
    """NUL and halves of surrogate pairs, which JSON can name, are gone from what is kept."""
    body = b'[{"location": "/\\ud800a\\u0000", "tdm-reservation": 1, "tdm-policy": "\\udfff\\u0000b"}]'

    assert (TdmRule("/?a", True, "?b"),) == tdm_rules(body)


@pytest.mark.parametrize(
    ("headers", "body", "reserved", "reason"),
    [
        ({}, b"<p>Tin</p>", False, ""),
        ({}, b"<p>Tin</p>", True, RESERVED),
        ({"tdm-reservation": "0"}, b"", True, ""),
        ({"tdm-reservation": "1"}, b"", False, RESERVED),
        ({}, b'<meta name="tdm-reservation" content="1">', False, RESERVED),
        ({"x-robots-tag": "noarchive"}, b"", False, "X-Robots-Tag says noarchive"),
        ({"x-robots-tag": "googlebot: noindex, nofollow"}, b"", False, ""),
        ({"x-robots-tag": "tintinh: noindex"}, b"", False, "X-Robots-Tag says noindex"),
        ({}, b"<META content='NOINDEX, nofollow' name='ROBOTS' />", False, "meta robots says noindex"),
        ({}, b'<meta name="robots" content="max-image-preview:large">', False, ""),
        ({}, b'<meta name="googlebot" content="noindex">', False, ""),
    ],
)
def test_what_a_page_says_of_itself(
    headers: dict[str, str], body: bytes, reason: str, *, reserved: bool
) -> None:
    """A page's own word goes before its host's file; words for other robots are not for us."""
    assert reason == refusal(headers, body, reserved=reserved)


@given(st.text("/ab*", max_size=8), st.booleans(), st.text("/ab", max_size=8))
def test_patterns_of_paths(pattern: str, ends: bool, path: str) -> None:  # noqa: FBT001 - Hypothesis
    """A star stands for anything and a dollar sign for the end, as in a regular expression."""
    rooted = pattern if pattern.startswith(("/", "*")) else f"/{pattern}"
    meant = re.compile(".*".join(map(re.escape, rooted.split("*"))) + (r"\Z" if ends else ""))
    rules = Rules("", (TdmRule(pattern + "$" * ends, reserved=True),))

    assert bool(meant.match(f"/{path}")) == rules.reserves(f"http://x.example/{path}")


def test_a_pattern_of_many_stars_costs_nothing() -> None:
    """A pattern that almost fits a long path is not tried in every way there is."""
    rules = Rules("", (TdmRule("/" + "*a" * 200 + "*b", reserved=True),))

    assert not rules.reserves(f"http://x.example/{'a' * 2_000}")
