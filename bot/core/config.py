"""The configuration of a repository: one typed, frozen model, three places that it is merged from."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  the model is validated at run time, by its types
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


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


_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "use_attribute_docstrings": True}
"""How the models are validated (pydantic reads it, and is only loaded where a configuration is): no unknown key, no
coercion, and the strings below the fields are their descriptions."""


@dataclass(frozen=True, slots=True)
class Commands:
    """How `/plan` is spelt here and who may use what."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    prefix: str = "/plan"
    """The word that starts a command; change it where another bot answers to `/plan`."""
    start: Role = Role.WRITE
    """Who may use `/plan start`: the weakest role that may."""
    commit: Role = Role.WRITE
    """Who may use `/plan commit`."""
    waive: Role = Role.MAINTAIN
    """Who may use `/plan waive`."""


@dataclass(frozen=True, slots=True)
class RepositoryConfig:
    """What `plangate:` in `app.yml` says, merged and complete. Every field has the default of `app.yml`."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    mode: Mode = Mode.ENFORCE
    """`enforce` blocks on errors; `advise` reports the same, neutral and without comments; `off` judges nothing."""
    branches: str = DEFAULT_BRANCHES
    """A linear-time (RE2) pattern with the named groups `number` and `slug`."""
    specs: tuple[str, ...] = ("specs",)
    """Specs roots, from the repository's root; globs such as `apps/*/specs` are allowed."""
    number: NumberMode = NumberMode.SEQUENTIAL
    """Where numbers come from; only `sequential` ones can collide."""
    unmatched: Unmatched = Unmatched.PASS
    """What becomes of a pull request that changes code and is no feature."""
    since: int | None = None
    """Features with a smaller number are legacy."""
    legacy: tuple[str, ...] = ()
    """Globs of feature folders that are legacy."""
    code: tuple[str, ...] | None = None
    """Globs of what counts as code; left out, it is every path that is no document and no agent's folder."""
    ignore: tuple[str, ...] = ()
    """Globs that are not looked at."""
    artifacts: Mapping[str, Requirement] = field(default_factory=dict)
    """What is asked of an artifact, by its name; what is not named here goes by what the plan promises."""
    rules: Mapping[str, RuleLevel] = field(default_factory=dict)
    """The level of a rule, by its id; the caps for old, legacy and merely touched features still apply."""
    commands: Commands = Commands()
    """How commands are spelt and who may use them."""
    comment: CommentWhen = CommentWhen.WHEN_NEEDED
    """When the one comment on a pull request is written."""
    self_configured: tuple[str, ...] = ()
    """Base branches, besides the default one, that may say themselves whether and how hard they are judged."""
    ungoverned: Ungoverned = Ungoverned.PASS
    """What a pull request gets in a repository without Spec Kit. Set by the host or the owner, not by a repository."""
    locked: tuple[str, ...] = ()
    """Keys (`mode`, `rules.number-collision`) that nearer files cannot set; `waive` forbids `/plan waive`."""
