"""Suggest fixes on a pull request: read our reviews and its diff, and try each fix before it is offered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.app.judging import DraftTooCostlyError
from bot.core.change.shown_lines import shown_lines
from bot.core.deciding.commit_verdict import context_of, decide_verdict, judge_candidate
from bot.core.deciding.suggesting import (
    SuggestionDecision,
    decide_suggestions,
    has_edits,
    may_suggest,
    read_hint,
    suggestions_key,
    suggests_unasked,
)
from bot.core.forge.errors import ForgeError, PermissionMissing
from bot.core.judging.suggestions import suggestions
from bot.log import Log
from bot.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.app.repository_job import RepositoryJob
    from bot.core.change.trees import Change
    from bot.core.deciding.candidates import Candidate
    from bot.core.deciding.commit_verdict import Host, JudgedCandidate
    from bot.core.forge.effects import Effect
    from bot.core.forge.facts import PullRequest, RepositoryView
    from bot.core.judging.findings import Report
    from bot.core.judging.suggestions import Suggestion


_SHARE = 0.5
"""Of the time for reading a repository's documents: when so much is used up, the rest is for verdicts."""

log = Log("suggesting")


@dataclass(frozen=True, slots=True)
class Suggesting:
    """Suggests fixes for one job."""

    job: RepositoryJob
    can_write: Callable[[], bool]
    """Asks whether the account has granted the App to write contents, which resolving a thread needs."""

    def run(self, judged: Sequence[JudgedCandidate], view: RepositoryView) -> None:
        """Suggest fixes once the verdict is written. Raises `ForgeError` while the job has time.

        After that the job ends without suggestions, because nothing but them is missing.
        """
        try:
            self.job.effects.apply(self.after_verdict(judged, view))
        except ForgeError as error:
            if error.limited or (self.job.has_time() and not isinstance(error, PermissionMissing)):
                raise
            log.warning("no suggestions", repository=view.full_name, error=str(error))

    def after_verdict(self, judged: Sequence[JudgedCandidate], view: RepositoryView) -> Sequence[Effect]:
        """The effects for the pull request that decides the verdict. None without reading, if there is nothing to do.

        Costs two reads where a finding has a fix to suggest, or suggestions of ours may be open. Raises `ForgeError`.
        """
        verdict = decide_verdict(judged)
        pull = verdict.deciding.candidate.pull if verdict is not None else None
        if verdict is None or pull is None or not self.job.host.takes_commands:
            return ()
        hint = read_hint(self.job.store.remembered(self.job.repository, suggestions_key(pull.number)))
        writes = suggests_unasked(verdict.deciding) and has_edits(verdict.deciding)
        if hint.head_sha == pull.head_sha or not (writes or hint.are_open):
            return ()
        try:
            return self._decide(verdict.deciding, pull, view, writes=writes).effects
        except DraftTooCostlyError:
            return ()

    def requested(self, judged: JudgedCandidate, pull: PullRequest, view: RepositoryView) -> SuggestionDecision:
        """The decision for a person who asked. Raises `ForgeError` and `DraftTooCostlyError`."""
        return self._decide(judged, pull, view, writes=True)

    def _decide(
        self,
        judged: JudgedCandidate,
        pull: PullRequest,
        view: RepositoryView,
        *,
        writes: bool,
    ) -> SuggestionDecision:
        own = self.job.forge.own_reviews(pull.number)
        offered = self._offered(judged, pull) if may_suggest(judged) and has_edits(judged) else ()
        has_open = any(thread.is_open for thread in own.threads)
        return decide_suggestions(
            pull,
            offered,
            own,
            context_of(judged, view, self.job.host),
            writes=writes,
            resolve=has_open and self.can_write(),
        )

    def _offered(self, judged: JudgedCandidate, pull: PullRequest) -> tuple[Suggestion, ...]:
        paths = {finding.path for finding in judged.report.all_findings() if finding.edits}
        shown = {path: shown_lines(patch) for path, patch in self.job.forge.patches(pull.number, paths).items()}
        finding = partial(find_suggestions, judged.candidate, replace(self.job.host, rules=()), shown)
        return self.job.draft(finding, _SHARE)


def find_suggestions(
    candidate: Candidate, host: Host, shown: Mapping[str, Mapping[int, str]]
) -> tuple[Suggestion, ...]:
    """The suggestions for a candidate, judged by all rules. `shown` has the lines of the diff by path and number."""
    host = replace(host, rules=RULES)

    def judge(change: Change) -> Report:
        return judge_candidate(replace(candidate, change=change), host).report

    return suggestions(candidate.change, shown, judge)
