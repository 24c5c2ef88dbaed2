"""The scorer on truths small enough to count by hand."""

from bench.dedup.model import Level
from bench.dedup.score import (
    Counts,
    Label,
    chains,
    interval,
    levels,
    linked,
    merged_templates,
    merged_twins,
    missed_pairs,
    overall,
    score,
    wrong_pairs,
)

TRUTH = {
    "a": Label("a", Level.ORIGINAL),
    "a-item": Label("a", Level.VERBATIM, "a"),
    "a-told": Label("a", Level.REWRITTEN, "a"),
    "t": Label("t", Level.TWIN, "", "a"),
    "k1": Label("k1", Level.TEMPLATE),
    "k2": Label("k2", Level.TEMPLATE),
    "c-k1": Label("k1", Level.TEMPLATE_COPY, "k1"),
}
RIGHT = {name: label.story for name, label in TRUTH.items()}


def test_a_perfect_prediction_scores_one_everywhere() -> None:
    """What is true scores 1, merges nothing and has no chains."""
    figures = score(TRUTH, RIGHT)

    assert (4, 1.0, 1.0, 1.0) == tuple(figures[name] for name in ("pairs", "p", "r", "f1"))
    assert 1.0 == figures["links"]
    assert (0.0, 0.0) == (figures["templates_merged"], figures["twins_merged"])
    assert {"impure": 0, "largest_entries": 0, "largest_stories": 0} == figures["chains"]
    assert {"p": (1.0, 1.0), "r": (1.0, 1.0), "f1": (1.0, 1.0)} == figures["interval"]
    assert 0 == figures["lost"]


def test_all_alone_has_no_recall_and_no_precision() -> None:
    """A story for every entry finds nothing: B-cubed would praise it."""
    figures = score(TRUTH, {name: name for name in TRUTH})

    assert 0.0 == figures["r"]
    assert figures["p"] is None
    assert figures["f1"] is None
    assert 0.0 == figures["links"]


def test_a_true_pair_belongs_to_the_harder_of_its_levels() -> None:
    """The item is found with its original; the rewritten one is missed by both others."""
    homes = RIGHT | {"a-told": "alone"}

    counts = levels(TRUTH, homes)

    assert Counts(found=1, true=1, predicted=1, right=1) == counts[Level.VERBATIM]
    assert Counts(found=0, true=2, predicted=0, right=0) == counts[Level.REWRITTEN]


def test_levels_add_up_to_the_whole() -> None:
    """Every true pair is counted in one level."""
    homes = RIGHT | {"t": "a", "c-k1": "k2", "k2": "k2"}

    counts = levels(TRUTH, homes)

    assert overall(TRUTH, homes).true == sum(one.true for one in counts.values())
    assert overall(TRUTH, homes).found == sum(one.found for one in counts.values())


def test_a_merged_twin_costs_precision_and_link_accuracy() -> None:
    """A twin in its original's story: three wrong pairs, and no entry of the story is well linked."""
    homes = RIGHT | {"t": "a"}

    assert Counts(found=4, true=4, predicted=7, right=4) == overall(TRUTH, homes)
    assert 1.0 == merged_twins(TRUTH, homes)
    assert 1 / 3 == linked(TRUTH, homes)
    assert [("a", "t")] == wrong_pairs(TRUTH, homes)
    assert {"impure": 1, "largest_entries": 4, "largest_stories": 2} == chains(TRUTH, homes)


def test_a_template_is_merged_if_anything_foreign_is_with_it() -> None:
    """Two notices in one story count both."""
    homes = RIGHT | {"k1": "k", "k2": "k"}

    assert 1.0 == merged_templates(TRUTH, homes)
    assert [("c-k1", "k1")] == missed_pairs(TRUTH, homes)


def test_an_id_without_a_story_is_lost_and_alone() -> None:
    """What the export does not name shares a story with nobody, not even with other lost ids."""
    figures = score(TRUTH, {name: home for name, home in RIGHT.items() if name not in ("a-item", "a-told")})

    assert 2 == figures["lost"]
    assert 1 == round(figures["r"] * 4)


def test_the_interval_holds_the_figure_and_repeats_itself() -> None:
    """With one story in ten missed the interval lies around 0.9, the same each time."""
    truth = {
        f"{name}{end}": Label(f"{name}", Level.VERBATIM, f"{name}a") for name in range(100) for end in "ab"
    }
    homes = {name: name if label.story.endswith("7") else label.story for name, label in truth.items()}

    low, high = interval(truth, homes)["r"]

    assert low < 0.9 < high
    assert (low, high) == interval(truth, homes)["r"]
