"""Why texts are one story, in the reader's language: every reason that the rules give."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.becoming import because as becoming
from pipeline.evidence import Evidence
from pipeline.similarity import Likeness
from tests.web.test_language import known
from web.because import CLAUSES, because
from web.language import Language, speaking

EVIDENCE = Evidence(
    likeness=Likeness(part=0.97, back=0.5, words=0.9, title=0.9, headline=0.9),
    numbers=(1, 3),
    names=(0, 2),
    differs=False,
    excerpt=True,
    length=80,
    docs=frozenset({"90/KH-UBND", "12/QĐ-UBND"}),
    credits=frozenset({"TTXVN"}),
    place=True,
    days=2,
    day=date(2026, 11, 20),
    older=True,
)


def test_every_clause_is_in_english() -> None:
    """A clause that no catalogue holds would stay Vietnamese."""
    assert [] == [one for one in CLAUSES if one not in known()]


@pytest.mark.parametrize("evidence", [EVIDENCE, replace(EVIDENCE, day=None)])
def test_all_evidence_is_said_in_english(evidence: Evidence) -> None:
    """Nothing of it is left for readers of Vietnamese."""
    told = "; ".join(evidence.said())
    with speaking(Language.ENGLISH):
        said = because(told)

    assert "<span" not in said
    assert "titles nearly alike; both name 12/QĐ-UBND, 90/KH-UBND; 2 of 3 figures in common" in said


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            "mục “tại đây” dẫn tới bài này; 98 % nội dung mục 1 của Bản tin nằm trong bài này",
            "the item&#39;s “tại đây” leads here; 98 % of item 1 of the bulletin is in this article",
        ),
        (
            "90 % nội dung mục 2 của Bản tin nằm trong mục 7 của Bản tin",
            "90 % of item 2 of a bulletin is in item 7 of another",
        ),
        ("bài chính của tin (3 bài, mục)", "the story&#39;s main text (3 articles and items)"),
        (becoming(2, stands=True), "text 2 of one article"),
        ("cùng dẫn <b>", "both credit &lt;b&gt;"),
        ("lý do của ngày mai <", '<span lang="vi">lý do của ngày mai &lt;</span>'),
    ],
)
def test_reasons_in_english(reason: str, expected: str) -> None:
    """Clause by clause; what is not known stays as it is and names its language."""
    with speaking(Language.ENGLISH):
        assert expected == because(reason)


def test_reasons_in_vietnamese_are_as_they_are_stored() -> None:
    """But for what HTML would read."""
    assert "cùng một địa chỉ; &lt;b&gt;" == because("cùng một địa chỉ; <b>")
