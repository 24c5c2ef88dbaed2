"""Channels: which there are, what they are called, and which of them a story is in."""

import re

import pytest
from hypothesis import given

from feeds.channel import FeedForm, channel, channels, channels_of
from pipeline.model import NATIONAL, Labels
from pipeline.places import areas, provinces
from pipeline.topics import topics
from tests.feeds.stories import known, labels


def test_every_unit_and_topic_has_its_channel() -> None:
    """There is one channel for all, each province, area, topic, and province × topic; keys are paths."""
    keys = [one.key for one in channels()]

    assert 1 + 34 + 63 + 21 + 34 * 21 == len(set(keys)) == len(keys)
    assert "all" == keys[0]
    assert all(re.fullmatch(r"all|(province|area|topic)/[a-z0-9-]+(/topic/[a-z0-9-]+)?", key) for key in keys)
    assert all(channel(one.key) is one for one in channels())
    assert (34, 63, 21) == (len(provinces()), len(areas()), len(topics()))


def test_titles_are_distinct() -> None:
    """No two channels bear one title, although 23 provinces bear the name of a former unit."""
    assert len(channels()) == len({one.title for one in channels()})


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("all", "Tin Tỉnh – Toàn bộ tin"),
        ("province/vinh-long", "Tin Tỉnh – Vĩnh Long"),
        ("area/ben-tre", "Tin Tỉnh – Địa bàn Bến Tre (nay thuộc Vĩnh Long)"),
        ("area/vinh-long", "Tin Tỉnh – Địa bàn Vĩnh Long cũ (trước tháng 7/2025)"),
        ("area/ha-noi", "Tin Tỉnh – Địa bàn Hà Nội"),
        ("topic/y-te", "Tin Tỉnh – Y tế"),
        ("province/vinh-long/topic/y-te", "Tin Tỉnh – Vĩnh Long – Y tế"),
    ],
)
def test_titles_tell_areas_from_provinces(key: str, title: str) -> None:
    """An area says where it belongs today, or that it is the unit of before the merger."""
    assert title == known(key).title


@pytest.mark.parametrize(
    "key", ["", "ALL", "all/", "province/ben-tre", "area/toan-quoc", "../etc/passwd", "topic/y-te/"]
)
def test_what_is_no_channel_is_none(key: str) -> None:
    """Only exact keys are channels; a former unit is no province."""
    assert channel(key) is None


def test_addresses_end_in_the_form() -> None:
    """A channel's address is its key under /feeds with the form as extension; its page has one of its own."""
    one = known("province/vinh-long/topic/y-te")

    assert "https://x.example/feeds/province/vinh-long/topic/y-te.rss" == one.url(
        "https://x.example", FeedForm.RSS
    )
    assert "https://x.example/tinh/vinh-long/chu-de/y-te" == one.page("https://x.example")
    assert "https://x.example/tin-moi" == known("all").page("https://x.example")
    assert "application/atom+xml" == FeedForm.ATOM.media_type


def test_a_story_is_in_the_channels_of_its_labels() -> None:
    """A story is in everything, its provinces, areas and topics, and provinces × topics."""
    told = Labels("vinh-long", ("vinh-long", "an-giang"), "ben-tre", ("ben-tre",), ("y-te",))

    assert {
        "all",
        "province/vinh-long",
        "province/an-giang",
        "area/ben-tre",
        "topic/y-te",
        "province/vinh-long/topic/y-te",
        "province/an-giang/topic/y-te",
    } == {one.key for one in channels_of(told)}


def test_national_news_is_in_all_and_its_topics() -> None:
    """A story about the whole country is in no province's channel."""
    assert {"all", "topic/y-te"} == {
        one.key for one in channels_of(Labels(NATIONAL, (NATIONAL,), topics=("y-te",)))
    }


@given(labels)
def test_channels_are_those_whose_every_label_the_story_bears(told: Labels) -> None:
    """A channel holds a story exactly if the story bears each of the channel's labels."""
    expected = {
        one
        for one in channels()
        if (one.province is None or one.province in told.provinces)
        and (one.area is None or one.area in told.areas)
        and (one.topic is None or one.topic in told.topics)
    }

    assert expected == channels_of(told)
