"""The permissions of a job's token: never more than its effects need.

https://docs.github.com/rest/authentication/permissions-required-for-github-apps
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.events import CommandPosted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.forge.events import Event

JUDGE: Mapping[str, str] = {
    "checks": "write",
    "contents": "read",
    "metadata": "read",
    "pull_requests": "write",
}
"""Read trees and pull requests, write the check run and the one comment."""

CHECK: Mapping[str, str] = {**JUDGE, "pull_requests": "read"}
"""The same without comments: all that the App asks for after `plangate setup --checks-only`."""

ANSWER: Mapping[str, str] = {**JUDGE, "issues": "write"}
"""The same, and comments on issues."""


COMMIT: Mapping[str, str] = {**ANSWER, "contents": "write"}
"""The same, and commits: only for `/plan start` and `/plan commit`, and only where the App was given that."""


RESOLVE: Mapping[str, str] = {"contents": "write", "metadata": "read", "pull_requests": "write"}
"""Resolve review threads of ours. GitHub asks for the right to write contents: github/gh-aw#35726."""


def rights(event: Event, *, comments: bool = True) -> Mapping[str, str]:
    """The permissions for an event's job. `comments`: the account lets the App comment."""
    if not comments:
        return CHECK
    return ANSWER if isinstance(event, CommandPosted) else JUDGE


def may_comment(granted: Mapping[str, str]) -> bool:
    """Whether an account lets the App comment. An account that grants no `pull_requests` at all has to act first."""
    return granted.get("pull_requests") != "read"
