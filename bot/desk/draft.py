"""Draft a plan for a feature of a working copy, prefilled from what the repository says."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.worktree.safe_files import write_over
from bot.adapters.worktree.worktree import WorkingCopy, documents_below, open_copy, read_yardstick
from bot.bundled import bundled_text
from bot.core.change.feature import ARTIFACTS
from bot.core.change.trees import Kind, Readability, Tree
from bot.core.config.layers import merge
from bot.core.documents.plan_reading.plan_reader import read_plan
from bot.core.documents.spec import read_spec
from bot.core.drafting.from_template.plan import PlanFacts, draft_plan
from bot.core.drafting.manifests import wanted_manifests
from bot.core.features.which_features import feature_of_branch
from bot.core.forge.errors import UserError
from bot.core.text.nearest import nearest
from bot.core.text.neutral import plain_line, visible
from bot.core.yardstick.yardstick import read_yardstick as read_yardstick_of
from bot.core.yardstick.yardstick import specify_root
from bot.desk.check import TEMPLATE, host_layer, refuse_broken, repository_layer

if TYPE_CHECKING:
    from bot.core.change.trees import Document
    from bot.core.config.model import RepositoryConfig
    from bot.core.drafting.draft import Draft
    from bot.core.yardstick.yardstick import Yardstick


@dataclass(frozen=True, slots=True)
class DeskDraft:
    """A draft, and whether the plan that it would replace was edited."""

    copy: WorkingCopy
    draft: Draft
    begun: bool
    """The plan exists and differs from the untouched template."""

    def save(self) -> Path:
        """Write the draft into the working copy atomically. Raises `UserError` when it cannot be written."""
        if self.begun:
            raise UserError(f"{self.draft.path} already has edits: leave out --write to print the draft instead.")
        write_over(self.copy.root, self.draft.path, self.draft.text)
        return self.copy.root / self.draft.path


def draft_copy(folder: Path, feature: str | None, title: str | None) -> DeskDraft:
    """Draft the plan of a feature of a working copy. Raises `UserError` when no feature can be determined."""
    copy = open_copy(folder)
    own = repository_layer(copy, None)
    refuse_broken(own)
    config = merge((host_layer(), own)).config
    path = _feature_dir(copy, feature, config)
    if visible(path) != path:
        raise UserError(f"{plain_line(path)} has control or invisible characters in its name: rename the folder.")
    documents = {
        **copy.read(documents_below(copy.entries, (path,))),
        **read_yardstick(copy.read, copy.entries, (path,)),
    }
    tree = Tree(None, copy.entries, documents)
    yardstick = read_yardstick_of(tree, bundled_text(TEMPLATE), specify_root(path, tree))
    spec = read_spec(documents[f"{path}/spec.md"]) if f"{path}/spec.md" in documents else None
    name = path.rsplit("/", 1)[-1]
    known_title = title or (spec.title if spec is not None and not spec.unfilled else None)
    paths = tuple(f"{p}/" if entry.kind is Kind.FOLDER else p for p, entry in sorted(copy.entries.items()))
    manifests = copy.read(wanted_manifests(paths))
    draft = draft_plan(
        PlanFacts(
            feature_dir=path,
            title=known_title or name.lstrip("0123456789-").replace("-", " ").capitalize() or name,
            date=copy.date(),
            template=yardstick.template,
            constitution=yardstick.constitution,
            branch=copy.git.branch() if copy.git is not None and feature is None else name,
            spec=spec,
            paths=paths,
            manifests={
                path: manifest.text for path, manifest in manifests.items() if manifest.reading is Readability.WHOLE
            },
            present=frozenset(artifact for artifact in ARTIFACTS if f"{path}/{artifact}".rstrip("/") in copy.entries),
        )
    )
    document = documents.get(draft.path)
    begun = document is not None and _is_begun(document, yardstick)
    return DeskDraft(copy, draft, begun)


def _is_begun(document: Document, yardstick: Yardstick) -> bool:
    """The plan holds lines of its author, or answers to its gate, which a draft in its place would lose."""
    stock = {line.strip() for line in yardstick.template.text.splitlines()} | {""}
    if all(line.strip() in stock for line in document.text.splitlines()):
        return False
    plan = read_plan(document, yardstick.template, yardstick.constitution)
    return not plan.unfilled or any(check.explicit for check in plan.checks)


def _feature_dir(copy: WorkingCopy, feature: str | None, config: RepositoryConfig) -> str:
    """The folder that the user named, else the folder of the current branch, which need not exist yet.

    Raises `UserError` for a named folder that does not exist, and for a branch that names none.
    """
    if feature is not None:
        return existing_folder(feature, copy)
    branch = copy.git.branch() if copy.git is not None else None
    own = feature_of_branch(Tree(None, copy.entries), branch, config)
    if own is None:
        raise UserError("The branch names no feature: name the folder, such as --feature specs/019-rate-limits.")
    return own.path


def existing_folder(
    feature: str, copy: WorkingCopy, remedy: str = "create it, write its spec.md, and draft again"
) -> str:
    """The path from the root of a folder that the user named. Raises `UserError` with the remedy when there is none."""
    path = _tidy(feature)
    if path not in copy.entries and not (copy.root / path).is_dir():
        raise UserError(f"There is no folder {plain_line(path)}{_did_you_mean(path, copy) or f': {remedy}.'}")
    return path


def _did_you_mean(path: str, copy: WorkingCopy) -> str:
    """A folder of similar name; empty for none."""
    folder, _, name = path.rpartition("/")
    below = [entry.removeprefix(f"{folder}/") for entry in copy.entries if entry.rpartition("/")[0] == folder]
    close = nearest(name, below)
    return f": did you mean {plain_line(f'{folder}/{close}')}?" if close is not None else ""


def _tidy(feature: str) -> str:
    """Normalise a folder that the user named. Raises `UserError` when it is outside the repository."""
    path = posixpath.normpath(feature.strip("/"))
    if Path(feature).is_absolute() or path.split("/")[0] in {"..", "."}:
        raise UserError(
            f"{feature} is not a feature folder: use a path from the repository's root, such as specs/019-rate-limits."
        )
    return path
