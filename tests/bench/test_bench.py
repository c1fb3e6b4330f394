"""Every part of the benchmark runs, in small: it prints its rows, whatever they say."""

from __future__ import annotations

import pytest

from bench import ack, memory, reading, scale, shared_queue, start, turns, verdicts
from bench.effort import TINY
from bench.peers import missing_peers
from bench.table import printed
from bench.verdicts import seconds_at_github
from bot.sandbox.requests_log import Request
from tests.postgres import binaries

needs_postgres = pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed: `make postgres`")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "rows"),
    [
        pytest.param(start.rows, 3, id="start"),
        pytest.param(verdicts.rows, 4, id="verdicts"),
        pytest.param(verdicts.large_rows, 3, id="large"),
        pytest.param(reading.rows, 5, id="reading"),
        pytest.param(shared_queue.rows, 3, id="workers", marks=needs_postgres),
        pytest.param(turns.rows, 1, id="turns"),
        pytest.param(memory.rows, 2, id="memory"),
    ],
)
def test_each_part_measures(part: object, rows: int) -> None:
    assert callable(part)
    measured = part(TINY)
    assert len(measured) == rows
    assert all((row.measure and row.figure) or row.ratio for row in measured)
    assert printed("Part", measured).count("\n| ") == rows + 1


@pytest.mark.slow
def test_the_door_names_the_receivers_that_are_not_installed() -> None:
    measured = ack.rows(TINY)
    assert [row.measure for row in measured][:3] == [
        "Flask view, nothing stored",
        "Flask view, stored",
        "the door as served, stored",
    ]
    assert [row.measure for row in measured if "not measured" in row.figure] == missing_peers()


def test_requests_at_the_same_time_count_once() -> None:
    requests = [Request("GET", "/", began, duration=1.0) for began in (10.0, 10.5, 13.0, 20.0)]
    assert seconds_at_github(requests, until=13.5) == 2.0


def test_the_scale_is_computed_for_three_sizes() -> None:
    lines = scale.printed().splitlines()
    assert [line.split(" | ")[0] for line in lines[-3:]] == ["| 100", "| 1,000", "| 10,000"]
