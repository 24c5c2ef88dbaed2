"""The entry that says what a channel's name means since July 2025."""

import pytest

from feeds.channel import FeedForm, channels
from feeds.head import Head
from feeds.notices import MERGED_ON, notices
from feeds.render import document, fragments, own_links
from tests.feeds.check import check_atom, check_json, check_rss
from tests.feeds.stories import SITE, known


def test_every_name_that_means_more_now_is_explained() -> None:
    """23 provinces of today are larger than the unit whose name they bear, 52 areas are parts of one."""
    explained = [one for one in channels() if not one.topic and notices(one, SITE)]

    assert 23 == sum(bool(one.province) for one in explained)
    assert 52 == sum(bool(one.area) for one in explained)


@pytest.mark.parametrize(
    ("key", "title", "text"),
    [
        (
            "province/vinh-long",
            "Từ ngày 1/7/2025, Vĩnh Long gồm cả Bến Tre và Trà Vinh",
            (
                "<p>Kênh này đưa tin của Vĩnh Long theo địa giới hiện nay, "
                "gồm Bến Tre, Trà Vinh và Vĩnh Long cũ.</p>"
                "<p>Nếu chỉ muốn đọc tin của một địa bàn, mời bạn theo dõi kênh riêng: "
                "BEN_TRE, TRA_VINH, VINH_LONG.</p>"
            ),
        ),
        (
            "area/ben-tre",
            "Bến Tre nay thuộc Vĩnh Long; kênh này vẫn theo địa bàn Bến Tre",
            (
                "<p>Từ ngày 1/7/2025, Bến Tre thuộc Vĩnh Long. "
                "Kênh này vẫn chỉ đưa tin của địa bàn Bến Tre.</p>"
                "<p>Muốn đọc tin của cả Vĩnh Long hiện nay, mời bạn theo dõi kênh WHOLE.</p>"
            ),
        ),
        (
            "area/vinh-long",
            "Kênh này theo địa bàn Vĩnh Long trước ngày 1/7/2025",
            (
                "<p>Từ ngày 1/7/2025, Vĩnh Long gồm cả Bến Tre và Trà Vinh. "
                "Kênh này vẫn chỉ đưa tin của địa bàn Vĩnh Long cũ.</p>"
                "<p>Muốn đọc tin của cả Vĩnh Long hiện nay, mời bạn theo dõi kênh WHOLE.</p>"
            ),
        ),
    ],
)
def test_a_notice_names_what_is_meant_and_where_the_rest_is(key: str, title: str, text: str) -> None:
    """It names the parts, links the channels of the other meaning, and is dated when the meaning changed."""
    names = {"BEN_TRE": "Bến Tre", "TRA_VINH": "Trà Vinh", "VINH_LONG": "Vĩnh Long cũ", "WHOLE": "Vĩnh Long"}
    keys = {
        "BEN_TRE": "area/ben-tre",
        "TRA_VINH": "area/tra-vinh",
        "VINH_LONG": "area/vinh-long",
        "WHOLE": "province/vinh-long",
    }
    for mark, name in names.items():
        text = text.replace(mark, f'<a href="{known(keys[mark]).page(SITE.base_url)}">{name}</a>')
    (made,) = notices(known(key), SITE)

    assert (title, text) == (made.title, made.summary)
    assert (SITE.tag(f"notice/{key}"), "2025-07-01T00:00:00+07:00") == (made.id, made.updated.isoformat())


def test_a_provinces_channels_carry_the_same_notice() -> None:
    """The notice of a province's topic is the province's: one id, one text."""
    assert notices(known("province/vinh-long"), SITE) == notices(known("province/vinh-long/topic/y-te"), SITE)


@pytest.mark.parametrize("key", ["all", "topic/y-te", "province/ha-noi", "area/ha-noi"])
def test_names_that_mean_what_they_meant_have_none(key: str) -> None:
    """What never changed needs no word."""
    assert () == notices(known(key), SITE)


def test_every_notice_breaks_no_rule() -> None:
    """A document of nothing but its notice is valid in all three forms."""
    checks = {FeedForm.ATOM: check_atom, FeedForm.RSS: check_rss, FeedForm.JSON: check_json}
    found = []
    for one in channels():
        if one.topic or not (told := notices(one, SITE)):
            continue
        for form, check in checks.items():
            head = Head(one, SITE, form, MERGED_ON, own_links(one, form, SITE))
            found += check(document(head, [fragments(said).form(form) for said in told]))

    assert [] == found
