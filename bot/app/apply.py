"""Carrying out effects: each one brings GitHub to a state, so that doing it again changes nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from bot.core.deciding.decide import same_text
from bot.core.forge.effects import Enqueue, PublishRun, React, WriteComment
from bot.core.forge.errors import CommentGone
from bot.core.forge.jobs import new_job
from bot.core.forge.stored import StoredComment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.forge.effects import Effect
    from bot.core.forge.facts import Comment, Run
    from bot.core.forge.ports import Clock, Forge, Queue, Store


@dataclass(frozen=True, slots=True)
class Hands:
    """What effects are carried out with."""

    forge: Forge
    queue: Queue
    store: Store
    clock: Clock
    repository: int

    def apply(self, effects: Iterable[Effect]) -> Run | None:
        """Carry them out in their order; the run that was written, if one was. Raises `ForgeError`."""
        run: Run | None = None
        for effect in effects:
            match effect:
                case PublishRun(run=wanted):
                    run = self.forge.publish(wanted)
                case WriteComment():
                    self._comment(effect)
                case React(node, reaction):
                    with suppress(CommentGone):
                        self.forge.react(node, reaction)
                case Enqueue(delivery, event, delay):
                    self.queue.put(new_job(delivery, event, not_before=self.clock.now() + delay if delay else 0.0))
                case _:
                    assert_never(effect)
        return run

    def _comment(self, effect: WriteComment) -> None:
        known = effect.known
        try:
            comment = self._written(effect, known)
        except CommentGone:
            # Deleted by somebody. What is to be done is said anew; that all is done needs no new comment.
            if effect.minimized:
                return
            comment = self.forge.comment(effect.number, effect.body)
        if comment.minimized != effect.minimized:
            self.forge.show_comment(comment, minimized=effect.minimized)
        kept = StoredComment(comment.id, comment.node, f"{comment.id}/{effect.mark}")
        self.store.keep_comment(self.repository, effect.number, effect.kind, kept)

    def _written(self, effect: WriteComment, known: Comment | None) -> Comment:
        if known is None:
            return self.forge.comment(effect.number, effect.body)
        if same_text(known.body, effect.body):
            return known
        return self.forge.edit_comment(known, effect.body)
