"""The parts of tasks.md that rules look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bot.core.documents.paths import NamedPath, named_paths
from bot.core.documents.untouched import keeps_examples
from bot.core.markdown import Heading, Item, Style, Table, parse
from bot.core.text.identifiers import STORY, requirement_ids, story_ids
from bot.core.text.lexicon import Pattern, anywhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.change.trees import Document
    from bot.core.markdown import Cell, Markdown, Text

MAX_TASKS = 5_000
MAX_PATHS = 40
"""Paths that are read of one task."""
MAX_REFERENCES = 20_000
"""Ids that are read of one task list, ranges written out."""
_MAX_TEXT = 600
_MAX_READ = 20_000

_ID = re.compile(
    rf"[\W_]*(?P<id>(?i:{anywhere('task')})\s?-?\s?[0-9]{{1,4}}(?:\.[0-9]{{1,3}}){{0,3}}[a-z]?"
    r"|T-?[0-9]{1,4}(?:[.-][0-9]{1,3}){0,3}[a-zA-Z]{0,2}(?:-(?!T[0-9])[A-Za-z0-9]{1,30}(?:\.[0-9]{1,3}){0,2}){0,3}|(?!P[0-9]|US[0-9])[A-Z]{1,3}[0-9]{2,4}(?:\.[0-9]{1,3}){0,2}[a-z]?)"
    r"(?![A-Za-z0-9])"
)
_LABEL = re.compile(r"\[([^\[\]]{2,60})\]")
_NAMED_STORY = re.compile(r"(?:user )?story ?([0-9]{1,3})", re.IGNORECASE)
_DONE = re.compile(r"[\[(]?(?:completed?|done|x)[\])]|✅|☑|✔", re.IGNORECASE)
_NOT_TASKS = Pattern(anywhere("not_tasks"))
_MARKS_DONE = frozenset("xX✅✓✔☑")


@dataclass(frozen=True, slots=True)
class Task:
    """One task; lines are 1-based."""

    id: str | None
    done: bool
    stories: tuple[str, ...]
    """`US1` and so on, as labelled."""
    references: tuple[str, ...]
    """Requirement ids in its text: `FR-001`."""
    paths: tuple[NamedPath, ...]
    """What its text and the entries below it name, each once."""
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
        """Whether there are tasks and all are ticked."""
        return bool(self.tasks) and all(task.done for task in self.tasks)


def read_tasks(document: Document) -> Tasks:
    """The task list. Total: never raises for any text."""
    markdown = parse(document.text)
    return Tasks(
        path=document.path,
        tasks=tuple(_tasks(markdown))[:MAX_TASKS],
        references=tuple(islice(_references(markdown), MAX_REFERENCES)),
        unfilled=keeps_examples("tasks.md", markdown),
    )


def _references(document: Markdown) -> Iterator[tuple[str, int]]:
    """Ids in the lines outside comments, each once a line."""
    inside = {n for comment in document.comments for n in range(comment.line, comment.end_line + 1)}
    for number in range(document.body, len(document.lines) + 1):
        line = document.lines[number - 1][:_MAX_READ]
        if number in inside or ("-" not in line and "_" not in line and "US" not in line):
            continue
        named = {name for ids in (requirement_ids(line), story_ids(line)) for name, _ in ids}
        yield from ((name, number) for name in sorted(named))


def _tasks(document: Markdown) -> Iterator[Task]:
    """The tasks in the first form that has ids: boxes, headings, entries without a box, a table; else all boxes."""
    boxed = [*_boxed(document)]
    if not any(task.id for task in boxed):
        for form in (_headed, _listed, _tabled):
            tasks = [*form(document)]
            if tasks:
                yield from tasks
                return
    yield from boxed


def _boxed(document: Markdown) -> Iterator[Task]:
    """List entries with a box. Without any id, all of them; else those with an id and their neighbours."""
    boxed: list[tuple[Item, str | None, int]] = []
    section, skipped = 0, False
    for block in document.blocks:
        if isinstance(block, Heading):
            section, skipped = block.line, bool(_NOT_TASKS.search(block.title.casefold()))
        elif isinstance(block, Item) and block.mark is not None and not block.quoted:
            task = _id(block.text.text)
            if task is not None or (block.depth == 0 and not skipped):
                boxed.append((block, task, section))
    named = {where for _, task, where in boxed if task is not None}
    for item, task, where in boxed:
        if task is not None or not named or where in named:
            below = document.within(item.line, item.end_line)
            done = item.mark in _MARKS_DONE
            yield _task(
                task, item.text, item.line, [block.text for block in below if isinstance(block, Item)], done=done
            )


def _headed(document: Markdown) -> Iterator[Task]:
    """Headings with an id. The boxes below a heading are its steps."""
    for heading in document.headings:
        words = _DONE.sub("", heading.title, count=1)
        task = _id(words)
        if task is None or heading.level < 2:  # noqa: PLR2004  the title
            continue
        below = [block for block in document.section(heading) if isinstance(block, Item)]
        boxes = [item.mark in _MARKS_DONE for item in below if item.mark is not None]
        done = bool(_DONE.search(heading.title)) or (bool(boxes) and all(boxes))
        yield _task(task, heading.text, heading.line, [heading.text, *(item.text for item in below)], done=done)


def _listed(document: Markdown) -> Iterator[Task]:
    for block in document.blocks:
        if isinstance(block, Item) and (task := _id(block.text.text)) is not None:
            struck = any(mark.style is Style.STRUCK and mark.start == 0 for mark in block.text.marks)
            done = struck or bool(_DONE.search(block.text.text[:200]))
            yield _task(task, block.text, block.line, [block.text], done=done)


def _tabled(document: Markdown) -> Iterator[Task]:
    for block in document.blocks:
        for row in block.rows if isinstance(block, Table) else ():
            if row and (task := _id(row[0].text.text)) is not None:
                yield _row(task, row)


def _row(task: str, row: tuple[Cell, ...]) -> Task:
    done = any(_DONE.search(cell.text.text[:40]) for cell in row[1:])
    words = row[1].text if len(row) > 1 else row[0].text
    return _task(task, words, row[0].line, [cell.text for cell in row], done=done)


def _id(words: str) -> str | None:
    match = _ID.match(words[:80])
    return match["id"] if match else None


def _task(task: str | None, text: Text, line: int, texts: Iterable[Text], *, done: bool) -> Task:
    plain_text = " ".join(text.text.split())
    everything = [*texts]
    labels = _LABEL.findall(plain_text[:_MAX_TEXT])
    stories = [f"US{int(number)}" for label in labels for number in _numbers(label)]
    references = (name for part in everything for name, _ in requirement_ids(part.text[:_MAX_READ]))
    paths = islice((path for part in everything for path in named_paths(part)), MAX_PATHS * 10)
    return Task(
        id=task,
        done=done,
        stories=tuple(dict.fromkeys(stories)),
        references=tuple(dict.fromkeys(islice(references, MAX_REFERENCES // 10))),
        paths=tuple(dict.fromkeys(paths))[:MAX_PATHS],
        text=plain_text[:_MAX_TEXT],
        line=line,
    )


def _numbers(label: str) -> list[str]:
    """The stories that a label names: `US1`, `US1, US2`, `Story 3`."""
    return [*STORY.findall(label), *_NAMED_STORY.findall(label)]
