"""What holding ticks to a tree costs: 3,000 tasks against 100,000 paths, beside reading the task list.

Times are of the processor, the best of several; the ratio is what another machine can compare.

    python -m bench.ticks
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from bot.core.change.trees import Change, Document, Kind, Tree, TreeEntry
from bot.core.documents.tasks import read_tasks
from bot.core.judging.ticks import held_to_the_tree

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS, PATHS = 3_000, 100_000
ROUNDS = 5
KINDS = {
    "there": "- [x] T{0:04} [US1] Add the queue to `src/{1}/{2}/module{0}.py` (FR-001)",
    "in another folder": "- [x] T{0:04} [US1] Add the queue to `lib/module{0}.py` (FR-001)",
    "nowhere": "- [x] T{0:04} [US1] Add the queue to `src/crane{0}.py` (FR-001)",
    "passed over": "- [x] T{0:04} [US1] Remove `src/crane{0}.py`, if it exists (FR-001)",
}


def seconds(work: Callable[[], object]) -> float:
    """The least CPU time of several runs."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print one line for each kind of ticks."""
    paths = [f"src/{number % 97}/{number % 31}/module{number}.py" for number in range(PATHS)]
    change = Change(Tree("a" * 40, {path: TreeEntry(path, Kind.FILE) for path in paths}, complete=True), None)
    print(f"{TASKS:,} tasks, {PATHS:,} paths")
    for kind, line in KINDS.items():
        lines = (line.format(number, number % 97, number % 31) for number in range(TASKS))
        document = Document("specs/001-a/tasks.md", "\n".join(lines))
        tasks = read_tasks(document).tasks
        held = seconds(partial(held_to_the_tree, tasks, change))
        read = seconds(partial(read_tasks, document))
        print(f"  files {kind:18} {held * 1000:5.0f} ms, {held / read:.2f} of reading the list ({read * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
