"""Which texts can be read, and what is said of those that cannot."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.legible import flaw

STORY = (
    "Sáng 5/3, Ủy ban nhân dân tỉnh họp phiên thường kỳ, bàn việc giữ nước ngọt cho vùng trồng lúa, sửa đường"
    " liên xã và chuẩn bị trường lớp.\n\nNhiều ý kiến đề nghị công khai tiến độ từng tuần.\n\n"
)


def _but(letters: str, instead: str) -> str:
    return "".join(instead if letter in letters else letter for letter in STORY)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (_but("áịệướả", "\ufffd"), "lost"),
        (_but("ịệướảờđ", "?"), "question marks"),
        (STORY.encode().decode("mac-roman"), "wrong charset"),
        (STORY + STORY.encode().decode("cp1251", "replace").replace("\ufffd", ""), "wrong charset"),
        ("Ñåãîäíÿ â Ìîñêâå ïðîøëî çàñåäàíèå ïðàâèòåëüñòâà, íà êîòîðîì îáñóäèëè áþäæåò", "wrong charset"),
        (base64.b64encode(STORY.encode() * 3).decode(), "encoded"),
        ("~{PB;*Ig11>)H}TBNe~}\n" * 6, "encoded"),
    ],
)
def test_what_nobody_can_read_is_told(text: str, reason: str) -> None:
    """The reason says what happened to the letters."""
    assert reason in flaw(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        STORY,
        f"{STORY}Mất \ufffd một chữ.",
        "Điện thoại 02773.853949, xem https://baotest.example/?a=1&b=2?c=3 và thu@baotest.example",
        "Ai? Ở đâu?Khi nào?Vì sao?",
        "Tin bằng tiếng Khmer: ព័ត៌មាន; tiếng Trung: 新闻中心; tiếng Nga: Новости",
        "Une école où quarante élèves apprennent; été, très émue, « c'est ça »",
        "The provincial committee met on Tuesday.",
        "m², 37°C, ½, →, ★, ©, ™, 10.000 €, 5 × 3, ± 2 %",
        "新华社北京三月五日电国务院总理在会议上表示将继续推动经济高质量发展",
    ],
)
def test_what_can_be_read_has_no_flaw(text: str) -> None:
    """Addresses, signs, a lost letter and other languages are no accident."""
    assert "" == flaw(text)


@given(st.text(max_size=400))
def test_any_text_is_judged(text: str) -> None:
    """Nothing is raised; the answer is a sentence or nothing."""
    assert isinstance(flaw(text), str)


def test_hostile_text_is_judged_at_once() -> None:
    """Runs without spaces, half codes and stray marks cost no more than their length."""
    for piece in ("a", "~{", "a?", "a¡", "\u0300", "+AA-a", "aд", "@", "a.vn"):
        flaw(piece * 200_000)
