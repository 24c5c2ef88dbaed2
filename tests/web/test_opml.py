"""/feeds.opml over HTTP; the database does not matter to it."""

import httpx
import pytest
from lxml import etree

from feeds.channel import channel, channels
from tests.feeds.check import check_opml


def keys(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return the channels of a list with their forms, in order."""
    listed = [one.get("xmlUrl", "") for one in etree.fromstring(answer.content).iter("outline")]
    return [tuple(url.partition("/feeds/")[2].rsplit(".", 1)) for url in listed if url]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 2 * (1 + 34 + 63 + 21)),
        ("?form=json", 1 + 34 + 63 + 21),
        ("?form=rss&province=&topic=", 1 + 34 + 63 + 21),
        ("?province=vinh-long", 2 * (1 + 3 + 21)),
        ("?province=ha-noi&form=atom", 1 + 1 + 21),
        ("?topic=y-te", 2 * (1 + 34)),
        ("?topic=y-te&form=json", 1 + 34),
        ("?province=vinh-long&topic=y-te", 2),
    ],
)
def test_a_list_holds_what_was_asked_for(client: httpx.Client, query: str, expected: int) -> None:
    """Of everything, a province or a topic, in one form or two; known to the validator's rules."""
    answer = client.get(f"/feeds.opml{query}")
    listed = keys(answer)

    assert (200, "text/x-opml; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert expected == len(listed) == len(set(listed))
    assert [] == check_opml(answer.content)
    assert {True} == {channel(key) is not None for key, _ in listed}


def test_the_lists_of_provinces_hold_every_crossed_channel(client: httpx.Client) -> None:
    """Together with the main list nobody misses a channel."""
    main = keys(client.get("/feeds.opml?form=atom"))
    provinces = [one.province for one in channels() if one.province and not one.topic]
    crossed = [
        key for slug in provinces for key in keys(client.get(f"/feeds.opml?form=atom&province={slug}"))
    ]

    assert {(one.key, "atom") for one in channels()} == {*main, *crossed}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?province=ha-tay", 404),
        ("?topic=x", 404),
        ("?province=Hà", 422),
        ("?form=xml", 422),
        ("?form=", 422),
    ],
)
def test_what_is_not_there_is_said(client: httpx.Client, query: str, status: int) -> None:
    """A slug that is none, or a form that is none."""
    assert status == client.get(f"/feeds.opml{query}").status_code


def test_asking_again_costs_nothing(client: httpx.Client) -> None:
    """The same list has the same tag, another list another."""
    first = client.get("/feeds.opml?province=vinh-long")
    again = client.get("/feeds.opml?province=vinh-long", headers={"if-none-match": first.headers["etag"]})
    other = client.get("/feeds.opml?province=lao-cai", headers={"if-none-match": first.headers["etag"]})

    assert [200, 304, 200] == [one.status_code for one in (first, again, other)]
