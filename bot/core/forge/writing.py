"""Writes to a repository: a commit with its branch, a draft pull request, a review."""

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
class LineComment:
    """A comment of a review on lines of the changed file."""

    path: str
    start_line: int
    """1-based, in the file at the review's commit; the same as `line` for a single line."""
    line: int
    body: str


@dataclass(frozen=True, slots=True)
class NewReview:
    """A review that comments, and neither approves nor asks for changes."""

    number: int
    """The pull request."""
    head_sha: str
    body: str
    comments: tuple[LineComment, ...]


@dataclass(frozen=True, slots=True)
class PullRequestOf:
    """A pull request from a branch, in any state."""

    number: int
    is_open: bool
