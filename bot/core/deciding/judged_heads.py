"""The heads of a pull request with a completed run: those that a person could see when they wrote.

A waiver, `/plan commit` and a button are bound to the head of our newest run that was completed before the comment. The
heads are stored as one short text, the oldest first. If the text is lost, the command has to be repeated.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.core.judging.findings import Severity
from bot.core.speech.render import PreviousRun

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 12
"""Heads that are remembered of a pull request."""


@dataclass(frozen=True, slots=True)
class JudgedHead:
    """A head, and when our first run on it was completed."""

    sha: str
    completed_at: str
    """As GitHub writes times, in UTC: `2026-11-22T12:41:07Z`."""


def key_of(number: int) -> str:
    """The store's key for the heads of a pull request."""
    return f"judged heads of {number}"


def read_heads(remembered: str | None) -> tuple[JudgedHead, ...]:
    """The heads in a stored text. Invalid entries are left out."""
    parts = (word.partition("@") for word in (remembered or "").split())
    return tuple(JudgedHead(sha, time) for sha, _, time in parts if sha and time)


def with_head(remembered: str | None, head: JudgedHead) -> str:
    """Add a head to a stored text. A head that is judged again keeps its first time and moves to the end."""
    heads = read_heads(remembered)
    first = next((known for known in heads if known.sha == head.sha), head)
    kept = [known for known in heads if known.sha != head.sha]
    return " ".join(f"{known.sha}@{known.completed_at}" for known in [*kept, first][-MOST:])


def seen_head(heads: tuple[JudgedHead, ...], written_at: str) -> str | None:
    """The head of the newest run that was completed by `written_at`; None if there was no run."""
    completed_heads = [head for head in heads if head.completed_at <= written_at]
    return max(completed_heads, key=lambda head: head.completed_at).sha if completed_heads else None


def previous_head(heads: tuple[JudgedHead, ...], sha: str) -> str | None:
    """The head that was judged before `sha`; None if it is the first."""
    before = [head.sha for head in heads if head.sha != sha]
    return before[-1] if before else None


def previous_run(sha: str, report: str) -> PreviousRun:
    """The earlier run on `sha`, from its stored JSON report."""
    stated = (finding for finding in reported_findings(report) if finding["severity"] != Severity.NOTICE)
    return PreviousRun(sha, frozenset((finding["rule"], finding["path"], finding["subject"]) for finding in stated))


def reported_findings(report: str) -> Iterator[dict[str, Any]]:
    """The findings in a JSON report, without those that only name the next step."""
    content = json.loads(report)
    for owner in (content, *content["features"]):
        yield from (finding for finding in owner["findings"] if not finding["follow_up"])
