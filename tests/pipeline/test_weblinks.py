"""Link headers, as RFC 8288 writes them and as servers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.weblinks import WebLink, parse, targets

BASE = "https://baomau.example/rss/home.rss"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<https://hub.example/>; rel="hub"', [("https://hub.example/", ("hub",))]),
        ("<https://hub.example/>;rel=hub", [("https://hub.example/", ("hub",))]),
        ("</feed>; REL = self", [("https://baomau.example/feed", ("self",))]),
        ('<a,b;c>; rel="HUB self"', [("https://baomau.example/rss/a,b;c", ("hub", "self"))]),
        ('<x>; title="a \\" , <y>; rel=hub"; rel=self', [("https://baomau.example/rss/x", ("self",))]),
        ("<x>; rel=self; rel=hub", [("https://baomau.example/rss/x", ("self",))]),
        ("<x>; rel=hub, <y>; rel=self", [(f"{BASE[:-8]}x", ("hub",)), (f"{BASE[:-8]}y", ("self",))]),
        ("<x>; rel=hub, , <y>", [(f"{BASE[:-8]}x", ("hub",)), (f"{BASE[:-8]}y", ())]),
        ('<x>; rel="hub', [(f"{BASE[:-8]}x", ("",))]),
        ("<mailto:a@b.example>; rel=hub", []),
        ("<http://u:p@x.example/>; rel=hub", []),
        ("<http://[x/>; rel=hub", []),
        ('<https://hub.example/>; rel=hub; anchor="/other"', []),
        ('<x>; rel=hub; anchor=""', [(f"{BASE[:-8]}x", ("hub",))]),
        ("nothing at all", []),
        ("", []),
    ],
)
def test_links(header: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    """Quoted, relative, several, about something else, and broken."""
    found = [(link.target, link.rels or ("",)) for link in parse(header, BASE)]

    assert [(target, rels or ("",)) for target, rels in expected] == found


def test_targets_of_a_relation() -> None:
    """Each target once, in order."""
    links = parse("<a>; rel=hub, <b>; rel=self, <c>; rel=hub, <a>; rel=hub", "https://x.example/")

    assert ("https://x.example/a", "https://x.example/c") == targets(links, "hub")


@given(st.text(alphabet='<>;,="\\ abrelhub/:[]@#?', max_size=300))
def test_any_header_is_survived(header: str) -> None:
    """Whatever a server sends, targets are absolute http(s) addresses."""
    assert all(link.target.startswith(("http://", "https://")) for link in parse(header, BASE))


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(["hub", "self", "next"])), max_size=20))
def test_what_is_written_is_read(made: list[tuple[int, str]]) -> None:
    """A header made of links reads back as those links."""
    header = ", ".join(f'<https://x.example/{number}>; rel="{rel}"' for number, rel in made)

    assert tuple(WebLink(f"https://x.example/{number}", (rel,)) for number, rel in made) == parse(
        header, BASE
    )
