"""Writes to a repository: a commit with its branch, a draft pull request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class NewCommit:
    """One commit on top of `parent`, and the branch that moves to it."""

    branch: str
    parent: str
    """The commit that the branch is at, or begins at where it is new."""
    files: Mapping[str, str]
    """Text by path, from the repository's root; what else the parent has stays."""
    message: str
    begins: bool = False
    """The branch is not there yet."""


@dataclass(frozen=True, slots=True)
class NewPullRequest:
    """A draft pull request from a branch of the same repository."""

    branch: str
    base: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class PullRequestOf:
    """A pull request from a branch, in any state."""

    number: int
    is_open: bool
