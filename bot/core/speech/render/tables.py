"""The folded tables of a feature: its artifacts, its principles and its ticked tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.feature import NO_KEY_ENTITIES, Artifact, Due, State
from bot.core.documents.plan import StatementKind, Verdict
from bot.core.judging.decision import SPEAKS_FOR
from bot.core.judging.findings import FeatureReport, Severity
from bot.core.judging.ticks import Presence, Tick, TickBoard
from bot.core.speech.render.counts import DEVIATIONS, PrincipleStatus, principle_statuses, taken_back, there
from bot.core.text.neutral import code_cell, html_code, neutralise, table_cell
from bot.core.text.prose import At, Side
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.judging.dossier import Dossier
    from bot.core.speech.render.markdown import Links

_ROWS = 40
TICKS_HEAD = ("| ticked | names | state |", "|---|---|---|")
_WORDS = {
    Verdict.PASS: "✅ pass",
    Verdict.VIOLATION: "❌ violated",
    Verdict.PARTIAL: "⚠️ partial",
    Verdict.NA: "➖ not applicable",
    Verdict.PENDING: "⚠️ pending",
    Verdict.UNANSWERED: "⚠️ unanswered",
}
_COUNTS = {
    Verdict.PASS: "pass",
    Verdict.NA: "not applicable",
    Verdict.PARTIAL: "partial",
    Verdict.PENDING: "pending",
    Verdict.VIOLATION: "violated",
    Verdict.UNANSWERED: "unanswered",
    None: "not mentioned",
}
_MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTICE: "➖"}


def folded(headline: str, lines: list[str]) -> str:
    """A folded block. `headline` is HTML: Markdown is not read there."""
    return "\n".join([f"<details><summary>{headline}</summary>", "", *lines, "", "</details>"])


def tables(feature: FeatureReport, links: Links, *, named: bool = False) -> list[str]:
    """The tables, folded; `named` puts the feature's name before the headline, where there are several."""
    name = f"{html_code(feature.feature.name)} · " if named else ""
    plan = next((artifact.path for artifact in feature.artifacts if artifact.name == "plan.md"), "")
    blocks = [folded(f"{name}Artifacts: {artifact_tally(feature)}", _artifacts(feature, plan, links))]
    if principle_statuses(feature) and feature.checks:
        blocks.append(folded(f"{name}Principles: {principle_tally(feature)}", _principles(feature, plan, links)))
    if feature.tick_board is not None and feature.tick_board.done:
        blocks.append(folded(f"{name}Tasks: {task_tally(feature.tick_board)}", _tasks(feature.tick_board, links)))
    return blocks


def task_tally(board: TickBoard) -> str:
    """`7 of 9 ticked`, and where the list of files is known, for how many of those that name a file one is there."""
    ticked = f"{board.done} of {board.total} ticked" if board.done < board.total else f"all {board.total} ticked"
    return f"{ticked}, files there for {board.there} of {len(board.placed)}" if board.placed else ticked


def artifact_tally(feature: FeatureReport) -> str:
    """`4 of 6 are there, 1 is N/A`, or `6 there, 1 not applicable` when none is missing."""
    present = sum(there(artifact) for artifact in feature.artifacts)
    missing = sum(
        not there(artifact) and artifact.due in {Due.REQUIRED, Due.RECOMMENDED} for artifact in feature.artifacts
    )
    after = sum(not there(artifact) and artifact.due is Due.NEXT for artifact in feature.artifacts)
    gone = sum(taken_back(artifact) for artifact in feature.artifacts)
    parts = [f"{present} of {present + missing} are there" if missing else f"{present} there"]
    if gone:
        parts.append(f"{gone} {'is' if gone == 1 else 'are'} N/A" if missing else f"{gone} not applicable")
    if after:
        parts.append(f"{after} {'comes' if after == 1 else 'come'} next")
    return ", ".join(parts)


def principle_tally(feature: FeatureReport) -> str:
    """`4 pass, 1 partial, 1 violated, 1 unanswered`."""
    return ", ".join(f"{count} {word}" for word, count in principle_counts(feature))


def principle_counts(feature: FeatureReport) -> list[tuple[str, int]]:
    """The number of principles by status, in the order in which they are shown; statuses without one are left out."""
    verdicts = [status.verdict for status in principle_statuses(feature)]
    return [(word, verdicts.count(verdict)) for verdict, word in _COUNTS.items() if verdict in verdicts]


def _row(*cells: str) -> str:
    return f"|{'|'.join(f' {table_cell(cell)} ' if cell else ' ' for cell in cells)}|"


def _tasks(board: TickBoard, links: Links) -> list[str]:
    """A row for each ticked task whose file is not there, and one for all the others."""
    lacking = [tick for tick in board.placed if tick.presence is not Presence.THERE]
    rows = tick_rows(board, lacking, links)
    others = board.done - len(board.placed)
    if board.there:
        rows.append(_row(count(board.there, "task", "tasks"), "", "✅ there"))
    if others:
        rows.append(_row(count(others, "task", "tasks"), "nothing that has to be there", "➖"))
    return [*TICKS_HEAD, *rows]


def tick_rows(board: TickBoard, ticks: Sequence[Tick], links: Links) -> list[str]:
    """A row for each tick: the task with its line, the file that it names, and whether that is there."""
    rows = []
    for tick in ticks[:_ROWS]:
        state = f"in another folder: {code_cell(tick.place, 120)}" if tick.place else "⚠️ not there"
        task = links.at(At(board.path, tick.task.line), tick.task.id or "")
        file = code_cell(tick.file, 120)
        rows.append(_row(task, file, "✅ there" if tick.presence is Presence.THERE else state))
    return rows if len(ticks) <= _ROWS else [*rows, _row(f"and {len(ticks) - _ROWS} more", "", "")]


def _artifacts(feature: FeatureReport, plan: str, links: Links) -> list[str]:
    # Equal rows become one, except for missing artifacts, because people look for each name.
    grouped = not any(not there(each) and each.due in {Due.REQUIRED, Due.RECOMMENDED} for each in feature.artifacts)
    rows: dict[tuple[str, str, str], list[str]] = {}
    for artifact in feature.artifacts:
        if _is_irrelevant(artifact):
            continue
        name = links.at(At(artifact.path), artifact.name) if there(artifact) else artifact.name
        own_row = "" if grouped and there(artifact) else artifact.name
        key = (own_row, _due(artifact, plan, links), _state(artifact, feature, plan, links))
        rows.setdefault(key, []).append(name)
    lines = [_row(" · ".join(names), due, state) for (_, due, state), names in rows.items()]
    return ["| artifact | due | state |", "|---|---|---|", *lines]


def _is_irrelevant(artifact: Artifact) -> bool:
    """Whether a row would say nothing: the artifact is missing, not due, and has no reason."""
    return artifact.due is Due.OFF and artifact.reason is None and not there(artifact)


def _due(artifact: Artifact, plan: str, links: Links) -> str:
    match artifact.due:
        case Due.OFF:
            return "not due"
        case Due.NEXT:
            return "comes next"
        case Due.REQUIRED | Due.RECOMMENDED:
            if artifact.line is None or artifact.name == "plan.md":
                return artifact.due.value
            place = "" if there(artifact) else f" at {links.at(At(plan, artifact.line))}"
            return f"{artifact.due.value}, promised{place}"


def _why_not_due(artifact: Artifact, plan: str, links: Links) -> str:
    if artifact.reason is None or artifact.reason == NO_KEY_ENTITIES:
        return artifact.reason or "not due"
    place = f", {links.at(At(plan, artifact.line))}" if artifact.line else ""
    return f"the plan says N/A{place}"


def _state(artifact: Artifact, feature: FeatureReport, plan: str, links: Links) -> str:
    if there(artifact):
        return "✅ there"
    if artifact.due is Due.OFF:
        return f"➖ {_why_not_due(artifact, plan, links)}"
    word = {State.EMPTY: "empty", State.TEMPLATE: "still the template"}.get(artifact.state, "missing")
    if waived := _waived_by(artifact.name, links):
        return f"➖ {word}, {waived}"
    if artifact.due is Due.NEXT:
        return f"➖ {word}"
    severities = [finding.severity for finding in feature.findings if finding.subject == artifact.name]
    mark = "❌" if Severity.ERROR in severities else "⚠️"
    return f"{mark} {word}"


def _principles(feature: FeatureReport, plan: str, links: Links) -> list[str]:
    everyone = principle_statuses(feature)
    grouped = all(status.finding is None for status in everyone)
    settled = [s for s in everyone if grouped and s.verdict is Verdict.PASS and s.principle.id]
    settled = settled if len(settled) > 1 else []
    lines = [_row(" · ".join(_cited(status) for status in settled), "✅ pass", "")] if settled else []
    listed = [status for status in everyone if status not in settled]
    lines += [
        _row(_principle(s, feature, links), _says(s, feature, plan, links), _justified(s, feature, plan, links))
        for s in listed[:_ROWS]
    ]
    if len(listed) > _ROWS:
        lines.append(_row(f"and {len(listed) - _ROWS} more", "", ""))
    return ["| principle | the plan says | justified by |", "|---|---|---|", *lines]


def _waived_by(subject: str, links: Links) -> str:
    """Who waived a finding about the principle; empty if nobody did."""
    by = dict.fromkeys(waiver.by for waiver in links.context.waivers if subject in waiver.subjects)
    return f"waived by {', '.join(code_cell(name, 60) for name in by)}" if by else ""


def _cited(status: PrincipleStatus) -> str:
    principle = status.principle
    return neutralise(f"{principle.id} (NON-NEGOTIABLE)" if principle.non_negotiable else f"{principle.id}")


def _principle(status: PrincipleStatus, feature: FeatureReport, links: Links) -> str:
    """The principle as people cite it. A breached one has its place, and its first sentence if no entry has it."""
    title = neutralise(status.principle.title)
    sentence = status.principle.sentence
    if status.verdict not in DEVIATIONS or not sentence:
        return title
    place = links.at(At(feature.constitution.path, status.principle.line, Side.BASE))
    # A justified breach has its entry under "For people to judge", with the sentence.
    return f"{title}, {place}" if status.row is not None else f"{title}, {place}: {code_cell(sentence)}"


def _dossier(status: PrincipleStatus, feature: FeatureReport) -> Dossier | None:
    return next((dossier for dossier in feature.dossiers if dossier.assessment == status.check), None)


def _replaced(status: PrincipleStatus, feature: FeatureReport, plan: str, links: Links) -> str:
    """`, first PASS at plan.md:30` where a later assessment took the place of another one."""
    dossier = _dossier(status, feature)
    before = dossier.replaced if dossier is not None else None
    if before is None or status.verdict not in DEVIATIONS:
        return ""
    return f", first {_WORDS[before.verdict]} at {links.at(At(plan, before.line))}"


def _says(status: PrincipleStatus, feature: FeatureReport, plan: str, links: Links) -> str:
    if status.check is None:
        return "➖ not mentioned"
    word = _WORDS[status.check.verdict]
    if status.verdict is Verdict.UNANSWERED and status.finding:
        word = f"{_MARKS[status.finding.severity]} unanswered"
    if status.verdict is Verdict.PASS or (status.row and status.row.complete):
        return word
    return f"{word}, {links.at(At(plan, status.check.line))}{_replaced(status, feature, plan, links)}"


def _justified(status: PrincipleStatus, feature: FeatureReport, plan: str, links: Links) -> str:
    if waived := _waived_by(status.principle.id or status.principle.name, links):
        return waived
    if status.verdict not in {Verdict.VIOLATION, Verdict.PARTIAL}:
        return ""
    if status.row:
        place = links.at(At(plan, status.row.line))
        return f"✅ {place}" if status.row.complete else f"{place}, not all cells filled"
    dossier = _dossier(status, feature)
    speaking = dossier.first(*SPEAKS_FOR) if dossier is not None else None
    if speaking is not None:
        return f"no row; {_KINDS.get(speaking.kind, speaking.kind.value)} at {links.at(At(plan, speaking.line))}"
    blocks = status.finding is not None and status.finding.severity is Severity.ERROR
    inline = status.check is not None and status.check.reason is not None and not blocks
    return "reason in the check itself" if inline else "no row"


_KINDS = {StatementKind.ARGUMENT: "reason", StatementKind.EXISTING: "breach of today's code"}
