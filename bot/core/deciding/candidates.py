"""What is to be judged on a commit: each open pull request that it heads, or the branch, or the merge group."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.change.trees import Change
from bot.core.config.in_force import Break, ConfigInForce, OuterLayers, choose_config, counts
from bot.core.config.model import Mode
from bot.core.features.chosen import which_features

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.change.trees import ChangedFile, OtherHead, Tree
    from bot.core.features.chosen import Decision
    from bot.core.forge.facts import Comparison, PullRequest, RepositoryView
    from bot.core.forge.stored import StoredBlob


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    """What is known of a repository beside what was read."""

    outer_layers: OuterLayers = field(default_factory=OuterLayers)
    last_good: StoredBlob | None = None
    broke: Break | None = None
    """Since when the default branch's configuration is broken, where that is known."""
    first_seen: str = ""
    """When Plangate first saw the repository, as GitHub writes times; pull requests opened earlier are advised."""
    legacy: frozenset[str] = frozenset()
    """Feature folders that the default branch had then."""
    reserved: frozenset[str] = frozenset()
    moved: Mapping[int, tuple[ChangedFile, ...]] = field(default_factory=dict)
    """By pull request: its changed files with where moved ones came from, where that was asked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to be judged on a head, with the configuration that it is judged by."""

    change: Change
    config_in_force: ConfigInForce
    features: Decision
    """Which feature folders it is about."""
    counts: bool = True
    """Its base is the default branch or configured to judge for itself."""
    pull: PullRequest | None = None
    advised: bool = False
    """It was opened before Plangate first saw the repository."""
    cut: bool = False
    """GitHub lists only a part of the changed files."""


def of_pull_requests(answer: RepositoryView, known: RepositoryRecord) -> tuple[Candidate, ...]:
    """The open pull requests whose head the commit is, by number; without its base none can be judged."""
    head = answer.head
    if head is None:
        return ()
    pulls = (
        pull for pull in answer.pull_requests() if pull.is_open and pull.head_sha == head.sha and pull.base is not None
    )
    return tuple(_of_pull_request(pull, head.tree, answer, known) for pull in pulls)


def _of_pull_request(pull: PullRequest, head: Tree, answer: RepositoryView, known: RepositoryRecord) -> Candidate:
    in_force = _config_in_force(answer, pull.base_branch, pull.base, known)
    advised = pull.created_at < known.first_seen
    if advised and in_force.config.mode is Mode.ENFORCE:
        in_force = replace(in_force, mode=Mode.ADVISE)
    change = _change(head, pull.base, known)
    ours = pull.head_branch if pull.head_repository == answer.full_name else None
    change = replace(
        change,
        changed=known.moved.get(pull.number, pull.changed),
        head_branch=pull.head_branch,
        base_branch=pull.base_branch,
        pull_request=pull.number,
        others=_others(answer, ours, pull.number),
    )
    cut = not pull.changes_complete
    return Candidate(
        change,
        in_force,
        which_features(change, in_force.config),
        counts(pull.base_branch, answer, in_force.config),
        pull,
        advised,
        cut,
    )


def of_branch(
    answer: RepositoryView, branch: str | None, comparison: Comparison, known: RepositoryRecord
) -> Candidate | None:
    """A branch without pull request, against the default branch. None when either has no commit."""
    if answer.head is None or answer.default is None or answer.default_branch is None:
        return None
    in_force = _config_in_force(answer, answer.default_branch, answer.default, known)
    change = replace(
        _change(answer.head.tree, answer.default, known),
        changed=comparison.changed,
        head_branch=branch,
        base_branch=answer.default_branch,
        others=_others(answer, branch, None),
    )
    return Candidate(change, in_force, which_features(change, in_force.config), cut=not comparison.complete)


def of_merge_group(
    answer: RepositoryView, base_branch: str, comparison: Comparison, known: RepositoryRecord
) -> Candidate | None:
    """A merge group's commit against the commit that it was built on (`RepositoryView.before`)."""
    if answer.head is None or answer.before is None:
        return None
    in_force = _config_in_force(answer, base_branch, answer.before, known)
    change = replace(
        _change(answer.head.tree, answer.before, known),
        changed=comparison.changed,
        base_branch=base_branch,
        merge_group=True,
    )
    return Candidate(change, in_force, which_features(change, in_force.config), cut=not comparison.complete)


def _config_in_force(answer: RepositoryView, branch: str, base: Tree | None, known: RepositoryRecord) -> ConfigInForce:
    return choose_config(answer, branch, base, known.outer_layers, known.last_good, known.broke)


def _change(head: Tree, base: Tree | None, known: RepositoryRecord) -> Change:
    return Change(
        head=head,
        base=base,
        reserved=known.reserved,
        first_seen=dict.fromkeys(known.legacy, ""),
        governed_since=known.first_seen[:10] or None,
    )


def _others(answer: RepositoryView, branch: str | None, number: int | None) -> tuple[OtherHead, ...]:
    """Other open heads, each with the folders that it adds: those that the default branch has are not its doing."""
    there = answer.default.entries if answer.default is not None else {}
    return tuple(
        replace(other, folders=added)
        for other in answer.others
        if other.ref not in (branch, answer.default_branch) and (number is None or other.pull_request != number)
        if (added := tuple(path for path in other.folders if path not in there))
    )
