"""Decide which other open pull requests an event makes outdated. Pure.

A verdict depends on more than its own head: on the base's constitution, template and configuration, on the numbers of
other features, and on the owner's configuration. There is one function for each kind of event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.config.in_force import PATHS, file_at
from bot.core.deciding.needs import MAX_PREFIXES
from bot.core.features.folders import feature_folders, specs_roots
from bot.core.forge.effects import Enqueue
from bot.core.forge.events import RepositoryRef, SweepDue
from bot.core.forge.facts import MAX_LAYERS, ReadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.change.trees import Tree
    from bot.core.config.model import RepositoryConfig
    from bot.core.forge.events import BranchPushed, PullRequestChanged, RepositoryEvent
    from bot.core.forge.facts import RepositoryView
    from bot.core.forge.stored import SeenRepository, Waiver

PACE = 0.5
"""Seconds between the pull requests that one event makes us judge again."""

_PAGE = 100
"""Numbers that one read brings."""
_NEW_BRANCH = "0" * 40


@dataclass(frozen=True, slots=True)
class Recheck:
    """Open pull requests to be judged again."""

    reason: str
    numbers: tuple[int, ...] = ()
    base: str | None = None
    """The branch that they aim at, None for any."""
    is_partial: bool = False
    """There may be more than these numbers; the whole list is read first."""
    above: int = 0
    """How many layers of a stack above each of them are judged again, too."""
    request: ReadRequest | None = None
    """A read that brings those that share a feature number, instead of `numbers`."""


def after_push(
    event: BranchPushed, view: RepositoryView, yardstick: Sequence[str], config: RepositoryConfig
) -> Recheck | None:
    """After a push to a branch: pull requests to it, and pull requests whose feature number it took or freed.

    `yardstick` has the paths of constitution and template, `config` is the default branch's configuration.
    """
    is_default = event.branch == event.repository.default_branch
    # After a forced push the old commit may be gone, and with it the proof that nothing changed.
    is_unknown = event.before != _NEW_BRANCH and view.before is None and bool(view.based)
    if is_unknown or _moves_yardstick(view, yardstick):
        aimed = _aimed_at(view, None if is_default else event.branch, "its yardstick changed")
        return aimed if is_default else replace(aimed, above=MAX_LAYERS)
    return _renumbered(view, config) if is_default else None


def after_deletion(view: RepositoryView) -> Recheck:
    """After a branch was deleted: the pull requests with the same feature number."""
    return Recheck("a branch was deleted", tuple(sharing(view)))


def after_pull_request(event: PullRequestChanged, view: RepositoryView, *, renumbered: bool) -> Recheck | None:
    """After a pull request was opened, closed or renumbered: the pull requests with the same feature number.

    `renumbered` is true when its branch has other feature numbers than when it was last judged.
    """
    if not renumbered and not event.change.comes_or_goes:
        return None
    numbers = tuple(number for number in sharing(view) if number != event.number)
    return Recheck("a pull request with its number came or went", numbers)


def above(event: PullRequestChanged | SweepDue, view: RepositoryView) -> Recheck | None:
    """After the base of a pull request changed: those that lie on it, since their stack may go elsewhere now."""
    levels = event.above if isinstance(event, SweepDue) else MAX_LAYERS if event.change.moves_stack else 0
    return Recheck("a pull request below it changed", view.based, above=levels - 1) if levels else None


def after_head_moved(view: RepositoryView, branch: str) -> Recheck | None:
    """After the head branch of a pull request moved: the pull requests that aim at that branch."""
    return _aimed_at(view, branch, "its base moved") if view.tip is not None else None


def on_survey(event: SweepDue, view: RepositoryView) -> Recheck:
    """All open pull requests of a repository."""
    return _aimed_at(view, None, event.reason)


def has_bare_head(view: RepositoryView) -> bool:
    """Whether the branch exists and no open pull request has it as head, so that the branch itself is judged."""
    pull = view.pull_request
    return view.tip is not None and (pull is None or not pull.is_open)


def _aimed_at(view: RepositoryView, base: str | None, reason: str) -> Recheck:
    return Recheck(reason, view.based, base, is_partial=len(view.based) >= _PAGE)


def _renumbered(view: RepositoryView, config: RepositoryConfig) -> Recheck | None:
    prefixes = changed_numbers(view, config)[:MAX_PREFIXES]
    if not prefixes or not view.based:
        return None
    request = ReadRequest(roots=specs_roots(config, view.default), prefixes=prefixes)
    return Recheck("its number was taken or freed", request=request)


def sharing(view: RepositoryView) -> list[int]:
    """The open pull requests whose branches have a requested feature number."""
    return sorted({head.pull_request for head in view.others if head.pull_request is not None})


def jobs(recheck: Recheck, event: RepositoryEvent, delivery: str) -> list[Enqueue]:
    """The jobs that judge these pull requests again, spread over time."""
    in_vain = event.in_vain if isinstance(event, SweepDue) and event.number is None else 0
    return [
        Enqueue(
            f"sweep:{delivery}:{number}",
            SweepDue(
                installation=event.installation,
                repository=event.repository,
                number=number,
                reason=recheck.reason,
                in_vain=in_vain,
                above=recheck.above,
            ),
            delay=index * PACE,
        )
        for index, number in enumerate(recheck.numbers)
    ]


def survey_jobs(repositories: Sequence[SeenRepository], delivery: str, reason: str) -> list[Enqueue]:
    """The jobs that look at all open pull requests of these repositories, spread over time."""
    return [
        Enqueue(
            f"survey:{delivery}:{seen.id}",
            SweepDue(
                installation=seen.installation,
                repository=RepositoryRef(seen.id, seen.owner, seen.name),
                reason=reason,
            ),
            delay=index * PACE,
        )
        for index, seen in enumerate(repositories)
    ]


def after_waiver(seen: SeenRepository, waiver: Waiver) -> Enqueue:
    """After the last day of a waiver: the pull request that it was given on, and those that lie on it."""
    event = SweepDue(
        installation=seen.installation,
        repository=RepositoryRef(seen.id, seen.owner, seen.name),
        number=waiver.number,
        reason="a waiver ended",
        above=MAX_LAYERS,
    )
    return Enqueue(f"waiver:{seen.id}:{waiver.number}:{waiver.until}", event)


def _moves_yardstick(view: RepositoryView, yardstick: Sequence[str]) -> bool:
    """Whether a push changed the yardstick of pull requests to its branch. `yardstick` has its paths."""
    after = view.head.tree if view.head is not None else None
    if view.before is None or after is None or not view.based:
        return False
    return _measure(view.before, yardstick) != _measure(after, yardstick)


def _measure(tree: Tree, yardstick: Sequence[str]) -> tuple[object, ...]:
    """The parts of a tree on which the severity of other verdicts depends."""
    return (*(tree.documents.get(path) for path in yardstick), ".specify" in tree.entries)


def moves_configuration(view: RepositoryView) -> bool:
    """Whether a push to the default branch may have changed a configuration file."""
    before, after = view.before, view.default
    if before is None or after is None:
        return True
    return any(file_at(before, path) != file_at(after, path) for path in PATHS)


def changed_numbers(view: RepositoryView, config: RepositoryConfig) -> tuple[str, ...]:
    """The numbers of feature folders that a push added or removed, as branch names write them."""
    after = view.head.tree if view.head is not None else None
    if view.before is None or after is None:
        return ()
    roots = specs_roots(config, after, view.before)
    folders_before, folders_after = (feature_folders(tree, config, roots) for tree in (view.before, after))
    changed = [
        folders_before.get(path) or folders_after[path] for path in sorted(folders_before.keys() ^ folders_after.keys())
    ]
    return tuple(dict.fromkeys(f"{folder.number}-" for folder in changed if folder.number))
