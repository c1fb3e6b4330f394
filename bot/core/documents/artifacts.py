"""The seven artifacts of a feature: which exist, and which are due now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.change.feature import ARTIFACTS, NO_KEY_ENTITIES, Artifact, Due, Feature, Stage, State
from bot.core.change.trees import FileStatus, Kind, Readability
from bot.core.config.model import ArtifactLevel
from bot.core.documents.untouched import is_untouched

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.change.trees import Change, TreeEntry
    from bot.core.config.model import RepositoryConfig
    from bot.core.documents.plan import Plan, Promise
    from bot.core.documents.spec import Spec
    from bot.core.documents.tasks import Tasks

_KEPT_EMPTY = frozenset({".gitkeep", ".keep", ".gitignore", ".DS_Store"})
"""Files that only keep an empty folder in Git."""
_OPEN_TITLE = re.compile(r"^#[^\n]*\[", re.MULTILINE)
"""A heading with a bracket. Every untouched template has one, so documents without one are not parsed."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of one feature folder that could be read."""

    plan: Plan | None = None
    spec: Spec | None = None
    tasks: Tasks | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    """The facts from which the state of an artifact is derived."""

    change: Change
    feature: Feature
    documents: Documents
    states: dict[str, State]


def file_state(change: Change, path: str) -> State:
    """The state of a file. A link counts as missing, because links are never followed."""
    entry = change.head.entries.get(path)
    document = change.head.documents.get(path)
    if entry is None and document is None:
        return State.MISSING
    if entry is not None and entry.kind is not Kind.FILE:
        return State.MISSING
    if entry is not None and entry.size == 0:
        return State.EMPTY
    if document is not None and document.reading is Readability.WHOLE and not document.text.strip("\ufeff \t\r\n\f\v"):
        return State.EMPTY
    return State.PRESENT


def folder_state(change: Change, path: str, near: Iterable[TreeEntry]) -> State:
    """The state of a folder: present if it has a file at any depth. `near` are the entries to search."""
    below = [entry for entry in near if entry.path.startswith(f"{path}/")]
    real = [e for e in below if e.kind is Kind.FILE and e.size != 0 and e.path.rsplit("/", 1)[-1] not in _KEPT_EMPTY]
    if real:
        return State.PRESENT
    own = change.head.entries.get(path)
    there = own is not None and own.kind is Kind.FOLDER
    return State.EMPTY if there or below else State.MISSING


def read_artifacts(
    change: Change, feature: Feature, documents: Documents, config: RepositoryConfig, below: Sequence[TreeEntry]
) -> tuple[Artifact, ...]:
    """The seven artifacts in report order. `below` are the entries in the feature folder."""
    states = {name: _state(change, feature, name, documents, below) for name in ARTIFACTS}
    folder = _Folder(change, feature, documents, states)
    return tuple(_artifact(folder, name, config.artifacts.get(name)) for name in ARTIFACTS)


def _state(change: Change, feature: Feature, name: str, documents: Documents, below: Sequence[TreeEntry]) -> State:
    path = f"{feature.dir}/{name.rstrip('/')}"
    if feature.removed:
        return State.MISSING
    state = folder_state(change, path, below) if name.endswith("/") else file_state(change, path)
    if state is not State.PRESENT or name.endswith("/"):
        return state
    return State.TEMPLATE if _is_template(change, path, name, documents) else state


def _is_template(change: Change, path: str, name: str, documents: Documents) -> bool:
    read = {"plan.md": documents.plan, "spec.md": documents.spec, "tasks.md": documents.tasks}
    if name in read:
        document_read = read[name]
        return document_read is not None and document_read.unfilled
    document = change.head.documents.get(path)
    text = document.text if document is not None else ""
    return _OPEN_TITLE.search(text) is not None and is_untouched(name, text)


def _artifact(folder: _Folder, name: str, level: ArtifactLevel | None) -> Artifact:
    feature, documents = folder.feature, folder.documents
    path = f"{feature.dir}/{name}"
    promise = _promise(name, documents.plan)
    line = promise.line if promise is not None else None
    state = folder.states[name]
    unfilled = name == "plan.md" and state is State.TEMPLATE and feature.stage is Stage.IMPLEMENTING
    if (not feature.owned and not unfilled) or feature.removed or level is ArtifactLevel.OFF:
        return Artifact(name, path, Due.OFF, state, None, line)
    if name == "spec.md":
        due = _spec_due(folder)
    elif name == "plan.md":
        due = _plan_due(folder)
    elif promise is not None and promise.waived:
        return Artifact(name, path, Due.OFF, state, promise.waived, line)
    elif name == "data-model.md" and level is None and not has_entities(documents.spec):
        return Artifact(name, path, Due.OFF, state, NO_KEY_ENTITIES, line)
    else:
        promised = promise is not None or name == "tasks.md" or level is ArtifactLevel.REQUIRED
        due = _promised_due(folder, name, level) if promised else Due.OFF
    if level is ArtifactLevel.RECOMMENDED and due is Due.REQUIRED:
        due = Due.RECOMMENDED
    return Artifact(name, path, due, state, None, line)


def _promise(name: str, plan: Plan | None) -> Promise | None:
    """What the plan says about an artifact. A line that takes a promise back counts before the promise."""
    promises = [promise for promise in (plan.promises if plan is not None else ()) if promise.artifact == name]
    return next((promise for promise in promises if promise.waived), promises[0] if promises else None)


def has_entities(spec: Spec | None) -> bool:
    """Whether the spec has Key Entities, or may have some because it is missing or not filled."""
    return spec is None or spec.unfilled or bool(spec.entities) or spec.entities_line is not None


def _spec_due(folder: _Folder) -> Due:
    if folder.feature.stage is Stage.IMPLEMENTING:
        return Due.REQUIRED
    if folder.states["plan.md"] is State.MISSING:
        return Due.OFF
    plan = f"{folder.feature.dir}/plan.md"
    changed = (file.path == plan and file.status is not FileStatus.REMOVED for file in folder.change.changed)
    return Due.REQUIRED if folder.change.base is None or any(changed) else Due.OFF


def _plan_due(folder: _Folder) -> Due:
    begun = folder.feature.stage is Stage.IMPLEMENTING or folder.states["tasks.md"] is not State.MISSING
    return Due.NEXT if folder.states["plan.md"] is State.MISSING and not begun else Due.REQUIRED


def _promised_due(folder: _Folder, name: str, level: ArtifactLevel | None) -> Due:
    """When an artifact is due that the plan promises or the configuration requires."""
    if folder.feature.stage is Stage.SPECIFYING:
        return Due.OFF
    if folder.feature.stage is Stage.IMPLEMENTING:
        soft = name in ("contracts/", "tasks.md") and level is not ArtifactLevel.REQUIRED
        return Due.RECOMMENDED if soft else Due.REQUIRED
    has_tasks = name != "tasks.md" and folder.states["tasks.md"] is not State.MISSING
    return Due.RECOMMENDED if has_tasks else Due.NEXT
