"""A change ticks most tasks of a feature and brings no file outside the specs.

## What it does

Counts the tasks that name files. When this change ticks more than half of them, at least three, and changes no file
outside the specs roots, the ticks are reported. Nothing is reported when every ticked task names a file that the head
holds, because the code then came with an earlier change.

## Why

An agent that wrote the list and not the program leaves a list of done tasks without code.

## How to fix

Bring the code with the ticks, or take the ticks back.

## Example

A pull request whose only changed file is `specs/018-webhook-retry/tasks.md`, with all tasks ticked.

## Use instead

A pull request with `crates/ferry-retry/src/backoff.rs` and the tick of its task.

## Severity

Warning. It speaks only where the whole list of files is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.documents.paths import PathKind
from bot.core.judging.findings import Severity
from bot.core.judging.rule import Case, Clause, rule
from bot.core.judging.ticks import Presence, has_whole_tree, ticked_by
from bot.core.text.prose import At

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.tasks import Task
    from bot.core.judging.findings import Finding

FEWEST = 3
"""Ticks; fewer are a correction of the list."""


@rule(Severity.WARNING, Clause("list ticked without code", "lists ticked without code", 113), needs_forge=True)
def judge(case: Case) -> Iterator[Finding]:
    """One finding for the whole list."""
    tasks = case.tasks
    if tasks is None or case.change.base is None or not has_whole_tree(case.change) or _brings_files(case):
        return
    naming = [task for task in tasks.tasks if _names_code(task, case.feature.dir)]
    ticked = [task for task in ticked_by(case.change, tasks) if task in naming]
    if len(ticked) < FEWEST or 2 * len(ticked) <= len(naming):
        return
    lines = {task.line for task in ticked}
    if all(tick.presence is Presence.THERE for tick in case.ticks if tick.task.line in lines):
        return
    yield case.finding(
        Severity.WARNING,
        tasks.path,
        ticked[0].line,
        title=(f"{len(ticked)} tasks are ticked, and no file outside the specs comes with them",),
        why=(
            At(tasks.path, ticked[0].line),
            f" and {len(ticked) - 1} more of {len(naming)} tasks that name files are ticked by this change.",
        ),
        fix=("Bring the code with the ticks, or take the ticks back.",),
        subject="ticked",
    )


def _brings_files(case: Case) -> bool:
    """Whether the change adds, edits, moves or deletes a file outside the specs roots."""
    root = case.feature.dir.rpartition("/")[0]
    return any(not file.path.startswith(f"{root}/") for file in case.change.changed)


def _names_code(task: Task, feature: str) -> bool:
    root = feature.rpartition("/")[0]
    return any(named.kind is PathKind.FILE and not named.path.startswith(f"{root}/") for named in task.paths)
