"""The head that a person could see when they wrote, and whether their command still holds on the present head.

A push can come between a comment and its job. A person must not waive or commit to a head that they could not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.deciding.judged_heads import key_of, read_heads, reported_findings, seen_head
from bot.core.forge.events import Place
from bot.core.forge.facts import ReadRequest
from bot.core.speech.render.context import short
from bot.core.text.neutral import code_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.app.talk.context import CommandContext
    from bot.core.change.trees import Change
    from bot.core.judging.findings import Finding

_UNSEEN = "No check run here was complete before you wrote. Look at the one on {head}, then ask again in a new comment."
_MOVED = (
    "You wrote this when {seen} was the head. It is {head} now, and {what} changed since."
    " Look at its check run, then ask again in a new comment."
)


@dataclass(frozen=True, slots=True)
class SeenHead:
    """The head that the sender of a command could see, compared with the present head."""

    context: CommandContext
    change: Change
    """The change as it is judged now."""

    def asks_again(self, trees: Mapping[str, str | None], findings: Sequence[Finding] = ()) -> str | None:
        """The answer if folders or findings changed since the seen head; None if they did not.

        `trees` has the present Git tree of each folder, None for a missing folder.
        """
        head = self.change.head.sha or ""
        seen = self._sha()
        if seen == head:
            return None
        shown = code_span(short(head))
        if seen is None:
            return _UNSEEN.format(head=shown)
        if dict(trees) != self._trees(seen, trees):
            return _MOVED.format(seen=code_span(short(seen)), head=shown, what="the feature folder")
        if not self._reported(seen, findings):
            return _MOVED.format(seen=code_span(short(seen)), head=shown, what="the finding")
        return None

    def _sha(self) -> str | None:
        """The head of the pressed button's run, else of the newest run completed before the text was written."""
        event, job = self.context.event, self.context.job
        if event.place is Place.BUTTON:
            return event.run_head or None
        heads = read_heads(job.store.remembered(job.repository, key_of(event.number)))
        return seen_head(heads, event.written_at) if event.written_at else None

    def _trees(self, sha: str, folders: Iterable[str]) -> dict[str, str | None]:
        """The Git tree of each folder at another commit; None for a missing folder."""
        folders = tuple(folders)
        commit = self.context.forge.read(ReadRequest(head=sha, marks=folders)).head
        marks = commit.tree.marks if commit is not None else {}
        return {folder: marks.get(folder) for folder in folders}

    def _reported(self, sha: str, findings: Sequence[Finding]) -> bool:
        """Whether the report on another commit has all these findings."""
        job = self.context.job
        report = job.store.report(job.repository, sha)
        if report is None:
            return not findings
        known = {(each["rule"], each["path"], each["subject"]) for each in reported_findings(report.report)}
        return all((finding.rule, finding.path, finding.subject) in known for finding in findings)
