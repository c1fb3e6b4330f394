"""A pull request on which a command is answered, with the reports on its head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.app.evaluation import REQUESTED

if TYPE_CHECKING:
    from bot.app.evaluation import Evaluation
    from bot.app.gather import Gathered
    from bot.app.suggesting import Suggesting
    from bot.core.deciding.commit_verdict import JudgedCandidate
    from bot.core.drafting.draft import Draft
    from bot.core.forge.effects import Effect
    from bot.core.forge.stored import Waiver


@dataclass(frozen=True, slots=True)
class OpenPullRequest:
    """An open pull request with what was read about its head and the reports on it."""

    judged: JudgedCandidate
    on_head: tuple[JudgedCandidate, ...]
    """The reports of all pull requests with this head, this one included."""
    gathered: Gathered
    evaluation: Evaluation
    suggesting: Suggesting

    def under(self, waivers: tuple[Waiver, ...]) -> OpenPullRequest:
        """The pull request judged again with these waivers added."""
        on_head = tuple(self.evaluation.judge_one(judged.candidate, waivers) for judged in self.on_head)
        judged = next(again for again in on_head if again.candidate is self.judged.candidate)
        return replace(self, judged=judged, on_head=on_head)

    def verdict(self) -> tuple[Effect, ...]:
        """The effects that publish the verdict again. The check run is always written."""
        return tuple(self.evaluation.effects(self.gathered, self.on_head, REQUESTED))

    def plan(self) -> Draft | None:
        """The draft of the plan; None if the plan exists. Raises `DraftTooCostlyError`."""
        return self.evaluation.draft_of(self.judged, self.gathered.view)
