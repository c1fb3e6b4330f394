"""Ticks compared with the file lists of the corpus: what is found there, and whether planted absences are reported.

A tick is true if the repository's file list holds a file that the task names. In the plants the files of a feature's
true ticks are taken away, or moved to another folder, and the ticks are held to that list.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.change.trees import Change, Document, Kind, Tree, TreeEntry
from bot.core.documents.paths import PathKind
from bot.core.documents.tasks import read_tasks
from bot.core.judging.ticks import Presence, held_to_the_tree, is_a_promise
from tools.accuracy.tally import Tally, wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.documents.tasks import Task
    from bot.core.judging.ticks import Tick

READ = Path(__file__).with_name("read_ticks.tsv")
"""A random sample of the findings, read by hand against the file list. Each is right, wrong or debatable."""
_REPORTED = (Presence.ABSENT, Presence.ELSEWHERE)
_SECTION = """\
## Ticks held to the tree

{naming} ticked tasks in {features} features name a file. {absent} of them are warned of, because no file that they name
is there, and {elsewhere} are in a notice, because a file of that name is only in another folder. {listed} of both,
drawn at random, were read by hand against the repository's list of files: {right} are right, {wrong} wrong and
{debatable} debatable. {passed} more name no file that exists, and are passed over for their words ("verify", "remove",
"if it exists").

| measure | share | hits | 95 % |
|---|---|---|---|
{rows}

Debatable or wrong:

{named}
"""


@dataclass(frozen=True)
class TickedFeature:
    """The ticked tasks of a feature, and every path of its repository."""

    repository: str
    path: str
    """Of `tasks.md`, from the repository's root."""
    tasks: tuple[Task, ...]
    paths: tuple[str, ...]

    @property
    def half(self) -> str:
        """`A` or `B`, by the hash of the repository's name."""
        return "AB"[hashlib.sha256(self.repository.encode()).digest()[0] % 2]

    @cached_property
    def ticks(self) -> tuple[Tick, ...]:
        """The ticks that name a file, held to the file list."""
        ticks = _held(self.tasks, self.paths)
        return tuple(tick for tick in ticks if any(path.kind is PathKind.FILE for path in tick.task.paths))


def ticked_features(corpus: Path) -> Iterator[TickedFeature]:
    """Every feature of the corpus with a ticked task."""
    for root in sorted(corpus.glob("repos/*")):
        paths = tuple((root / "tree.txt").read_text(encoding="utf-8", errors="replace").splitlines())
        for path in sorted((root / "files").rglob("tasks.md")):
            name = path.relative_to(root / "files").as_posix()
            tasks = read_tasks(Document(name, path.read_text(encoding="utf-8", errors="replace"))).tasks
            done = tuple(task for task in tasks if task.done)
            if done:
                yield TickedFeature(root.name.replace("+", "/", 1), name, done, paths)


def section(corpus: Path) -> str:
    """The section of the page on ticks."""
    counts: Counter[str] = Counter()
    tally = Tally()
    reported: dict[tuple[str, str], Presence] = {}
    for feature in ticked_features(corpus):
        counts["features"] += bool(feature.ticks)
        for tick in feature.ticks:
            counts[tick.presence] += 1
            counts["passed"] += tick.presence is Presence.UNKNOWN and not is_a_promise(tick.task)
            if tick.presence in _REPORTED:
                reported[feature.repository, f"{feature.path}:{tick.task.line}"] = tick.presence
        _plant(feature, tally)
    labels, named = _score_read(tally, reported)
    rows = []
    for measure in tally.measures:
        hits, count = tally.of(measure)
        low, high = wilson(hits, count)
        rows.append(f"| {measure} | {hits / max(1, count):.3f} | {hits}/{count} | {low:.3f} to {high:.3f} |")
    return _SECTION.format(
        naming=sum(counts[presence] for presence in Presence),
        features=counts["features"],
        absent=counts[Presence.ABSENT],
        elsewhere=counts[Presence.ELSEWHERE],
        passed=counts["passed"],
        listed=sum(labels.values()),
        **{label: labels[label] for label in ("right", "wrong", "debatable")},
        rows="\n".join(rows),
        named="\n".join(named),
    )


def _score_read(tally: Tally, reported: dict[tuple[str, str], Presence]) -> tuple[Counter[str], list[str]]:
    """Count the labels of the findings that are still reported, and name those that are not right."""
    labels: Counter[str] = Counter()
    named = []
    with READ.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            presence = reported.get((row["repository"], row["tick"]))
            if presence is None:
                continue
            labels[row["label"]] += 1
            kind = "read by hand, warning" if presence is Presence.ABSENT else "read by hand, notice"
            tally.add(f"{kind}: right", "A", right=row["label"] == "right")
            tally.add(f"{kind}: right or debatable", "A", right=row["label"] != "wrong")
            if row["label"] != "right":
                named.append(f"- `{row['repository']} {row['tick']}`: {row['label']}, {row['why']}")
    return labels, named


def _plant(feature: TickedFeature, tally: Tally) -> None:
    """Score three plants: all files of the ticked names gone, only the named paths gone, and these files moved."""
    true = [tick.task for tick in feature.ticks if tick.presence is Presence.THERE and is_a_promise(tick.task)]
    names = {_name(path.path) for task in true for path in task.paths if path.kind is not PathKind.FOLDER}
    named = {_folded(path.path) for task in true for path in task.paths if path.kind is not PathKind.FOLDER}
    kept = [path for path in feature.paths if _name(path) not in names]
    for tick in _held(true, kept):
        tally.add("planted, no file of that name left: warned of", feature.half, right=tick.presence is Presence.ABSENT)
    same_name = [path for path in feature.paths if _name(path) in names and not _is_named(path, named)]
    for tick in _held(true, (*kept, *same_name)):
        tally.add("planted, only that path gone: reported", feature.half, right=tick.presence in _REPORTED)
    moved = [f"moved-here/{path.rpartition('/')[2]}" for path in feature.paths if _is_named(path, named)]
    for tick in _held(true, (*kept, *same_name, *moved)):
        right = tick.presence is not Presence.ABSENT
        tally.add("planted, moved to another folder: no warning", feature.half, right=right)


def _held(tasks: Iterable[Task], paths: Iterable[str]) -> tuple[Tick, ...]:
    tree = Tree("0" * 40, {path: TreeEntry(path, Kind.FILE) for path in paths}, complete=True)
    return held_to_the_tree(tasks, Change(tree, None))


def _is_named(path: str, named: set[str]) -> bool:
    """Whether a task names the path, or an end of it."""
    parts = _folded(path).split("/")
    return any("/".join(parts[at:]) in named for at in range(len(parts)))


def _name(path: str) -> str:
    return _folded(path).rpartition("/")[2]


def _folded(path: str) -> str:
    return path.casefold().replace("_", "")
