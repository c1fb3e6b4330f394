"""The configuration of a repository: one typed, frozen model, three places that it is merged from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


class Ungoverned(StrEnum):
    """What a pull request gets in a repository that is not governed."""

    PASS = "pass"  # noqa: S105  a word of the configuration, not a secret
    SILENT = "silent"


class NumberMode(StrEnum):
    """Where a feature's number comes from."""

    SEQUENTIAL = "sequential"
    TIMESTAMP = "timestamp"
    TICKET = "ticket"
    ISSUE = "issue"

DEFAULT_BRANCHES = r"^(?:.+/)?(?P<number>[0-9]{3,})-(?P<slug>[^/]*)$"


class Role(StrEnum):
    """GitHub's roles, weakest first; asked for by their permission booleans, never by the coarse word."""

    ANYONE = "anyone"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Commands:
    """How `/plan` is spelt here and who may use what."""

    prefix: str = "/plan"
    start: Role = Role.WRITE
    commit: Role = Role.WRITE
    waive: Role = Role.MAINTAIN


@dataclass(frozen=True, slots=True)
class RepositoryConfig:
    """What `plangate:` in `app.yml` says, merged and complete. Every field has the default of `app.yml`."""

    mode: Mode = Mode.ENFORCE
    branches: str = DEFAULT_BRANCHES
    """A linear-time (RE2) pattern with the named groups `number` and `slug`."""
    specs: tuple[str, ...] = ("specs",)
    """Specs roots, from the repository's root; globs such as `apps/*/specs` are allowed."""
    number: NumberMode = NumberMode.SEQUENTIAL
    unmatched: Unmatched = Unmatched.PASS
    since: int | None = None
    """Features with a smaller number are legacy."""
    legacy: tuple[str, ...] = ()
    """Globs of feature folders that are legacy."""
    code: tuple[str, ...] | None = None
    """Globs of what counts as code; None for the default."""
    ignore: tuple[str, ...] = ()
    """Globs that are not looked at."""
    artifacts: Mapping[str, Requirement] = field(default_factory=dict)
    rules: Mapping[str, RuleLevel] = field(default_factory=dict)
    commands: Commands = Commands()
    comment: CommentWhen = CommentWhen.WHEN_NEEDED
    self_configured: tuple[str, ...] = ()
    """Base branches, besides the default one, that may say themselves whether and how hard they are judged."""
    ungoverned: Ungoverned = Ungoverned.PASS
