"""Topics: the shipped data, what texts are labelled, and why."""

import re
import tomllib
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import topics
from pipeline.model import Document, Form, Source, SourceId
from pipeline.parse import parse
from pipeline.text import slug, words
from pipeline.topiclist import current

DATA = tomllib.loads((Path(topics.__file__).parent / "data" / "topics.toml").read_text(encoding="utf-8"))
SLUGS = [
    *("chinh-tri", "xay-dung-dang", "thi-dua-khen-thuong", "cai-cach-hanh-chinh", "chuyen-doi-so", "kinh-te"),
    *(
        "nong-nghiep",
        "xay-dung-giao-thong",
        "moi-truong",
        "thien-tai",
        "van-hoa",
        "xa-hoi",
        "giao-duc",
        "y-te",
    ),
    *("quoc-phong-an-ninh", "phap-luat", "du-lich", "the-thao", "dan-toc-ton-giao", "khoa-hoc-cong-nghe"),
    "lao-dong-viec-lam",
]


def test_the_21_topics_have_names_and_codes() -> None:
    """Slugs are fixed addresses, names are Vietnamese, codes are eight digits and belong to one topic."""
    known = topics.topics()

    assert SLUGS == [topic.slug for topic in known]
    assert all(topic.slug == slug(topic.slug) and topic.name for topic in known)
    codes = [code for topic in known for code in (topic.iptc, *topic.also)]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"\d{8}", code) for code in codes)


def test_no_word_is_listed_twice_under_a_topic() -> None:
    """Each word has one strength in a topic, says something, and is no formula."""
    formulas = {tuple(words(formula)) for formula in DATA["formulas"]}
    for entry in DATA["topics"].values():
        strengths = ("sure", "strong", "words", "hints")
        listed = [tuple(words(word)) for word in chain.from_iterable(map(entry.get, strengths))]

        assert sorted(set(listed)) == sorted(listed)
        assert all(listed)
        assert formulas.isdisjoint(listed)


@pytest.mark.parametrize(
    ("title", "text", "first"),
    [
        (
            "Xã mở đại hội chi bộ",
            "Đảng viên thảo luận công tác xây dựng Đảng, kết nạp đảng viên mới.",
            "xay-dung-dang",
        ),
        (
            "Trao bằng khen cho điển hình",
            "Phong trào thi đua có nhiều tập thể được biểu dương.",
            "thi-dua-khen-thuong",
        ),
        ("Đại biểu tiếp xúc cử tri", "Cử tri nêu kiến nghị trước kỳ họp HĐND tỉnh.", "chinh-tri"),
        ("Bớt giấy tờ ở bộ phận một cửa", "Thủ tục hành chính được trả kết quả sớm.", "cai-cach-hanh-chinh"),
        ("Dân dùng VNeID", "Tổ công nghệ số giúp nộp hồ sơ trực tuyến, ký số.", "chuyen-doi-so"),
        ("Kim ngạch xuất khẩu tăng", "Doanh nghiệp có thêm đơn hàng, thu ngân sách khá.", "kinh-te"),
        ("Nông dân xuống giống vụ đông xuân", "Lúa và rau màu đủ nước tưới.", "nong-nghiep"),
        (
            "Thông xe cầu vượt",
            "Tuyến đường giảm ùn tắc, nhà thầu hoàn thiện mặt đường.",
            "xay-dung-giao-thong",
        ),
        ("Bãi rác gây ô nhiễm", "Nước thải chảy ra kênh, người dân kêu mùi hôi.", "moi-truong"),
        ("Sạt lở sau mưa lớn", "Lũ quét chia cắt hai bản, lực lượng cứu hộ tìm người mất tích.", "thien-tai"),
        ("Nghệ nhân giữ dân ca", "Lễ hội có trình diễn di sản và triển lãm.", "van-hoa"),
        ("Xóa nhà tạm cho hộ nghèo", "Mái ấm được trao từ nguồn thiện nguyện.", "xa-hoi"),
        ("Học sinh vùng cao có lớp mới", "Giáo viên và phụ huynh dọn trường học.", "giao-duc"),
        ("Bệnh viện mổ tim", "Bác sĩ cho biết bệnh nhân đã khỏe.", "y-te"),
        ("Tân binh nhập ngũ", "Bộ chỉ huy quân sự tổ chức giao nhận quân.", "quoc-phong-an-ninh"),
        ("Khởi tố nhóm lừa đảo", "Cơ quan điều tra bắt tạm giam ba bị can.", "phap-luat"),
        ("Du khách tìm về cù lao", "Homestay kín phòng, lượt khách tăng.", "du-lich"),
        ("Đội nhà vào chung kết", "Cầu thủ ghi bàn ở phút cuối trận đấu.", "the-thao"),
        ("Đồng bào Khmer đón lễ", "Chùa và người có uy tín chuẩn bị chu đáo.", "dan-toc-ton-giao"),
        ("Nhà khoa học thử robot", "Phòng thí nghiệm công bố sáng chế.", "khoa-hoc-cong-nghe"),
        ("Phiên chợ việc làm", "Người lao động gặp nhà tuyển dụng, công đoàn hỗ trợ.", "lao-dong-viec-lam"),
    ],
)
def test_each_topic_is_recognised(title: str, text: str, first: str) -> None:
    """A plain text about a topic gets it as its first label."""
    assert (first,) == topics.label(title, text)[:1]


def test_set_phrases_count_nothing() -> None:
    """What almost every official text says shows no topic."""
    formula = (
        "góp phần phát triển kinh tế - xã hội, bảo đảm quốc phòng, an ninh, an ninh - quốc phòng, "
        "văn hóa - xã hội; học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"
    )

    assert () == topics.label("", formula)


def test_syllables_inside_other_words_count_nothing() -> None:
    """Words have several syllables: "yêu cầu" is no bridge, "cá nhân" no fish, "văn bản" no village."""
    assert () == topics.label("", "Yêu cầu cá nhân gửi văn bản, điều kiện và chỉ tiêu đánh giá, giải pháp.")


def test_spelling_and_case_do_not_matter() -> None:
    """Old and new tones, capitals and NFD are one word."""
    assert topics.label("Thủy sản", "Hòa giải ở cơ sở") == topics.label("THUỶ SẢN", "Hoà giải ở cơ sở")


def test_a_sure_word_of_the_headline_settles_its_topic() -> None:
    """What an editor calls sure is filed there first, whatever the rest and the model say."""
    crime = "Cơ quan điều tra khởi tố bị can, tạm giam ba đối tượng lừa đảo. " * 5

    assert "chuyen-doi-so" not in topics.label("Ba người bị bắt", f"{crime} Chuyển đổi số.")
    assert ("chuyen-doi-so", "phap-luat") == topics.label("Lợi dụng chuyển đổi số để lừa đảo", crime)


def test_an_explanation_tells_what_the_label_hangs_on() -> None:
    """Each score comes with the words that made it; the given ones are those of `label`."""
    title, text = "Khởi tố nhóm lừa đảo bán tour", "Cơ quan điều tra bắt tạm giam ba bị can."
    scores = topics.explain(title, text)

    assert sorted(SLUGS) == sorted(score.slug for score in scores)
    assert set(topics.label(title, text)) == {score.slug for score in scores if score.given}
    first = scores[0]
    assert ("phap-luat", True) == (first.slug, first.given)
    assert {"khởi tố", "lừa đảo", "bắt tạm giam", "bị can", "cơ quan điều tra"} == {
        word for word, _ in first.listed
    }
    assert first.said is not None
    assert first.said > 0
    assert {word for word, _ in first.learned} <= set(topics.model_words(current(), title, text))


def test_formulas_count_nothing_for_the_model_either() -> None:
    """A set phrase around a text changes no word of the model's and no score."""
    text = "Bệnh viện mổ cấp cứu cho ba bệnh nhân."
    formula = "phát triển kinh tế - xã hội, đảm bảo quốc phòng – an ninh"
    bare, dressed = (
        topics.model_words(current(), "Ca mổ đêm", one)
        for one in (f"{text} {text}", f"{text} {formula}. {text}")
    )

    assert set(dressed) <= set(bare)


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    """What stands after 12,000 characters changes nothing."""
    text = "Lễ hội có nghệ nhân biểu diễn dân ca. " * 400

    assert topics.label("Lễ hội", text) == topics.label("Lễ hội", text + "Khởi tố bị can ma túy. " * 500)


@given(
    st.text(max_size=100),
    st.lists(
        st.sampled_from(
            [
                *DATA["formulas"],
                *DATA["topics"]["y-te"]["strong"],
                *DATA["topics"]["xay-dung-dang"]["sure"],
                "…",
            ]
        ),
        max_size=30,
    ),
)
def test_labels_are_few_known_and_ranked_the_same_each_time(title: str, pieces: list[str]) -> None:
    """At most three different known slugs come out of any text, always the same ones."""
    found = topics.label(title, " ".join(pieces))

    assert len(found) == len(set(found)) <= 3
    assert set(found) <= set(SLUGS)
    assert found == topics.label(title, " ".join(pieces))


def test_hostile_text_is_labelled_in_linear_time() -> None:
    """A megabyte of one word, or of the beginnings of phrases, comes back at once."""
    for piece in ("lúa ", "đồng bào ", "khoa học và ", "a"):
        topics.label(piece * 5_000, piece * 100_000)


def test_real_documents_are_labelled(extra_samples: Path) -> None:
    """The extra documents get the topics that a reader gives them, a bulletin's items each its own."""
    expected = {
        "000": [("xay-dung-dang",), ("thi-dua-khen-thuong",)],
        "001": [("xay-dung-dang",)],
        "003": [("thi-dua-khen-thuong", "chinh-tri")],
        "004": [("thi-dua-khen-thuong", "xay-dung-dang")],
    }
    source, received = Source(SourceId("mau"), "Mẫu"), datetime(2026, 9, 1, tzinfo=UTC)
    for name, labels in expected.items():
        for path in extra_samples.glob(f"{name}_*.txt"):
            parsed = parse(Document(source, Form.TEXT, path.read_bytes(), received))

            assert labels == [draft.topics for draft in parsed.drafts]
