"""PDFs: lines joined to paragraphs, running heads left out, and files that must be refused."""

import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import pdf
from pipeline.errors import Unreadable
from tests.corpus.build import BUILDERS, drawn_pdf

LONG = (
    "Đội duy tu của phường dọn xong mười bốn miệng cống trên đường ven chợ, nơi ba trận mưa liền đều ngập "
    "quá mắt cá; xe chuyên dụng chỉ vào được hẻm lớn."
)
OTHER = (
    "Hợp tác xã ở cuối rạch ký bán trước hai trăm tấn khoai cho nhà máy ở cảng, giá giữ nguyên tới hết vụ dù "
    "thị trường lên xuống."
)
WORDS = st.lists(
    st.sampled_from(
        ("đê", "Cống", "ngập", "2.400", "hộ", "12/3/2026,", "COVID-19", "ở", "phường", "Nguyễn", "khoai")
    ),
    min_size=4,
    max_size=60,
).map(lambda words: f"Tin {' '.join(words)} hết.")


def _rows(body: bytes) -> list[str]:
    return pdf.read(body).split("\n\n")


@pytest.mark.parametrize("build", ["pdf", "pdf-tight"])
def test_lines_become_paragraphs(build: str) -> None:
    """Full lines go on; a short one, a number and a capital heading begin anew."""
    rows = ["BẢN TIN NGÀY 12/3/2026", "1. Thông cống", LONG, "2. Bán khoai", OTHER]

    assert rows == _rows(BUILDERS[build]("\n\n".join(rows)))[-len(rows) :]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    """What stands at the edge of every page is no text, and a paragraph goes on over the page's end."""
    rows = [f"{number}. {LONG}" for number in range(1, 41)]

    read = _rows(BUILDERS["pdf"]("\n\n".join(rows)))

    assert rows == read


@given(st.lists(WORDS, min_size=1, max_size=12))
@settings(max_examples=25)
def test_no_word_is_lost(paragraphs: list[str]) -> None:
    """Words come back in their order, whatever is joined."""
    text = "\n\n".join(f"{number} {paragraph}" for number, paragraph in enumerate(paragraphs))

    assert text.split() == pdf.read(BUILDERS["pdf-tight"](text)).split()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no PDF"),
        (b"%PDF-1.4\nnothing", "cannot open"),
        (BUILDERS["pdf-locked"]("Tin một ngày"), "password"),
        (BUILDERS["pdf-scanned"]("\n\n"), "no text"),
        (BUILDERS["pdf-of-a-thousand"]("Tin một ngày"), "1000 pages"),
        (BUILDERS["pdf-bomb"]("Tin một ngày"), "unpacks"),
        (drawn_pdf([b"BT /F 12 Tf (aaaaaaaa) Tj ET " * 20_000] * 60), "pages"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    """Locked, scanned, endless and swelling files raise Unreadable and say why."""
    with pytest.raises(Unreadable, match=reason):
        pdf.read(body)


def _with_stream(head: bytes, data: bytes) -> bytes:
    """Return a PDF with one more stream of the given dictionary."""
    one = b"99 0 obj\n<<" + head + b"/Length %d>>stream\n" % len(data) + data + b"\nendstream\nendobj\n"
    return BUILDERS["pdf"]("Tin một ngày ở phường").replace(b"%PDF-1.5\n", b"%PDF-1.5\n" + one, 1)


SWOLLEN = zlib.compress(b"q Q " * 2_000_000)


@pytest.mark.parametrize(
    ("head", "data"),
    [
        (b"/Filter/FlateDecode", SWOLLEN),
        (b"/Filter/#46lateDecode", SWOLLEN),
        (b"/Filter[/FlateDecode/FlateDecode]", zlib.compress(SWOLLEN)),
        (b"/Subtype/Image/Filter/FlateDecode", SWOLLEN),
        (b"/Filter/LZWDecode", b"x"),
        (b"/Filter 7 0 R", SWOLLEN),
        (b"/Subtype/Form/Filter/FlateDecode", zlib.compress(b"/A Do " * 20_000)),
    ],
)
def test_a_hidden_swelling_is_found(head: bytes, data: bytes) -> None:
    """However it is packed or called, what unpacks to too much is refused before it is drawn."""
    with pytest.raises(Unreadable, match="pdf"):
        pdf.read(_with_stream(head, data))


GOOD = BUILDERS["pdf"]("BẢN TIN NGÀY 12/3/2026\n\n1. Thông cống\n\n" + LONG)


@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12),
    st.integers(0, len(GOOD)),
)
def test_damaged_bytes_are_read_or_refused(changes: list[tuple[int, int]], end: int) -> None:
    """Whatever befalls a file, it is text or Unreadable."""
    body = bytearray(GOOD)
    for at, byte in changes:
        body[at] = byte
    with suppress(Unreadable):
        assert isinstance(pdf.read(bytes(body[:end] if end % 2 else body)), str)
