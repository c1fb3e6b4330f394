"""The story that tests tell: acme/ferry's `main`, and feature 018 as it is when everything is in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.config.model import RepositoryConfig, Source
from bot.core.judging.judge import judge
from bot.rules import RULES
from tests.core.changes import Files, change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.judging.findings import Finding, Report

_STORY = Path(__file__).parents[1] / "rules/story"
_CONFIG = frozenset(RepositoryConfig.__dataclass_fields__)

DIR = "specs/018-webhook-retry"
PLAN = f"{DIR}/plan.md"


def _files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


MAIN: Mapping[str, str] = _files(_STORY / "main")
FEATURE: Mapping[str, str] = _files(_STORY / "feature")
TEMPLATE = MAIN[".specify/templates/plan-template.md"]
SOURCES = (Source(".github/app.yml", "base@8be41d7"),)


def judged(head: Files, base: Files | None = MAIN, **more: Any) -> Report:
    """The verdict on a change; keyword arguments are the configuration's keys and the change's fields."""
    config = RepositoryConfig(**{key: value for key, value in more.items() if key in _CONFIG})
    fields = {key: value for key, value in more.items() if key not in _CONFIG}
    fields.setdefault("head_branch", "018-webhook-retry")
    return judge(change(head, base, **fields), config, RULES, TEMPLATE, sources=SOURCES)


def found(report: Report, rule: str) -> list[Finding]:
    """What a rule found anywhere."""
    return [finding for finding in report.all_findings() if finding.rule == rule]


def severities(report: Report) -> set[tuple[str, str]]:
    """Rule and severity of everything that is to be looked at."""
    return {(finding.rule, str(finding.severity)) for finding in report.all_findings() if not finding.follow_up}
