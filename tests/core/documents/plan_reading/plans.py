"""Plans for the tests of the reading, put together from a few lines each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.trees import Document
from bot.core.documents.plan_reading.plan_reader import read_plan
from bot.core.yardstick.constitution import Constitution, ConstitutionState, Principle
from bot.core.yardstick.template import Template, read_template

if TYPE_CHECKING:
    from bot.core.documents.plan import Plan

STOCK = """# Implementation Plan: [FEATURE]

**Branch**: `[###-feature-name]` | **Date**: [DATE] | **Spec**: [link]

## Summary

[Extract from feature spec: primary requirement + technical approach]

## Constitution Check

*GATE: Must pass before Phase 0 research. Re-check after Phase 1 design.*

[Gates determined based on constitution file]

## Complexity Tracking

> **Fill ONLY if Constitution Check has violations that must be justified**

| Violation | Why Needed | Simpler Alternative Rejected Because |
|-----------|------------|-------------------------------------|
| [e.g., 4th project] | [current need] | [why 3 projects insufficient] |
"""

ENGLISH = (
    ("I", "Tide Tables First", False),
    ("II", "Ledger Integrity", True),
    ("III", "Small Boats", False),
    ("IV", "Test-Driven Development", False),
    ("V", "Quiet Harbours by Night", False),
)
CHINESE = (("一", "账本完整", True), ("二", "小步提交", False), ("三", "离线可用", False))
JAPANESE = (("I", "台帳の完全性", True), ("II", "単純さ", False), ("III", "オフライン優先", False))
SPANISH = (("I", "Integridad del Registro", True), ("II", "Simplicidad", False), ("III", "Funciona sin Red", False))
GERMAN = (("I", "Saubere Bücher", True), ("II", "Einfachheit", False), ("III", "Offline zuerst", False))
KOREAN = (("I", "장부 무결성", True), ("II", "단순함", False), ("III", "오프라인 우선", False))
RUSSIAN = (("I", "Целостность журнала", True), ("II", "Простота", False), ("III", "Работа без сети", False))
FRENCH = (("I", "Intégrité du registre", True), ("II", "Simplicité", False), ("III", "Hors ligne d'abord", False))
PORTUGUESE = (("I", "Integridade do Registro", True), ("II", "Simplicidade", False), ("III", "Funciona Offline", False))
POLISH = (("I", "Spójność rejestru", True), ("II", "Prostota", False), ("III", "Praca bez sieci", False))


def constitution(names: tuple[tuple[str, str, bool], ...] = ENGLISH) -> Constitution:
    """A filled constitution of these principles."""
    principles = tuple(Principle(id_, name, strong, line) for line, (id_, name, strong) in enumerate(names, start=3))
    return Constitution(".specify/memory/constitution.md", ConstitutionState.FILLED, "1.0.0", principles)


def read(text: str, names: tuple[tuple[str, str, bool], ...] = ENGLISH, template: str = STOCK) -> Plan:
    """The plan that a text makes."""
    return read_plan(Document("specs/001-moorings/plan.md", text), _template(template), constitution(names))


def _template(text: str) -> Template:
    return read_template(text, ".specify/templates/plan-template.md")


def plan_text(check: str, tracking: str = "", heading: str = "Constitution Check") -> str:
    """A plan with this body in its Constitution Check and this one in its Complexity Tracking."""
    text = (
        f"# Implementation Plan: Moorings\n\n## Summary\n\nBerths by tide.\n\n"
        f"## {heading}\n\n{check}\n\n## Project Structure\n\nText.\n"
    )
    return f"{text}\n## Complexity Tracking\n\n{tracking}\n" if tracking else text


def seen(plan: Plan) -> list[tuple[str | None, str]]:
    """Principle and verdict of each check, in order."""
    return [(check.principle, str(check.verdict)) for check in plan.checks]
