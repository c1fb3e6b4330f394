"""Whose repository a clone's remote is, told from its address."""

from __future__ import annotations

import re

from bot.core.config.owner_file import OWNERS

_MAX = 500
"""Characters of an address that are looked at."""
_ADDRESS = re.compile(
    r"(?:(?:https?|ssh|git)://[^/\s]+/|(?:[^/:@\s]+@)?[^/:@\s]+\.[^/:@\s]+:/?)"
    r"(?P<owner>[A-Za-z0-9_-]{1,100})/(?P<name>[A-Za-z0-9._-]{1,104})/?"
)
"""`https://host/owner/name`, or git's short form `user@host:owner/name`."""


def owners_repository(address: str) -> str | None:
    """`acme/.github` for a clone of `acme/ferry`; None for that repository itself, and for a path on this machine."""
    found = _ADDRESS.fullmatch(address[:_MAX].strip())
    if found is None or found["name"].removesuffix(".git") == OWNERS:
        return None
    return f"{found['owner']}/{OWNERS}"
