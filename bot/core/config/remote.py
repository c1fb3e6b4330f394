"""Derive the owner of a clone's remote from its address."""

from __future__ import annotations

import re

from bot.core.config.owner_file import OWNERS

_MAX = 500
"""Longest address that is matched, in characters."""
_ADDRESS = re.compile(
    r"(?:(?:https?|ssh|git)://[^/\s]+/|(?:[^/:@\s]+@)?[^/:@\s]+\.[^/:@\s]+:/?)"
    r"(?P<owner>[A-Za-z0-9_-]{1,100})/(?P<name>[A-Za-z0-9._-]{1,104})/?"
)
"""`https://host/owner/name`, or git's short form `user@host:owner/name`."""


def owners_repository(address: str) -> str | None:
    """`acme/.github` for a clone of `acme/ferry`; None for `acme/.github` itself and for a local path."""
    match = _ADDRESS.fullmatch(address[:_MAX].strip())
    if match is None or match["name"].removesuffix(".git") == OWNERS:
        return None
    return f"{match['owner']}/{OWNERS}"
