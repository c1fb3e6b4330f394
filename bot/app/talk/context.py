"""The surroundings of a command: the text, what was read, and what its answer needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.config.layers import Rank
from bot.core.speech.commands import Verb, Where
from bot.core.speech.render import RenderContext
from bot.core.speech.replies import CommandSettings
from bot.core.text.prose import At, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app.repository_job import RepositoryJob
    from bot.core.config.in_force import ConfigInForce
    from bot.core.config.model import RepositoryConfig
    from bot.core.deciding.commit_verdict import Host, JudgedCandidate
    from bot.core.forge.effects import Effect, Written
    from bot.core.forge.events import CommandPosted
    from bot.core.forge.facts import Reaction, RepositoryView
    from bot.core.forge.ports import ForgeReader
    from bot.core.forge.roles import Role
    from bot.core.forge.writing import NewCommit, NewPullRequest, NewReview

_CONFIG_KEYS = {Verb.START: "commands.start", Verb.COMMIT: "commands.commit", Verb.WAIVE: "commands.waive"}


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """Files that a command writes, and the result of the command, which depends on their outcome."""

    commit: NewCommit | None
    pull_request: NewPullRequest | None
    result_of: Callable[[Written], CommandResult]


@dataclass(frozen=True, slots=True)
class PendingReview:
    """A review that a command writes, and the result of the command, which depends on whether GitHub takes it."""

    review: NewReview
    result_of: Callable[[bool], CommandResult]


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The effects of a command and its answer."""

    reaction: Reaction
    plan: str | None = None
    """The new text of the comment with the plan; None to leave the comment unchanged."""
    answer: str | None = None
    """The answer in a comment of its own below the command."""
    effects: tuple[Effect, ...] = ()
    """The effects before the answer."""
    write: PendingWrite | None = None
    """Files to write after the effects. The answer then comes from their outcome, and `answer` is ignored."""
    review: PendingReview | None = None
    """Likewise, a review to write."""
    judged: JudgedCandidate | None = None
    """The pull request's report after the command; None if the command does not change it."""


@dataclass(frozen=True, slots=True)
class CommandContext:
    """One text with commands, on one issue or pull request."""

    event: CommandPosted
    job: RepositoryJob
    view: RepositoryView
    config_in_force: ConfigInForce
    """The default branch's configuration."""
    can_write: Callable[[], bool]
    """Asks whether the account has granted the App to write contents."""
    _roles: dict[str, Role] = field(default_factory=dict)

    @property
    def forge(self) -> ForgeReader:
        """The repository to read."""
        return self.job.forge

    @property
    def host(self) -> Host:
        """The settings of whoever hosts Plangate."""
        return self.job.host

    @property
    def accepted_at(self) -> float:
        """When the text was accepted, in seconds since the epoch (UTC). Every attempt at the job has the same time."""
        return self.job.job.accepted_at

    @property
    def config(self) -> RepositoryConfig:
        """The default branch's settings for commands."""
        return self.config_in_force.config

    @property
    def where(self) -> Where:
        """Whether the text is on an issue or a pull request."""
        return Where.PULL_REQUEST if self.event.on_pull_request else Where.ISSUE

    def settings(self, *, writes: bool = False) -> CommandSettings:
        """The command settings that replies show. `writes` asks whether the App may write."""
        origins = self.config_in_force.effective.origins
        set_by = {
            verb: At(origin.path, spot.line, Side.BASE)
            for verb, key in _CONFIG_KEYS.items()
            if key in origins
            for origin, spot in [origins[key]]
            if origin.rank is Rank.REPOSITORY
        }
        return CommandSettings(self.config.commands, self.host.app_slug, writes and self.can_write(), set_by)

    @property
    def denied_at(self) -> str:
        """The time of a refusal as it is displayed: `12:44:02 UTC`."""
        return datetime.fromtimestamp(self.job.clock.now(), UTC).strftime("%H:%M:%S UTC")

    def role(self) -> Role:
        """The sender's present role in the repository."""
        login = self.event.sender
        if login not in self._roles:
            self._roles[login] = self.forge.role(login)
        return self._roles[login]

    def uses(self, user: str, seconds: float) -> int:
        """How often a command was used in a period (seconds), this time included."""
        return self.job.store.uses(self.job.repository, user, self.accepted_at, seconds)

    @property
    def render(self) -> RenderContext:
        """The surroundings of an answer that is not about a commit."""
        default = self.view.default
        return RenderContext(
            repository=self.view.full_name,
            web_url=self.host.web_url,
            base_sha=default.sha if default is not None else None,
            base_branch=self.view.default_branch,
            default_branch=self.view.default_branch or "",
            site_url=self.host.site_url,
            engine_version=self.host.version,
            rules=self.host.rule_map(),
        )
