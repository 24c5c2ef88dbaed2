"""What promises: no pair that would be decided is left out, whatever the model's weights are."""

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dedup import Relation, Side, decide
from pipeline.evidence import ANY, EXCERPT, LONG, MOST_DAYS, Evidence, features, weights
from pipeline.model import EntryKind, SourceId
from pipeline.odds import most
from pipeline.promise import Packed, promising
from pipeline.similarity import Likeness, Shape, beside, pack_shape
from tests.pipeline.test_dedup import side

DAY = date(2026, 11, 20)
SENTENCES = [
    "Sáng 20/11, Ủy ban nhân dân tỉnh Bến Tre khai mạc hội chợ hàng Việt tại phường An Hội",
    "Ông Trần Văn Bảy cho biết có 120 gian hàng của 45 doanh nghiệp tham gia",
    "Theo TTXVN, ban tổ chức miễn phí mặt bằng cho hợp tác xã trồng dừa hữu cơ",
    "Kế hoạch số 90/KH-UBND giao ngành công thương chủ trì chuẩn bị từ tháng 9",
    "Khách tham quan được thử món ăn làm từ dừa và nghe đờn ca tài tử mỗi tối",
    "Công an huyện Mỏ Cày Nam phân luồng xe quanh bến phà suốt bảy ngày",
    "Năm ngoái hội chợ đón 30.000 lượt người, doanh thu hơn 12 tỷ đồng",
    "Trường tiểu học Mỹ Hòa cho học sinh nghỉ sớm để dự lễ thả diều",
]
_SHARE = st.floats(0, 1)
_PAIRS = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda two: (min(two), max(two)))
_TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=7, unique=True)


@given(
    st.builds(Likeness, part=_SHARE, back=_SHARE, words=_SHARE, title=_SHARE, headline=_SHARE),
    st.tuples(_PAIRS, _PAIRS),
    st.booleans(),
    st.integers(60, 5_000),
    st.none() | st.integers(0, 60),
)
def test_no_facts_give_more_than_the_most(
    like: Likeness,
    counts: tuple[tuple[int, int], tuple[int, int]],
    holds: bool,  # noqa: FBT001
    length: int,
    days: int | None,
) -> None:
    """The model's odds are at most what shapes leave open, whatever two texts tell."""
    some = frozenset({"x"} if holds else ())
    evidence = Evidence(like, *counts, holds, holds, length, some, some, holds, days, None)
    seen = features(evidence) | {"always": 1.0}
    each = [sum(weights(model)[name] * value for name, value in seen.items()) for model in (ANY, EXCERPT)]
    known = {name: getattr(like, name) for name in ("part", "back", "words", "title", "headline")}
    known |= {
        "length": math.log(length) / math.log(LONG),
        "days": min(days or 0, MOST_DAYS) / MOST_DAYS,
        "undated": float(days is None),
    }

    for mine, excerpt in product((True, False), (True, False, None)):
        [best] = most(
            {name: np.array([value]) for name, value in known.items()},
            may=dict.fromkeys(("docs", "credit", "place"), holds),
            counts=(counts[0][1], counts[1][1]),
            mine=np.array([mine]),
            room=np.array([length]),
            excerpt=None if excerpt is None else np.array([excerpt]),
        )
        assert (max(each) if excerpt is None else each[excerpt]) <= best + 1e-9


@given(
    st.tuples(_TEXTS, _TEXTS), st.lists(_TEXTS, max_size=2), st.integers(0, 60), st.booleans(), st.booleans()
)
def test_what_is_decided_promises_from_either_side(
    texts: tuple[list[str], list[str]],
    older: list[list[str]],
    days: int,
    undated: bool,  # noqa: FBT001
    excerpt: bool,  # noqa: FBT001
) -> None:
    """Two entries that `decide` joins or reviews promise, whichever of them asks and was corrected."""
    a, b = (side(name, text[0], ". ".join(text)) for name, text in zip("ab", texts, strict=True))
    before = [side("a", text[0], ". ".join(text)).print.facts for text in older]
    a = replace(a, print=replace(a.print, facts=beside(a.print.facts, before)))
    dated = [DAY, None if undated else DAY - timedelta(days=days)]
    a, b = (
        replace(
            told,
            source_id=SourceId("s" if excerpt else told.entry_id),
            kind=EntryKind.BULLETIN_ITEM if excerpt and told is a else EntryKind.ARTICLE,
            print=replace(told.print, shape=_on(told.print.shape, day)),
        )
        for told, day in zip((a, b), dated, strict=True)
    )
    found = decide(a, b)

    promise = [
        promising(mine.print, [replace(_packed(theirs.print.shape), teller=_teller(theirs))], teller).tolist()
        for mine, theirs in ((a, b), (b, a))
        for teller in (None, _teller(mine))
    ]

    if found.relation in (Relation.JOIN, Relation.REVIEW):
        assert [[True]] * 4 == promise


def test_shapes_from_before_totals_promise() -> None:
    """A shape that was packed without its weights is left to be decided."""
    told = side("a", SENTENCES[0], ". ".join(SENTENCES)).print
    unlike = side(
        "b", "Bóng đá", "Đội tuyển nữ thắng ba bàn trong trận mở màn giải vô địch đêm qua ở sân khách"
    )
    old = _packed(unlike.print.shape)

    assert [False, True] == promising(told, [old, replace(old, arrays=old.arrays[:-24])]).tolist()


def test_a_text_among_many_promises_as_alone() -> None:
    """What promises does not depend on who else is looked at."""
    told = [
        side(str(place), text, ". ".join((text, *SENTENCES[: place % 4])))
        for place, text in enumerate(SENTENCES)
    ]
    packed = [_packed(one.print.shape) for one in told]

    together = [promising(one.print, packed).tolist() for one in told]

    assert [[promising(one.print, [other])[0] for other in packed] for one in told] == together


def _on(shape: Shape, day: date | None) -> Shape:
    return replace(shape, day=day)


def _teller(told: Side) -> tuple[str, str]:
    return told.source_id, told.kind


def _packed(shape: Shape) -> Packed:
    return Packed(pack_shape(shape), None if shape.day is None else shape.day.toordinal())
