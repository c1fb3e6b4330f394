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
from bot.core.judging.untracked import untracked
from bot.core.text.lexicon import Pattern, Phrases, whole_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.core.change.trees import Change
    from bot.core.documents.tasks import Task, Tasks
    from bot.core.judging.untracked import Untracked


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
    file: str = ""
    """The named file that is there, absent or elsewhere."""
    place: str | None = None
    """Where a file of the same name is, for `elsewhere`."""


@dataclass(frozen=True, slots=True)
class TickBoard:
    """A task list in numbers."""

    path: str
    total: int
    done: int
    placed: tuple[Tick, ...]
    """The done tasks that name files of which it is known whether they are there; empty where the tree is not known."""

    @property
    def there(self) -> int:
        """How many of `placed` have a file."""
        return sum(tick.presence is Presence.THERE for tick in self.placed)


_PHRASES = Phrases(
    "task_conditional", "task_elsewhere", "task_optional", "task_removes", "task_skipped", "task_verifies"
)
_LABELS = re.compile(
    r"(?:\s|[*_`]*(?:T-?\d[\w.-]*|P\d?|US\s?\d+|FR-?\d+|SC-?\d+|[A-Z]{1,4}-?\d+)[*_`:.-]*"
    r"|\[[^\[\]]{1,60}\]|\([^()]{1,20}\)|\{[^{}]{1,20}\}|[-–—:✅☑✔])+"
)
_DATA = re.compile(
    r"\.(?:json[c5]?|ya?ml|toml|txt|csv|ini|cfg|conf|xml|png|svg|lock|properties|plist|env|http)$", re.IGNORECASE
)
"""Endings of files that a program writes or reads: `meta.json` alone is as often a thing in the text as a file here."""
_ADVERB = re.compile(r"[a-z]+(?:ly|mente|ment)", re.IGNORECASE)
_BEGINNING = 60
"""Characters in which the verb of a task is looked for, from its start and from its end."""
_BEFORE_OBJECT = 2
"""Words before a task's object: "Create the"."""
_MANY = 3
_MOST_PLACES = 50
"""Paths of one name that are compared with a named path."""


def of_this_change(ticks: Iterable[Tick], tasks: Tasks, change: Change) -> tuple[Tick, ...]:
    """The ticks of the tasks that this change ticks. Empty if the tree is not known well enough."""
    if not has_whole_tree(change):
        return ()
    ticked = {task.line for task in ticked_by(change, tasks)}
    return tuple(tick for tick in ticks if tick.task.line in ticked)


def board_of(ticks: Sequence[Tick], tasks: Tasks | None, change: Change) -> TickBoard | None:
    """The counts of a task list whose done tasks are `ticks`. None where there are no tasks."""
    if tasks is None or not tasks.tasks or tasks.unfilled:
        return None
    is_known = has_whole_tree(change) or all(tick.presence in (Presence.THERE, Presence.UNKNOWN) for tick in ticks)
    placed = tuple(tick for tick in ticks if tick.presence is not Presence.UNKNOWN) if is_known else ()
    return TickBoard(tasks.path, len(tasks.tasks), len(ticks), placed)


def ticked_by(change: Change, tasks: Tasks) -> tuple[Task, ...]:
    """The tasks that are done at the head and were not done at the base."""
    before = _done_before(change, tasks.path)
    return tuple(task for task in tasks.tasks if task.done and _key(task) not in before)


def has_whole_tree(change: Change) -> bool:
    """Whether the head's tree was read completely, so that a path that is not in it does not exist."""
    return change.head.complete


def held_to_the_tree(tasks: Iterable[Task], change: Change) -> tuple[Tick, ...]:
    """Look up the files of these tasks in the head's tree, one tick for each task, in their order."""
    all_tasks = tuple(tasks)
    named = {_folded(named_path.path) for task in all_tasks for named_path in task.paths}
    leaving = (
        path
        for file in change.changed
        for path in (file.path if file.status is FileStatus.REMOVED else None, file.previous)
        if path is not None
    )
    present, same_names = _find(change.head.entries, named)
    lookup = _PathLookup(present, ends_in(leaving, named), same_names, untracked(change.standard))
    return tuple(_tick(task, lookup) for task in all_tasks)


@dataclass(frozen=True, slots=True)
class _PathLookup:
    """What a tree says of the paths that tasks name. Paths are folded."""

    present: frozenset[str]
    leaving: frozenset[str]
    """Deleted or moved away by the change."""
    same_names: Mapping[str, list[_Place]]
    """By last name: where the tree has files of that name."""
    untracked: Untracked


@dataclass(frozen=True, slots=True)
class _Place:
    """A path of the tree, and the paths that tasks name it by, folded."""

    path: str
    names: frozenset[str]


def ends_in(paths: Iterable[str], named: set[str]) -> frozenset[str]:
    """The named paths, folded, that one of the paths is or ends in."""
    return _find(paths, named)[0]


def _find(paths: Iterable[str], named: set[str]) -> tuple[frozenset[str], Mapping[str, list[_Place]]]:
    """The named paths that are there, and by last name the places with that name.

    Folds all paths as one text, which takes a tenth of the time.
    """
    all_paths = [path for path in paths if path and "\0" not in path]
    same_names: dict[str, list[_Place]] = {_last(path): [] for path in named}
    present: set[str] = set()
    for path, folded in zip(all_paths, _folded("\0".join(all_paths)).split("\0"), strict=False):
        same_name = same_names.get(_last(folded))
        if same_name is not None:
            parts = folded.split("/")
            ends = named.intersection("/".join(parts[at:]) for at in range(len(parts)))
            present |= ends
            if len(same_name) < _MOST_PLACES:
                same_name.append(_Place(path, frozenset(end for end in ends if "/" in end)))
    return frozenset(present), same_names


def _tick(task: Task, lookup: _PathLookup) -> Tick:
    for named_path in task.paths:
        if named_path.kind is not PathKind.FOLDER and _folded(named_path.path) in lookup.present:
            return Tick(task, Presence.THERE, named_path.path)
    files = _promised(task)
    if not files or not is_a_promise(task) or all(path in lookup.untracked for path in files):
        return Tick(task, Presence.UNKNOWN)
    for path in files:
        if _folded(path) in lookup.leaving:
            return Tick(task, Presence.THERE, path)
    for path in files:
        place = _nearest(path, lookup.same_names[_folded(_last(path))])
        if place is not None:
            return Tick(task, Presence.ELSEWHERE, path, place)
    return Tick(task, Presence.ABSENT, next(path for path in files if path not in lookup.untracked))


def _nearest(named_path: str, places: list[_Place]) -> str | None:
    """The path of that name which shares most folders with the named one, without those that other tasks name."""
    folded = f"/{_folded(named_path)}"
    free = [place.path for place in places if all(folded.endswith(f"/{name}") for name in place.names)]
    folders = set(named_path.casefold().split("/")[:-1])
    shared = {path: len(folders & set(path.casefold().split("/"))) for path in free}
    return min(free, key=lambda path: (-shared[path], len(path), path), default=None)


def _promised(task: Task) -> list[str]:
    """The files that should be there: those with a folder, else the bare names that cannot be mere examples."""
    files = [named_path.path for named_path in task.paths if named_path.kind is PathKind.FILE]
    with_folder = [path for path in files if "/" in path]
    kinds = {named_path.kind for named_path in task.paths}
    if with_folder or PathKind.PATTERN in kinds:
        return with_folder
    if len(files) >= _MANY and PathKind.FOLDER not in kinds:  # "detect buildspec.yml, amplify.yml, .travis.yml"
        return []
    return [path for path in files if not _DATA.search(path) or _is_its_object(path, task)]


def _is_its_object(path: str, task: Task) -> bool:
    """Whether a name stands right behind the first word: "Create the openapi.yaml", not "read rows from users.csv"."""
    words = _words(task)
    place = words.find(path)
    return place >= 0 and len(words[:place].split()) <= _BEFORE_OBJECT


def is_a_promise(task: Task) -> bool:
    """Whether the task adds or changes files, rather than to remove, verify or skip them."""
    phrases = _PHRASES.found_in(task.text)
    if not phrases:
        return True
    words = _words(task)
    return not (
        phrases & {"task_conditional", "task_elsewhere", "task_skipped"}
        or ("task_verifies" in phrases and _leads(whole_word("task_verifies"), words))
        or ("task_removes" in phrases and _leads(whole_word("task_removes"), words))
        or ("task_optional" in phrases and _is_optional(words, task.text))
    )


def _words(task: Task) -> str:
    """The task's text without its id and labels."""
    text = task.text.lstrip("*_ ").removeprefix(task.id or "")
    labels = _LABELS.match(text)
    return text[labels.end() if labels else 0 :]


def _leads(pattern: Pattern, words: str) -> bool:
    """Whether the task's verb is one of these: its first word, or the one right behind its last path.

    Paths and adverbs do not count as words: "Manually verify …", "src/a.py entfernen".
    """
    beginning = words[:_BEGINNING]
    for match in pattern.finditer(beginning):
        before = [word for word in beginning[: match.start()].split() if not _may_be_path(word)]
        if all(_ADVERB.fullmatch(word) or not word.isascii() for word in before):
            return True
    *_, path, last_word = ("", "", *words.split())
    return _may_be_path(path) and pattern.fullmatch(last_word.strip(".。!")) is not None


def _may_be_path(word: str) -> bool:
    return "/" in word or "." in word


def _is_optional(words: str, text: str) -> bool:
    """Whether the task itself is optional, by its first word or in brackets, and not a property that it adds."""
    optional = whole_word("task_optional")
    return optional.match(words) is not None or any(
        match.start() and text[match.start() - 1] in "([（【" for match in optional.finditer(text)
    )


def _folded(path: str) -> str:
    """Lower case without underscores: Markdown reads those in `__init__.py` as emphasis."""
    return path.casefold().replace("_", "")


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _key(task: Task) -> str:
    return task.id or task.text


def _done_before(change: Change, path: str) -> frozenset[str]:
    """The tasks that were done at the base already."""
    previous = next((file.previous for file in change.changed if file.path == path and file.previous), path)
    document = change.base.documents.get(previous) if change.base is not None else None
    if document is None or document.reading is not Readability.WHOLE:
        return frozenset()
    return frozenset(_key(task) for task in read_tasks(document).tasks if task.done)


def brought(tasks: Iterable[Task], change: Change) -> tuple[Task, ...]:
    """The tasks that name files, all of which this change adds."""
    files = {task: {_folded(path.path) for path in task.paths if path.kind is PathKind.FILE} for task in tasks}
    named = {path for paths in files.values() for path in paths}
    added = ends_in((file.path for file in change.changed if file.status is FileStatus.ADDED), named)
    return tuple(task for task, paths in files.items() if paths and paths <= added)
