"""The generator, on a few articles of our own."""

import gzip
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dedup import check, edits, facts, generate, levels, model, notices, rewriting
from bench.dedup.model import Article, Level, Telling
from pipeline import record

_SUBJECTS = (
    "Trạm bơm",
    "Đoạn kè",
    "Nhà văn hóa",
    "Chợ nổi",
    "Tổ hợp tác",
    "Bến đò",
    "Vườn ươm",
    "Lớp học bơi",
)
_VERBS = ("vừa hoàn thành", "sắp mở rộng", "được sửa chữa", "thu hút nhiều người", "gặp khó về vốn")
_TAILS = (
    "sau mùa nước nổi", "trong quý tới", "theo kiến nghị của cử tri", "nhờ vốn góp của bà con",
    "vì giá vật tư tăng", "trước ngày khai giảng",
)  # fmt: skip


def _sentence(rng: Random) -> str:
    what = f"{rng.choice(_SUBJECTS).lower()} số {rng.randint(2, 900)} ở xã {rng.choice(facts.COMMUNES)}"
    when = f"Ngày {rng.randint(1, 28)}/{rng.randint(1, 12)}"
    return f"{when}, {what} {rng.choice(_VERBS)} {rng.choice(_TAILS)}, theo lời ông {facts.person(rng)}."


@cache
def _articles(count: int = 401) -> list[Article]:
    rng = Random(5)
    return [
        Article(
            f"{number:06}",
            f"{rng.choice(_SUBJECTS)} xã {rng.choice(facts.COMMUNES)} {rng.choice(_VERBS)} lần thứ {number}",
            f"{_sentence(rng)} {_sentence(rng)}",
            tuple(f"{_sentence(rng)} {_sentence(rng)}" for _ in range(5)),
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def told() -> list[Telling]:
    """Return a small set."""
    return generate.tellings(_articles(), seed=3, count=120, split="train")


def test_the_same_arguments_give_the_same_set(told: Sequence[Telling]) -> None:
    """Nothing but file, seed, count and split matters."""
    again = generate.tellings(_articles(), seed=3, count=120, split="train")

    assert list(told) == again
    assert told != generate.tellings(_articles(), seed=4, count=120, split="train")


def test_the_splits_share_no_article_and_no_template(told: Sequence[Telling]) -> None:
    """What was tuned on is not in the test."""
    test = generate.tellings(_articles(), seed=3, count=120, split="test")

    def kinds(tellings: Sequence[Telling], level: Level) -> set[str]:
        return {
            one.detail if level is Level.TEMPLATE else one.story for one in tellings if one.level is level
        }

    for level in (Level.ORIGINAL, Level.TEMPLATE):
        assert kinds(told, level)
        assert kinds(test, level)
        assert set() == kinds(told, level) & kinds(test, level)


def test_an_unknown_split_is_refused() -> None:
    """A misspelt split would be an empty set."""
    with pytest.raises(ValueError, match="train, test"):
        generate.tellings(_articles(), seed=3, count=5, split="dev")


def test_every_level_but_rare_ones_is_there_and_its_original_too(told: Sequence[Telling]) -> None:
    """A derived telling names an original of its own story; ids are unique."""
    by_id = {one.external_id: one for one in told}

    assert len(told) == len(by_id)
    assert {Level.ORIGINAL, Level.VERBATIM, Level.REWRITTEN, Level.TEMPLATE, Level.TWIN} <= {
        one.level for one in told
    }
    assert [] == [one for one in told if one.original and by_id[one.original].story != one.story]
    assert [] == [one for one in told if not one.original and one.story != one.external_id]


def test_every_record_loads_and_every_item_arrives(told: Sequence[Telling]) -> None:
    """The real reader sees one entry for each telling, with its text."""
    for handed in generate.records(told):
        record.load(handed.line)

    assert [] == check.misread(told)


def test_a_set_is_written_and_articles_are_read(told: Sequence[Telling], tmp_path: Path) -> None:
    """Each telling has its line of truth; a gzipped corpus gives articles with joined sentences."""
    generate.write(told, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    corpus = tmp_path / "corpus.jsonl.gz"
    with gzip.open(corpus, "wt", encoding="utf-8") as file:
        for one in _articles(3):
            sentences = [sentence for text in one.paragraphs for sentence in edits.sentences(text)]
            file.write(
                json.dumps({"id": one.article_id, "title": one.title, "lead": one.lead, "body": sentences})
            )
            file.write("\n")

    read = list(generate.articles(corpus))

    assert [one.external_id for one in told] == [line["external_id"] for line in lines]
    assert [one.title for one in _articles(3)] == [one.title for one in read]
    assert [" ".join(one.paragraphs) for one in _articles(3)] == [" ".join(one.paragraphs) for one in read]


def test_look_alikes_differ_in_their_varying_fields(told: Sequence[Telling]) -> None:
    """No two notices of a flood say the same."""
    texts = [one.text() for one in told if one.level is Level.TEMPLATE]

    assert len(texts) == len(set(texts))
    assert len(notices.templates()) >= 24


def test_a_swapped_fact_is_gone_everywhere() -> None:
    """The old name stands nowhere in the twin, in full or by its last syllable."""
    article = Article("1", "Ông Lê Văn Tám cứu đò", "Ông Lê Văn Tám vừa lái đò.", ("Ông Tám kể.", "Tám nói."))

    twin = facts.apply(article, facts.Swap("name", "Lê Văn Tám", "Đỗ Gia Uyên", (("Tám", "Uyên"),)))

    assert "Tám" not in " ".join((twin.title, twin.lead, *twin.paragraphs))


@given(st.integers(0, 400))
def test_a_swap_changes_the_opening(number: int) -> None:
    """A twin tells something else where one looks first."""
    article = _articles()[number]
    found = facts.swapped(Random(number), article, 2)

    assert found is not None
    assert (found[0].title, found[0].lead, *found[0].paragraphs[:1]) != (
        article.title, article.lead, *article.paragraphs[:1],
    )  # fmt: skip


@given(st.text(max_size=300), st.integers(0, 9))
def test_no_edit_fails_or_touches_digits(text: str, seed: int) -> None:
    """Noise and trimming take any text; noise leaves numbers alone."""
    rng = Random(seed)

    assert [one for one in text if one.isdecimal()] == [
        one for one in edits.noisy(rng, text, slips=0.3, lost=0.3) if one.isdecimal()
    ]
    edits.trimmed(rng, [text], 0.4)
    rewriting.rewritten(rng, [text], rewriting.PAIRS)


def test_undated_tellings_name_no_full_date() -> None:
    """A date in the text would be taken for the publication's."""
    made = [levels.undated(Random(seed), _told("Lễ ra quân ngày 5/3/2019.")) for seed in range(300)]

    assert all(one.dated for one in made)
    assert not all(levels.undated(Random(seed), _told("Lễ ra quân.")).dated for seed in range(300))


def _told(text: str) -> Telling:
    outlet = model.Outlet("bao-x", "Báo X", "XO", "x.example", "ca-mau", "Cà Mau")
    return Telling("1", Level.EXACT, "1", "1", outlet, "Ra quân", "", (text,), model.moment(2023, 3, 1))
