"""Same story or not: pairs, and the grouping of all evidence."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import Edge, Group, Member, Relation, Side, Word, WordKind, decide, group
from pipeline.guards import contradiction
from pipeline.model import Basis, EntryId, EntryKind, Precision, Rights, SourceId, When
from pipeline.similarity import Fingerprint, Likeness, beside, fingerprint
from tests.store.tellings import draft

DAY = When(datetime(2026, 11, 20, tzinfo=UTC), Precision.DAY, Basis.FEED)
LEAD = (
    "Chiều 20/11, đoàn công tác kiểm tra tiến độ đê bao ấp Phú Long dài 2,4 km, khối lượng đã đạt 85% và dự "
    "kiến bàn giao trước ngày 15/12 để bảo vệ 310 ha vườn cây ăn trái trong mùa triều cường."
)
REST = (
    "\n\nTrưởng đoàn đề nghị nhà thầu tăng ca, huyện bố trí lực lượng trực và người dân không trồng cây lấn "
    "hành lang bảo vệ. Công trình có tổng mức đầu tư 18 tỷ đồng từ ngân sách tỉnh và khởi công hồi tháng 6."
)


def side(name: str, title: str, body: str, **fields: object) -> Side:
    """Return one side of a pair with the given text."""
    told = draft(name, title, body, published=DAY)
    made = Side(
        entry_id=EntryId(name),
        source_id=SourceId("s"),
        kind=EntryKind.ARTICLE,
        bulletin_id="",
        bulletin_number=0,
        print=fingerprint(told),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


ARTICLE = side("a", "Kiểm tra tiến độ đê bao Phú Long", LEAD + REST)


def test_excerpt_joins() -> None:
    """An item that repeats the first paragraph is in the article, whatever its own title."""
    item = side("b", "Kiểm tra đê bao", LEAD, kind=EntryKind.BULLETIN_ITEM, bulletin_number=2)

    found = decide(ARTICLE, item)

    assert Relation.JOIN == found.relation
    assert found.score > 0.9
    assert "mục 2 của Bản tin" in found.because
    assert "20/11/2026" in found.because


@pytest.mark.parametrize(
    ("old", "new"),
    [("20/11", "21/11"), ("85%", "75%"), ("310 ha", "130 ha"), ("2,4 km", "4,2 km")],
)
def test_swapped_fact_stays_apart(old: str, new: str) -> None:
    """The same words with one other number are another story."""
    twin = side("b", "Kiểm tra tiến độ đê bao", LEAD.replace(old, new) + REST)

    assert Relation.APART == decide(ARTICLE, twin).relation


@pytest.mark.parametrize(
    ("old", "new"),
    [("85%", "75%"), ("310 ha", "130 ha"), ("Phú Long dài 2,4 km, khối lượng đã", "Phú Lộc dài 4,2 km,")],
)
def test_a_copy_of_what_was_corrected_stays(old: str, new: str) -> None:
    """What an older text says counts for the entry as a whole: its numbers are not missing from a copy."""
    copy = side("b", "Đê bao Phú Long sắp xong", LEAD + REST)
    twin = side("a", "Kiểm tra tiến độ đê bao", (LEAD + REST).replace(old, new))
    told = replace(twin.print, facts=beside(twin.print.facts, (ARTICLE.print.facts,)))

    found = decide(replace(twin, print=told), copy)

    assert (Relation.APART, Relation.JOIN) == (decide(twin, copy).relation, found.relation)
    assert "theo bản trước khi sửa" in found.because


def test_title_years_contradict() -> None:
    """Yearly look-alikes stay apart by the year in the title alone."""
    text = "Phát động phong trào thi đua yêu nước trên địa bàn toàn tỉnh với nhiều nội dung thiết thực. " * 4

    found = decide(
        side("a", "Phát động thi đua năm 2025", text), side("b", "Phát động thi đua năm 2026", text)
    )

    assert Relation.APART == found.relation
    assert "2025" in found.because


def test_document_numbers_contradict() -> None:
    """Two texts about different documents are different stories."""
    one = replace(ARTICLE.print.facts, docs=frozenset({"12/KH-UBND"}))
    other = replace(ARTICLE.print.facts, docs=frozenset({"13/KH-UBND"}))

    assert contradiction(one, other, UNLIKE) is not None


def test_place_told_contradicts_and_unknown_does_not() -> None:
    """One text put to two provinces is two stories; a text that names none contradicts nothing."""
    here, there = (
        side(name, "Kiểm tra đê bao", f"Đoàn công tác tỉnh {province} vừa họp.\n\n{LEAD}{REST}")
        for name, province in (("b", "Cà Mau"), ("c", "Nghệ An"))
    )

    assert Relation.APART == decide(here, there).relation
    assert "(Nghệ An ≠ Cà Mau)" in decide(here, there).because
    assert Relation.JOIN == decide(ARTICLE, here).relation


def test_a_date_agrees_with_itself_without_year() -> None:
    """The date 20/11 in an item agrees with 20/11/2026 in the article."""
    item = side("b", "Kiểm tra đê bao", LEAD.replace("20/11", "20/11/2026"))

    assert Relation.JOIN == decide(ARTICLE, item).relation


def test_days_apart_want_more() -> None:
    """A text weeks later joins only if it is a copy, months later never."""
    later, weeks = (
        replace(ARTICLE.print, shape=replace(ARTICLE.print.shape, day=day))
        for day in (date(2027, 3, 1), date(2026, 12, 20))
    )

    assert Relation.NONE == decide(ARTICLE, replace(ARTICLE, entry_id=EntryId("b"), print=later)).relation
    assert Relation.JOIN == decide(ARTICLE, replace(ARTICLE, entry_id=EntryId("b"), print=weeks)).relation


def test_link_is_evidence_but_not_alone() -> None:
    """A real "tại đây" link joins texts that share something, and not texts that share nothing."""
    item = side("b", "Đê bao", LEAD[:90], links=frozenset({"https://x.example/1"}))
    stranger = side("c", "Bóng đá", "Đội tuyển nữ thắng trận. " * 9, links=frozenset({"https://x.example/1"}))
    article = replace(ARTICLE, urls=frozenset({"https://x.example/1"}))

    assert Relation.JOIN == decide(article, item).relation
    assert Relation.NONE == decide(article, stranger).relation


def test_items_of_one_bulletin_never_join() -> None:
    """Two items of the same bulletin are two things, however alike."""
    one = replace(ARTICLE, bulletin_id="b1", bulletin_number=1, kind=EntryKind.BULLETIN_ITEM)
    two = replace(one, entry_id=EntryId("b"), bulletin_number=2)

    assert Relation.APART == decide(one, two).relation


UNLIKE = Likeness(part=0.2, back=0.1, words=0.3, title=0, headline=0)
PRINTS = st.builds(
    lambda title, body: fingerprint(draft("x", title, body)),
    st.text("ab 12/.\n", max_size=30),
    st.text("abcd 123/.,%\n", max_size=120),
)


@given(PRINTS, PRINTS)
def test_decide_is_symmetric(one: Fingerprint, other: Fingerprint) -> None:
    """The order of the two sides changes nothing."""
    a, b = (
        replace(ARTICLE, entry_id=EntryId("a"), print=one),
        replace(ARTICLE, entry_id=EntryId("b"), print=other),
    )

    assert decide(a, b) == decide(b, a)


NAMES = [EntryId(name) for name in "abcdefgh"]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[EntryId, Member], list[Edge], list[Word]]:
    """Return some entries, edges between them and editors' words."""
    members = {
        name: Member(
            entry_id=name,
            source_id=SourceId(draw(st.sampled_from(["s", "t"]))),
            kind=draw(st.sampled_from(list(EntryKind))),
            has_body=draw(st.booleans()),
            length=draw(st.integers(1, 5)),
            published=replace(DAY, at=datetime(2026, 11, draw(st.integers(1, 3)), tzinfo=UTC)),
            credited=draw(st.booleans()),
            official=draw(st.booleans()),
            rights=draw(st.sampled_from(list(Rights))),
            withdrawn=draw(st.integers(0, 5)) == 0,
        )
        for name in NAMES
    }
    pairs = [(a, b) for a in NAMES for b in NAMES if a < b]
    edges = [
        Edge(
            a,
            b,
            draw(st.sampled_from([Relation.JOIN, Relation.JOIN, Relation.APART])),
            draw(st.sampled_from([0.8, 0.9, 1.0])),
            "",
        )
        for a, b in draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14))
    ]
    words = draw(
        st.lists(
            st.builds(
                lambda pair, kind: Word(kind, pair[0], None if kind is WordKind.SPLIT else pair[1]),
                st.sampled_from(pairs),
                st.sampled_from(list(WordKind)),
            ),
            max_size=3,
        )
    )
    return members, edges, words


@given(worlds(), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_order(
    world: tuple[dict[EntryId, Member], list[Edge], list[Word]], random: object
) -> None:
    """Shuffled members and edges give the same groups (law 4)."""
    members, edges, words = world
    names, shuffled = list(members), list(edges)
    random.shuffle(names)  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert group(members, edges, words) == group({name: members[name] for name in names}, shuffled, words)


@given(worlds())
def test_groups_partition_the_living(world: tuple[dict[EntryId, Member], list[Edge], list[Word]]) -> None:
    """Every entry is in at most one group, no withdrawn one in any, and the lead is a member."""
    members, edges, words = world
    groups = group(members, edges, words)
    told = [name for one in groups for name in one.members]

    assert len(told) == len(set(told))
    assert not any(members[name].withdrawn for name in told)
    assert all(one.lead == one.members[0] for one in groups)


@given(worlds())
def test_contradicting_entries_never_meet_unforced(
    world: tuple[dict[EntryId, Member], list[Edge], list[Word]],
) -> None:
    """Without an editor's word no group holds two entries that contradict each other (law 7)."""
    members, edges, _ = world
    apart = [{edge.a, edge.b} for edge in edges if edge.relation is Relation.APART]

    for one in group(members, edges, []):
        assert not any(pair <= set(one.members) for pair in apart)


def test_article_leads_over_item_and_original_over_copy() -> None:
    """The lead is a full article, and of two the one that credits nobody."""
    base = Member(
        EntryId("a"), SourceId("s"), EntryKind.BULLETIN_ITEM, True, 9, DAY, False, True, Rights.FULL
    )
    copy = replace(base, entry_id=EntryId("b"), kind=EntryKind.ARTICLE, credited=True)
    original = replace(copy, entry_id=EntryId("c"), credited=False, official=False)
    edges = [Edge(EntryId(a), EntryId(b), Relation.JOIN, 1.0, "") for a, b in ("ab", "ac", "bc")]

    [found] = group({one.entry_id: one for one in (base, copy, original)}, edges, [])

    assert Group(EntryId("c"), (EntryId("c"), EntryId("a"), EntryId("b"))) == found


@given(worlds())
def test_parted_entries_never_meet(world: tuple[dict[EntryId, Member], list[Edge], list[Word]]) -> None:
    """Two entries that an editor's last word about them keeps apart are in no group together."""
    members, edges, words = world
    last: dict[tuple[EntryId, EntryId], WordKind] = {}
    for word in words:
        if word.b is not None:
            last[word.a, word.b] = word.kind
    groups = group(members, edges, words)

    for (a, b), kind in last.items():
        assert kind is WordKind.MERGE or not any({a, b} <= set(one.members) for one in groups)


def test_the_last_word_about_a_pair_stands() -> None:
    """Apart undoes merge, merge undoes apart; apart holds against a third entry that both join."""
    base = Member(NAMES[0], SourceId("s"), EntryKind.ARTICLE, True, 9, DAY, False, False, Rights.FULL)
    members = {name: replace(base, entry_id=name) for name in NAMES[:3]}
    a, b, c = members
    edges = [Edge(a, c, Relation.JOIN, 0.9, ""), Edge(b, c, Relation.JOIN, 0.8, "")]
    apart, merge = Word(WordKind.APART, a, b), Word(WordKind.MERGE, b, a)

    assert [3] == [len(one.members) for one in group(members, edges, [])]
    assert [2, 1] == [len(one.members) for one in group(members, edges, [merge, apart])]
    assert [3] == [len(one.members) for one in group(members, edges, [apart, merge])]


def test_a_follow_up_is_another_story() -> None:
    """What happened next at the same place is news of its own, however many names it shares."""
    later = (
        "Người dân ấp Phú Long vừa kiến nghị bồi thường hoa màu bị ảnh hưởng khi thi công tuyến đê bao. "
        "Chủ tịch xã cho biết đã có 27 hộ gửi đơn, tổng diện tích 3,5 ha, phần lớn là vườn nhãn. Xã họp dân "
        "vào cuối tuần để thống nhất mức hỗ trợ trước khi trình huyện xem xét."
    )
    found = decide(ARTICLE, side("b", "Dân Phú Long kiến nghị bồi thường khi làm đê bao", later))

    assert found.relation in (Relation.REVIEW, Relation.NONE)
