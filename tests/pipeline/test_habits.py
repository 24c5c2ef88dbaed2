"""How much is outside of a habit."""

from pipeline.habits import Habit, flood, why_flood


def test_a_young_door_has_a_measure() -> None:
    """Of a new feed a thousand items a day are news; what comes beyond waits with the reason."""
    assert 5 == flood(1_005, Habit())
    assert 1_005 == flood(1_005, Habit(today=1_000))
    assert "mới mở, chưa đầy bảy ngày (mức 1.000 bài một ngày)" in why_flood(1_005, Habit())


def test_a_flood_is_held_whole_and_a_full_day_in_part() -> None:
    """A document beyond ten times the habit waits as it is; of a day's later ones only what is too many."""
    usual = Habit(per_day=10, today=90)

    assert 0 == flood(10, usual)
    assert 5 == flood(15, usual)
    assert 101 == flood(101, usual)
