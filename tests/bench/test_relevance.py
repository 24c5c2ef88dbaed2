"""The relevance bench: what it asks is told by the texts, and its figures are those of the books."""

import json
from pathlib import Path

from bench.relevance import asked_of, ndcg, rank, read, table
from bench.relevance_graded import DOCUMENT, NEAR_DUPLICATES, needed
from bench.relevance_questions import Article, Question, article

_WORDS = [
    "lũ",
    "quét",
    "cầu",
    "phà",
    "tôm",
    "lúa",
    "rừng",
    "biển",
    "đảo",
    "chợ",
    "trường",
    "bệnh",
    "viện",
    "đường",
    "sắt",
    "điện",
    "gió",
    "mưa",
    "bão",
    "hạn",
    "mặn",
    "đê",
    "kè",
    "giống",
    "vịt",
    "cá",
    "tra",
    "xoài",
    "bưởi",
    "dừa",
    "cam",
    "chè",
    "mía",
]


def corpus(count: int) -> list[Article]:
    """Return articles whose titles share words with their leads, and with each other."""
    told = []
    for number in range(count):
        some = [_WORDS[(number * 7 + at * (1 + number % 5)) % len(_WORDS)] for at in range(8)]
        lead = f"Tại tỉnh Kiên Giang {' '.join(reversed(some))} năm {number}."
        told.append(
            {"title": " ".join(some), "lead": lead, "body": [f"Chuyện {number}.", " ".join(some[:3])]}
        )
    return [article(one) for one in told]


def test_articles_come_without_furniture(tmp_path: Path) -> None:
    """As every story does that is read: questions are of what can be found."""
    body = ["Đê bao xã đảo vừa được đắp cao thêm hai mét.", "Xem thêm: Chợ nổi đông khách", "Lý Thị Sậy"]
    told = {"title": "Đắp xong đê bao", "lead": "Bà con mừng.", "body": body}
    (tmp_path / "some.jsonl").write_text(json.dumps(told) + "\n")

    assert [body[0]] == [one.body for one in read(tmp_path, 1, seed=1)]


def test_the_order_of_grades_counts() -> None:
    """The best order is 1, another is less, a hit told twice counts once, nothing is 0."""
    question = Question("some", "q", frozenset({1, 2, 3}), {1: 3, 2: 2, 3: 1})

    assert 1.0 == ndcg([1, 2, 3], question)
    assert 0.0 == ndcg([7, 8], question)
    assert 0.0 < ndcg([3, 2, 1], question) < ndcg([2, 1, 3], question) < 1.0
    assert ndcg([1, 9, 2], question) == ndcg([1, 9, 2, 1], question)


def test_the_first_right_place_counts() -> None:
    """One over its number."""
    assert [1.0, 0.5, 0.0] == [
        rank(places, Question("k", "q", frozenset({4}))) for places in ([4], [1, 4], [2])
    ]


def test_questions_are_told_by_the_texts() -> None:
    """Made articles stand behind those drawn from; every grade is of an article; the same seed, the same."""
    articles = corpus(80 + needed(2))
    whole, asked = asked_of(articles, 80, 1, 2)
    again = asked_of(articles, 80, 1, 2)[1]

    assert asked == again
    assert whole[:80] == articles[:80]
    assert all(place < len(whole) for one in asked for place in one.right)
    assert {2} == {sum(one.kind == kind for one in asked) for kind in (DOCUMENT, NEAR_DUPLICATES)}
    assert all(min(one.right) >= 80 for one in asked if one.kind in (DOCUMENT, NEAR_DUPLICATES))
    assert all(set(one.grades) == one.right for one in asked if one.grades)


def test_a_table_marks_who_is_ahead() -> None:
    """What is better than ours is bold; a system that did not start is named."""
    costs = ("engine_cpu_seconds", "index_mb", "index_seconds", "p50_ms", "p95_ms", "failed")
    line = {
        "stories": 2,
        "seed": 1,
        "mrr": {"title": {"ours": 0.5, "fts5": 1.0, "n": 2}},
        "ndcg": {},
        "absent": ["tantivy"],
        **{cost: {} for cost in costs},
    }
    told = table(line, ["ours", "fts5"])

    assert "| title | 2 | 0.500 | **1.000** |" in told.splitlines()
    assert "tantivy did not start" == told.splitlines()[-1]
