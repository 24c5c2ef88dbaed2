"""The page of an official document, and what a search that names one shows; no search engine runs here."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from lxml import html

from pipeline.face import face_hash
from pipeline.model import (
    Attachment,
    Basis,
    DocumentMention,
    Draft,
    Places,
    Precision,
    Role,
    StoryState,
    When,
)
from pipeline.store import Database, codec, entries, stories
from pipeline.store.schema import story as table
from tests.store.tellings import draft, send, settled

PLAN = "90/KH-UBND"
PAGE = "/van-ban/ubnd-kien-giang/2021/90-kh-ubnd"
_WORDS = ["ao", "bèo", "cam", "dừa", "én", "gấc", "hến", "ích", "kem", "lúa", "mía", "nấm", "ổi", "phở"]


def words(number: int) -> str:
    """Return a text of its own, so that no two stories are one."""
    return " ".join(_WORDS[(number * 7 + at * (number + 3)) % len(_WORDS)] + str(number) for at in range(40))


def tell(
    number: int, title: str, *named: DocumentMention, year: int = 2021, area: str = "kien-giang"
) -> Draft:
    """Return one story that names documents."""
    at = When(datetime(year, 5, 1, number % 24, tzinfo=UTC), Precision.SECOND, Basis.FEED)
    places = Places(areas=(area,), provinces=("an-giang",)) if area == "kien-giang" else Places()
    url = f"https://baomau.example/{number}"
    return draft(str(number), title, words(number), documents=named, published=at, places=places, url=url)


@pytest.fixture
def told(db: Database) -> None:
    """Plan 90 of Kiên Giang, its citations, and namesakes of other places and years."""
    here = "UBND tỉnh Kiên Giang"
    send(
        db,
        tell(1, "Kiên Giang lập kế hoạch chuyển đổi số", issues("UBND tỉnh", "2021-04-28")),
        tell(2, "Xã đảo làm theo", cites("Ủy ban nhân dân tỉnh Kiên Giang", "2021")),
        tell(3, "Một năm nhìn lại", cites(here, "2021-04-28"), year=2022),
        tell(4, "Không ghi năm", cites(here), year=2022),
        tell(5, "Cà Mau cũng có", issues("UBND tỉnh Cà Mau", "2021-05-01"), area=""),
        tell(6, "Năm khác", issues(here, "2020-05-01"), year=2020),
        tell(
            7, "Nghị định mới", DocumentMention("73/2023/NĐ-CP", Role.CITES, "Chính phủ", "2023"), year=2023
        ),
    )
    settled(db)


def issues(issuer: str, dated: str) -> DocumentMention:
    """Return the plan as news."""
    return DocumentMention(PLAN, Role.ISSUES, issuer, dated)


def cites(issuer: str, dated: str = "") -> DocumentMention:
    """Return the plan as a basis."""
    return DocumentMention(PLAN, Role.CITES, issuer, dated)


def texts(page: httpx.Response, path: str) -> list[str]:
    """Return the texts or values that an XPath finds."""
    hits = html.fromstring(page.text).xpath(path)
    assert isinstance(hits, list)
    return [hit if isinstance(hit, str) else " ".join(str(hit.text_content()).split()) for hit in hits]  # type: ignore[union-attr]


@pytest.mark.usefixtures("told")
def test_a_document_is_found_without_an_engine(client: httpx.Client) -> None:
    """The document that was meant comes first, with who issued it and then who cites it, newest first."""
    spellings = (
        "kế hoạch 90 kien giang năm 2021",
        "90/KH-UBND ubnd tinh kien giang 2021",
        "90 kh ubnd kiên giang 2021",
    )
    answers = [client.get("/api/search", params={"q": one}).json() for one in spellings]
    first = answers[-1]["documents"][0]

    assert [(PAGE, True)] * 3 == [(found["documents"][0]["page"], found["down"]) for found in answers]
    assert (PLAN, "Kế hoạch", "UBND tỉnh Kiên Giang", 2021) == (
        first["number"],
        first["kind"],
        first["issuer"],
        first["year"],
    )
    assert ["Kiên Giang lập kế hoạch chuyển đổi số"] == [one["title"] for one in first["issued_by"]]
    assert ["Một năm nhìn lại", "Xã đảo làm theo"] == [one["title"] for one in first["cited_by"]]


@pytest.mark.usefixtures("told")
def test_the_search_page_shows_it_above_the_hits(client: httpx.Client) -> None:
    """The box links to the document's page and to its stories, although the engine is away."""
    page = client.get("/search", params={"q": "kh 90 ubnd kiên giang 2021"})

    assert 200 == page.status_code
    assert PAGE == texts(page, '//*[@class="papers"]//h3/a/@href')[0]
    assert "Kiên Giang lập kế hoạch chuyển đổi số" in texts(page, '//*[@class="papers"]//li/a')
    assert [
        "Máy tìm kiếm đang tạm nghỉ. Dưới đây là tin mới nhất từ kho.",
        "Văn bản dưới đây lấy từ cơ sở dữ liệu; các từ khác, nếu có, chưa được tìm.",
    ] == texts(page, '//*[@class="notice"]/p[not(a)]')


@pytest.mark.usefixtures("told")
def test_a_page_tells_who_issued_and_who_cites(client: httpx.Client) -> None:
    """Number, kind, issuer, day, the province of then and of today; sure stories apart from possible ones."""
    page = client.get(PAGE)

    assert 200 == page.status_code
    assert ["Kế hoạch 90/KH-UBND"] == texts(page, "//h1")
    assert ["UBND tỉnh Kiên Giang", "28/04/2021", "Kiên Giang, nay thuộc An Giang", "3 tin"] == texts(
        page, "//dd"
    )
    assert ["Kiên Giang lập kế hoạch chuyển đổi số", "Một năm nhìn lại", "Xã đảo làm theo"] == texts(
        page, '//*[@class="card"]/h2'
    )
    assert ["Không ghi năm"] == texts(page, '//section[@aria-labelledby="co-the"]//li/a')
    assert {"/van-ban/ubnd-ca-mau/2021/90-kh-ubnd", "/van-ban/ubnd-kien-giang/2020/90-kh-ubnd"} == set(
        texts(page, '//section[@aria-labelledby="cung-so"]//li/a/@href')
    )
    assert 304 == client.get(PAGE, headers={"If-None-Match": page.headers["ETag"]}).status_code
    assert ["UBND tỉnh Kiên Giang, 28/04/2021, 3 tin"] == texts(
        page, '//meta[@property="og:description"]/@content'
    )
    assert texts(page, '//link[@rel="canonical"]/@href')[0].endswith(PAGE)


@pytest.mark.usefixtures("told")
def test_stories_that_cite_come_page_by_page(db: Database, client: httpx.Client) -> None:
    """Twenty to a page, each once."""
    cited = cites("UBND tỉnh Kiên Giang", "2021")
    send(db, *(tell(number, f"Tin thứ {number}", cited, year=2000 + number) for number in range(20, 44)))
    settled(db)
    first, second = client.get(PAGE), client.get(PAGE, params={"trang": 2})
    path = '//section[@aria-labelledby="dan"]//*[@class="card"]/h2'

    assert 20 == len(texts(first, path))
    assert 6 == len(texts(second, path))
    assert 26 == len({*texts(first, path), *texts(second, path)})
    assert [f"{PAGE}?trang=2"] == texts(first, '//a[@rel="next"]/@href')
    assert 200 == client.get(PAGE, params={"trang": 10_000}).status_code


@pytest.mark.usefixtures("told")
def test_what_no_document_has_is_said(client: httpx.Client) -> None:
    """Of another year there is none: the namesakes are shown, and the page says that they are."""
    page = client.get("/search", params={"q": "kh 90 ubnd kiên giang 2019"})

    assert "Chưa thấy văn bản số này của năm 2019" in page.text
    assert "year" == client.get("/api/documents", params={"q": "kh 90 ubnd kiên giang 2019"}).json()["missed"]


@pytest.mark.usefixtures("told")
def test_other_questions_show_no_document(client: httpx.Client) -> None:
    """A number in a question about something else is no document."""
    for question in ("thông báo 90 người bị ngộ độc", "kế hoạch 90 nuôi tôm", "lúa mía"):
        found = client.get("/api/documents", params={"q": question}).json()

        assert {"documents": [], "more": 0, "missed": ""} == found
        assert 503 == client.get("/search", params={"q": question}).status_code


@pytest.mark.usefixtures("told")
def test_a_chosen_province_narrows(client: httpx.Client) -> None:
    """Who has filtered by a former unit, or by today's province, means the document of that place."""
    for chosen in ({"area": "kien-giang"}, {"province": "an-giang"}):
        found = client.get("/api/search", params={"q": "kh 90 2021", **chosen}).json()["documents"]

        assert PAGE == found[0]["page"]
        assert "ca-mau" not in {one["unit"] for one in found}


@pytest.mark.usefixtures("told")
def test_words_of_the_title_lead_to_the_document(client: httpx.Client) -> None:
    """What else is said may be what the document is about."""
    found = client.get("/api/documents", params={"q": "kế hoạch 90 về chuyển đổi số"}).json()["documents"]

    assert [PAGE] == [one["page"] for one in found]
    assert PAGE in client.get("/search", params={"q": "kh 90 ubnd kg 2021"}).text


@pytest.mark.usefixtures("told")
def test_an_unknown_document_is_not_found(client: httpx.Client) -> None:
    """No story names it."""
    addresses = ("ubnd-kien-giang/2019/90-kh-ubnd", "khong-ro/khong-ro/1-ct-ubnd", "a/2021/b")

    assert [404] * 3 == [client.get(f"/van-ban/{one}").status_code for one in addresses]


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("issuer", ["ubnd-tinh-kien-giang", "uy-ban-nhan-dan-kien-giang"])
def test_another_spelling_of_an_address_leads_on(client: httpx.Client, issuer: str) -> None:
    """An address made by hand finds the document if it can mean only one."""
    answer = client.get(f"/van-ban/{issuer}/2020/90-kh-ubnd")

    assert (302, "/van-ban/ubnd-kien-giang/2020/90-kh-ubnd") == (
        answer.status_code,
        answer.headers["Location"],
    )


@pytest.mark.usefixtures("told")
def test_capitals_in_an_address_lead_on(client: httpx.Client) -> None:
    """An address with the number as it is written is that of the document."""
    bare = PAGE.removeprefix("/van-ban/")
    shouted = [client.get(f"{where}{bare.upper()}") for where in ("/van-ban/", "/api/documents/")]
    number = client.get("/van-ban/UBND-Kien-Giang/2021/90-KH-UBND")

    assert {(302, PAGE), (302, f"/api/documents/{bare}")} == {
        (answer.status_code, answer.headers["Location"]) for answer in (*shouted, number)
    }


@pytest.mark.usefixtures("told")
def test_a_story_links_to_what_it_names(client: httpx.Client) -> None:
    """The documents on a story's page are links to theirs, with what the story leaves to be known."""
    found = client.get("/api/documents", params={"q": "kh 90 kiên giang 2021"}).json()["documents"][0]
    page = client.get(f"/tin/{found['issued_by'][0]['story_id']}")

    assert [PAGE] == texts(page, '//*[@class="docs"]//a/@href')


@pytest.mark.usefixtures("told")
def test_each_document_of_an_answer_has_its_page(client: httpx.Client) -> None:
    """Every address that is given leads somewhere, those without a year too."""
    found = client.get("/api/documents", params={"q": "kh 90 ubnd"}).json()["documents"]

    assert 4 == len(found)
    assert {200} == {client.get(one["page"]).status_code for one in found}


@pytest.fixture
def filed(db: Database) -> None:
    """A plan whose news hands out a file, and a second telling that hands out the same and another."""
    file = Attachment("https://baomau.example/tep/kh-90.pdf", "Kế hoạch 90 <toàn văn>")
    more = Attachment("https://baomau.example/tep/phu%20luc.xlsx")
    unsafe = Attachment("javascript:alert(1)", "Bấm vào đây")
    first = tell(1, "Kiên Giang lập kế hoạch", issues("UBND tỉnh Kiên Giang", "2021-04-28"))
    second = tell(2, "Ban hành kế hoạch", issues("UBND tỉnh Kiên Giang", "2021-04-28"))
    send(db, replace(first, attachments=(file, unsafe)), replace(second, attachments=(file, more)))
    settled(db)


@pytest.mark.usefixtures("filed")
def test_a_page_links_the_files_of_the_news_of_its_issue(client: httpx.Client) -> None:
    """Each file once, named as the article does or by its address; in JSON too; no address that runs code."""
    page = client.get(PAGE)
    told = client.get(f"/api/documents/{PAGE.removeprefix('/van-ban/')}").json()
    story = client.get(f"/api/stories/{told['issued_by'][0]['story_id']}").json()
    addresses = ["https://baomau.example/tep/kh-90.pdf", "https://baomau.example/tep/phu%20luc.xlsx"]

    assert sorted(addresses) == sorted(texts(page, '//section[@aria-labelledby="tep"]//a/@href'))
    assert {"Kế hoạch 90 <toàn văn>↗", "phu luc.xlsx↗"} == set(texts(page, '//*[@class="files"]//a'))
    assert sorted(addresses) == sorted(one["url"] for one in told["attachments"])
    assert {one["url"] for one in story["attachments"]} <= set(addresses)
    assert "javascript:" not in page.text


@pytest.mark.usefixtures("told")
def test_one_document_as_json_has_all_that_cite_it(db: Database, client: httpx.Client) -> None:
    """Page by page by `next`, each story once; another spelling leads to the document's own address."""
    cited = cites("UBND tỉnh Kiên Giang", "2021")
    send(db, *(tell(number, f"Tin thứ {number}", cited, year=2000 + number) for number in range(20, 41)))
    settled(db)
    address: str | None = f"/api/documents/{PAGE.removeprefix('/van-ban/')}"
    pages = []
    while address:
        pages.append(client.get(address).json())
        address = pages[-1]["next"]
    other = client.get("/api/documents/ubnd-tinh-kien-giang/2021/90-kh-ubnd")

    assert [20, 3] == [len(one["cited_by"]) for one in pages]
    assert 23 == pages[0]["cited"] == len({one["story_id"] for page in pages for one in page["cited_by"]})
    assert ["Không ghi năm"] == [one["title"] for one in pages[0]["possible"]]
    assert (302, f"/api/documents/{PAGE.removeprefix('/van-ban/')}") == (
        other.status_code,
        other.headers["Location"],
    )
    assert 404 == client.get("/api/documents/a/2021/b").status_code


@pytest.mark.usefixtures("told")
def test_the_list_has_every_document_newest_first(client: httpx.Client) -> None:
    """By date as far as it is known, with the news of its issue; narrowed by all that an address says."""
    names = '//ol[@class="list"]//h2/a/@href'
    page = client.get("/van-ban")
    narrowed = {
        "co-quan=ubnd-kien-giang": 3,
        "nam=2021": 2,
        "nam=khong-ro": 1,
        "loai=nd": 1,
        "loai=NĐ": 1,
        "so=90": 4,
        "so=090&nam=2021&co-quan=ubnd-ca-mau": 1,
        "so=7": 0,
    }

    assert "/van-ban/chinh-phu/2023/73-nd-cp" == texts(page, names)[0]
    assert "/van-ban/ubnd-ca-mau/2021/90-kh-ubnd" == texts(page, names)[1]
    assert 5 == len(texts(page, names))
    assert narrowed == {query: len(texts(client.get(f"/van-ban?{query}"), names)) for query in narrowed}
    assert "Cà Mau cũng có" in texts(page, '//*[@class="of"]/a')
    assert {422} == {
        client.get(f"/van-ban?{query}").status_code for query in ("nam=x", "so=a'", "co-quan=%25")
    }


@pytest.mark.usefixtures("told")
def test_what_narrows_the_list_can_be_taken_away(client: httpx.Client) -> None:
    """Each choice leads to the list with it, a chosen one to it without; so does one that leaves nothing."""
    page = client.get("/van-ban?nam=2021&so=90")
    empty = client.get("/van-ban?nam=1999&loai=khong-ro")
    chips = texts(page, '//ul[@class="chips"]//a/@href')
    cut = [
        client.get(path).headers["Location"] for path in ("/van-ban/ubnd-ca-mau", "/van-ban/ubnd-ca-mau/2021")
    ]

    assert ["/van-ban?so=90", "/van-ban?nam=2021", "/van-ban"] == chips
    assert "/van-ban?co-quan=ubnd-ca-mau&nam=2021&so=90" in texts(page, "//details//a/@href")
    assert ["/van-ban?nam=1999", "/van-ban?loai=khong-ro", "/van-ban"] == texts(
        empty, '//ul[@class="chips"]//a/@href'
    )
    assert {"Văn bản ×: bỏ điều kiện này", "1999 ×: bỏ điều kiện này"} <= set(
        texts(empty, '//ul[@class="chips"]//a')
    )
    assert ["/van-ban?co-quan=ubnd-ca-mau", "/van-ban?co-quan=ubnd-ca-mau&nam=2021"] == cut


def test_the_list_comes_page_by_page(db: Database, client: httpx.Client) -> None:
    """Twenty to a page, each document once, and nothing behind the last; the few of an older year too."""
    named = [DocumentMention(f"{n}/KH-UBND", Role.CITES, "UBND tỉnh Cà Mau", "2022") for n in range(1, 46)]
    older = DocumentMention("5/CT-UBND", Role.CITES, "UBND tỉnh Cà Mau", "2019")
    undated = DocumentMention("6/CT-UBND", Role.CITES, "UBND tỉnh Cà Mau")
    send(db, tell(1, "Một tin nhắc nhiều văn bản", *named, older, undated))
    settled(db)
    names = '//ol[@class="list"]//h2/a/@href'
    pages = [texts(client.get("/van-ban", params={"trang": number}), names) for number in (1, 2, 3, 4)]
    years = [texts(client.get("/van-ban", params={"nam": year}), names) for year in ("2019", "khong-ro")]

    assert [20, 20, 7, 0] == [len(page) for page in pages]
    assert 47 == len({one for page in pages for one in page})
    assert [1, 1] == [len(found) for found in years]


def test_a_document_in_two_spellings_is_one(db: Database, client: httpx.Client) -> None:
    """Its number stands in the fuller one; a story with both counts once, and issues it if either does."""
    whole = DocumentMention("73/2023/NĐ-CP", Role.CITES, "Chính phủ", "2023")
    short = DocumentMention("73/NĐ-CP", Role.CITES, "Chính phủ", "2023-10-01")
    issuing = replace(short, role=Role.ISSUES)
    send(db, *(tell(n, f"Tin thứ {n}", whole, short, year=2000 + n) for n in range(20, 42)))
    send(db, tell(1, "Chính phủ ban hành nghị định", whole, issuing))
    settled(db)
    first = client.get("/api/documents/chinh-phu/2023/73-nd-cp").json()
    second = client.get(first["next"]).json()
    [issue] = first["issued_by"]
    story = client.get(f"/tin/{issue['story_id']}")

    assert ("73/2023/NĐ-CP", "2023-10-01", 23, 22) == tuple(
        first[name] for name in ("number", "dated", "stories", "cited")
    )
    assert (20, 2, None) == (len(first["cited_by"]), len(second["cited_by"]), second["next"])
    assert "Chính phủ ban hành nghị định" == issue["title"]
    assert [first["page"]] == texts(story, '//*[@class="docs"]//a/@href')


def test_more_namesakes_than_are_shown_are_one_link_away(db: Database, client: httpx.Client) -> None:
    """A bare number shows five documents and leads to the list of all that bear it."""
    send(
        db,
        *(
            tell(n, f"Tin thứ {n}", DocumentMention("16/CT-UBND", Role.CITES, "UBND tỉnh Cà Mau", str(year)))
            for n, year in enumerate(range(2015, 2023))
        ),
    )
    settled(db)
    page = client.get("/search", params={"q": "Chỉ thị 16"})
    [link] = texts(page, '//*[@class="papers"]/p/a/@href')

    assert 5 == len(texts(page, '//*[@class="papers"]//*[self::h3 or @class="others"]//a'))
    assert "/van-ban?so=16&loai=ct" == link
    assert 8 == len(texts(client.get(link), '//ol[@class="list"]//h2/a'))


@pytest.mark.usefixtures("filed")
def test_a_story_of_before_gains_its_files_and_feeds_stay(db: Database) -> None:
    """A stored face without files loads; linked anew the story has them, and looks to feeds as it did."""
    with db.write() as conn:
        before = next(iter(stories.page(conn, None, 10)))
        bare = codec.dump_face(replace(before.face, attachments=()))
        values = {"face": bare, "face_hash": face_hash([bare, before.backfill, StoryState.LIVE])}
        conn.execute(table.update().where(table.c.story_id == before.story_id).values(values))
        entries.touch(conn, [before.face.tellings[0].entry_id])
    settled(db)
    with db.read() as conn:
        after = stories.get(conn, before.story_id)
    assert after is not None

    assert before.face == after.face
    assert (before.revision + 1, before.looks_so_since) == (after.revision, after.looks_so_since)
