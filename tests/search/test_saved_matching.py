"""Saved questions against stories: what matches, and that a real Meilisearch finds the same."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.errors import BadInput
from pipeline.model import Labels, Officeholder, StoryId
from search.document import document
from search.index import Index
from search.matching import Questions, Reading, compiled, kept
from search.plan import PHRASE, rungs
from search.question import Query, read
from search.tokens import accented, tokens
from tests.feeds.stories import story

_SYLLABLES = str.split(
    "thanh thành niên nien tre tré trẻ bến ben cầu câu cau đê đe de bao báo bão quyết quyet tâm tam xã xa "
    "số 3 2023 hòa hoà kỹ kĩ QL1A UBND HĐND ủy ban nhân dân TP.HCM quốc lộ 1A của và 31/1 1.250.000"
)


_UNFINISHED = ("nien", "quyet")  # no word is written so


def told(title: str, body: str = "", **fields: Any) -> dict[str, Any]:
    """Return the document of a story with a title, a full text and fields of its face."""
    made = story(1, labels=Labels("vinh-long", ("vinh-long",), "ben-tre", ("ben-tre",), ("y-te",)))
    spoken = replace(made.face.tellings[0], title=title)
    face = replace(made.face, title=title, summary="", tellings=(spoken,), **fields)
    return document(replace(made, face=face), [body])


def matches(asked: dict[str, str], made: dict[str, Any]) -> bool:
    """Say whether a saved search is told of a story."""
    questions = Questions()
    questions.put(7, compiled(read(asked)))
    return questions.matching(made) == {7}


@pytest.mark.parametrize(
    ("q", "text", "expected"),
    [
        ("thanh nien", "Thành niên ra quân", True),
        ("thanh niên", "Thanh niên ra quân", True),
        ("thanh niên", "Người thành niên", False),
        ("niên thanh", "Thanh niên ra quân", True),
        ('"niên thanh"', "Thanh niên ra quân", False),
        ('"ra quân"', "Thanh niên ra quân", True),
        ('"thanh niên" quân', "Thanh niên ra quân", True),
        ("bóng đá -nữ", "Đội bóng đá nữ", False),
        ("bóng đá -nữ", "Đội bóng đá nam", True),
        ('mưa lũ -"quảng nam"', "Mưa lũ ở Quảng Nam", False),
        ('mưa lũ -"quảng nam"', "Mưa lũ ở nam Quảng Ngãi", True),
        ("UBND xã", "Ủy ban nhân dân xã họp", True),
        ("ủy ban nhân dân xã", "UBND xã họp", True),
        ("31/01/2023", "Sáng ngày 31 tháng 1 năm 2023, xã họp", True),
        ("1250000", "Giá 1.250.000 đồng", True),
        ("quyeets taam", "Quyết tâm giữ rừng", True),
        ("gif", "Không có gì", False),
        ("hoà giải", "Tổ hòa giải", True),
        ("quyet tâm", "Quyết tâm giữ rừng", True),
        ("quyết tam", "Quyết tâm giữ rừng", False),  # "tam" is a word
        ("duong Trần Phú", "Sửa đường Trần Phú", True),
        ('"duong Trần Phú"', "Sửa đường Trần Phú", False),
        ("Bến Tre", "Cầu mới khánh thành", True),  # where it plays, though its text does not say so
        ('"Bến Tre"', "Cầu mới khánh thành", False),
        ('cầu -"bến tre"', "Cầu mới khánh thành", True),
        ("cầu Vĩnh Long -tre", "Cầu mới khánh thành ở Vĩnh Long", True),
        ('Bến Tre "khánh thành"', "Cầu mới khánh thành", True),
        ("quyet tm", "Quyết tâm giữ rừng", False),
        ("quyet tam giu rung ngap man", "Quyết tâm giữ rừng", False),
        ("90/KH-UBND", "Triển khai Kế hoạch 90/KH-UBND", True),
        ("90/kh-ubnd", "Triển khai Kế hoạch 190/KH-UBND", False),
        ("90/KH-UBND kiên giang", "Triển khai Kế hoạch 90/KH-UBND", False),
    ],
)
def test_a_question_means_what_the_strict_search_means(q: str, text: str, expected: bool) -> None:  # noqa: FBT001
    """Accents, phrases, what is left out, other forms, numbers: never a typo, never a word less."""
    assert expected is matches({"q": q}, told(text))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"province": "vinh-long"}, True),
        ({"province": "ca-mau,vinh-long"}, True),
        ({"province": "ca-mau"}, False),
        ({"area": "ben-tre", "topic": "y-te"}, True),
        ({"area": "ben-tre", "topic": "giao-duc"}, False),
        ({"q": "cầu", "province": "vinh-long"}, True),
        ({"q": "cầu", "province": "ca-mau"}, False),
        ({"q": "phà", "province": "vinh-long"}, False),
        ({"doc": "90/kh-ubnd"}, True),
        ({"doc": "91/KH-UBND"}, False),
        ({"doc": "90 KH-UBND"}, True),
        ({"q": "-mới", "province": "vinh-long"}, False),
        ({"q": "-moi", "province": "vinh-long"}, False),
        ({"q": "-cũ", "province": "vinh-long"}, True),
        ({"q": "-cũ", "province": "ca-mau"}, False),
        ({"person": "lê quốc phong"}, True),
        ({"person": "Lê Quốc Phông"}, False),
        ({"office": "bi thu tinh uy"}, True),
        ({"bulletin": "yes"}, False),
        ({"bulletin": "no"}, True),
        ({"from": "2026-11-21", "to": "2026-11-21"}, True),
        ({"from": "2026-11-22"}, False),
        ({"q": "https://bao1.example/cau-1.html"}, True),
        ({"q": "https://bao1.example/cau-2.html"}, False),
    ],
)
def test_every_filter_holds(asked: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    """Filters alone, beside words, and several values of one."""
    people = (Officeholder("Lê Quốc Phong", "Bí thư Tỉnh ủy", "Đồng Tháp"),)
    made = told("Khánh thành cầu mới", doc_numbers=("90/KH-UBND",), people=people)

    assert expected is matches(asked, made)


@pytest.mark.parametrize(
    "asked", [{}, {"q": "!!"}, {"q": "-nữ"}, {"q": '""'}, {"q": "-", "province": "vinh-long"}]
)
def test_a_question_without_words_is_refused(asked: dict[str, str]) -> None:
    """Nothing asked, or signs only: nobody could tell what is wanted."""
    with pytest.raises(BadInput):
        kept(asked)


def test_what_is_kept_is_what_is_asked() -> None:
    """Order and paging are not part of a saved search; what is kept is read back."""
    asked = {"q": "đê bao", "topic": "Y-TE", "sort": "newest", "page": "2"}

    assert {"q": "đê bao", "topic": "y-te"} == kept(asked)
    assert kept(asked) == kept(kept(asked))


def drawn(rnd: random.Random, many: int) -> str:
    """Draw some words with signs that mean something."""
    words = rnd.choices(_SYLLABLES, k=many)
    if rnd.random() < 0.3 and many > 1:
        start = rnd.randrange(many - 1)
        words[start] = f'"{words[start]}'
        words[rnd.randrange(start + 1, many)] += '"'
    if rnd.random() < 0.2:
        words.append(f"-{rnd.choice(_SYLLABLES).lower()}")
    return " ".join(words)


def test_meilisearch_finds_the_same(index: Index) -> None:
    """Stories and questions of few syllables, accent twins among them: the strict searches agree with us."""
    rnd = random.Random(11)
    stories = []
    for number in range(150):
        plain = story(number)
        face = replace(
            plain.face,
            title=" ".join(rnd.choices(_SYLLABLES, k=4)),
            labels=rnd.choice([Labels(), Labels("vinh-long", ("vinh-long",))]),
        )
        telling = replace(plain, story_id=StoryId(f"s{number}"), face=replace(face, tellings=()))
        stories.append(document(telling, [" ".join(rnd.choices(_SYLLABLES, k=rnd.randrange(3, 25)))]))
    index.build(index.name)
    index.write(index.name, stories)
    asked = [{"q": drawn(rnd, rnd.randrange(1, 5))} for _ in range(140)]
    asked += [{"q": drawn(rnd, rnd.randrange(11, 14))} for _ in range(5)]
    asked += [one | {"province": "vinh-long"} for one in asked[:10]]
    questions = Questions()
    for number, one in enumerate(asked):
        questions.put(number, compiled(read(one)))
    found: dict[int, set[str]] = {number: set() for number in range(len(asked))}
    for made in stories:
        for number in questions.matching(made):
            found[number].add(made["id"])

    for number, one in enumerate(asked):
        strict, mixed = searched(index, read(one))
        open_words = any(accented(tokens(one["q"])) and word in _UNFINISHED for word in tokens(one["q"]))

        assert strict <= found[number] <= mixed
        assert open_words or strict == found[number]
    assert any(found.values())


def searched(index: Index, query: Query) -> tuple[set[str], set[str]]:
    """The stories of the strictest rung: as typed and in other forms, all words, accents as they are.

    Then the same with those of the rung where words without accents are open.
    """
    weights = {PHRASE / 10**turn for turn in range(14)}
    ladder = rungs(query)
    strict = [
        one
        for one in ladder[0].queries
        if any(math.isclose(one["federationOptions"]["weight"], weight) for weight in weights)
        and one["federationOptions"]["weight"] > 1
    ]
    mixed = [one for rung in ladder[1:2] if not rung.relaxed for one in rung.queries]
    found = {str(hit["id"]) for one in strict for hit in index.search([one], {"limit": 1000})["hits"]}
    more = {str(hit["id"]) for one in mixed for hit in index.search([one], {"limit": 1000})["hits"]}
    return found, found | more


def test_questions_come_and_go() -> None:
    """After any changes each question is found exactly where one of its readings holds."""
    rnd = random.Random(3)
    stories = [told(" ".join(rnd.choices(_SYLLABLES, k=6))) for _ in range(30)]
    questions = Questions()
    standing: dict[int, Sequence[Reading]] = {}
    for number in rnd.choices(range(20), k=80):
        if rnd.random() < 0.3:
            questions.drop(number)
            standing.pop(number, None)
        else:
            standing[number] = compiled(read({"q": drawn(rnd, rnd.randrange(1, 3))}))
            questions.put(number, standing[number])
        alone = {}
        for one, readings in standing.items():
            alone[one] = Questions()
            alone[one].put(1, readings)
        made = rnd.choice(stories)

        assert {one for one, single in alone.items() if single.matching(made)} == questions.matching(made)
    assert len(standing) == len(questions)
