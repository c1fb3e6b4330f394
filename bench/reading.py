"""What reading a plan costs, and that it grows no faster than the plan.

Reads every `plan.md` of the corpus that `PLANGATE_CORPUS` names, each against its own repository's template and
constitution; where there is none, plans that are made here. Then one plan is grown
from 1 KB to 4 MB in each of several ways. (The App and the command line refuse a document above 1 MB with a finding;
here the readers get it all the same, and stop where the parser does.)
Times are of the processor, the best of several; the ratios are what another machine can compare.

    python -m bench.reading
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyromark

from bench.effort import WHOLE, Effort
from bench.table import Row, printed
from bot.bundled import bundled_text
from bot.core.change.trees import Document, document
from bot.core.documents.plan_reading.plan_reader import read_plan
from bot.core.markdown import parse
from bot.core.yardstick.constitution import read_constitution
from bot.core.yardstick.template import resolve_template
from tests.core.hostile_texts import MARKDOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.core.yardstick.constitution import Constitution
    from bot.core.yardstick.template import Template

TEMPLATE = "config/plan-template.md"
CONSTITUTION = ".specify/memory/constitution.md"
PRINCIPLES = "# Constitution\n\n## Core Principles\n\n" + "".join(
    f"### {numeral}. Promise {numeral}\n\nIt is kept.\n\n" for numeral in ("I", "II", "III", "IV", "V")
)
HEAD = "# Implementation Plan: Growth\n\n**Branch**: `001-growth` | **Spec**: [spec.md](./spec.md)\n\n"
GROWN = {
    "rows of the check": (
        "## Constitution Check\n\n| Principle | Status |\n|---|---|\n",
        "| II. Promise II | PASS |\n",
    ),
    "bullets": ("## Constitution Check\n\n", "- **III. Promise III**: PASS, as {} shows\n"),
    "tracked violations": (
        "## Constitution Check\n\nIV: FAIL\n\n## Complexity Tracking\n\n| Violation | Why |\n|---|---|\n",
        "| IV. Promise IV: part {} | it is needed |\n",
    ),
    "prose": ("## Summary\n\n", "A line of words that say what `part {}` is for.\n\n"),
}
FURTHER = {
    "sub-headings": ("## Constitution Check\n\n", "### II. Promise II ✅\n\nPart {} keeps it.\n\n"),
    "nested bullets": ("## Constitution Check\n\n- III. Promise III\n", "  - part {}: PASS, because it is small\n"),
    "paths": ("## Project Structure\n\n### Source Code\n\n```text\n", "├── src/part_{}.py  # one part\n"),
    "paragraphs": ("## Constitution Check\n\n", "**II. Promise II**: FAIL. Deferred, see part {} below.\n\n"),
}
"""Kinds that only `growth` grows."""
SIZES = (1_000, 10_000, 100_000, 1_000_000, 4_000_000)
_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_GFM
)
ROUNDS = 3
MEGA = 1_000_000
MOST_EVENTS = 21
"""Times the cost of the events. In November 2026 the blocks of Markdown cost 9.5 times their events, and reading a plan
should cost at most 2.2 times its blocks; the blocks have become cheaper since."""


def corpus() -> Path | None:
    """The folder of the corpus' repositories, None where there is none."""
    named = os.environ.get("PLANGATE_CORPUS")
    repositories = Path(named) / "repos" if named else None
    return repositories if repositories is not None and repositories.is_dir() else None


def corpus_plans(repositories: Path) -> Iterator[tuple[Document, Template, Constitution]]:
    """Every plan with what it is held to."""
    for repository in sorted(repositories.iterdir()):
        files = repository / "files"
        read = {path.relative_to(files).as_posix(): path.read_bytes() for path in sorted(files.rglob("*.md"))}
        documents = {path: document(path, content) for path, content in read.items()}
        template = resolve_template(documents, bundled_text(TEMPLATE), "")
        constitution = read_constitution(documents.get(CONSTITUTION), CONSTITUTION)
        yield from ((each, template, constitution) for path, each in documents.items() if path.endswith("/plan.md"))


def made_plans() -> Iterator[tuple[Document, Template, Constitution]]:
    """Plans of the sizes that people write, in every layout that is grown below."""
    for kind in GROWN:
        for size in (5_000, 10_000, 20_000, 40_000):
            yield document("specs/001-growth/plan.md", grown(kind, size).encode()), *yardstick()


def yardstick() -> tuple[Template, Constitution]:
    """The bundled template, and a constitution of five principles."""
    constitution = read_constitution(document(CONSTITUTION, PRINCIPLES.encode()), CONSTITUTION)
    return resolve_template({}, bundled_text(TEMPLATE), ""), constitution


def grown(kind: str, size: int) -> str:
    """A plan of about `size` bytes that is mostly of one kind."""
    start, line = (GROWN | FURTHER)[kind]
    count = max(1, (size - len(HEAD) - len(start)) // len(line.format("00000")))
    return HEAD + start + "".join(line.format(f"{number:05}") for number in range(count))


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Processor time, the best of all rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        work()
        best = min(best, (time.process_time() - started) * 1000)
    return best


def rows(effort: Effort = WHOLE) -> list[Row]:
    """The cost of reading a plan beside the Markdown parser's, and its growth with the size."""
    repositories = corpus()
    plans = list(made_plans() if repositories is None else corpus_plans(repositories))
    whole = [milliseconds(partial(read_plan, *plan)) for plan in plans]
    blocks = [milliseconds(partial(parse, plan[0].text)) for plan in plans]
    events = [milliseconds(partial(taken, plan[0].text.encode("utf-8", "replace").decode())) for plan in plans]
    origin = "made here" if repositories is None else "of the corpus"
    figure = (
        f"median {statistics.median(whole):.1f} ms, slowest {max(whole):.0f} ms;"
        f" blocks alone {sum(blocks) / sum(events):.1f} times the events"
    )
    measure = f"reading one of {len(plans)} plans {origin}, beside the events of pyromark"
    measured = [Row(measure, f"{sum(whole) / sum(events):.0f}", figure, f"at most {MOST_EVENTS}, median under 4 ms")]
    held_to = yardstick()
    for kind in GROWN:
        texts = [
            Document("plan.md", text := grown(kind, size), size=len(text))
            for size in SIZES
            if size <= effort.largest_plan
        ]
        costs = [milliseconds(partial(read_plan, text, *held_to)) / (text.size / 1000) for text in texts]
        ratios = ", ".join(f"{cost / costs[1]:.2f}" for cost in costs)
        sizes = ", ".join(f"{size // 1000} KB" for size in SIZES)
        measured.append(Row(f"{kind}: cost of a KB in {sizes}", ratios, "", "no growth"))
    return measured


def growth(size: int) -> Row:
    """How much more a KB costs in a plan of that size than in one of a tenth, for the steepest of all generators."""
    held_to = yardstick()
    makers: dict[str, Callable[[int], str]] = {**{kind: partial(grown, kind) for kind in GROWN | FURTHER}, **MARKDOWN}
    ratios = {}
    for name, make in makers.items():
        texts = [Document("plan.md", text := make(each), size=len(text)) for each in (size // 10, size)]
        small, large = (milliseconds(partial(read_plan, text, *held_to), rounds=1) / text.size for text in texts)
        ratios[name] = large / small
    steepest = max(ratios, key=ratios.__getitem__)
    measure = f"cost of a KB at {size // 1000} KB beside a tenth of that, steepest of {len(makers)} generators"
    return Row(measure, f"{ratios[steepest]:.2f}", steepest, "no growth")


def taken(text: str) -> None:
    """Take every event of the Markdown parser, and do nothing with it."""
    deque(pyromark.events_with_range(text, options=_OPTIONS), maxlen=0)


def main() -> int:
    """Measure, print."""
    print(printed("Reading", [*rows(), growth(MEGA)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
