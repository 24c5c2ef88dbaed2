"""Questions that name a document, in the spellings that people type."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.gazetteer import areas
from pipeline.papers import Paper
from pipeline.store.papers import Known
from pipeline.text import plain
from search.document_question import DocumentQuestion, read
from search.namesakes import ranked

_KINDS = [
    ("KH", "kế hoạch"),
    ("CT", "chỉ thị"),
    ("QĐ", "quyết định"),
    ("NQ", "nghị quyết"),
    ("TB", "thông báo"),
]
_ORGANS = [("UBND", "Ủy ban nhân dân"), ("HĐND", "hội đồng nhân dân")]


def kinds(*codes: str) -> frozenset[str]:
    """Return codes of kinds."""
    return frozenset(codes)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("90 kh ubnd kiên giang 2021", DocumentQuestion("90", kinds("kh"), "", "ubnd", "kien-giang", 2021)),
        ("90kh-ubnd kien giang, 2021", DocumentQuestion("90", kinds("kh"), "", "ubnd", "kien-giang", 2021)),
        ("kh 90 ubnd", DocumentQuestion("90", kinds("kh"), "", "ubnd")),
        ("chi thi 01 quang nam 2024", DocumentQuestion("1", kinds("ct"), "", "", "quang-nam", 2024)),
        ("nd 73/2023", DocumentQuestion("73", kinds("nd"), "", "", "", 2023)),
        ("73/2023/nđ-cp", DocumentQuestion("73", kinds("nd"), "73-nd-cp", "chinh-phu", "", 2023)),
        ("1/CT-UBND", DocumentQuestion("1", kinds("ct"), "1-ct-ubnd", "ubnd")),
        ("01-CT/TW", DocumentQuestion("1", kinds("ct"), "1-ct-tw", "trung-uong")),
        ("ct 01 tu ben tre", DocumentQuestion("1", kinds("ct"), "", "tinh-uy", "ben-tre")),
        (
            "nghị quyết 12 hđnd tp đà nẵng 2020",
            DocumentQuestion("12", kinds("nq", "qh"), "", "hdnd", "da-nang", 2020),
        ),
        (
            "Kế hoạch số 90 ngày 28/4/2021 của Uỷ ban nhân dân tỉnh Kiên Giang",
            DocumentQuestion("90", kinds("kh"), "", "ubnd", "kien-giang", 2021),
        ),
        ("tt 18/2015 bộ y tế", DocumentQuestion("18", kinds("tt"), "", "bo-y-te", "", 2015)),
        ("kế hoạch năm 2021 số 2020", DocumentQuestion("2020", kinds("kh"), "", "", "", 2021)),
        ("kế hoạch 90 chuyển đổi số", DocumentQuestion("90", kinds("kh"), rest=("chuyen", "doi"))),
        ("kh 90 - ubnd kiên giang", DocumentQuestion("90", kinds("kh"), "", "ubnd", "kien-giang")),
        ("Kế hoạch 90/ KH - UBND", DocumentQuestion("90", kinds("kh"), "90-kh-ubnd", "ubnd")),
        ("luật 43/2024/qh15", DocumentQuestion("43", kinds("qh"), "43-qh15", "quoc-hoi", "", 2024)),
        ("kees hoachj 90 ubnd kieen giang", DocumentQuestion("90", kinds("kh"), "", "ubnd", "kien-giang")),
        ("ke61 hoach5 90 kie6n giang", DocumentQuestion("90", kinds("kh"), "", "", "kien-giang")),
        (
            "kh 90 ubnd kg 2021",
            DocumentQuestion("90", kinds("kh"), "", "ubnd", "", 2021, maybe=frozenset({"kien-giang"})),
        ),
        (
            "chỉ thị 01 qn",
            DocumentQuestion("1", kinds("ct"), maybe=frozenset({"quang-nam", "quang-ngai", "quang-ninh"})),
        ),
        ("nghị quyết 30a", DocumentQuestion("30a", kinds("nq", "qh"))),
        ("Nghị định 46", DocumentQuestion("46", kinds("nd"))),
        ("Chỉ thị số 16", DocumentQuestion("16", kinds("ct"))),
        ("Luật số 24 năm 2018", DocumentQuestion("24", kinds("l", "lct", "qh"), year=2018)),
        ("điều 5 nghị định 100", DocumentQuestion("100", kinds("nd"))),
        ("NĐ 100/2019/NĐ-CP", DocumentQuestion("100", kinds("nd"), "100-nd-cp", "chinh-phu", "", 2019)),
        ("cv 123/SYT", DocumentQuestion("123", kinds(), "123-syt", "so-y-te")),
        ("cv 3312", DocumentQuestion("3312", kinds("cv", ""))),
        ("CV số 3312", DocumentQuestion("3312", kinds("cv", ""))),
        ("cv3312", DocumentQuestion("3312", kinds("cv", ""))),
        ("cv 3312 sgddt", DocumentQuestion("3312", kinds("cv", ""), "", "so-giao-duc-va-dao-tao")),
        ("công văn 3312", DocumentQuestion("3312", kinds("cv", ""))),
        ("cđ 5", DocumentQuestion("5", kinds("cd", ""))),
        ("nq 43/2022", DocumentQuestion("43", kinds("nq", "qh"), year=2022)),
        ("vb 3312 sgddt", DocumentQuestion("3312", kinds(), "", "so-giao-duc-va-dao-tao")),
        ("thông cáo 12", DocumentQuestion("12", kinds("tc"))),
        ("gm 12", DocumentQuestion("12", kinds("gm"))),
        ("ubnd phường 5 kế hoạch 12", DocumentQuestion("12", kinds("kh"), "", "ubnd")),
        ("kế hoạch 5 năm 2021", DocumentQuestion("5", kinds("kh"), year=2021)),
        ("kế hoạch 5 ngày 28/4/2021", DocumentQuestion("5", kinds("kh"), year=2021)),
        ("tt 22/2020", DocumentQuestion("22", kinds("tt"), year=2020)),
        ("chỉ thị 16 của thủ tướng", DocumentQuestion("16", kinds("ct"), "", "thu-tuong-chinh-phu")),
    ],
)
def test_a_document_is_read(question: str, expected: DocumentQuestion) -> None:
    """Number, kind, issuer, province and year, in any order; what else is said is kept."""
    assert expected == read(question)


@pytest.mark.parametrize(
    "question",
    [
        "quốc lộ 1",
        "covid 19",
        "luật đất đai 2024",
        "2020 -2025",
        "kế hoạch năm 2021",
        "3/2021",
        "31/01/2023",
        "90",
        "tỉnh kiên giang",
        "ubnd hỗ trợ 90 hộ nghèo",
        "kế hoạch 5 năm",
        "kế hoạch 5 năm 2021-2025",
        "ke hoach 5 nam 2021 - 2025 kien giang",
        "chiến dịch 100 ngày theo kế hoạch",
        "công điện ứng phó bão số 3",
        "kế hoạch sửa quốc lộ 1",
        "",
    ],
)
def test_other_questions_name_no_document(question: str) -> None:
    """Numbers of roads, years, dates and amounts are none."""
    assert read(question) is None


@given(
    count=st.integers(1, 1944),
    kind=st.sampled_from(_KINDS),
    organ=st.sampled_from(_ORGANS),
    unit=st.sampled_from([one.slug for one in areas()]),
    year=st.integers(2005, 2026),
    spelling=st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["", "số ", "0"])),
    order=st.permutations(range(3)),
    form=st.sampled_from([str, str.lower, str.upper, plain]),
)
def test_any_order_and_spelling_is_one_question(  # noqa: PLR0917
    count: int,
    kind: tuple[str, str],
    organ: tuple[str, str],
    unit: str,
    year: int,
    spelling: tuple[bool, bool, bool, str],
    order: list[int],
    form: object,
) -> None:
    """Kind beside number, issuer and year in any order; written out or not; with and without accents."""
    name = next(one.name for one in areas() if one.slug == unit)
    named = [kind[spelling[0]], f"{spelling[3]}{count}"]
    parts = [
        " ".join(named if spelling[2] or spelling[3] == "số " else reversed(named)),
        f"{organ[spelling[1]]} {name}",
        f"năm {year}",
    ]
    assert callable(form)
    asked = read(form(" ".join(parts[at] for at in order)))

    assert asked is not None
    assert (str(count), plain(organ[0]), unit, year, ()) == (
        asked.count,
        asked.organ,
        asked.unit,
        asked.year,
        asked.rest,
    )
    assert plain(kind[0]) in asked.kinds


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    """Whatever is typed gives a question with a number, or none."""
    asked = read(text)

    assert asked is None or asked.count[0].isdecimal()


def told(paper: Paper, issued: int, count: int) -> Known:
    """Return a document that so many stories issue and name."""
    return Known(
        paper, paper.slug, "", str(paper.year or ""), issued, count, datetime(2024, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Chỉ thị 16", "thu-tuong-chinh-phu/2020"),
        ("chỉ thị 16 kiên giang", "ubnd-kien-giang/2023"),
        ("chỉ thị 16 bến tre 2021", "ubnd-ben-tre/2021"),
        ("chỉ thị 16 năm 2020", "thu-tuong-chinh-phu/2020"),
        ("chỉ thị 16 ubnd năm 2022", "ubnd-ca-mau/2022"),
    ],
)
def test_a_bare_number_means_the_document_that_is_told_of_most(question: str, first: str) -> None:
    """Without a code the famous one leads; a place, an issuer or a year narrows to others."""
    central = told(Paper("16-ct-ttg", "thu-tuong-chinh-phu", "", 2020), 0, 60)
    undated = told(Paper("16-ct-ttg", "thu-tuong-chinh-phu", "", 0), 0, 200)
    places = {"kien-giang": 2023, "ca-mau": 2022, "ben-tre": 2021}
    local = [told(Paper("16-ct-ubnd", "ubnd", unit, year), 1, 3) for unit, year in places.items()]
    asked = read(question)
    assert asked is not None

    assert f"/van-ban/{first}/" in ranked(asked, [*local, undated, central])[0][0].paper.path
