"""What a rule is: one file in `bot/rules/`, whose name is the id and whose docstring is the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.change import Change
    from bot.core.config import RepositoryConfig
    from bot.core.constitution import Constitution
    from bot.core.feature import Artifact, Feature
    from bot.core.findings import Finding, Severity
    from bot.core.plan import Plan
    from bot.core.spec import Spec
    from bot.core.tasks import Tasks
    from bot.core.template import Template


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a rule may look at: one feature folder of one change, read."""

    change: Change
    feature: Feature
    config: RepositoryConfig
    constitution: Constitution
    template: Template
    artifacts: tuple[Artifact, ...]
    plan: Plan | None
    spec: Spec | None
    tasks: Tasks | None
    new_lines: dict[str, frozenset[int]] = field(default_factory=dict)
    """By path: the 1-based lines that are not in the document as it stands at the base. A path that is absent here is
    new as a whole."""

    def is_new(self, path: str, line: int | None) -> bool:
        """The line, or the file where no line is given, was added or changed by what is judged."""
        raise NotImplementedError

    def artifact(self, name: str) -> Artifact:
        """One of the seven."""
        return next(artifact for artifact in self.artifacts if artifact.name == name)


@dataclass(frozen=True, slots=True)
class Clause:
    """How findings of a rule are counted in the check run's title: `2 artifacts missing`."""

    one: str
    many: str
    rank: int
    """Order in the title: artifacts, violations, principles, the rest."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule."""

    id: str
    title: str
    """The docstring's first line."""
    page: str
    """The docstring: what, why, how to fix, a bad and a good example."""
    severity: Severity
    """The severity that it has at most without configuration; the page says when it is less."""
    clause: Clause
    judge: Callable[[Case], Iterable[Finding]]
    needs_forge: bool = False
    """Needs what only GitHub knows (other branches, open pull requests), so its findings stay out of the digest."""
    judges_removed: bool = False
    """Is asked about folders that are gone at the head, too."""


Judge = Callable[[Case], Iterable["Finding"]]


def rule_id(module: str) -> str:
    """`bot.rules.missing_artifact` gives `missing-artifact`."""
    return PurePath(module.rsplit(".", 1)[-1]).stem.replace("_", "-")


def by_id(rules: Sequence[Rule]) -> dict[str, Rule]:
    """The rules by their ids."""
    return {rule.id: rule for rule in rules}
