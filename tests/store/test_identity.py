"""Which texts are one entry: the same address or id, and what publishers really do with both."""

import json
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline.history import happened
from pipeline.model import Act, Basis, ChangeKind, Draft, Form, Given, Precision, Source, SourceId, When
from pipeline.stages import receive
from pipeline.store import Database, codec, export, open_database, receipts, sources
from pipeline.store import stories as story_store
from pipeline.store.schema import version
from pipeline.urls import canonical
from tests.store.orders import orders
from tests.store.tellings import NOW, PAPER, HandedOver, clock, draft, drain, send, settled

pytestmark = pytest.mark.early

FIRST = (
    "Sáng nay, xã Hòa Lộc khánh thành cầu Rạch Gốc dài 48 m với kinh phí 3,2 tỷ đồng do dân và doanh nghiệp "
    "cùng góp. Cây cầu thay thế bến đò đã hoạt động hơn 40 năm, giúp học sinh hai ấp đến trường an toàn."
)
MENDED = FIRST.replace("3,2 tỷ đồng", "3,4 tỷ đồng") + (
    "\n\nChủ tịch xã cảm ơn các nhà hảo tâm và mong bà con giữ gìn công trình."
)
OTHER = (
    "Hội Nông dân xã mở lớp tập huấn kỹ thuật trồng bưởi da xanh cho 60 hộ, hướng dẫn tỉa cành, bón phân "
    "hữu cơ và ghi nhật ký canh tác theo yêu cầu của doanh nghiệp thu mua."
)
COMMUNE = Source(SourceId("xa-hoa-loc"), "Cổng xã Hòa Lộc", "dong-thap", "dong-thap", ("hoaloc.example",))
HOST = "https://baomau.example"


def told(path: str, title: str, body: str, guid: str = "", hours: int = 0, **fields: object) -> Draft:
    """Return an article of a feed at an address, as the paper told it some hours after the first."""
    at = datetime(2026, 11, 20, 1, 0, tzinfo=UTC) + timedelta(hours=hours)
    url = f"{HOST}/{path}"
    return draft(
        guid or canonical(url),
        title,
        body,
        guid=guid,
        url=url,
        canonical_url=canonical(url),
        published=When(at, Precision.SECOND, Basis.FEED),
        **fields,
    )


def give(db: Database, form: Form, *drafts: Draft, source: Source = PAPER, settle: bool = True) -> None:
    """Commit drafts as one receipt of a form, read and settled at once unless told otherwise."""
    body = json.dumps([codec.dump_draft(one) for one in drafts]).encode()
    with db.write() as conn:
        sources.ensure(conn, source)
        receipts.add(
            conn,
            source_id=source.source_id,
            form=form,
            content=receipts.pack(body),
            given=Given(),
            received_at=NOW,
        )
    if settle:
        drain(db, HandedOver(), clock)


def lines(db: Database) -> list[dict[str, object]]:
    """Return the export lines."""
    with db.read() as conn:
        return list(export.lines(conn, text=True))


def entries(db: Database) -> set[frozenset[str]]:
    """Return the entries as sets of external ids."""
    found: dict[object, set[str]] = {}
    for line in lines(db):
        found.setdefault(line["entry_id"], set()).add(str(line["external_id"]))
    return {frozenset(names) for names in found.values()}


def verdicts(db: Database) -> dict[str, str]:
    """Return what the export says of each external id."""
    return {str(line["external_id"]): line["decision"]["verdict"] for line in lines(db)}  # type: ignore[index]


def stories(db: Database) -> int:
    """Return how many stories there are."""
    return len({line["story_id"] for line in lines(db)})


SPELLINGS = (
    (
        "https://baomau.example/tin/cau-moi",
        "http://www.baomau.example/tin/cau-moi/?utm_source=rss&fbclid=x#y",
    ),
    ("https://baomau.example/tin/cau-moi", "https://m.baomau.example/tin/cau-moi"),
    ("https://cong.example/web/so/-/cau-moi", "https://cong.example/w/cau-moi"),
    (
        "https://baodongkhoi.vn/cau-moi-a109982.html",
        "https://dongkhoi.baovinhlong.vn/cau-moi-a109982.html",
    ),
)


@pytest.mark.parametrize("urls", SPELLINGS)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_another_spelling_of_the_address_revises(
    db: Database, urls: tuple[str, str], order: tuple[int, int]
) -> None:
    """The same page under another spelling, with another id and text, is a version, in either order."""
    texts = (FIRST, MENDED)
    drafts = [
        draft(str(at), "Khánh thành cầu", texts[at], url=urls[at], canonical_url=canonical(urls[at]))
        for at in (0, 1)
    ]
    for at in order:
        send(db, drafts[at])
    settled(db)

    assert {frozenset({"0", "1"})} == entries(db)
    assert ["NEW", "REVISES"] == sorted(verdicts(db).values())


PROVEN = (
    ("109982", "khanh-thanh-cau-a109982.html", "cau-rach-goc-thong-xe-a109982.html"),
    ("https://baomau.example/?p=71", "2026/11/khanh-thanh-cau", "2026/11/cau-rach-goc-thong-xe"),
)


@pytest.mark.parametrize(("guid", "old", "new"), PROVEN)
@pytest.mark.parametrize("order", orders(range(3)))
def test_a_changed_slug_revises(db: Database, guid: str, old: str, new: str, order: tuple[int, ...]) -> None:
    """A CMS that keeps its number and changes the slug has told one article, in any order."""
    drafts = (
        told(old, "Khánh thành cầu", FIRST, guid),
        told(new, "Cầu Rạch Gốc thông xe", MENDED, guid, hours=2),
        told(new, "Cầu Rạch Gốc thông xe", f"{MENDED}\n\n{OTHER}", guid, hours=3),
    )
    for at in order:
        give(db, Form.FEED, drafts[at])
    (line,) = lines(db)

    assert ((guid, 3, True), {guid: "REVISES"}) == (
        (line["external_id"], line["version"], line["current"]),
        verdicts(db),
    )


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_guid_that_proves_nothing_joins_what_is_alike(db: Database, order: tuple[int, int]) -> None:
    """With a guid of no known make the slug's change is two entries, and one story."""
    guid = "0b6c2f6e-4ab5-4b2b-9a53-6f0a3c7be911"
    drafts = (told("cau-cu", "Khánh thành cầu", FIRST, guid), told("cau-moi", "Thông cầu", MENDED, guid))
    for at in order:
        give(db, Form.FEED, drafts[at])

    assert (2, 1) == (len({line["entry_id"] for line in lines(db)}), stories(db))


@pytest.mark.parametrize(
    "guid", ["0", "https://baomau.example/", "20261120", "https://baomau.example/muc/12345"]
)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_guid_for_all_makes_nothing_one(db: Database, guid: str, order: tuple[int, int]) -> None:
    """A feed that gives each article the same guid tells as many stories as articles."""
    drafts = (
        told("muc/12345/khanh-thanh-cau-a109982-20261120.html", "Khánh thành cầu", FIRST, guid),
        told("muc/12345/tap-huan-trong-buoi-a109983-20261120.html", "Tập huấn trồng bưởi", OTHER, guid),
    )
    for at in order:
        give(db, Form.FEED, drafts[at])

    assert 2 == len({line["entry_id"] for line in lines(db)}) == stories(db)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_pushed_id_outlives_its_address(db: Database, order: tuple[int, int]) -> None:
    """By webhook the id is a promise: a changed address and text revise."""
    drafts = (
        told("cau-cu", "Khánh thành cầu", FIRST, "30412"),
        told("cau-moi", "Cầu thông xe", OTHER, "30412", hours=1),
    )
    for at in order:
        give(db, Form.PUSH, drafts[at])
    (line,) = lines(db)

    assert ("30412", "Cầu thông xe", 2) == (line["external_id"], line["title"], line["version"])


def test_a_withdrawal_by_id_needs_no_known_address(db: Database) -> None:
    """Who takes an article back under its new address takes it back."""
    give(db, Form.FEED, told("cau-cu", "Khánh thành cầu", FIRST, "30412"))
    give(db, Form.PUSH, told("cau-moi", "", "", "30412", hours=9, act=Act.WITHDRAW))
    (line,) = lines(db)

    assert (False, None) == (line["current"], line["decision"])


def test_ids_of_two_files_are_not_one(db: Database) -> None:
    """Records of nobody in particular count from one in each file: the address tells them apart."""
    give(db, Form.RECORD, told("cau", "Khánh thành cầu", FIRST, "1"))
    give(db, Form.RECORD, told("buoi", "Tập huấn trồng bưởi", OTHER, "1"))

    assert 2 == len({line["entry_id"] for line in lines(db)}) == stories(db)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("source", [COMMUNE, PAPER], ids=["another source", "the same source"])
def test_a_repost_a_month_later_is_a_copy(db: Database, source: Source, order: tuple[int, int]) -> None:
    """The same words under another address thirty days later are an entry of their own that repeats."""
    later = told("web/xa/-/cau", "Khánh thành cầu Rạch Gốc", FIRST, "tin-9", hours=30 * 24)
    handed = ((told("cau-1", "Khánh thành cầu Rạch Gốc", FIRST, "bai-1"), PAPER), (later, source))
    for at in order:
        give(db, Form.FEED, handed[at][0], source=handed[at][1])

    assert ({"bai-1": "NEW", "tin-9": "REPEATS"}, 1) == (verdicts(db), stories(db))
    assert [1, 1] == [line["version"] for line in lines(db)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_page_that_is_written_anew_is_a_revision(db: Database, order: tuple[int, int]) -> None:
    """The yearly page at one address: the newest text stands, the old one stays as a version."""
    drafts = (
        told("lich-cong-tac", "Lịch công tác năm 2025", FIRST, "lich", hours=-8_000),
        told("lich-cong-tac", "Lịch công tác năm 2026", OTHER, "lich"),
    )
    for at in order:
        give(db, Form.FEED, drafts[at])
    (line,) = lines(db)

    assert ("Lịch công tác năm 2026", 2, True) == (line["title"], line["version"], line["current"])


@pytest.mark.parametrize("hours", [-1, 3], ids=["the reprint leads", "the paper leads"])
@pytest.mark.parametrize("order", orders(range(3)))
def test_a_correction_leaves_the_reprint_in_the_story(
    db: Database, order: tuple[int, ...], hours: int
) -> None:
    """A paper corrects a number that a reprint still has: one story, whichever leads and came first."""
    mended = FIRST.replace("dài 48 m", "dài 84 m").replace("3,2 tỷ", "2,3 tỷ")
    reprint = told("web/xa/-/cau", "Cầu Rạch Gốc thông xe", f"{FIRST} (Theo Báo Mẫu)", "tin-9", hours=hours)
    handed = (
        (told("cau", "Khánh thành cầu Rạch Gốc", FIRST, "bai-1"), PAPER),
        (reprint, COMMUNE),
        (told("cau", "Khánh thành cầu Rạch Gốc", mended, "bai-1", updated=NOW), PAPER),
    )
    for at in order:
        give(db, Form.PUSH, handed[at][0], source=handed[at][1])
    with db.read() as conn:
        (story,) = story_store.page(conn, None, 10)

    assert 2 == len(story.face.tellings)
    assert {"bai-1": 2, "tin-9": 1} == {line["external_id"]: line["version"] for line in lines(db)}


def test_a_correction_keeps_the_address_and_is_told_as_one(db: Database) -> None:
    """Subscribers of a story that a reprint leads hear of the correction under the address they know."""
    reprint = told("web/xa/-/cau", "Cầu Rạch Gốc thông xe", FIRST, "tin-9", hours=-1)
    give(db, Form.PUSH, reprint, source=COMMUNE)
    give(db, Form.PUSH, told("cau", "Khánh thành cầu Rạch Gốc", FIRST, "bai-1"))
    with db.read() as conn:
        (before,) = story_store.page(conn, None, 10)
    mended = FIRST.replace("hơn 40 năm", "hơn 14 năm")

    give(db, Form.PUSH, told("cau", "Khánh thành cầu Rạch Gốc", mended, "bai-1", updated=NOW))
    with db.read() as conn:
        (after,) = story_store.page(conn, None, 10)

    assert before.story_id == after.story_id
    assert ChangeKind.CORRECTED == happened(before.face, after.face, split=False)


@pytest.mark.parametrize("order", orders(range(3)))
def test_a_text_that_comes_again_is_as_old_as_its_first_telling(db: Database, order: tuple[int, ...]) -> None:
    """A text seen before never revises back, even if its second telling was received first."""
    bodies = (FIRST, MENDED, FIRST)
    times = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (1, 2, 3)]
    for at in order:
        give(db, Form.FEED, told("cau", "Khánh thành cầu", bodies[at], "cau", updated=times[at]))
    (line,) = lines(db)
    with db.read() as conn:
        (story,) = story_store.page(conn, None, 10)

    assert (MENDED, 2, True) == (line["body"], line["version"], line["current"])
    assert "3,4 tỷ đồng" in story.face.summary


@pytest.mark.parametrize("order", orders(range(3)))
def test_a_text_pushed_again_later_is_taken_back_to(db: Database, order: tuple[int, ...]) -> None:
    """An editor who undoes a change pushes the first text with a later time: that one stands."""
    bodies = (FIRST, MENDED, FIRST)
    times = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (1, 2, 3)]
    for at in order:
        give(db, Form.PUSH, told("cau", "Khánh thành cầu", bodies[at], "cau", updated=times[at]))
    (line,) = lines(db)

    assert (FIRST, 2, True) == (line["body"], line["version"], line["current"])


@pytest.mark.parametrize("order", orders(range(3)))
def test_the_last_push_corrects_what_stands_beside_the_text(db: Database, order: tuple[int, ...]) -> None:
    """A byline, an address or a date that is corrected while the text stays is the one that is told."""
    tellings = [
        draft(
            "bai-7",
            "Xã Hòa Lộc khánh thành cầu mới",
            FIRST,
            authors=(author,),
            url=f"https://baomau.example/{place}",
            canonical_url=f"https://baomau.example/{place}",
            published=When(NOW + timedelta(minutes=minutes), Precision.SECOND, Basis.PUSH),
            updated=NOW + timedelta(hours=hours),
        )
        for author, place, minutes, hours in (
            ("Nguyễn Văn Bút", "tin/40", 1, 1),
            ("Vũ Văn Sửa", "tin/zz", 3, 2),
            ("An Văn Đúng", "tin/moi", 2, 3),
        )
    ]
    for place in order:
        send(db, tellings[place], form=Form.PUSH)
    settled(db)
    with db.read() as conn:
        (story,) = story_store.page(conn, None, 10)

    assert ("An Văn Đúng",) == story.face.tellings[0].authors
    assert "https://baomau.example/tin/moi" == story.face.url
    assert NOW + timedelta(minutes=2) == story.face.published_at


def test_every_external_id_stays_in_the_export(db: Database) -> None:
    """An entry with many names and texts has a line for each, with the text that the name last named."""
    url = f"{HOST}/cau-a109982.html"
    for at, body in enumerate((FIRST, MENDED, f"{MENDED}\n\n{OTHER}")):
        send(db, draft(f"id-{at}", f"Khánh thành cầu, bản {at}", body, url=url, canonical_url=url))
    send(db, draft("id-0", "Khánh thành cầu, bản 3", f"{FIRST}\n\n{OTHER}", url=url, canonical_url=url))
    settled(db)
    found = {str(line["external_id"]): line for line in lines(db)}
    with db.read() as conn:
        traced = [export.trace(conn, name)["entries"] for name in (*found, url, f"{url}?utm_source=x")]

    assert {"id-0": 4, "id-1": 2, "id-2": 3} == {name: line["version"] for name, line in found.items()}
    assert {"id-0": True, "id-1": False, "id-2": False} == {
        name: line["current"] for name, line in found.items()
    }
    assert {"REVISES"} == set(verdicts(db).values())
    assert 1 == len({json.dumps(one) for one in traced})
    assert 4 == len(traced[0][0]["versions"])
    assert {f"id:id-{at}" for at in range(3)} | {f"url:{url}"} <= set(traced[0][0]["names"])


TOLD = st.tuples(st.sampled_from(("a", "b", "c")), st.sampled_from((109_982, 109_983, 109_984, 109_985)))


def articles(telling: list[tuple[str, int]], order: list[int]) -> set[frozenset[str]]:
    """Return which tellings of a feed are one entry, received one by one in an order."""
    with TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{folder}/tintinh.db")
        db.migrate()
        for at in order:
            slug, number = telling[at]
            guid = str(number) if number < 109_984 else "0"  # the others have one guid for all
            one = told(f"{slug}-a{number}.html", f"Tin {at}", f"{FIRST} {at}", guid, hours=at)
            give(db, Form.FEED, one, settle=False)
        while receive(db, HandedOver(), clock).receipts:
            pass
        with db.read() as conn:
            found: dict[str, set[str]] = {}
            for row in conn.execute(select(version.c.entry_id, version.c.draft)):
                found.setdefault(row.entry_id, set()).add(row.draft["title"])
        db.close()
    return {frozenset(titles) for titles in found.values()}


@settings(max_examples=15, deadline=None)
@given(st.lists(TOLD, min_size=2, max_size=5, unique=True), st.data())
def test_entries_of_a_feed_do_not_hang_on_order(telling: list[tuple[str, int]], data: st.DataObject) -> None:
    """Slugs that change, numbers that stay and a guid for all: any order gives the same entries."""
    order = data.draw(st.permutations(range(len(telling))))
    expected: dict[object, set[str]] = {}
    for at, (slug, number) in enumerate(telling):
        key = number if number < 109_984 else (slug, number)
        expected.setdefault(key, set()).add(f"Tin {at}")

    assert {frozenset(titles) for titles in expected.values()} == articles(telling, order)
