"""The configuration of a repository: one typed, frozen model, three places that it is merged from."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """Whether Plangate judges, advises or stays out."""

    ENFORCE = "enforce"
    ADVISE = "advise"
    OFF = "off"


class Requirement(StrEnum):
    """What an admin says of an artifact."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OFF = "off"


class RuleLevel(StrEnum):
    """What an admin says of a rule."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    OFF = "off"


class Unmatched(StrEnum):
    """What becomes of a pull request that changes code but is no feature."""

    PASS = "pass"  # noqa: S105  a word of the configuration, not a secret
    REQUIRE_FEATURE = "require-feature"


class CommentWhen(StrEnum):
    """When the sticky comment is written."""

    WHEN_NEEDED = "when-needed"
    ALWAYS = "always"
    NEVER = "never"


class NumberMode(StrEnum):
    """Where a feature's number comes from."""

    SEQUENTIAL = "sequential"
    TIMESTAMP = "timestamp"
    TICKET = "ticket"
    ISSUE = "issue"
