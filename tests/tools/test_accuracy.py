"""The measuring of accuracy: intervals, halves and a corpus that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.accuracy.__main__ import main
from tools.accuracy.measures import grep, near
from tools.accuracy.tally import Tally, wilson

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 0, 0.0, 1.0), (10, 10, 0.722, 1.0), (0, 10, 0.0, 0.278), (8, 10, 0.490, 0.943)]
)
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.001)


def test_a_measure_is_counted_by_half_and_names_what_is_wrong() -> None:
    tally = Tally()
    tally.add("read", "A", right=True)
    tally.add("read", "B", right=False, what="acme/ferry specs/001-a/plan.md:3")
    assert (tally.of("read"), tally.of("read", "A"), tally.of("read", "B")) == ((1, 2), (1, 1), (0, 1))
    assert tally.wrong == {"read": ["acme/ferry specs/001-a/plan.md:3"]}


def test_a_label_may_be_one_line_off() -> None:
    assert (near(5, [4, 9]), near(5, [5, 4]), near(5, [7])) == (4, 5, None)


def test_the_search_of_a_team_blocks_on_a_word_in_the_section_alone() -> None:
    assert grep("## Constitution Check\n\nI: FAIL\n")
    assert not grep("## Constitution Check\n\nI: PASS\n\n## Risks\n\nFAIL fast\n")
    assert not grep("## Summary\n\nFAIL\n")


def test_a_corpus_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["accuracy", "--corpus", str(tmp_path)])
    assert main() == 0
    assert "PLANGATE_CORPUS" in capsys.readouterr().out
