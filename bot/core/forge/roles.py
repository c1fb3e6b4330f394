"""The roles of an account in a repository."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """GitHub's roles, weakest first, as its permission booleans tell them; its word for a role is coarser."""

    ANYONE = "anyone"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"
