"""Violations as people write them: unjustified blocks, a reason in place warns, a row or nothing to justify is silent.

Six layouts in five languages, each with its own constitution, written for this test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.core.stories import DIR, FEATURE, MAIN, PLAN, found, judged

_RULES = ("unjustified-violation", "inline-justification", "non-negotiable-violated", "incomplete-justification")


@dataclass(frozen=True)
class Language:
    """One language's words for a constitution with two principles and for a violation of the second."""

    code: str
    first: str
    second: str
    passed: str
    failed: str
    what: str
    reason: str
    why: str
    rejected: str


LANGUAGES = (
    Language(
        "en",
        "Rust First",
        "Simplicity",
        "PASS",
        "FAIL",
        "adds a fourth crate",
        "adds a fourth crate, because back-off must outlive a deploy",
        "back-off must outlive a deploy",
        "a module in the core crate restarts with it",
    ),
    Language(
        "es",
        "Primero Rust",
        "Simplicidad",
        "PASS",
        "FAIL",
        "añade un cuarto paquete",
        "añade un cuarto paquete porque la espera sobrevive a cada despliegue",
        "la espera debe sobrevivir a cada despliegue",
        "un módulo del núcleo se reinicia con él",
    ),
    Language(
        "de",
        "Rust zuerst",
        "Einfachheit",
        "PASS",
        "FAIL",
        "bringt ein viertes Paket",
        "bringt ein viertes Paket, weil die Wartezeit einen Neustart überdauert",
        "die Wartezeit muss einen Neustart überdauern",
        "ein Modul im Kern startet mit ihm neu",
    ),
    Language(
        "ja",
        "Rust優先",
        "単純さ",
        "PASS",
        "FAIL",
        "四つ目のクレートを追加",
        "四つ目のクレートを追加する。再起動後も待ち時間を保つ必要があるため",
        "再起動後も待ち時間を保つ必要がある",
        "コア内のモジュールは一緒に再起動してしまう",
    ),
    Language(
        "ru",
        "Сначала Rust",
        "Простота",
        "PASS",
        "FAIL",
        "добавляет четвёртый пакет",
        "добавляет четвёртый пакет, потому что ожидание переживает перезапуск",
        "ожидание должно пережить перезапуск",
        "модуль ядра перезапускается вместе с ним",
    ),
)


def _table(words: Language, verdict: str, note: str) -> str:
    head = "| Principle | Status | Notes |\n|---|---|---|\n"
    return f"{head}| I. {words.first} | ✅ {words.passed} | |\n| II. {words.second} | {verdict} | {note} |\n"


def _table_without_notes(words: Language, verdict: str, note: str) -> str:
    said = f"{verdict}: {note}" if note else verdict
    head = "| # | Gate | Verdict |\n|---|---|---|\n"
    return f"{head}| I | {words.first} | {words.passed} |\n| II | {words.second} | {said} |\n"


def _bullets(words: Language, verdict: str, note: str) -> str:
    said = f"{verdict} - {note}" if note else verdict
    return f"- **I. {words.first}**: {words.passed}\n- **II. {words.second}**: {said}\n"


def _headings(words: Language, verdict: str, note: str) -> str:
    said = f"**Status**: {verdict}\n\n{note}\n" if note else f"**Status**: {verdict}\n"
    return f"### I. {words.first}\n\n**Status**: {words.passed}\n\n### II. {words.second}\n\n{said}"


def _dashes(words: Language, verdict: str, note: str) -> str:
    said = f"{verdict} — {note}" if note else verdict
    return f"1. I. {words.first} — {words.passed}\n2. II. {words.second} — {said}\n"


def _paragraphs(words: Language, verdict: str, note: str) -> str:
    said = f"{verdict}. {note}" if note else verdict
    return f"**I. {words.first}**: {words.passed}\n\n**II. {words.second}**: {said}\n"


Layout = Callable[[Language, str, str], str]
LAYOUTS: tuple[Layout, ...] = (_table, _table_without_notes, _bullets, _headings, _dashes, _paragraphs)
_GATE = "*GATE: Must pass before Phase 0 research. Re-check after Phase 1 design.*\n\n"
_TABLE = "| Violation | Why Needed | Simpler Alternative Rejected Because |\n|---|---|---|\n"

each_language = pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: words.code)
each_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__.strip("_"))


def _said(words: Language, check: str, rows: str = "") -> set[tuple[str, str]]:
    """What the rules of justification say of a plan with this check and these rows."""
    constitution = f"# Ferry\n\n## Core Principles\n\n### I. {words.first}\n\nx\n\n### II. {words.second}\n\nx\n"
    plan = FEATURE[PLAN]
    begin, middle = plan.index("*GATE:"), plan.index("## Project Structure")
    end = plan.index("| Violation |")
    text = plan[:begin] + _GATE + check + "\n" + plan[middle:end] + _TABLE + rows
    base = {**MAIN, ".specify/memory/constitution.md": constitution}
    feature = {path: body for path, body in FEATURE.items() if path.startswith(DIR)}
    report = judged({**base, **feature, PLAN: text}, base)
    return {(finding.rule, str(finding.severity)) for rule in _RULES for finding in found(report, rule)}


@each_language
@each_layout
@pytest.mark.parametrize("verdict", ["FAIL", "❌ FAIL", "❌ VIOLATION"])
def test_a_fail_without_row_or_reason_blocks(layout: Layout, words: Language, verdict: str) -> None:
    assert _said(words, layout(words, verdict, "")) == {("unjustified-violation", "error")}


@each_language
@pytest.mark.parametrize("layout", [_table, _bullets, _dashes], ids=["table", "bullets", "dashes"])
def test_what_the_violation_is_does_not_say_why(layout: Layout, words: Language) -> None:
    assert _said(words, layout(words, "❌ FAIL", words.what)) == {("unjustified-violation", "error")}


@each_language
@each_layout
@pytest.mark.parametrize("verdict", ["❌ FAIL", "⚠️ PARTIAL"])
def test_a_reason_in_place_warns(layout: Layout, words: Language, verdict: str) -> None:
    assert _said(words, layout(words, verdict, words.reason)) == {("inline-justification", "warning")}


@each_language
@each_layout
@pytest.mark.parametrize("verdict", ["❌ FAIL", "⚠️ PARTIAL"])
def test_a_row_that_names_it_is_silent(layout: Layout, words: Language, verdict: str) -> None:
    row = f"| II. {words.second}: {words.what} | {words.why} | {words.rejected} |\n"
    assert _said(words, layout(words, verdict, words.what), row) == set()


@each_language
@each_layout
@pytest.mark.parametrize("verdict", ["PASS", "✅", "N/A"])
def test_nothing_to_justify_is_silent(layout: Layout, words: Language, verdict: str) -> None:
    assert _said(words, layout(words, verdict, "")) == set()


@each_language
@each_layout
def test_an_empty_row_blocks_as_a_missing_one_would(layout: Layout, words: Language) -> None:
    row = f"| II. {words.second}: {words.what} | - | |\n"
    assert _said(words, layout(words, "❌ FAIL", ""), row) == {("incomplete-justification", "error")}
