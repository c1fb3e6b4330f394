"""A rule: a file in `bot/rules/` whose name is the id and whose docstring is the page.

A rule is a generator over one `Case` (a feature folder of a change), or over the whole `Survey` for what belongs to no
feature. It yields findings with the severity of its condition. Configuration and caps are applied later.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from bot.core.change.trees import FileStatus, Kind
from bot.core.documents.plan import Span
from bot.core.judging.edit import Edit
from bot.core.judging.findings import Finding, Severity
from bot.core.judging.since_branch import NOTHING, NewSinceBranch

if TYPE_CHECKING:
    from bot.core.change.feature import Artifact, Feature
    from bot.core.change.trees import Change, TreeEntry
    from bot.core.config.model import RepositoryConfig
    from bot.core.documents.plan import Plan
    from bot.core.documents.spec import Spec
    from bot.core.documents.tasks import Tasks
    from bot.core.features.which_features import FeatureChoice
    from bot.core.judging.dossier import Dossier
    from bot.core.judging.ticks import Tick
    from bot.core.text.prose import Prose
    from bot.core.yardstick.constitution import Constitution, ConstitutionState
    from bot.core.yardstick.template import Template


@dataclass(frozen=True, slots=True)
class Case:
    """The input of a rule about one feature: the folder, its documents and the change."""

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
    choice: FeatureChoice | None = None
    code_files: int = 0
    """Changed files of the whole change that count as code."""
    dossiers: tuple[Dossier, ...] = ()
    """What the plan says of each assessed principle and gate."""
    plan_before: Plan | None = None
    """The plan at the base, where it holds a check or a justification that the change may have taken away."""
    arrived: NewSinceBranch = NOTHING
    """What of the yardstick came to the base after the branch left it."""
    ticks: tuple[Tick, ...] = ()
    """Every done task, compared with the head's tree as far as that is known."""

    @property
    def builds(self) -> bool:
        """Whether the change holds code, or a person said that the feature is being implemented."""
        return self.feature.stage == "implementing"

    def is_new(self, path: str, line: int | None) -> bool:
        """Whether the change added or changed the line, or the file if no line is given."""
        if self.change.base is None:
            return True
        if line is None:
            return any(path in (file.path, file.previous) for file in self.change.changed)
        lines = self.new_lines.get(path)
        return line in lines if lines is not None else self.is_new(path, None)

    def is_brought(self, path: str) -> bool:
        """Whether the change adds the file. A moved file is not added."""
        if self.change.base is None:
            return True
        return any(file.path == path and file.status is FileStatus.ADDED for file in self.change.changed)

    def artifact(self, name: str) -> Artifact:
        """The artifact with this name, one of the seven."""
        return next(artifact for artifact in self.artifacts if artifact.name == name)

    @property
    def on_base(self) -> bool:
        """Whether the folder is on the base, as far as that is known."""
        return self.choice is not None and self.feature.dir in self.choice.base

    @property
    def links(self) -> tuple[TreeEntry, ...]:
        """The feature folder or the folder above it that is a link or a submodule."""
        names = self.feature.dir.split("/")
        above = (self.change.head.entries.get("/".join(names[:depth])) for depth in range(1, len(names) + 1))
        return tuple(entry for entry in above if entry is not None and entry.kind in (Kind.SYMLINK, Kind.SUBMODULE))

    def rewritten(self, path: str, line: int | None, old: str, new: str) -> tuple[Edit, ...]:
        """The edit that writes `new` for `old` on a line of a document; none unless `old` is there exactly once."""
        document = self.change.head.documents.get(path)
        lines = document.text.split("\n") if document is not None else []
        if line is None or not old or line > len(lines) or lines[line - 1].count(old) != 1:
            return ()
        return (Edit(line, (lines[line - 1].removesuffix("\r").replace(old, new),)),)

    def path(self, name: str) -> str:
        """A path in the feature folder."""
        return f"{self.feature.dir}/{name}"

    def entry(self, name: str) -> TreeEntry | None:
        """The entry with this name in the feature folder."""
        return self.change.head.entries.get(self.path(name.rstrip("/")))

    def finding(  # noqa: PLR0913  a finding has these parts, each named where it is written
        self,
        severity: Severity,
        path: str,
        line: int | Span | None,
        *,
        title: Prose,
        why: Prose,
        fix: Prose,
        subject: str,
        new: bool | None = None,
        paste: str | None = None,
        edits: tuple[Edit, ...] = (),
        headline: str | None = None,
        follow_up: bool = False,
    ) -> Finding:
        """Build a finding of the rule that yields it. `new` is derived from the line unless it is given."""
        span = line if isinstance(line, Span) else None
        number = span.line if span is not None else cast("int | None", line)
        return Finding(
            rule="",
            severity=severity,
            path=path,
            line=number,
            title=title,
            why=why,
            fix=fix,
            subject=subject,
            new=self.is_new(path, number) if new is None else new,
            end_line=number,
            column=span.column if span is not None else None,
            end_column=span.end_column if span is not None else None,
            paste=paste,
            edits=edits,
            headline=headline,
            follow_up=follow_up,
        )


@dataclass(frozen=True, slots=True)
class Survey:
    """The input of a rule about the change as a whole."""

    change: Change
    config: RepositoryConfig
    choice: FeatureChoice
    cases: tuple[Case, ...]
    """The feature folders that are judged, removed ones included."""
    code_files: int = 0

    def constitutions(self, state: ConstitutionState) -> tuple[Constitution, ...]:
        """The constitutions of the judged features in this state, each once, by path."""
        by_path = {c.constitution.path: c.constitution for c in self.cases if not c.feature.removed}
        return tuple(by_path[path] for path in sorted(by_path) if by_path[path].state is state)

    def finding(  # noqa: PLR0913  a finding has these parts, each named where it is written
        self,
        severity: Severity,
        path: str,
        line: int | None,
        *,
        title: Prose,
        why: Prose,
        fix: Prose,
        subject: str,
        headline: str | None = None,
    ) -> Finding:
        """Build a finding of the rule that yields it. A finding about the change as a whole is always new."""
        return Finding("", severity, path, line, title, why, fix, subject, end_line=line, headline=headline)


@dataclass(frozen=True, slots=True)
class Clause:
    """The words for a rule's count in the check run's title: `2 artifacts missing`."""

    one: str
    many: str
    rank: int
    """Order in the title: artifacts, violations, principles, the rest."""


Judge = Callable[[Case], Iterable[Finding]]
JudgeAll = Callable[[Survey], Iterable[Finding]]


def nothing(_: Case) -> Iterable[Finding]:
    """The feature part of a rule about whole changes: no findings."""
    return ()


def nothing_at_all(_: Survey) -> Iterable[Finding]:
    """The whole-change part of a rule about features: no findings."""
    return ()


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
    judge: Judge = nothing
    needs_forge: bool = False
    """Needs what only GitHub knows (other branches, open pull requests), so its findings stay out of the digest."""
    judges_removed: bool = False
    """The rule runs also on folders that the head no longer has."""
    judge_all: JudgeAll = nothing_at_all
    ceiling: Severity = Severity.ERROR
    """The highest level that a configuration can give it. A fact that only some readers see never blocks."""
    on: bool = True
    """The rule runs although the configuration does not name it."""
    by_program: bool = False
    """A program can follow the fix word for word; otherwise the fix asks for what only a person knows."""

    def of_case(self, case: Case) -> Iterator[Finding]:
        """The rule's findings in one feature."""
        if case.feature.removed and not self.judges_removed:
            return
        for finding in self.judge(case):
            yield replace(finding, rule=self.id)

    def of_survey(self, survey: Survey) -> Iterator[Finding]:
        """The rule's findings in the change as a whole."""
        for finding in self.judge_all(survey):
            yield replace(finding, rule=self.id)


def rule(  # noqa: PLR0913  each is named where a rule is written
    severity: Severity,
    clause: Clause,
    *,
    needs_forge: bool = False,
    judges_removed: bool = False,
    ceiling: Severity = Severity.ERROR,
    on: bool = True,
    by_program: bool = False,
    decided_by: Callable[..., object] | None = None,
) -> Callable[[Judge], Rule]:
    """Register a function as a rule about one feature. Its module gives id and page.

    The page ends with the list in the docstring of `decided_by`.
    """

    def register(judge: Judge) -> Rule:
        name, title, page = _about(judge, by_program=by_program)
        if decided_by is not None:
            _, _, rules = inspect.cleandoc(decided_by.__doc__ or "").partition("\n")
            page = f"{page}\n\n{rules.strip()}"
        return Rule(
            name,
            title,
            page,
            severity,
            clause,
            judge,
            needs_forge,
            judges_removed,
            ceiling=ceiling,
            on=on,
            by_program=by_program,
        )

    return register


def rule_of_change(severity: Severity, clause: Clause, *, needs_forge: bool = False) -> Callable[[JudgeAll], Rule]:
    """Register a function as a rule about the change as a whole. Its module gives id and page."""

    def register(judge: JudgeAll) -> Rule:
        name, title, page = _about(judge, by_program=False)
        return Rule(name, title, page, severity, clause, needs_forge=needs_forge, judge_all=judge)

    return register


BY_PROGRAM = "A program can do it: the `fix:` line says word for word what to write or to run."
BY_PERSON = "It takes a person: no program knows the reason, the answer or the choice that the fix asks for."
_EXAMPLE = "\n## Example\n"


def _about(judge: Callable[..., object], *, by_program: bool) -> tuple[str, str, str]:
    """Id, title and page of the rule in the function's module. The page says who can follow the fix."""
    module = inspect.getmodule(judge)
    page = inspect.cleandoc((module.__doc__ if module else None) or "")
    page = page.replace(_EXAMPLE, f"\n{BY_PROGRAM if by_program else BY_PERSON}\n{_EXAMPLE}", 1)
    return rule_id(judge.__module__), page.partition("\n")[0].rstrip("."), page


def rule_id(module: str) -> str:
    """`bot.rules.missing_artifact` gives `missing-artifact`."""
    return PurePath(module.rsplit(".", 1)[-1]).stem.replace("_", "-")


def by_id(rules: Sequence[Rule]) -> dict[str, Rule]:
    """The rules by their ids."""
    return {rule.id: rule for rule in rules}
