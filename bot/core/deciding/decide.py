"""Decide what to publish: from a commit and its reports to its check run and comments. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.core.config.model import CommentWhen
from bot.core.deciding.board_row import board_row
from bot.core.deciding.commit_verdict import (
    comment_mark,
    comment_of,
    context_of,
    decide_verdict,
    page_of,
    report_url,
    run_of,
    stored_report,
)
from bot.core.forge.effects import NAME, CheckRun, PublishRun, SetGoverned, ShowOnBoard, WriteComment
from bot.core.forge.external_id import says_the_same
from bot.core.speech.render import STICKY, StickyKind, title
from bot.core.speech.render.check_run import LIMIT
from bot.core.text.neutral import neutralise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.core.deciding.commit_verdict import CommitVerdict, Host, JudgedCandidate
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Effect
    from bot.core.forge.facts import Comment, RepositoryView, Run
    from bot.core.speech.render import PreviousRun

_CLEAR = "**All clear**"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was read about one head, and the reports on it."""

    view: RepositoryView
    judged: tuple[JudgedCandidate, ...] = ()
    draft: Draft | None = None
    """A plan for the deciding feature, where it has none that is filled."""
    marks: Mapping[int, str] = field(default_factory=dict)
    """By pull request: what its comment said when we last wrote it, as a mark."""
    requested: bool = False
    """A person requested a run, so one is written even if it says the same as the last."""
    requested_run: int = 0
    """The id of the check run whose re-run was requested; a later run is already the answer. 0 for none."""
    previous: PreviousRun | None = None
    """The run on the head before this one, for what the push fixed."""


def effects_on_head(snapshot: Snapshot, host: Host) -> list[Effect]:
    """The check run of a commit and the comments of its pull requests, as far as they are not there yet.

    Between them the store learns whether the repository is governed, so a failing comment does not lose that.
    """
    verdict = decide_verdict(snapshot.judged)
    if verdict is None:
        return []
    governed = SetGoverned(verdict.deciding.governed)
    if not _is_told(verdict):
        return [governed]
    comments = (effect for judged in verdict.judged for effect in _comment(judged, snapshot, host))
    return [*_run(verdict, snapshot, host), governed, *_board(verdict, snapshot.view, host), *comments]


def says_anything(effects: Iterable[Effect]) -> bool:
    """Whether any of these effects is visible to a person."""
    return any(isinstance(effect, PublishRun | WriteComment) for effect in effects)


def _is_told(verdict: CommitVerdict) -> bool:
    """Whether the verdict gets a run: always for a pull request, for a branch only if it has a feature."""
    deciding = verdict.deciding
    if deciding.candidate.pull is not None or deciding.candidate.change.merge_group:
        return True
    return deciding.governed and bool(deciding.report.features)


def _run(verdict: CommitVerdict, snapshot: Snapshot, host: Host) -> Iterator[Effect]:
    output, external_id = run_of(verdict, snapshot.view, host, snapshot.draft, snapshot.previous)
    latest = latest_run(snapshot.view)
    same = latest is not None and latest.completed and says_the_same(latest.external_id, external_id)
    if snapshot.requested:
        same = same and latest is not None and 0 < snapshot.requested_run < latest.id
    if not same:
        sha = verdict.deciding.candidate.change.head.sha or ""
        report = stored_report(verdict.deciding, host)
        page = page_of(verdict.deciding, snapshot.view, host, output.title, report.report)
        run = CheckRun(sha, external_id, output, report_url(verdict.deciding, snapshot.view, host))
        yield PublishRun(run, latest, report, page, _pull_requests(verdict))


def _board(verdict: CommitVerdict, view: RepositoryView, host: Host) -> Iterator[Effect]:
    """Show the head's pull requests, or its branch, on the repository's board, where it has one.

    Also for a verdict that has its run: the branch may have got a pull request, or that may be open again.
    """
    if host.has_pages(private=view.private):
        for judged in verdict.judged:
            row = board_row(judged, view, title(judged.report, context_of(judged, view, host)))
            if row is not None:
                yield ShowOnBoard(row)


def _pull_requests(verdict: CommitVerdict) -> tuple[int, ...]:
    """The numbers of the pull requests that have the commit as their head."""
    candidates = (judged.candidate for judged in verdict.judged)
    return tuple(candidate.pull.number for candidate in candidates if candidate.pull is not None)


def without_annotations(run: CheckRun, refusal: str) -> CheckRun:
    """The run without annotations, for a run whose annotations GitHub refused with `refusal`."""
    note = f"GitHub took none of the annotations of this run, so they are left out: {neutralise(refusal)}\n\n"
    output = replace(run.output, annotations=(), summary=note + run.output.summary[: LIMIT - len(note)])
    return replace(run, output=output)


def latest_run(view: RepositoryView) -> Run | None:
    """Our latest run on the head."""
    runs = view.head.runs if view.head is not None else ()
    return next((run for run in runs if run.name == NAME), None)


def _comment(judged: JudgedCandidate, snapshot: Snapshot, host: Host) -> Iterator[Effect]:
    """The sticky comment. It is written while there is work to do, and edited once when the work is done."""
    pull = judged.candidate.pull
    comment = comment_of(judged, snapshot.view, host, snapshot.draft)
    if pull is None or comment is None:
        return
    existing = sticky_of(pull.comments)
    mark = comment_mark(judged, host)
    clear = comment.kind is StickyKind.CLEAR
    if existing is None:
        always = judged.candidate.config_in_force.config.comment is CommentWhen.ALWAYS
        if pull.draft or (clear and not always):
            return
    elif clear and _CLEAR in existing.body:
        if not existing.minimized:
            yield WriteComment(pull.number, existing.body, mark, existing, minimized=True)
        return
    elif not clear and not existing.minimized and _says(existing, comment.body, mark, snapshot.marks.get(pull.number)):
        return
    yield WriteComment(pull.number, comment.body, mark, existing, minimized=clear and existing is not None)


def _says(existing: Comment, body: str, mark: str, remembered: str | None) -> bool:
    return remembered == f"{existing.id}/{mark}" or same_text(existing.body, body)


def sticky_of(comments: Iterable[Comment]) -> Comment | None:
    """Our sticky comment; the oldest one if a lost race left several."""
    ours = (comment for comment in comments if comment.body.startswith(STICKY))
    return min(ours, key=lambda comment: comment.id, default=None)


def same_text(first: str, second: str) -> bool:
    """Whether two texts are equal apart from line ends, which GitHub may change."""
    return first.replace("\r\n", "\n").strip() == second.replace("\r\n", "\n").strip()
