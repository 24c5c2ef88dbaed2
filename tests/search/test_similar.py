"""Which stories are like one, and why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Basis, DocumentMention, Officeholder, Precision, Role, Story, When
from pipeline.store import open_database, stories
from search.index import Index
from search.similar import candidates, ranked
from search.sync import sync
from tests.engine_fixtures import Lent
from tests.store.tellings import NOW, draft, send, settled

DAY_ONE = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
FLOOD, AFTER, PLAN, ROAD, MATCH = TITLES = (
    "Nước lũ tràn qua đê bao Tân Hưng",
    "Sau lũ, đê bao Tân Hưng được gia cố",
    "Kế hoạch trồng rừng phòng hộ ven biển",
    "Giao thông đường thủy mùa lễ hội",
    "Chung kết bóng chuyền bãi biển nữ",
)
SUMMARIES = (
    "Rạng sáng nay nước tràn qua đê bao, bốn xã phải di dời dân.",
    "Hai trăm người gia cố đoạn đê bao bị tràn tuần trước.",
    "Kế hoạch số 90/KH-UBND giao các huyện trồng mới năm trăm héc ta.",
    "Tàu thuyền về bến theo Kế hoạch số 90/KH-UBND của tỉnh.",
    "Hai đội mạnh nhất giải gặp nhau chiều nay.",
)
MAYOR = Officeholder("Lê Văn Mẫu", "Chủ tịch UBND tỉnh", "Vĩnh Long")


@pytest.fixture(scope="module")
def shelf(meilisearch: Lent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, list[Story]]]:
    """Five stories, two days apart; two of a flood, two that name a document."""
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('similar') / 'tintinh.db'}")
    db.migrate()
    for number, (title, summary) in enumerate(zip(TITLES, SUMMARIES, strict=True)):
        published = When(DAY_ONE + timedelta(days=2 * number), Precision.SECOND, Basis.FEED)
        told = draft(f"bai-{number}", title, summary, published=published, summary=summary)
        role = Role.ISSUES if title == PLAN else Role.CITES
        if title in (PLAN, ROAD):
            told = replace(told, documents=(DocumentMention("90/KH-UBND", role),))
        if title in (FLOOD, MATCH):
            told = replace(told, people=(MAYOR,))
        send(db, told)
    settled(db)
    index = Index(meilisearch.url, meilisearch.key, f"similar-{Path(db.url).parent.name}")
    while sync(db, index, NOW).more:
        pass
    with db.read() as conn:
        yield index, stories.page(conn, None, 10)
    index.drop(index.name)
    db.close()


def near(shelf: tuple[Index, list[Story]], title: str) -> list[str]:
    """The titles of the stories like one."""
    index, known = shelf
    (story,) = (one for one in known if one.face.title == title)
    ids = candidates(index, story)
    return [one.story.face.title for one in ranked(story, [one for one in known if one.story_id in ids])]


def test_the_same_event_comes_first(shelf: tuple[Index, list[Story]]) -> None:
    """A follow-up is found by its words, in both directions; the story itself never."""
    assert AFTER == near(shelf, FLOOD)[0]
    assert FLOOD == near(shelf, AFTER)[0]
    assert all(title not in near(shelf, title) for title in TITLES)


def test_a_document_in_common_counts(shelf: tuple[Index, list[Story]]) -> None:
    """Who cites a plan stands beside the story that issued it, whatever its words."""
    index, known = shelf
    plan, road = (next(one for one in known if one.face.title == title) for title in (PLAN, ROAD))
    (found,) = (one for one in ranked(plan, known) if one.story.story_id == road.story_id)

    assert road.story_id in candidates(index, plan)
    assert ("90/KH-UBND",) == found.documents


def test_an_official_alone_is_not_enough(shelf: tuple[Index, list[Story]]) -> None:
    """Who is named everywhere makes no two stories alike."""
    assert MATCH not in near(shelf, FLOOD)


@given(st.lists(st.integers(0, 4), max_size=8))
def test_the_order_of_candidates_does_not_count(shelf: tuple[Index, list[Story]], order: list[int]) -> None:
    """Ranking is a function of the stories."""
    _, known = shelf
    some = [known[place] for place in dict.fromkeys(order)]

    assert ranked(known[0], some) == ranked(known[0], some[::-1])
