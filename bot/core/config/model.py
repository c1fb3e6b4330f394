"""The typed model of a repository's configuration."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  the model is validated at run time, by its types
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from bot.core.forge.roles import Role


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a configuration or yardstick file: `base@<sha>`, `worktree` or `bundled`."""

    path: str
    source: str


class Mode(StrEnum):
    """Whether Plangate judges, advises or stays out."""

    ENFORCE = "enforce"
    ADVISE = "advise"
    OFF = "off"


class ArtifactLevel(StrEnum):
    """Configured level of an artifact."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OFF = "off"


class RuleLevel(StrEnum):
    """Configured level of a rule."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"
    OFF = "off"


class Unmatched(StrEnum):
    """What a pull request gets that changes code without a feature."""

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


_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True, "use_attribute_docstrings": True}
"""Validation options for pydantic: no unknown keys, no coercion, and the strings below fields are descriptions.
A plain dict, so that pydantic is loaded only where a configuration is read."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The spelling of `/plan` and the roles for its commands."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    prefix: str = "/plan"
    """The word that starts a command. Change it if another bot answers to `/plan`. `/speckit.plan` and `@<app> plan`
    always mean the same."""
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
    """Whether errors block: under `enforce` they do. `advise` reports the same, with the conclusion neutral (which
    GitHub counts as passing) and without comments, unless `comment` says `always`. `off` judges nothing."""
    branches: str = DEFAULT_BRANCHES
    """How a branch's name is read: a linear-time (RE2) pattern with the named groups `number` and `slug`. It is
    searched in the whole name, so anchor it. Folder names are read by it first, then as Spec Kit writes them."""
    specs: tuple[str, ...] = ("specs",)
    """Specs roots, from the repository's root; globs such as `apps/*/specs` are allowed. Each root is a number space of
    its own."""
    number: NumberMode = NumberMode.SEQUENTIAL
    """Where numbers come from. Only `sequential` ones are counted up, so only they can collide; `ticket` and `issue`
    numbers make a branch a feature only together with a folder."""
    unmatched: Unmatched = Unmatched.PASS
    """The verdict on a pull request that changes code and is no feature: `pass`, or an error that requires one."""
    since: int | None = None
    """The first number that is judged: features on the base with a smaller number are legacy, and nothing in them
    blocks. Without this key, the features from before the installation of Plangate are legacy."""
    legacy: tuple[str, ...] = ()
    """Globs of feature folders that are legacy, too, whatever their number is."""
    code: tuple[str, ...] | None = None
    """Globs of what counts as code. Without this key, it is every path except specs roots, `.specify/`, `docs/`,
    Markdown and folders of agents and editors."""
    ignore: tuple[str, ...] = ()
    """Globs of paths that are ignored: they count neither as features nor as code."""
    artifacts: Mapping[str, ArtifactLevel] = field(default_factory=dict)
    """Whether an artifact is required, by its name. For an artifact that is not named here, the plan decides."""
    rules: Mapping[str, RuleLevel] = field(default_factory=dict)
    """The level of a rule, by its id. It replaces the rule's own severity. A finding that a condition makes softer
    stays softer, and the caps for old, legacy and merely touched features still apply."""
    commands: Commands = Commands()
    """How commands are spelt and who may use them. An App that was registered for checks only answers none."""
    waive_own: bool = False
    """Whether the author of a pull request may waive its findings, given the role that `commands.waive` asks for. Only
    the default branch's file counts."""
    comment: CommentWhen = CommentWhen.WHEN_NEEDED
    """When the comment on a pull request is written: when something blocks, always, or never. An App that was
    registered for checks only never writes one."""
    suggest: bool = False
    """Whether each push to a pull request may get a review with suggestions: at most ten fixes that one click commits.
    `/plan suggest` asks for one without this key."""
    self_configured: tuple[str, ...] = ()
    """Globs of base branches, besides the default one, whose own file says whether and how hard they are judged."""
    ungoverned: Ungoverned = Ungoverned.PASS
    """What a pull request gets in a repository without Spec Kit: one passing run, or nothing. Only the host's and the
    owner's file may set it."""
    locked: tuple[str, ...] = ()
    """Keys that the files below this one cannot set, such as `mode`, `rules` or `rules.number-collision`. `waive`
    forbids `/plan waive`; it is the only key that a repository can lock."""
