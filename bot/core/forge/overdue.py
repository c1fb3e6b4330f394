"""Find open heads without a verdict of ours, from a survey of many repositories. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.core.forge.events import MergeGroupRequested, RepositoryRef, SweepDue
from bot.core.forge.external_id import is_no_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.forge.events import Event
    from bot.core.forge.stored import SeenRepository

_QUEUE = "gh-readonly-queue/"


@dataclass(frozen=True, slots=True)
class OpenPull:
    """An open pull request. `verdict` is the external id of our latest run on its head, None unless completed."""

    number: int
    verdict: str | None


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A branch of the merge queue, with its commit and that commit's first parent."""

    branch: str
    sha: str
    parent: str | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class RepositoryHeads:
    """The open heads of one repository."""

    repository: SeenRepository
    default_branch: str
    pulls: tuple[OpenPull, ...]
    groups: tuple[OpenGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadSurvey:
    """The result of a survey of many repositories. Archived repositories are left out."""

    repositories: tuple[RepositoryHeads, ...]
    """Each under its present name."""
    missed: tuple[SeenRepository, ...] = ()
    """Repositories whose name leads nowhere or to another repository."""
    unfinished: tuple[SeenRepository, ...] = ()
    """Repositories of which not all heads were read; they are surveyed again soon."""
    failed: Exception | None = None
    """The last error."""


class Surveyor(Protocol):
    """Reads the open heads of many repositories of one installation."""

    def survey(self, installation: int, repositories: Sequence[SeenRepository]) -> HeadSurvey:
        """Read the open heads: one read for all repositories, and more if it was too large or there are further pages.

        Raises `ForgeError` if GitHub answered for no repository.
        """
        ...


def overdue(heads: RepositoryHeads) -> list[Event]:
    """The events for judging heads that have no completed run, or a run that says "no verdict"."""
    seen = heads.repository
    ref = RepositoryRef(seen.id, seen.owner, seen.name, heads.default_branch)
    pulls: list[Event] = [
        SweepDue(installation=seen.installation, repository=ref, number=pull.number, reason="it had no verdict")
        for pull in heads.pulls
        if _is_due(pull.verdict)
    ]
    groups = [
        MergeGroupRequested(
            installation=seen.installation,
            repository=ref,
            head_sha=group.sha,
            head_ref=f"refs/heads/{group.branch}",
            base_sha=group.parent,
            base_ref=f"refs/heads/{base}",
        )
        for group in heads.groups
        if _is_due(group.verdict) and group.parent is not None and (base := base_of(group.branch)) is not None
    ]
    return [*pulls, *groups]


def _is_due(verdict: str | None) -> bool:
    return verdict is None or is_no_verdict(verdict)


def base_of(branch: str) -> str | None:
    """The base branch of a merge group: `main` for `gh-readonly-queue/main/pr-7-<sha>`."""
    base, slash, last = branch.removeprefix(_QUEUE).rpartition("/")
    return base if branch.startswith(_QUEUE) and slash and last.startswith("pr-") else None
