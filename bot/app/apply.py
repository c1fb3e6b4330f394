"""Carry out effects. Each effect brings GitHub or the store to a state, so repeating it changes nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, assert_never

from bot.core.deciding.decide import same_text, without_annotations
from bot.core.deciding.judged_heads import JudgedHead, key_of, with_head
from bot.core.deciding.suggesting import suggestions_hint, suggestions_key
from bot.core.forge import board
from bot.core.forge.board import StoredBoardRow
from bot.core.forge.effects import (
    AddWaiver,
    CloseOnBoard,
    CloseThreads,
    CountUse,
    Enqueue,
    HideComment,
    PublishRun,
    React,
    RememberSuggestions,
    ReserveNumber,
    SetGoverned,
    ShowOnBoard,
    WriteComment,
    WriteFiles,
    WriteReview,
    Written,
)
from bot.core.forge.errors import CommentGone, ForgeError, InvalidRequest, PermissionMissing, WriteRefused
from bot.core.forge.job_keys import new_job
from bot.core.forge.stored import StoredComment
from bot.core.forge.verdict_page import StoredPage, encoded, page_digest
from bot.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.core.forge.effects import Effect
    from bot.core.forge.facts import Comment
    from bot.core.forge.ports import Clock, Forge, Queue, Store
    from bot.core.forge.verdict_page import VerdictPage

HOUR = 3_600.0
"""Seconds in which uses are counted."""
_LARGEST_PAGE = 4_000_000
"""Characters of a verdict's page. The address of a larger one says that there is no page."""

log = Log("effects")


class Effects(Protocol):
    """Takes the effects that a job decided on."""

    def apply(self, effects: Iterable[Effect]) -> None:
        """Carry out effects in order. Raises `ForgeError`."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedEffects:
    """Records the effects of a dry run without carrying them out."""

    effects: list[Effect] = field(default_factory=list)

    def apply(self, effects: Iterable[Effect]) -> None:
        """See `Effects`. A commit gets no id, a pull request the number 0."""
        for effect in effects:
            self.effects.append(effect)
            if isinstance(effect, WriteFiles):
                self.apply(effect.then(Written("0" * 40)))
            elif isinstance(effect, WriteReview):
                self.apply(effect.then(True))  # noqa: FBT003  the name of the parameter is the effect's


def _is_refusal(error: ForgeError) -> bool:
    """Whether GitHub took the request and refused it, so that the same request would be refused again."""
    if isinstance(error, InvalidRequest | WriteRefused | PermissionMissing):
        return True
    return type(error) is ForgeError and not (error.limited or error.lost_answer or error.retry_after is not None)


@dataclass(frozen=True, slots=True)
class AppliedEffects:
    """Carries out effects in one repository."""

    forge: Forge
    queue: Queue
    store: Store
    clock: Clock
    repository: int
    writer: Callable[[], Forge]
    """The repository with the right to write contents."""
    resolver: Callable[[], Forge]
    """The repository with the rights that resolving a review thread needs."""

    def apply(self, effects: Iterable[Effect]) -> None:
        """See `Effects`. An effect that GitHub refuses for good is logged and skipped."""
        for effect in effects:
            try:
                self._apply(effect)
            except (WriteRefused, PermissionMissing) as error:
                # Without the permission to write check runs, nothing can be shown. The service says who must grant it.
                if isinstance(error, PermissionMissing) and isinstance(effect, PublishRun):
                    raise
                log.warning(
                    "effect refused", event=type(effect).__name__, repository=str(self.repository), error=str(error)
                )

    def _apply(self, effect: Effect) -> None:
        match effect:
            case PublishRun():
                self._publish(effect)
            case WriteComment():
                self._comment(effect)
            case HideComment(comment):
                with suppress(CommentGone):
                    self.forge.hide_outdated(comment)
            case WriteReview():
                self._review(effect)
            case CloseThreads(threads, resolve):
                forge = self.resolver() if resolve else self.forge
                with suppress(CommentGone):
                    forge.close_threads(threads, resolve=resolve)
            case React(node, reaction):
                with suppress(CommentGone):
                    self.forge.react(node, reaction)
            case Enqueue(delivery, event, delay):
                self.queue.put(new_job(delivery, event, not_before=self.clock.now() + delay if delay else 0.0))
            case WriteFiles():
                self.apply(effect.then(self._write_files(effect)))
            case _:
                self._remember(effect)

    def _review(self, effect: WriteReview) -> None:
        """Write a review. One that GitHub refuses is not tried again: the verdict stands without it."""
        accepted = False
        try:
            self.forge.review(effect.review)
            accepted = True
        except ForgeError as error:
            if not _is_refusal(error):
                raise
            number = effect.review.number
            log.warning("review refused", number=number, repository=str(self.repository), error=str(error))
        self.apply(effect.then(accepted))

    def _remember(
        self,
        effect: SetGoverned | ReserveNumber | AddWaiver | CountUse | ShowOnBoard | CloseOnBoard | RememberSuggestions,
    ) -> None:
        """Carry out an effect on the store alone."""
        match effect:
            case RememberSuggestions(number):
                self.store.remember(self.repository, suggestions_key(number), suggestions_hint(effect))
            case SetGoverned(governed):
                seen = self.store.repository(self.repository)
                if seen is not None and seen.governed != governed:
                    self.store.set_governed(self.repository, governed)
            case ReserveNumber(offer, now):
                if self.store.offer_number(self.repository, offer, now) != offer.number:
                    raise ForgeError(f"Number {offer.number} was taken meanwhile.", retry_after=1.0)
            case AddWaiver(waiver):
                self.store.add_waiver(waiver)
            case ShowOnBoard(row):
                stored = StoredBoardRow(row.place, board.encoded(row), self.clock.now())
                self.store.keep_board_row(self.repository, stored)
            case CloseOnBoard(place):
                self.store.close_board_row(self.repository, place, self.clock.now())
            case CountUse(user, now):
                self.store.count_use(self.repository, user, now, HOUR)
            case _:
                assert_never(effect)

    def _publish(self, effect: PublishRun) -> None:
        try:
            run = self.forge.publish(effect.run)
        except InvalidRequest as error:
            if not effect.run.output.annotations:
                raise
            run = self.forge.publish(without_annotations(effect.run, str(error)))
        if effect.report is not None:
            report = replace(effect.report, check_run=run.id, stored_at=self.clock.now())
            self.store.keep_report(self.repository, effect.run.head_sha, report)
        if effect.page is not None:
            self._keep_page(effect.run.head_sha, effect.page)
        judged = JudgedHead(effect.run.head_sha, run.completed_at)
        for number in effect.pull_requests if run.completed_at else ():
            remembered = self.store.remembered(self.repository, key_of(number))
            self.store.remember(self.repository, key_of(number), with_head(remembered, judged))

    def _keep_page(self, head_sha: str, page: VerdictPage) -> None:
        text = encoded(page)
        if len(text) > _LARGEST_PAGE:
            log.warning("page too large", repository=page.repository, head=head_sha)
            return
        stored = StoredPage(head_sha, page_digest(page.digest), page.number, text, self.clock.now())
        self.store.keep_verdict_page(self.repository, stored)

    def _write_files(self, effect: WriteFiles) -> Written:
        writer = self.writer()
        try:
            commit = writer.commit_files(effect.commit) if effect.commit is not None else ""
            number = writer.open_pull_request(effect.pull_request) if effect.pull_request is not None else 0
        except (WriteRefused, PermissionMissing):
            return Written(refused=True)
        return Written(commit, number)

    def _comment(self, effect: WriteComment) -> None:
        try:
            comment = self._written(effect)
        except CommentGone:
            # The comment was deleted. Post it again if there is work to do; do not post a new "all clear".
            if effect.minimized:
                return
            comment = self.forge.comment(effect.number, effect.body)
        if comment.minimized != effect.minimized:
            self.forge.show_comment(comment, minimized=effect.minimized)
        if effect.kind is None:
            return
        stored = StoredComment(comment.id, comment.node, f"{comment.id}/{effect.mark}")
        self.store.keep_comment(self.repository, effect.number, effect.kind, stored)

    def _written(self, effect: WriteComment) -> Comment:
        existing = effect.existing
        if existing is None:
            return self.forge.comment(effect.number, effect.body)
        if same_text(existing.body, effect.body):
            return existing
        return self.forge.edit_comment(existing, effect.body)
