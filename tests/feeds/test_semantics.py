"""What needs more than one document: each kind of disagreement is found, and agreement is silent."""

import pytest

from tests.feeds import good_documents as good
from tests.feeds.rules import rule_of
from tests.feeds.semantics import BROKEN_BY_SETS, chain, channel, differing

LIVE = f"{good.BASE}/feeds/province/vinh-long.atom"
PART = f"{good.BASE}/feeds/province/vinh-long/archive/2026-11-{{}}.atom"
URLS = {form: f"{good.BASE}/feeds/province/vinh-long.{form}" for form in ("atom", "rss", "json")}
ORDER = [f"{good.TAG}story/s2", f"{good.TAG}story/s1"]
FORMS = {"atom": good.ATOM, "rss": good.RSS, "json": good.JSON}
WRONG = [
    ("LinkIsNotThePage", "rss", f"<link>{good.PAGE}", f"<link>{good.HUB}"),
    (
        "LinkIsNotThePage",
        "json",
        f'"home_page_url": "{good.PAGE}"',
        '"home_page_url": "https://tin.example/"',
    ),
    ("SelfIsNotTheAddress", "atom", "/province/vinh-long.atom", "/all.atom"),
    ("HubIsMissing", "rss", 'rel="hub"', 'rel="up"'),
    ("HubIsMissing", "json", '"hubs"', '"_hubs"'),
    ("OrderIsNotSince", "atom", "story/s1", "story/s3"),
    ("ChannelsDisagree", "json", "story/s1", "story/s3"),
]


def _channel(forms: dict[str, str]) -> list[str]:
    documents = {form: text.encode() for form, text in forms.items()}
    return channel(documents, page=good.PAGE, urls=URLS, hub=good.HUB, order=ORDER)


def _parts(newer: str = "", older: str = "", live: str = "") -> dict[str, bytes]:
    """Return a live document and two archive parts, with one text put in place of another in each."""

    def said(text: str, change: str) -> bytes:
        before, _, after = change.partition(" → ")
        assert before in text
        return text.replace(before, after).encode()

    part = good.ARCHIVE.replace("story/s", "story/a")
    last = part.replace("2026-11-2.atom", "2026-11-1.atom!").replace('2026-11-1.atom"', '2026-11-2.atom"')
    last = last.replace("atom!", "atom").replace('rel="prev-archive"', 'rel="next-archive"')
    return {
        LIVE: said(good.ATOM.replace("2026-11-1.atom", "2026-11-2.atom"), live),
        PART.format(2): said(part, newer),
        PART.format(1): said(last.replace("story/a", "story/b"), older),
    }


def test_agreeing_documents_are_silent() -> None:
    """Three forms of one channel, and a live document with two archives, have no problem."""
    ids, problems = chain("atom", _parts(), LIVE)

    assert [] == _channel(FORMS)
    assert [] == problems
    assert ["s2", "s1", "a2", "a1", "b2", "b1"] == [one.rpartition("/")[2] for one in ids]


@pytest.mark.parametrize(("rule", "form", "before", "after"), WRONG)
def test_a_channel_that_is_not_what_it_says_is_found(rule: str, form: str, before: str, after: str) -> None:
    """A wrong page, address, hub, order or entry in one form is reported."""
    assert before in FORMS[form]

    problems = _channel(FORMS | {form: FORMS[form].replace(before, after, 1)})
    assert rule in {rule_of(one) for one in problems}


@pytest.mark.parametrize("form", FORMS)
def test_an_entry_that_differs_between_channels_is_found(form: str) -> None:
    """One letter in one channel is enough."""
    data = FORMS[form].encode()
    other = data.replace("cầu số 2".encode(), "cầu số 3".encode(), 1)

    assert [] == differing([("all", form, data), ("province/vinh-long", form, data)])
    assert ["EntryDiffers"] == [
        rule_of(one) for one in differing([("all", form, data), ("topic", form, other)])
    ]


@pytest.mark.parametrize(
    "parts",
    [
        _parts(newer='rel="current" → rel="up"'),
        _parts(newer="<fh:archive/> → "),
        _parts(older='rel="next-archive" → rel="up"'),
        _parts(newer="2026-11-1.atom → 2026-11-0.atom"),
        _parts(older='rel="next-archive" → rel="prev-archive"'),
        _parts(newer="/2026-11-2.atom → /2026-12-2.atom"),
    ],
)
def test_a_broken_chain_of_archives_is_found(parts: dict[str, bytes]) -> None:
    """A part that is missing, is none, or does not name its neighbours is reported."""
    _, problems = chain("atom", parts, LIVE)

    assert {"ChainIsBroken"} == {rule_of(one) for one in problems}


def test_every_rule_about_sets_is_broken_above() -> None:
    """No rule of this kind goes without a wrong set."""
    assert {rule for rule, *_ in WRONG} | {"EntryDiffers", "ChainIsBroken"} == BROKEN_BY_SETS
