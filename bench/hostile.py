"""What hostile documents cost: CPU per megabyte for 22 generators, and the worker's memory over many jobs.

    python -c "from bench.hostile import main; main()" [--sizes 10000 100000 1000000] [--jobs 1000] [--here]

`--here` judges in this process, as the App did before it had processes of their own. It is started by `-c`, since each
process would import a main module again.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import TYPE_CHECKING

from bot.app.judging import Judging, JudgingApart, JudgingHere
from bot.bundled import bundled_text
from bot.core.change.trees import Change, ChangedFile, Document, FileStatus, Kind, Tree, TreeEntry
from bot.core.config.in_force import ConfigInForce
from bot.core.config.layers import merge
from bot.core.deciding.candidates import Candidate
from bot.core.deciding.commit_verdict import Host
from bot.core.features.which_features import which_features
from bot.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

MEGA = 1_000_000
FOLDER = "specs/001-search"
GENERATORS: dict[str, Callable[[int], str]] = {
    "emphasis": lambda size: "*a* " * (size // 4),
    "strong": lambda size: "**a**" * (size // 5),
    "code": lambda size: "`a`" * (size // 3),
    "links": lambda size: "[a](b)" * (size // 6),
    "images": lambda size: "![a](b)" * (size // 7),
    "quotes": lambda size: ">" * size,
    "list": lambda size: "- a\n" * (size // 4),
    "nested list": lambda size: "".join(" " * (2 * (row % 60)) + "- a\n" for row in range(size // 64)),
    "check boxes": lambda size: "- [ ] a\n" * (size // 8),
    "table": lambda size: "|a|b|\n|-|-|\n" + "|a|b|\n" * (size // 6),
    "wide table": lambda size: "|".join(["a"] * (size // 4)) + "\n" + "|".join(["-"] * (size // 4)) + "\n",
    "gate table": lambda size: "## Constitution Check\n\n|a|b|\n|-|-|\n" + "| I | FAIL |\n" * (size // 13),
    "gate list": lambda size: "## Constitution Check\n\n" + "- I: FAIL because a\n" * (size // 20),
    "tracking": lambda size: "## Complexity Tracking\n\n|a|b|c|\n|-|-|-|\n" + "| I | | |\n" * (size // 10),
    "brackets": lambda size: "[" * size,
    "placeholders": lambda size: "[NEEDS CLARIFICATION: a]\n" * (size // 25),
    "headings": lambda size: "# a\n" * (size // 4),
    "entities": lambda size: "&amp;" * (size // 5),
    "breaks": lambda size: "a<br>" * (size // 5),
    "escapes": lambda size: "\\*" * (size // 2),
    "comments": lambda size: "<!-- a -->" * (size // 10),
    "blank lines": lambda size: "\n" * size,
}


class _Clock:
    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


def candidate(text: str) -> Candidate:
    """A pull request that adds a feature with this text in its plan."""
    texts = {f"{FOLDER}/spec.md": "# Feature Specification: Search\n", f"{FOLDER}/plan.md": f"# Plan\n\n{text}"}
    entries = {FOLDER: TreeEntry(FOLDER, Kind.FOLDER)} | {path: TreeEntry(path, Kind.FILE) for path in texts}
    documents = {path: Document(path, body, size=len(body)) for path, body in texts.items()}
    base = Tree("b" * 40, {"specs": TreeEntry("specs", Kind.FOLDER), ".specify": TreeEntry(".specify", Kind.FOLDER)})
    changed = tuple(ChangedFile(path, FileStatus.ADDED) for path in texts)
    change = Change(Tree("a" * 40, entries, documents), base, changed, "001-search", "main", 7)
    in_force = ConfigInForce(merge(()), ".github/app.yml", "b" * 40, "main", present=False)
    return Candidate(change, in_force, which_features(change, in_force.config))


def spent() -> float:
    """CPU seconds of this process."""
    return time.process_time()


def cost(judging: Judging, name: str, size: int) -> tuple[float, str]:
    """CPU seconds of one verdict, and whether its plan was read."""
    host = Host(RULES, bundled_text("config/plan-template.md"), "0")
    begun = judging.spent(size) if isinstance(judging, JudgingApart) else spent()
    judged = judging.judge(size, candidate(GENERATORS[name](size)), host, ())
    ended = judging.spent(size) if isinstance(judging, JudgingApart) else spent()
    unread = any(finding.rule == "unreadable-document" for finding in judged.report.all_findings())
    return ended - begun, "not read" if unread else ""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, MEGA - 1_000])
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--here", action="store_true")
    options = parser.parse_args()
    judging: Judging = JudgingHere() if options.here else JudgingApart(_Clock(), most_per_hour=float("inf"))
    for name in GENERATORS:
        row = [cost(judging, name, size) for size in options.sizes]
        cells = (
            f"{seconds:7.2f} s {seconds * MEGA / size:7.2f} s/MB {read:8}"
            for size, (seconds, read) in zip(options.sizes, row, strict=True)
        )
        print(f"{name:14} {' | '.join(cells)}", flush=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    names = list(GENERATORS)
    for number in range(options.jobs):
        cost(judging, names[number % len(names)], 100_000)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory: {before // 1024} MB before {options.jobs} hostile jobs, {after // 1024} MB after")
