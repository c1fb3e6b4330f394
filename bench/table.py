"""One row of the table that `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Row:
    """A measure. The ratio compares two things of the same run, so that another machine can check it."""

    measure: str
    ratio: str
    """Empty where nothing of the same run is comparable."""
    figure: str
    target: str = ""
    """What the ratio or the figure should be; empty for a reference."""


def printed(title: str, rows: Iterable[Row]) -> str:
    """A section in Markdown."""
    lines = [f"## {title}", "", "| measure | ratio | figure | target |", "|---|---|---|---|"]
    lines += [f"| {row.measure} | {row.ratio} | {row.figure} | {row.target} |" for row in rows]
    return "\n".join(lines) + "\n"
