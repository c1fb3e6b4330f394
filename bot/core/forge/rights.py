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

ANSWER: Mapping[str, str] = {**JUDGE, "issues": "write"}
"""The same, and comments on issues."""


COMMIT: Mapping[str, str] = {**ANSWER, "contents": "write"}
"""The same, and commits: only for `/plan start` and `/plan commit`, and only where the App was given that."""


def rights(event: Event) -> Mapping[str, str]:
    """The permissions for an event's job."""
    return ANSWER if isinstance(event, CommandPosted) else JUDGE
