"""Compare the ticks of a task list with the tree: which ticked tasks name files that exist.

The change ticks a task that is done at the head and was not done at the base; a task is known by its id, else by its
text. A file is *there* if the tree has it at that path, or below a folder (a project's root in a monorepo, the feature
folder). A file with that name in another folder is *elsewhere*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.change.trees import FileStatus, Readability
from bot.core.documents.paths import PathKind
from bot.core.documents.tasks import read_tasks
from bot.core.text.lexicon import Pattern, whole_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.change.trees import Change
    from bot.core.documents.tasks import Task, Tasks
    from bot.core.judging.rule import Case


class Presence(StrEnum):
    """Whether the files that a task names are in the tree."""

    THERE = "there"
    """At least one file exists, or the change deletes or moves one."""
    ELSEWHERE = "elsewhere"
    """Only files of the same names in other folders exist."""
    ABSENT = "absent"
    UNKNOWN = "unknown"
    """The task names no file, or nobody can say whether it should be there."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A task, and whether its files are in the tree."""

    task: Task
    presence: Presence
    place: str | None = None
    """Where a file of the same name is, for `elsewhere`."""


_CONDITIONAL = Pattern(whole_words("task_conditional"), re.IGNORECASE)
_REMOVES = Pattern(whole_words("task_removes"), re.IGNORECASE)
_VERIFIES = Pattern(whole_words("task_verifies"), re.IGNORECASE)
_SKIPPED = Pattern(whole_words("task_skipped"), re.IGNORECASE)
_ELSEWHERE = Pattern(whole_words("task_elsewhere"), re.IGNORECASE)
_LABELS = re.compile(
    r"(?:\s|[*_`\[(]*(?:T-?\d[\w.-]*|P\d?|US\s?\d+|FR-?\d+|SC-?\d+|[A-Z]{1,4}-?\d+)[\])*_`:.-]*|[-–—:✅☑✔])+"
)
_UNTRACKED_FOLDER = re.compile(
    r"(?:^|/)(?:node_modules|dist|build|target|out|coverage|\.next|\.nuxt|\.svelte-kit|__pycache__|vendor"
    r"|third_party|generated|gen|\.venv|venv|bin|obj|tmp|temp|logs|\.cache|\.gradle|\.terraform|htmlcov"
    r"|artifacts)/",
    re.IGNORECASE,
)
_GENERATED = re.compile(
    r"(?:^|/)\.env(?:\.(?!example|sample|template)[\w-]+)?$|\.(?:log|pyc|db|sqlite3?|min\.js|map|snap)$"
    r"|\.g(?:en(?:erated)?)?\.\w+$|_pb2(?:_grpc)?\.pyi?$|\.pb\.go$|\.designer\.cs$",
    re.IGNORECASE,
)
_BEGINNING = 60
"""Characters in which the verb of a task that takes a file away is looked for."""
_FIRST_WORDS = 24
"""Characters in which the first verb of a task is looked for."""
_MANY = 3


def ticks(case: Case) -> tuple[Tick, ...]:
    """Every task that this change ticks. Empty if the tree or the base is not known well enough."""
    if case.tasks is None or not can_say(case.change):
        return ()
    return held_to_the_tree(ticked_by(case.change, case.tasks), case.change)


def ticked_by(change: Change, tasks: Tasks) -> tuple[Task, ...]:
    """The tasks that are done at the head and were not done at the base."""
    before = _done_before(change, tasks.path)
    return tuple(task for task in tasks.tasks if task.done and _key(task) not in before)


def can_say(change: Change) -> bool:
    """Whether the head's tree was read completely, so that a path that is not in it does not exist."""
    return change.head.complete


def held_to_the_tree(tasks: Iterable[Task], change: Change) -> tuple[Tick, ...]:
    """Look up the files of these tasks in the head's tree."""
    all_tasks = tuple(tasks)
    last_names = {_folded(_last(named_path.path)) for task in all_tasks for named_path in task.paths}
    places: dict[str, list[str]] = {}
    for path in change.head.entries:
        name = _folded(_last(path))
        if name in last_names:
            places.setdefault(name, []).append(path)
    leaving = frozenset(
        path
        for file in change.changed
        for path in (file.path if file.status is FileStatus.REMOVED else None, file.previous)
        if path is not None
    )
    return tuple(_tick(task, places, leaving) for task in all_tasks)


def _tick(task: Task, places: Mapping[str, list[str]], leaving: frozenset[str]) -> Tick:
    files = [named_path.path for named_path in task.paths if named_path.kind is PathKind.FILE]
    for named_path in task.paths:
        path_text = named_path.path.strip("/")
        if any(_ends_with(path, path_text) for path in places.get(_folded(_last(path_text)), ())):
            return Tick(task, Presence.THERE)
    if not files or _may_be_data(files) or any(named_path.kind is PathKind.PATTERN for named_path in task.paths):
        return Tick(task, Presence.UNKNOWN)
    if not is_a_promise(task.text) or all(_is_untracked(path) for path in files):
        return Tick(task, Presence.UNKNOWN)
    if any(_ends_with(path, path_text) for path_text in files for path in leaving):
        return Tick(task, Presence.THERE)
    for path_text in files:
        place = _elsewhere(path_text, places.get(_folded(_last(path_text)), []))
        if place is not None:
            return Tick(task, Presence.ELSEWHERE if "/" in path_text else Presence.THERE, place)
    return Tick(task, Presence.ABSENT)


def _elsewhere(named_path: str, places: list[str]) -> str | None:
    """Another path of a file. None for a name that is in many places (`index.ts`), which proves nothing."""
    if len(places) > _MANY:
        folders = set(named_path.casefold().split("/")[:-1])
        places = [path for path in places if folders <= set(path.casefold().split("/"))]
    return min(places, key=lambda path: (len(path), path), default=None)


def _may_be_data(files: list[str]) -> bool:
    """Whether the names are examples: "detect buildspec.yml, amplify.yml, .travis.yml" names no file here."""
    return len(files) >= _MANY and not any("/" in path for path in files)


def is_a_promise(text: str) -> bool:
    """Whether the task adds or changes files, rather than to remove, verify or skip them."""
    start = _LABELS.match(text)
    words = text[start.end() if start else 0 :]
    if _VERIFIES.search(words[:_BEGINNING][:_FIRST_WORDS]) or _REMOVES.search(words[:_BEGINNING]):
        return False
    return not any(pattern.search(words) for pattern in (_CONDITIONAL, _SKIPPED, _ELSEWHERE))


def _is_untracked(path: str) -> bool:
    """Whether a path is generated, ignored or vendored, so that a repository often lacks it."""
    return bool(_UNTRACKED_FOLDER.search(path) or _GENERATED.search(path))


def _ends_with(path: str, named_path: str) -> bool:
    """Whether the path is the named one, or that below a folder."""
    folded, end = _folded(path), _folded(named_path)
    return folded == end or folded.endswith(f"/{end}")


def _folded(path: str) -> str:
    """Lower case without underscores: Markdown reads those in `__init__.py` as emphasis."""
    return path.casefold().replace("_", "")


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _key(task: Task) -> str:
    return task.id or task.text


def _done_before(change: Change, path: str) -> frozenset[str]:
    """The tasks that were done at the base already."""
    previous = next((file.previous for file in change.changed if file.path == path and file.previous), path)
    document = change.base.documents.get(previous) if change.base is not None else None
    if document is None or document.reading is not Readability.WHOLE:
        return frozenset()
    return frozenset(_key(task) for task in read_tasks(document).tasks if task.done)


def brought(task: Task, change: Change) -> bool:
    """Whether the task names files and this change adds all of them."""
    added = [file.path for file in change.changed if file.status is FileStatus.ADDED]
    files = [named.path for named in task.paths if named.kind is PathKind.FILE]
    return bool(files) and all(any(_ends_with(path, named_path) for path in added) for named_path in files)
