"""The roles of an account in a repository."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """GitHub's roles, weakest first; asked for by their permission booleans, never by the coarse word."""

    ANYONE = "anyone"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"
