"""Build the cases of a change: each feature folder with its documents, read against its own yardstick.

The yardstick (constitution and template) is the base's, never the head's; without a base it is the folder's own. In a
repository with several projects, each feature has the nearest `.specify/` above it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from bot.core.change.feature import Feature
from bot.core.change.lines import lines_by_path
from bot.core.change.trees import FileStatus, Readability, Tree, unread, with_paths
from bot.core.documents.artifacts import Documents, read_artifacts
from bot.core.documents.plan import Weight
from bot.core.documents.spec import read_spec
from bot.core.documents.tasks import read_tasks
from bot.core.features.code import counts_as_code
from bot.core.judging.dossier import dossiers
from bot.core.judging.legacy import is_legacy
from bot.core.judging.metering import UNLIMITED, ReadsAhead
from bot.core.judging.rule import Case
from bot.core.judging.since_branch import NOTHING, NewSinceBranch, arrived
from bot.core.judging.stage import has_plan_or_tasks, stage_of
from bot.core.judging.ticks import held_to_the_tree
from bot.core.yardstick.yardstick import Yardstick, nearest_root, read_yardstick, specify_roots

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.change.trees import Change, Document, TreeEntry
    from bot.core.config.model import RepositoryConfig
    from bot.core.documents.plan import Plan
    from bot.core.documents.spec import Spec
    from bot.core.documents.tasks import Tasks
    from bot.core.features.folders import Folder
    from bot.core.features.which_features import FeatureChoice
    from bot.core.judging.metering import Meter

T = TypeVar("T")


def code_files(change: Change, config: RepositoryConfig, roots: tuple[str, ...]) -> list[str]:
    """The paths of changed files that count as code. A moved file counts by either path."""
    return [
        file.path
        for file in change.changed
        if any(path and counts_as_code(path, config, roots) for path in (file.path, file.previous))
    ]


def read_cases(  # noqa: PLR0913, PLR0917  everything that cases are made of
    change: Change, config: RepositoryConfig, choice: FeatureChoice, bundled: str, code: int, meter: Meter = UNLIMITED
) -> tuple[Case, ...]:
    """One case for every folder to judge, by path. Total: never raises, for any documents."""
    standard = change.standard
    roots = specify_roots(standard)
    entries = _by_folder(change.head, choice)
    arrivals: dict[tuple[str, str], NewSinceBranch] = {}
    before = specify_roots(change.merge_base) if change.merge_base is not None else frozenset()
    features: list[_ReadFeature] = []
    reader = _Reader(change.head, meter)
    root_of = {folder.path: nearest_root(folder.path, roots) for folder in choice.folders}
    yardsticks = {root: read_yardstick(standard, bundled, root) for root in dict.fromkeys(root_of.values())}
    reader.expect((folder, yardsticks[root_of[folder.path]]) for folder in choice.folders)
    for folder in choice.folders:
        root = root_of[folder.path]
        places = root, nearest_root(folder.path, before)
        if places not in arrivals:
            arrivals[places] = _arrived(change, yardsticks[root], bundled, places[1])
        documents = reader.documents(folder, yardsticks[root])
        lines = lines_by_path(change, folder.path)
        owned = _is_owned(change, choice, folder, documents, lines, yardsticks[root], meter)
        earlier = _plan_before(change, folder, documents.plan, yardsticks[root], meter)
        features.append(_ReadFeature(folder, yardsticks[root], arrivals[places], documents, lines, owned, earlier))
    if reader.refused:
        change = replace(change, head=replace(change.head, documents={**change.head.documents, **reader.refused}))
    building = _building(change, choice, features) if code else frozenset()
    cases = [
        _case(change, config, choice, feature, entries.get(feature.folder.path, []), building, code)
        for feature in features
    ]
    return _with_ticks(cases, change)


def _with_ticks(cases: Sequence[Case], change: Change) -> tuple[Case, ...]:
    """Add the ticks, from one pass over a tree that may be large."""
    present = {file.path for file in change.changed if file.status is not FileStatus.REMOVED}
    known = change if change.head.complete else replace(change, head=with_paths(change.head, present))
    done = [[task for task in case.tasks.tasks if task.done] if case.tasks is not None else [] for case in cases]
    held = iter(held_to_the_tree(chain.from_iterable(done), known))
    return tuple(replace(case, ticks=tuple(islice(held, len(tasks)))) for case, tasks in zip(cases, done, strict=True))


def _by_folder(tree: Tree, choice: FeatureChoice) -> dict[str, list[TreeEntry]]:
    """The entries of each judged folder, from one pass over a tree that may be large."""
    depth_by_folder = {folder.path: folder.path.count("/") + 1 for folder in choice.folders}
    depths = sorted(set(depth_by_folder.values()))
    entries: dict[str, list[TreeEntry]] = {}
    for path, entry in tree.entries.items():
        names = path.split("/")
        for depth in depths:
            folder = "/".join(names[:depth])
            if len(names) > depth and folder in depth_by_folder:
                entries.setdefault(folder, []).append(entry)
    return entries


def yardsticks_at_head(change: Change) -> tuple[Yardstick, ...]:
    """The yardsticks that the change edits, as they are after it."""
    below = (".specify/memory/", ".specify/templates/", ".specify/presets/", ".specify/extensions/")
    roots = {
        path.partition(part)[0] for file in change.changed for path in [file.path] for part in below if part in path
    }
    base = change.standard.documents if change.base is not None else {}
    # More of the head may have been read. A file that the change does not edit is the same as on the base.
    edited = {file.path for file in change.changed} & change.head.documents.keys()
    documents = {**base, **{path: change.head.documents[path] for path in edited}}
    after = Tree(change.head.sha, change.head.entries, documents)
    return tuple(read_yardstick(after, "", root) for root in sorted(roots) if not root or root.endswith("/"))


@dataclass(frozen=True, slots=True)
class _ReadFeature:
    """A feature folder with its documents, read against its own yardstick."""

    folder: Folder
    yardstick: Yardstick
    late: NewSinceBranch
    documents: Documents
    new_lines: dict[str, frozenset[int]]
    """New lines of its documents, by path; a document whose path is absent is new as a whole."""
    owned: bool
    plan_before: Plan | None = None


def _case(  # noqa: PLR0913, PLR0917  everything that a case is made of
    change: Change,
    config: RepositoryConfig,
    choice: FeatureChoice,
    read: _ReadFeature,
    below: list[TreeEntry],
    building: frozenset[str],
    code: int,
) -> Case:
    documents, yardstick = read.documents, read.yardstick
    feature = _feature(change, config, choice, read, builds=read.folder.path in building)
    return Case(
        change=change,
        feature=feature,
        config=config,
        constitution=yardstick.constitution,
        template=yardstick.template,
        artifacts=read_artifacts(change, feature, documents, config, below),
        plan=documents.plan,
        plan_before=read.plan_before,
        spec=documents.spec,
        tasks=documents.tasks,
        new_lines=read.new_lines,
        choice=choice,
        code_files=code,
        dossiers=dossiers(documents.plan, yardstick.constitution) if documents.plan is not None else (),
        arrived=read.late,
    )


def _plan_before(change: Change, folder: Folder, plan: Plan | None, yardstick: Yardstick, meter: Meter) -> Plan | None:
    """The plan at the base where the change may have taken away its check, or what spoke for a failed assessment."""
    path = f"{folder.path}/plan.md"
    file = next((file for file in change.changed if file.path == path), None)
    if plan is None or file is None or change.base is None or file.status is FileStatus.ADDED:
        return None
    if plan.check is not None and not any(check.weight is Weight.FAIL for check in plan.checks):
        return None
    before = _readable(change.base, file.previous or path)
    if before is None:
        return None
    parsed = meter.read(path, _plan_reading(before, yardstick))
    return None if isinstance(parsed, Readability) else parsed


def _readable(tree: Tree, path: str) -> Document | None:
    document = tree.documents.get(path)
    return document if document is not None and document.reading is Readability.WHOLE else None


class _Reader:
    """Parses the documents of feature folders as far as the meter permits."""

    def __init__(self, head: Tree, meter: Meter) -> None:
        self._head = head
        self._meter = meter
        self.refused: dict[str, Document] = {}
        """The documents that were not read, marked with the reason, by path."""

    def expect(self, folders: Iterable[tuple[Folder, Yardstick]]) -> None:
        """Tell the meter of all documents of these folders."""
        if isinstance(self._meter, ReadsAhead):
            readings = (each for folder, yardstick in folders for each in self._readings(folder, yardstick))
            self._meter.expect({reading.args[0].path: reading for reading in readings if reading is not None})

    def documents(self, folder: Folder, yardstick: Yardstick) -> Documents:
        """The parsed documents of one folder."""
        plan, spec, tasks = self._readings(folder, yardstick)
        return Documents(self._parsed(plan), self._parsed(spec), self._parsed(tasks))

    def _readings(
        self, folder: Folder, yardstick: Yardstick
    ) -> tuple[partial[Plan] | None, partial[Spec] | None, partial[Tasks] | None]:
        plan, spec, tasks = (_readable(self._head, f"{folder.path}/{name}") for name in _NAMES)
        return (
            _plan_reading(plan, yardstick) if plan is not None else None,
            partial(read_spec, spec) if spec is not None else None,
            partial(read_tasks, tasks) if tasks is not None else None,
        )

    def _parsed(self, reading: partial[T] | None) -> T | None:
        if reading is None:
            return None
        document: Document = reading.args[0]
        parsed = self._meter.read(document.path, reading)
        if not isinstance(parsed, Readability):
            return parsed
        self.refused[document.path] = unread(document, parsed)
        return None


def _plan_reading(plan: Document, yardstick: Yardstick) -> partial[Plan]:
    from bot.core.documents.plan_reading.plan_reader import read_plan  # noqa: PLC0415  not where there is no plan

    return partial(read_plan, plan, yardstick.template, yardstick.constitution)


_NAMES = ("plan.md", "spec.md", "tasks.md")


def _is_owned(  # noqa: PLR0913, PLR0917  everything that makes a feature the change's own
    change: Change,
    choice: FeatureChoice,
    folder: Folder,
    documents: Documents,
    new_lines: dict[str, frozenset[int]],
    yardstick: Yardstick,
    meter: Meter,
) -> bool:
    """Whether the change adds the folder or its plan or edits the plan's gate, or the branch or a person names it."""
    if choice.gone(folder.path):
        return False
    own = choice.own is not None and choice.own.path == folder.path
    if own or folder in choice.named_folders or choice.added(folder.path) or change.base is None:
        return True
    path = f"{folder.path}/plan.md"
    file = next((file for file in change.changed if file.path == path), None)
    if file is None or file.status is FileStatus.REMOVED:
        return False
    plan, lines = documents.plan, new_lines.get(path)
    if file.status is not FileStatus.MODIFIED or plan is None or lines is None:
        return True
    before = _readable(change.base, path)
    if lines & _gate_lines(plan) or before is None:
        return bool(lines & _gate_lines(plan))
    loses = meter.read(path, lambda: _loses_gate_lines(before, plan, yardstick))
    return isinstance(loses, Readability) or loses


def _gate_lines(plan: Plan) -> frozenset[int]:
    """The 1-based lines of the Constitution Check, of Complexity Tracking and of other sections with statements."""
    sections = [section for section in (plan.check, plan.tracking) if section is not None]
    inside = {line for section in sections for line in range(section.line, section.end_line + 1)}
    return frozenset({*inside, *(check.line for check in plan.checks), *(row.line for row in plan.rows)})


def _loses_gate_lines(before: Document, plan: Plan, yardstick: Yardstick) -> bool:
    """Whether a line of the base's gate is missing from the plan."""
    old = _plan_reading(before, yardstick)()
    lines_at_head = {line.strip() for line in plan.lines}
    return any(old.lines[line - 1].strip() not in lines_at_head for line in _gate_lines(old) if line <= len(old.lines))


def _building(change: Change, choice: FeatureChoice, features: list[_ReadFeature]) -> frozenset[str]:
    """The folders of the features to which the changed code belongs.

    Code belongs to the branch's feature, else to the features whose tasks the change ticks, else to every owned
    feature with a plan or tasks. A single owned feature always gets it.
    """
    owned = [feature.folder.path for feature in features if feature.owned]
    lone = owned if len(owned) == 1 else []
    if choice.own is not None:
        return frozenset({choice.own.path, *lone})
    ticked = [feature.folder.path for feature in features if _ticks(feature)]
    planned = [path for path in owned if has_plan_or_tasks(change, path)]
    return frozenset({*(ticked or planned), *lone})


def _ticks(feature: _ReadFeature) -> bool:
    """Whether the change ticks a task of the feature."""
    tasks = feature.documents.tasks
    lines = feature.new_lines.get(tasks.path) if tasks is not None else None
    return tasks is not None and any(task.done and (lines is None or task.line in lines) for task in tasks.tasks)


def _feature(
    change: Change, config: RepositoryConfig, choice: FeatureChoice, read: _ReadFeature, *, builds: bool
) -> Feature:
    folder = read.folder
    removed = choice.gone(folder.path)
    added = choice.added(folder.path) or change.base is None
    return Feature(
        dir=folder.path,
        root=folder.root,
        number=folder.number,
        slug=folder.slug,
        stage=stage_of(change, folder, builds=builds),
        owned=read.owned,
        legacy=is_legacy(change, config, choice, folder),
        added=added and not removed,
        removed=removed,
    )


def _arrived(change: Change, yardstick: Yardstick, bundled: str, root: str) -> NewSinceBranch:
    """What is new in the yardstick. `root` is the nearest root when the branch left the base."""
    if change.merge_base is None:
        return NOTHING
    return arrived(yardstick, read_yardstick(change.merge_base, bundled, root))
