"""From a change and the folders that it is about to cases: every document read against its own yardstick.

The yardstick (constitution and template) is the base's, never the head's that is judged; without a base it is the
folder's own. In a repository of several projects each feature has the nearest `.specify/` above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import Feature, Stage
from bot.core.change.lines import lines_by_path
from bot.core.change.trees import Readability, Tree
from bot.core.documents.artifacts import Documents, read_artifacts
from bot.core.documents.plan import read_plan
from bot.core.documents.spec import read_spec
from bot.core.documents.tasks import read_tasks
from bot.core.features.branch import counted
from bot.core.features.code import counts_as_code
from bot.core.judging.rule import Case
from bot.core.judging.since_branch import NOTHING, NewSinceBranch, arrived
from bot.core.text.globs import matches_any
from bot.core.yardstick.yardstick import Yardstick, nearest_root, read_yardstick, specify_roots

if TYPE_CHECKING:
    from bot.core.change.trees import Change, Document, TreeEntry
    from bot.core.config.model import RepositoryConfig
    from bot.core.features.chosen import Decision
    from bot.core.features.folders import Folder


def code_files(change: Change, config: RepositoryConfig, roots: tuple[str, ...]) -> int:
    """How many changed files count as code; a file that moved counts by either of its paths."""
    paths = ((file.path, file.previous) for file in change.changed)
    return sum(any(path and counts_as_code(path, config, roots) for path in pair) for pair in paths)


def read_cases(
    change: Change, config: RepositoryConfig, decision: Decision, bundled: str, code: int
) -> tuple[Case, ...]:
    """One case for every folder of the decision, by path. Total: never raises, for any documents."""
    standard = change.base or change.head
    roots = specify_roots(standard)
    entries = _by_folder(change.head, decision)
    yardsticks: dict[str, Yardstick] = {}
    arrivals: dict[tuple[str, str], NewSinceBranch] = {}
    before = specify_roots(change.merge_base) if change.merge_base is not None else frozenset()
    cases: list[Case] = []
    for folder in decision.folders:
        root = nearest_root(folder.path, roots)
        if root not in yardsticks:
            yardsticks[root] = read_yardstick(standard, bundled, root)
        left = root, nearest_root(folder.path, before)
        if left not in arrivals:
            arrivals[left] = _arrived(change, yardsticks[root], bundled, left[1])
        below = entries.get(folder.path, [])
        cases.append(_case(change, config, decision, folder, below, yardsticks[root], arrivals[left], code))
    return tuple(cases)


def _by_folder(tree: Tree, decision: Decision) -> dict[str, list[TreeEntry]]:
    """What lies in each judged folder, told in one pass over a tree that may hold a whole repository."""
    wanted = {folder.path: folder.path.count("/") + 1 for folder in decision.folders}
    depths = sorted(set(wanted.values()))
    found: dict[str, list[TreeEntry]] = {}
    for path, entry in tree.entries.items():
        names = path.split("/")
        for depth in depths:
            folder = "/".join(names[:depth])
            if len(names) > depth and folder in wanted:
                found.setdefault(folder, []).append(entry)
    return found


def yardsticks_at_head(change: Change) -> tuple[Yardstick, ...]:
    """The yardsticks that the change itself edits, as they would be after it."""
    below = (".specify/memory/", ".specify/templates/", ".specify/presets/", ".specify/extensions/")
    roots = {
        path.partition(part)[0] for file in change.changed for path in [file.path] for part in below if part in path
    }
    base = change.base.documents if change.base is not None else {}
    # Of the head more may have been read; what the change does not edit is after it as it is on the base.
    edited = {file.path for file in change.changed} & change.head.documents.keys()
    documents = {**base, **{path: change.head.documents[path] for path in edited}}
    after = Tree(change.head.sha, change.head.entries, documents)
    return tuple(read_yardstick(after, "", root) for root in sorted(roots) if not root or root.endswith("/"))


def _case(  # noqa: PLR0913, PLR0917  everything that a case is made of
    change: Change,
    config: RepositoryConfig,
    decision: Decision,
    folder: Folder,
    below: list[TreeEntry],
    yardstick: Yardstick,
    late: NewSinceBranch,
    code: int,
) -> Case:
    documents = _documents(change, folder, yardstick)
    feature = _feature(change, config, decision, folder, code)
    return Case(
        change=change,
        feature=feature,
        config=config,
        constitution=yardstick.constitution,
        template=yardstick.template,
        artifacts=read_artifacts(change, feature, documents, config, below),
        plan=documents.plan,
        spec=documents.spec,
        tasks=documents.tasks,
        new_lines=lines_by_path(change, folder.path),
        decision=decision,
        code_files=code,
        arrived=late,
    )


def _whole(tree: Tree, path: str) -> Document | None:
    document = tree.documents.get(path)
    return document if document is not None and document.reading is Readability.WHOLE else None


def _documents(change: Change, folder: Folder, yardstick: Yardstick) -> Documents:
    plan = _whole(change.head, f"{folder.path}/plan.md")
    spec = _whole(change.head, f"{folder.path}/spec.md")
    tasks = _whole(change.head, f"{folder.path}/tasks.md")
    return Documents(
        read_plan(plan, yardstick.template, yardstick.constitution) if plan is not None else None,
        read_spec(spec) if spec is not None else None,
        read_tasks(tasks) if tasks is not None else None,
    )


def _feature(change: Change, config: RepositoryConfig, decision: Decision, folder: Folder, code: int) -> Feature:
    touch = decision.touched.get(folder.path)
    removed = decision.gone(folder.path)
    own = decision.own is not None and decision.own.path == folder.path
    added = decision.added(folder.path) or change.base is None
    return Feature(
        dir=folder.path,
        root=folder.root,
        number=folder.number,
        slug=folder.slug,
        stage=_stage(change, folder, code),
        owned=not removed and (own or folder in decision.asked or added or (touch is not None and touch.writes)),
        legacy=_is_legacy(change, config, decision, folder),
        added=added and not removed,
        removed=removed,
    )


def _stage(change: Change, folder: Folder, code: int) -> Stage:
    if change.stage is not None and change.stage in tuple(Stage):
        return Stage(change.stage)
    if code:
        return Stage.IMPLEMENTING
    here = (f"{folder.path}/plan.md", f"{folder.path}/tasks.md")
    begun = any(path in change.head.entries or path in change.head.documents for path in here)
    return Stage.PLANNING if begun or change.base is None else Stage.SPECIFYING


def _is_legacy(change: Change, config: RepositoryConfig, decision: Decision, folder: Folder) -> bool:
    if folder.path not in decision.base:
        return False
    if matches_any(config.legacy, folder.path):
        return True
    if config.since is not None:
        number = counted(folder.number, config)
        return number is not None and number < config.since
    first = change.first_seen.get(folder.path)
    return first is not None and change.governed_since is not None and first < change.governed_since


def _arrived(change: Change, yardstick: Yardstick, bundled: str, root: str) -> NewSinceBranch:
    """What is new in the yardstick; `root` is where the one stood that was the nearest when the branch left."""
    if change.merge_base is None:
        return NOTHING
    return arrived(yardstick, read_yardstick(change.merge_base, bundled, root))
