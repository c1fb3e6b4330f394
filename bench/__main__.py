"""`python -m bench [--write]`: every measure in one run, ratios first; `--write` also writes docs/performance.md.

`--rounds` sets the rounds of each median, five by default. `make bench-peers` installs what the door is compared with.
"""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import replace
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING

from bench import ack, desk, memory, reading, scale, shared_queue, start, turns, verdicts
from bench.effort import WHOLE, Effort
from bench.table import printed

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.table import Row

PARTS: dict[str, Callable[[Effort], list[Row]]] = {
    "The machine and the start": start.rows,
    "The door": ack.rows,
    "From delivery to verdict": verdicts.rows,
    "Reading": reading.rows,
    "The desk": lambda _: desk.rows(),
    "Large": verdicts.large_rows,
    "Workers": lambda effort: [*shared_queue.rows(effort), *turns.rows(effort)],
    "Memory": memory.rows,
}
PAGE = Path("docs/performance.md")
HEAD = """# Performance

`make bench` generates this page; no other page states a figure. Each ratio compares two things of one run. The figures
are those of one machine, so trust the ratios. Everything that is accepted is on disk before its 202.

Measured on {date}: {processors} processors ({machine}), Python {python}.

"""


def _part(word: str) -> str:
    """The title of the only part that has this word in it; else the word itself."""
    titles = [title for title in PARTS if word.casefold() in title.casefold()]
    return titles[0] if len(titles) == 1 else word


def main() -> int:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--only", type=_part, choices=PARTS, metavar="PART", help="measure one part, such as desk")
    parser.add_argument("--rounds", type=int, default=WHOLE.rounds, help="rounds of each median (default: %(default)s)")
    arguments = parser.parse_args()
    effort = replace(WHOLE, rounds=arguments.rounds)
    if arguments.write and arguments.only:
        parser.error("--write needs every part")
    sections = []
    for title, rows in PARTS.items():
        if arguments.only in {None, title}:
            sections.append(printed(title, rows(effort)))
            print(sections[-1], flush=True)
    if arguments.write:
        head = HEAD.format(
            date=datetime.now(UTC).strftime("%B %Y"),
            processors=cpu_count(),
            machine=platform.machine(),
            python=platform.python_version(),
        )
        PAGE.write_text(head + "\n".join([*sections, f"## Scale, computed\n\n{scale.printed()}"]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
