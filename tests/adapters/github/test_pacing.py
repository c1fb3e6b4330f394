"""Each installation at its own pace, as GitHub's limits want it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.adapters.github.pacing import SPACING, Pace, Writing
from bot.core.forge.errors import StorageError

HOUR = 3_600.0


def written(pace: Pace, writing: Writing, seconds: float, installation: int = 1) -> list[float]:
    """Everybody writes as much as the pace lets them, for so long: when that was."""
    now, at = 0.0, []
    while now < seconds:
        free = pace.slot(installation, "all", writing, now)
        if free is None:
            pace.wrote(installation, writing, now)
            at.append(now)
        else:
            assert free > now
            now = free
    return at


def most_within(at: list[float], seconds: float) -> int:
    return max(sum(1 for one in at if start <= one < start + seconds) for start in at)


class TestBudgets:
    def test_content_stays_below_80_a_minute_and_500_an_hour(self) -> None:
        at = written(Pace(), Writing.CONTENT, 1.5 * HOUR)
        assert 60 <= most_within(at, 60) <= 80
        assert 450 <= most_within(at, HOUR) <= 500

    def test_check_runs_stay_below_180_a_minute(self) -> None:
        assert 150 <= most_within(written(Pace(), Writing.RUN, 300), 60) <= 180

    @pytest.mark.parametrize("workers", [2, 3, 8])
    def test_several_workers_together_stay_below_what_one_may_do(self, workers: int) -> None:
        def together(writing: Writing, seconds: float) -> list[float]:
            return sorted(at for _ in range(workers) for at in written(Pace(lambda: workers), writing, seconds))

        runs = together(Writing.RUN, 300)
        assert 120 <= most_within(runs, 60) <= 180
        texts = together(Writing.CONTENT, 1.5 * HOUR)
        assert most_within(texts, 60) <= 80
        assert 400 <= most_within(texts, HOUR) <= 500

    def test_workers_that_come_and_go_change_each_ones_part(self) -> None:
        workers = 1
        pace = Pace(lambda: workers)
        assert len(written(pace, Writing.RUN, 0.001)) == 90
        workers = 3
        assert len(written(pace, Writing.RUN, 600, installation=2)) < 600 * 1.5 / 2

    def test_where_nobody_can_say_how_many_there_are_the_last_count_holds(self) -> None:
        def away() -> int:
            raise StorageError("the database is away")

        assert len(written(Pace(away), Writing.RUN, 0.001)) == 90

    def test_a_burst_is_not_spaced(self) -> None:
        assert written(Pace(), Writing.RUN, 0.001) == [0.0] * 90

    def test_what_was_written_before_the_clock_was_set_back_is_forgiven(self) -> None:
        pace = Pace()
        pace.refused(1, HOUR, 100.0)
        written(pace, Writing.RUN, 100)
        assert pace.slot(1, "x", Writing.RUN, 50.0) is None


class TestRefusals:
    def test_one_installation_waits_and_99_do_not_notice(self) -> None:
        pace = Pace()
        pace.refused(7, HOUR, 0.0)
        for now in range(0, 3_600, 60):
            slots = {one: pace.slot(one, f"{one}", Writing.RUN, float(now)) for one in range(100)}
            waiting = {one: until for one, until in slots.items() if until is not None}
            assert waiting.keys() == {7}
            assert waiting[7] >= HOUR

    def test_those_who_waited_come_back_one_after_the_other(self) -> None:
        pace = Pace()
        pace.refused(1, HOUR, 10.0)
        slots = [pace.slot(1, f"job-{number}", Writing.RUN, 10.0) for number in range(50)]
        assert all(one is not None for one in slots)
        gaps = [later - earlier for earlier, later in pairwise(one for one in slots if one is not None)]
        assert gaps == [pytest.approx(SPACING)] * 49
        assert slots[0] == HOUR

    def test_whoever_comes_at_its_time_is_let_in(self) -> None:
        pace = Pace()
        pace.refused(1, 100.0, 10.0)
        until = pace.slot(1, "job", Writing.RUN, 10.0)
        assert until is not None
        assert pace.slot(1, "job", Writing.RUN, until - 1) == until
        assert pace.slot(1, "job", Writing.RUN, until) is None

    def test_a_refusal_that_lasts_longer_holds_those_again_who_had_a_time(self) -> None:
        pace = Pace()
        pace.refused(1, 100.0, 10.0)
        pace.slot(1, "job", Writing.RUN, 10.0)
        pace.refused(1, 200.0, 20.0)
        until = pace.slot(1, "job", Writing.RUN, 100.0)
        assert until is not None
        assert until >= 200.0
