"""The roles of an account in a repository."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """GitHub's roles, weakest first."""

    # Read from the permission booleans: GitHub's own word knows no `triage` and no `maintain`.

    ANYONE = "anyone"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"
