"""Suggestions: the fixes of findings as changes of lines that one click commits.

Every suggestion is tried on the document before it is offered, and the change is judged again: the finding must be
gone, and nothing new may be there but the empty cell of a row that a person has to fill. So it is known what a click
leads to, whatever the document says. A suggestion is exact text of the file and cannot be neutralised, so one that
would have to be is dropped.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.change.trees import Readability, document
from bot.core.judging.findings import Severity
from bot.core.text.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.core.change.trees import Change
    from bot.core.judging.edit import Edit
    from bot.core.judging.findings import Finding, Report

    Judge = Callable[[Change], Report]

MOST = 10
"""Suggestions that are offered at a time."""
_MOST_TRIES = 15
"""Findings whose edits are tried."""
_LONGEST = 4_000
"""Characters of one suggestion."""
_EMPTY_CELL = "incomplete-justification"
_SEVERITIES = tuple(Severity)
_LONG_RUN = re.compile(r"`{41}")
"""More backticks than a fence around them may have and still be rendered for certain."""
_KEY_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Lines of a document at the head, and what stands in their place when it is accepted."""

    path: str
    line: int
    """The first line that is replaced, 1-based."""
    replaced: tuple[str, ...]
    """The lines as they are, without line ends; at least one."""
    lines: tuple[str, ...]
    """The lines in their place; empty where the lines go."""
    findings: tuple[Finding, ...]
    """What it settles, wholly or in part."""

    @property
    def end_line(self) -> int:
        """The last line that is replaced."""
        return self.line + len(self.replaced) - 1

    @property
    def key(self) -> str:
        """Hexadecimal digits that stand for the same change of the same lines, wherever they move in the file."""
        content = "\0".join((self.path, *self.replaced, "", *self.lines))
        return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:_KEY_DIGITS]

    @property
    def adds(self) -> bool:
        """Whether the replaced lines stay and others follow them."""
        return len(self.lines) > len(self.replaced) and self.lines[: len(self.replaced)] == self.replaced


@dataclass(frozen=True, slots=True)
class _Page:
    """A document of which every line has what stands in its place, and the findings that say so."""

    path: str
    lines: tuple[str, ...]
    """The lines at the head, without `\\n`."""
    blocks: tuple[tuple[str, ...], ...]
    """By line: the lines in its place."""
    owners: tuple[tuple[Finding, ...], ...]
    """By line: the findings whose edits changed it."""

    @property
    def text(self) -> str:
        return "\n".join(line for block in self.blocks for line in block)

    def edited(self, finding: Finding) -> _Page:
        """The page with a finding's edits, whose line numbers count the lines as they stand in the blocks."""
        at = [(index, offset) for index, block in enumerate(self.blocks) for offset in range(len(block))]
        blocks, owners = list(self.blocks), list(self.owners)
        for edit in sorted(finding.edits, key=lambda edit: -edit.line):
            index, offset = at[edit.line - 1]
            blocks[index] = (*blocks[index][:offset], *edit.lines, *blocks[index][offset + 1 :])
            owners[index] = (*(owner for owner in owners[index] if owner is not finding), finding)
        return replace(self, blocks=tuple(blocks), owners=tuple(owners))

    def suggestions(self) -> Iterator[Suggestion]:
        """The changed lines; neighbours that the same findings change are one suggestion."""
        started: Suggestion | None = None
        for index, (line, block, owners) in enumerate(zip(self.lines, self.blocks, self.owners, strict=True)):
            if block == (line,):
                continue
            this = Suggestion(self.path, index + 1, (line,), block, owners)
            if started is not None and started.end_line == index and started.findings == owners:
                this = replace(
                    started, replaced=(*started.replaced, line), lines=(*started.lines, *block), findings=owners
                )
            elif started is not None:
                yield started
            started = this
        if started is not None:
            yield started


def suggestions(change: Change, shown: Mapping[str, Mapping[int, str]], judge: Judge) -> tuple[Suggestion, ...]:
    """The suggestions for a change, at most `MOST`, by path and line. Accepting any or all of them keeps the promise.

    `shown` has the lines of each document that the diff shows, by path and number.
    """
    first = judge(change)
    pages = {path: page for path in shown if (page := _page(change, path)) is not None}
    offered = [each for page in _tried(change, first, pages, shown, judge) for each in page.suggestions()]
    pieces = Counter(_identity(finding) for each in offered for finding in each.findings)

    def keeps_promise(accepted: Sequence[Suggestion]) -> bool:
        after = judge(_with(change, pages, accepted))
        settled = [finding for each in accepted for finding in each.findings]
        whole = [finding for finding in settled if pieces[_identity(finding)] == 1]
        return _adds_nothing(first, after, settled) and all(_is_gone(first, after, finding) for finding in whole)

    kept = [each for each in offered if len(offered) == 1 or keeps_promise([each])]
    together = len(kept) == len(offered) or keeps_promise(kept)
    return tuple(kept if together else kept[:1])


def _tried(
    change: Change,
    first: Report,
    pages: Mapping[str, _Page],
    shown: Mapping[str, Mapping[int, str]],
    judge: Judge,
) -> list[_Page]:
    """The pages with the edits of as many findings as keep the promise together, the most severe first."""
    pages, report, tried = dict(pages), first, set[tuple[str, str, str]]()
    while len(tried) < _MOST_TRIES:
        finding = _next(report, tried)
        if finding is None:
            break
        tried.add(_identity(finding))
        page = pages.get(finding.path)
        edited = _edited(page, finding, shown.get(finding.path, {})) if page is not None else None
        if edited is None or _count({**pages, finding.path: edited}) > MOST:
            continue
        changed = _changed(change, edited.path, edited.text)
        after = judge(changed)
        if _is_gone(report, after, finding) and _adds_nothing(report, after, (finding,)):
            change, report, pages[finding.path] = changed, after, edited
    return [pages[path] for path in sorted(pages)]


def _next(report: Report, tried: set[tuple[str, str, str]]) -> Finding | None:
    left = (finding for finding in report.all_findings() if finding.edits and _identity(finding) not in tried)
    return min(left, key=lambda each: (_SEVERITIES.index(each.severity), each.path, each.line or 0), default=None)


def _page(change: Change, path: str) -> _Page | None:
    document = change.head.documents.get(path)
    if document is None or document.reading is not Readability.WHOLE:
        return None
    lines = tuple(document.text.split("\n"))
    return _Page(path, lines, tuple((line,) for line in lines), ((),) * len(lines))


def _count(pages: Mapping[str, _Page]) -> int:
    return sum(1 for page in pages.values() for _ in page.suggestions())


def _edited(page: _Page, finding: Finding, shown: Mapping[int, str]) -> _Page | None:
    """The page with a finding's edits; None if one of them cannot be suggested."""
    length = sum(map(len, page.blocks))
    if not all(0 < edit.line <= length and _is_safe(edit) for edit in finding.edits):
        return None
    edited = page.edited(finding)
    changed = [index for index, block in enumerate(edited.blocks) if block != page.blocks[index]]
    # The line must be the file's own to the letter, and the diff must show it. A carriage return is neither kept nor
    # added for certain when a suggestion is committed.
    if any(shown.get(index + 1) != page.lines[index] or "\r" in page.lines[index] for index in changed):
        return None
    is_kept = all(_keeps_own_lines(page.blocks[index], edited.blocks[index]) for index in changed)
    return edited if changed and is_kept and all(map(_fits, edited.suggestions())) else None


def _is_safe(edit: Edit) -> bool:
    """Whether the lines may stand in a suggestion: everything in them is seen, and no fence is broken."""
    return edit.lines != ("",) and not any(
        visible(line, keep="\t") != line or _LONG_RUN.search(line) for line in edit.lines
    )


def _keeps_own_lines(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a block that grows keeps its first line to the letter: a row is added and nothing else changes."""
    return len(after) <= len(before) or after[0] == before[0]


def _fits(suggestion: Suggestion) -> bool:
    return sum(map(len, suggestion.lines)) <= _LONGEST


def _with(change: Change, pages: Mapping[str, _Page], accepted: Sequence[Suggestion]) -> Change:
    """The change after these suggestions, and no others, are accepted."""
    texts = {each.path: list(pages[each.path].lines) for each in accepted}
    for each in sorted(accepted, key=lambda each: -each.line):
        texts[each.path][each.line - 1 : each.end_line] = each.lines
    for path, lines in texts.items():
        change = _changed(change, path, "\n".join(lines))
    return change


def _changed(change: Change, path: str, text: str) -> Change:
    """The change with another text at a path of its head."""
    documents = {**change.head.documents, path: document(path, text.encode("utf-8", "replace"))}
    return replace(change, head=replace(change.head, documents=documents))


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.path, finding.subject


def _is_gone(before: Report, after: Report, finding: Finding) -> bool:
    """Whether fewer findings are the same as this one."""
    counts = (Counter(map(_identity, report.all_findings())) for report in (after, before))
    return next(counts)[_identity(finding)] < next(counts)[_identity(finding)]


def _adds_nothing(before: Report, after: Report, settled: Sequence[Finding]) -> bool:
    """Whether no rule finds more in a file than before, at any severity.

    An empty cell may take the place of each settled finding, if it is not more severe.
    """
    for severity in _SEVERITIES:
        allowed = Counter((_EMPTY_CELL, each.path) for each in settled if _is_at_least(each, severity))
        if _counted(after, severity) - _counted(before, severity) - allowed:
            return False
    return True


def _counted(report: Report, severity: Severity) -> Counter[tuple[str, str]]:
    """Findings of this severity or worse, by rule and path."""
    return Counter((each.rule, each.path) for each in report.all_findings() if _is_at_least(each, severity))


def _is_at_least(finding: Finding, severity: Severity) -> bool:
    return _SEVERITIES.index(finding.severity) <= _SEVERITIES.index(severity)
