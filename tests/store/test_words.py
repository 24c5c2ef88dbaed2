"""Editors' words outlive every recomputation, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.errors import BadInput, NotFound
from pipeline.model import Act, EntryId, EntryKind, Source, SourceId, StoryState
from pipeline.store import Database, stories, words
from pipeline.store.schema import entry
from tests.store.orders import orders
from tests.store.tellings import NOW, draft, send, settled

pytestmark = pytest.mark.early

BODY = (
    "Sáng nay, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m với kinh phí 3,2 tỷ đồng do dân và doanh nghiệp "
    "cùng góp. Cây cầu thay thế bến đò đã hoạt động hơn 40 năm, giúp học sinh hai ấp đến trường an toàn."
)
OTHER_BODY = (
    "Hội thi đờn ca tài tử thu hút mười hai đội với các bài bản tổ và bản vắn trong đêm khai mạc đông vui."
)
ARTICLE = draft("bai", "Khánh thành cầu Rạch Gốc", BODY, canonical_url="https://baomau.example/1")
COPY = draft("chep", "Khánh thành cầu Rạch Gốc", BODY, canonical_url="https://bao-khac.example/7")
THIRD = replace(COPY, external_id="ba", guid="ba", canonical_url="https://bao-ba.example/9")
OTHER = draft("thi", "Hội thi đờn ca tài tử", OTHER_BODY, canonical_url="https://baomau.example/2")
PAPERS = {
    name: Source(SourceId(name), f"Báo {name}", "vinh-long", None, (f"{name}.example",))
    for name in ("bao-mau", "bao-khac", "bao-ba")
}


def entry_id(db: Database, url: str) -> EntryId:
    """Return the entry of a URL."""
    with db.read() as conn:
        return words.named(conn, url)


def shape(db: Database) -> set[frozenset[str]]:
    """Return the live stories as sets of external ids."""
    with db.read() as conn:
        live = stories.page(conn, None, 100)
    return {frozenset(told.external_id for told in one.face.tellings) for one in live}


def tell(db: Database, name: str, **changes: object) -> None:
    """Tell one of the articles by its paper, as it is or changed, and settle."""
    paper, told = {
        "bai": (PAPERS["bao-mau"], ARTICLE),
        "thi": (PAPERS["bao-mau"], OTHER),
        "chep": (PAPERS["bao-khac"], COPY),
        "ba": (PAPERS["bao-ba"], THIRD),
    }[name]
    send(db, replace(told, **changes), source=paper)  # type: ignore[arg-type]
    settled(db)


def say(db: Database, word: Callable[..., object], *urls: str) -> None:
    """Say a word about entries by their URLs, and settle."""
    with db.write() as conn:
        words_about = [words.named(conn, url) for url in urls]
        word(conn, *words_about, "lan", NOW)
    settled(db)


EVENTS = ("revise", "third", "again")


@pytest.mark.parametrize("order", orders(range(len(EVENTS))))
@pytest.mark.parametrize("kind", ["merge", "split", "apart"])
def test_a_word_outlives_every_recomputation(db: Database, kind: str, order: tuple[int, ...]) -> None:
    """Revisions, a third telling of the same and repeats change nothing of what an editor said."""
    tell(db, "bai")
    tell(db, "chep")
    tell(db, "thi")
    match kind:
        case "merge":
            say(db, words.merge, "https://baomau.example/1", "https://baomau.example/2")
        case "split":
            say(db, words.split, "https://bao-khac.example/7")
        case "apart":
            say(db, words.apart, "https://bao-khac.example/7", "https://baomau.example/1")
    for event in order:
        match EVENTS[event]:
            case "revise":
                tell(db, "chep", body=f"{BODY}\n\nĐính chính tên xã.", updated=NOW + timedelta(hours=1))
            case "third":
                tell(db, "ba")
            case "again":
                with db.write() as conn:
                    conn.execute(entry.update().values(touched=entry.c.touched + 1))
                settled(db)
    found = shape(db)

    if kind == "merge":
        assert {frozenset({"bai", "chep", "ba", "thi"})} == found
    elif kind == "split":
        assert {frozenset({"bai", "ba"}), frozenset({"chep"}), frozenset({"thi"})} == found
    else:
        assert not [one for one in found if {"bai", "chep"} <= one]
        assert {"bai", "chep", "ba", "thi"} == set().union(*found)


def test_the_last_word_about_a_pair_stands(db: Database) -> None:
    """Merge undoes apart, apart undoes merge, and taking a word back brings the one before it back."""
    tell(db, "bai")
    tell(db, "thi")
    one, two = "https://baomau.example/1", "https://baomau.example/2"
    shapes = []
    for word in (words.merge, words.apart, words.merge):
        say(db, word, two, one)
        shapes.append(len(shape(db)))
    for _ in range(3):
        with db.write() as conn:
            last = words.last_word(conn, "lan")
            assert last is not None
            words.undo(conn, last.word_id, "lan", NOW + timedelta(minutes=1))
        settled(db)
        shapes.append(len(shape(db)))

    assert [1, 2, 1, 2, 1, 2] == shapes
    with db.read() as conn:
        assert words.last_word(conn, "lan") is None
        assert ["undo", "undo", "undo", "merge", "apart", "merge"] == [
            one.kind for one in words.history(conn, limit=10)
        ]


def test_a_word_is_taken_back_once(db: Database) -> None:
    """A second undoing, and one of a word that was never said, are refused."""
    tell(db, "bai")
    say(db, words.split, "https://baomau.example/1")
    with db.read() as conn:
        last = words.last_word(conn, "lan")
    assert last is not None
    with db.write() as conn:
        words.undo(conn, last.word_id, "an", NOW)
    for word_id in (last.word_id, last.word_id + 1, 999):
        with pytest.raises(NotFound), db.write() as conn:
            words.undo(conn, word_id, "an", NOW)


def test_a_word_is_about_two(db: Database) -> None:
    """Nobody merges an entry with itself, by whatever names, or with something unknown."""
    tell(db, "bai")
    with db.read() as conn:
        story_id = stories.page(conn, None, 1)[0].story_id
    for other, error in (
        (f"https://tin.example/stories/{story_id}?x=1", BadInput),
        ("nai", NotFound),
        ("", NotFound),
    ):
        with pytest.raises(error), db.write() as conn:
            words.merge(conn, "http://baomau.example/1?utm_source=x", other, "lan", NOW)


def test_an_editor_can_bring_a_story_back(db: Database) -> None:
    """A story that was withdrawn as a whole comes back as a whole, by one undoing, with its id."""
    tell(db, "bai")
    tell(db, "chep")
    with db.read() as conn:
        before = stories.page(conn, None, 10)[0]
    with db.write() as conn:
        count = words.withdraw(conn, before.story_id, "lan", NOW)
    settled(db)
    with db.read() as conn:
        gone, last = stories.get(conn, before.story_id), words.last_word(conn, "lan")
    assert gone is not None
    assert last is not None
    with db.write() as conn:
        words.undo(conn, last.word_id, "lan", NOW)
    settled(db)

    assert (2, StoryState.WITHDRAWN) == (count, gone.state)
    assert {frozenset({"bai", "chep"})} == shape(db)
    with db.read() as conn:
        assert [before.story_id] == [one.story_id for one in stories.page(conn, None, 10)]


def test_a_publishers_withdrawal_stands_when_ours_is_taken_back(db: Database) -> None:
    """What the publisher took back stays away, and another editor's word stands too."""
    tell(db, "bai")
    tell(db, "bai", act=Act.WITHDRAW, updated=NOW)
    tell(db, "thi")
    for by in ("lan", "an"):
        with db.write() as conn:
            for url in ("https://baomau.example/1", "https://baomau.example/2"):
                words.withdraw(conn, words.named(conn, url), by, NOW + timedelta(minutes=len(by)))
    with db.write() as conn:
        last = words.last_word(conn, "lan")
        assert last is not None
        words.undo(conn, last.word_id, "lan", NOW)
    settled(db)
    assert set() == shape(db)
    with db.write() as conn:
        last = words.last_word(conn, "an")
        assert last is not None
        words.undo(conn, last.word_id, "lan", NOW)
    settled(db)

    assert {frozenset({"thi"})} == shape(db)


ITEM = draft(
    "b#1",
    "Khánh thành cầu Rạch Gốc",
    BODY.partition(". Cây")[0] + ".",
    kind=EntryKind.BULLETIN_ITEM,
    guid="",
    bulletin_id="b",
    bulletin_number=1,
)
ARRIVALS = {
    "article": (PAPERS["bao-mau"], ARTICLE),
    "bulletin": (PAPERS["bao-mau"], ITEM),
    "copy": (PAPERS["bao-khac"], COPY),
    "withdrawal": (PAPERS["bao-mau"], replace(ARTICLE, act=Act.WITHDRAW, updated=NOW + timedelta(hours=2))),
}


@pytest.mark.parametrize("order", orders(ARRIVALS))
def test_a_withdrawal_takes_the_publishers_own_excerpt_along(db: Database, order: tuple[str, ...]) -> None:
    """In any order of arrival the other paper's copy alone is told, and says who took it back."""
    for name in order:
        paper, told = ARRIVALS[name]
        send(db, told, source=paper)
        settled(db)
    with db.read() as conn:
        (left,) = stories.page(conn, None, 10)

    assert ["chep"] == [told.external_id for told in left.face.tellings]
    assert ("Báo bao-mau",) == left.face.taken_back


def test_what_an_editor_takes_out_is_not_said_of_the_publisher(db: Database) -> None:
    """The other copy stays and blames nobody."""
    tell(db, "bai")
    tell(db, "chep")
    say(db, words.withdraw, "https://baomau.example/1")
    with db.read() as conn:
        (left,) = stories.page(conn, None, 10)

    assert (["chep"], ()) == ([told.external_id for told in left.face.tellings], left.face.taken_back)


def test_telling_it_again_ends_the_notice(db: Database) -> None:
    """A publisher that tells the story anew has not taken it back; nothing of the notice is left."""
    tell(db, "bai")
    tell(db, "chep")
    tell(db, "bai", act=Act.WITHDRAW, updated=NOW + timedelta(hours=1))
    with db.read() as conn:
        during = stories.page(conn, None, 10)[0].face.taken_back
    tell(db, "bai", body=f"{BODY}\n\nĐã sửa.", updated=NOW + timedelta(hours=2))
    with db.read() as conn:
        (after,) = stories.page(conn, None, 10)

    assert (("Báo bao-mau",), ()) == (during, after.face.taken_back)
    assert {frozenset({"bai", "chep"})} == shape(db)
