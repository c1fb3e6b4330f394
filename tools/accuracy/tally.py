"""Count hits by measure, and compute the confidence interval of a share."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

_Z = 1.96
"""The quantile of the normal distribution for an interval that holds the true share 95 times in 100."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share after Wilson (1927); 0 to 1 when nothing was counted."""
    if not of:
        return 0.0, 1.0
    share, weight = hits / of, _Z * _Z / of
    centre = (share + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * (share * (1 - share) / of + weight / (4 * of)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass
class Tally:
    """Hits and counts of every measure, by half of the repositories, and the names of the wrong cases."""

    hits: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, measure: str, half: str, *, right: bool, what: str = "") -> None:
        """Count one case; `what` names it where it is wrong."""
        self.counts[measure, half] += 1
        self.hits[measure, half] += right
        if not right and what:
            self.wrong[measure].append(what)

    @property
    def measures(self) -> list[str]:
        """The measures in the order in which they were first counted."""
        return list(dict.fromkeys(measure for measure, _ in self.counts))

    def of(self, measure: str, halves: str = "AB") -> tuple[int, int]:
        """Hits and count of a measure in these halves."""
        return sum(self.hits[measure, half] for half in halves), sum(self.counts[measure, half] for half in halves)
