"""Text that was read in the wrong charset: what is put right, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.legacy import from_tcvn3, from_vni, mended, restored
from pipeline.text import clean

LINE = "Sáng 5/3, Ủy ban nhân dân tỉnh họp phiên thường kỳ, bàn việc giữ nước ngọt và sửa đường."
VIETNAMESE = st.text(
    st.sampled_from(
        "aăâbcdđeêghiklmnoôơpqrstuưvxy àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọờớởỡợùúủũụừứửữựỳýỷỹỵ"
        "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬ .,“”‘’…–-!?\n"
    ),
    max_size=200,
)


def _again(text: str) -> str:
    """Take UTF-8 for windows-1252, its five gaps as they are."""
    return "".join(bytes((byte,)).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_encoding_again_is_undone(rounds: int) -> None:
    """Once, twice or three times too many."""
    told = LINE
    for _ in range(rounds):
        told = _again(told)

    assert LINE == mended(told)


def test_a_paragraph_is_mended_beside_good_ones() -> None:
    """What was pasted in is put right, what stood there stays."""
    assert f"{LINE}\n{LINE}\n“PHỤ NỮ XÃ”" == mended(f"{LINE}\n{_again(LINE)}\n“PHỤ NỮ XÃ”")


@pytest.mark.parametrize(
    "text",
    [
        "“PHỤ NỮ XÃ”, “CHỊ EM LÀNG XÔ”…",
        "xã hội «khá»…",
        "été, garçon, naïf, Ångström, « c'est ça »",
        "Příliš žluťoučký kůň úpěl ďábelské ódy",
        "Größe, Straße, Äpfel",
        "37°C, 5 m², ½ lít, ©2023, 10.000 €",
        "Привет, мир; 新闻; ข่าว",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    """Quotation marks behind capitals, signs and other languages are no accident."""
    assert text == mended(text)


def test_fonts_are_read() -> None:
    """TCVN3 and VNI, capitals as far as the letters have them."""
    assert "đồng tháp" == from_tcvn3("®ång th¸p")
    assert "Đồng Tháp, ƯỚC MƠ, kỹ sư, ỵ" == from_vni("Ñoàng Thaùp, ÖÔÙC MÔ, kyõ sö, î")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đ&ocirc;ng", "Đông"),
        ("&amp;#272;&amp;#xF4;ng", "Đông"),
        ("&ETH;&ocirc;ng", "Ðông"),
        ("A&amp;B &lt;p&gt; &nosuch; &#1;", "A&amp;B &lt;p&gt; &nosuch; &#1;"),
    ],
)
def test_letters_escaped_twice_are_restored(text: str, expected: str) -> None:
    """Letters and signs come back, what could be markup does not."""
    assert expected == restored(text)


@given(VIETNAMESE)
def test_good_text_is_never_changed(text: str) -> None:
    """Vietnamese with its quotation marks stays as it is."""
    assert text == restored(text)


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    """Nothing is raised, and what comes out can be stored once it is clean."""
    assert clean(restored(text)) == clean(clean(restored(text)))


def test_hostile_text_takes_linear_time() -> None:
    """Long runs of half-encoded letters, entities and open elements come back at once."""
    for piece in ("Ã", "Ã¡", "á»", "&amp;", "<p ", "<font face='.VnTimeH'>b¶n", "§å", "ñaâ"):
        restored(piece * 50_000)
