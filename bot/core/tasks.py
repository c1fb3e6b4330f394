"""The parts of tasks.md that rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.change import Document


@dataclass(frozen=True, slots=True)
class Task:
    """One task; lines are 1-based."""

    id: str | None
    done: bool
    parallel: bool
    stories: tuple[str, ...]
    """`US1` and so on, as labelled."""
    references: tuple[str, ...]
    """Requirement ids in its text: `FR-001`."""
    paths: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Tasks:
    """A task list."""

    path: str
    tasks: tuple[Task, ...] = ()
    references: tuple[tuple[str, int], ...] = ()
    """Every requirement or story id anywhere in the document, with its line."""
    unfilled: bool = False

    @property
    def all_done(self) -> bool:
        """There are tasks and every one is ticked."""
        return bool(self.tasks) and all(task.done for task in self.tasks)


def read_tasks(document: Document) -> Tasks:
    """The task list. Total: never raises for any text."""
    raise NotImplementedError
