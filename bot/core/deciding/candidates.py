"""The candidates for a verdict on a commit: its open pull requests, else its branch, or its merge group."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.change.trees import Change, Tree
from bot.core.config.in_force import Break, ConfigInForce, OuterLayers, choose_config, counts
from bot.core.config.model import Mode
from bot.core.features.branch import read_branch
from bot.core.features.which_features import which_features
from bot.core.forge.facts import MAX_LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.change.trees import ChangedFile, OtherHead
    from bot.core.config.model import RepositoryConfig
    from bot.core.features.which_features import FeatureChoice
    from bot.core.forge.facts import Comparison, PullRequest, RepositoryView
    from bot.core.forge.stored import StoredBlob


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    """What the store and the host know of a repository."""

    outer_layers: OuterLayers = field(default_factory=OuterLayers)
    last_good: StoredBlob | None = None
    broke: Break | None = None
    """Since when the default branch's configuration is broken, where that is known."""
    first_seen: str = ""
    """When Plangate first saw the repository, as GitHub writes times; pull requests opened earlier are advised."""
    legacy: frozenset[str] = frozenset()
    """Feature folders that the default branch had then."""
    reserved: frozenset[str] = frozenset()
    stacks: Mapping[int, str] = field(default_factory=dict)
    """By pull request: the branch that GitHub's own stack goes to."""
    moved: Mapping[int, tuple[ChangedFile, ...]] = field(default_factory=dict)
    """By pull request: its changed files with the earlier paths of moved ones, if these were requested."""


@dataclass(frozen=True, slots=True)
class StackBase:
    """The branch that a stack of pull requests goes to."""

    branch: str
    too_deep: bool = False
    """More pull requests lie below than are read, so `branch` is the default branch."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pull request, branch or merge group to be judged, with the configuration in force for it."""

    change: Change
    config_in_force: ConfigInForce
    features: FeatureChoice
    """Which feature folders it is about."""
    counts: bool = True
    """Its base is the default branch or configured to judge for itself."""
    pull: PullRequest | None = None
    advised: bool = False
    """It was opened before Plangate first saw the repository."""
    cut: bool = False
    """GitHub lists only a part of the changed files."""
    stack_base: StackBase | None = None
    """Where the stack goes to that the pull request is a layer of."""
    merge_base: str | None = None
    """Where it left its base, as GitHub's comparison says; None for a pull request, which costs no comparison."""


def of_pull_requests(view: RepositoryView, record: RepositoryRecord) -> tuple[Candidate, ...]:
    """The open pull requests with this head, by number. Without its base, none can be judged."""
    head = view.head
    if head is None:
        return ()
    pulls = (
        pull for pull in view.pull_requests() if pull.is_open and pull.head_sha == head.sha and pull.base is not None
    )
    return tuple(_of_pull_request(pull, head.tree, view, record) for pull in pulls)


def _of_pull_request(pull: PullRequest, head: Tree, view: RepositoryView, record: RepositoryRecord) -> Candidate:
    stack_base = find_stack_base(pull, view, record)
    base_branch, standard = pull.base_branch, pull.base
    if stack_base is not None:
        base_branch = stack_base.branch
        standard = view.stack_bases.get(stack_base.branch) or Tree(None)
    in_force = _config_in_force(view, base_branch, standard, record)
    advised = pull.created_at < record.first_seen
    if advised and in_force.config.mode is Mode.ENFORCE:
        in_force = replace(in_force, mode=Mode.ADVISE)
    change = _change(head, pull.base, record)
    ours = pull.head_branch if pull.head_repository == view.full_name else None
    change = replace(
        change,
        changed=record.moved.get(pull.number, pull.changed),
        head_branch=pull.head_branch,
        base_branch=pull.base_branch,
        stack_base=standard if standard is not pull.base else None,
        pull_request=pull.number,
        others=_others(view, ours, pull.number),
    )
    cut = not pull.changes_complete
    return Candidate(
        change,
        in_force,
        which_features(change, in_force.config),
        counts(base_branch, view, in_force.config),
        pull,
        advised,
        cut,
        stack_base,
    )


def find_stack_base(pull: PullRequest, view: RepositoryView, record: RepositoryRecord) -> StackBase | None:
    """Where the stack of a pull request goes to; None when it lies on no other.

    It lies on an open pull request when it goes to that one's head, and that is a feature's branch: a release from
    `develop` to `main` takes nobody's place. GitHub's own stacks hold whatever the branches are called.
    """
    config = _config_in_force(view, view.default_branch or "", view.default, record).config
    declared = record.stacks.get(pull.number)
    default = StackBase(view.default_branch or "")
    branch, stack_base = pull.base_branch, None
    for layer in pull.below:
        if branch == declared or counts(branch, view, config):
            return stack_base
        if declared is None and not _is_of_feature(branch, config):
            return stack_base
        branch = layer.base_branch
        stack_base = StackBase(branch)
    if len(pull.below) == MAX_LAYERS and not counts(branch, view, config):
        return replace(default, too_deep=True)
    return default if declared == default.branch != branch else stack_base


def _is_of_feature(branch: str, config: RepositoryConfig) -> bool:
    read = read_branch(branch, config)
    return read.number is not None and read.aside is None


def of_branch(
    view: RepositoryView, branch: str | None, comparison: Comparison, record: RepositoryRecord
) -> Candidate | None:
    """A branch without pull request, against the default branch. None when either has no commit."""
    if view.head is None or view.default is None or view.default_branch is None:
        return None
    in_force = _config_in_force(view, view.default_branch, view.default, record)
    change = replace(
        _change(view.head.tree, view.default, record),
        changed=comparison.changed,
        head_branch=branch,
        base_branch=view.default_branch,
        others=_others(view, branch, None),
    )
    return _compared(change, in_force, comparison)


def _compared(change: Change, in_force: ConfigInForce, comparison: Comparison) -> Candidate:
    features, merge_base = which_features(change, in_force.config), comparison.merge_base or None
    return Candidate(change, in_force, features, cut=not comparison.complete, merge_base=merge_base)


def of_merge_group(
    view: RepositoryView, base_branch: str, comparison: Comparison, record: RepositoryRecord
) -> Candidate | None:
    """A merge group's commit against the commit that it was built on (`RepositoryView.before`)."""
    if view.head is None or view.before is None:
        return None
    in_force = _config_in_force(view, base_branch, view.before, record)
    change = replace(
        _change(view.head.tree, view.before, record),
        changed=comparison.changed,
        base_branch=base_branch,
        merge_group=True,
    )
    return _compared(change, in_force, comparison)


def _config_in_force(view: RepositoryView, branch: str, base: Tree | None, record: RepositoryRecord) -> ConfigInForce:
    return choose_config(view, branch, base, record.outer_layers, record.last_good, record.broke)


def _change(head: Tree, base: Tree | None, record: RepositoryRecord) -> Change:
    return Change(
        head=head,
        base=base,
        reserved=record.reserved,
        first_seen=dict.fromkeys(record.legacy, ""),
        governed_since=record.first_seen[:10] or None,
    )


def _others(view: RepositoryView, branch: str | None, number: int | None) -> tuple[OtherHead, ...]:
    """Other open heads, each with the folders that it adds, which the default branch does not have."""
    there = view.default.entries if view.default is not None else {}
    return tuple(
        replace(open_head, folders=added)
        for open_head in view.others
        if open_head.ref not in (branch, view.default_branch) and (number is None or open_head.pull_request != number)
        if (added := tuple(path for path in open_head.folders if path not in there))
    )
