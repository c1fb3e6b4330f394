"""Where a command is answered: what was written, what was read, and the hands to do something about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.config.layers import Rank
from bot.core.forge.events import Place
from bot.core.speech.commands import Verb, Where
from bot.core.speech.render import RenderContext
from bot.core.speech.replies import CommandSettings
from bot.core.text.prose import At, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.config.in_force import ConfigInForce
    from bot.core.config.model import RepositoryConfig
    from bot.core.deciding.commit_verdict import Host, JudgedCandidate
    from bot.core.forge.effects import Reaction
    from bot.core.forge.events import CommandPosted
    from bot.core.forge.facts import Commit, RepositoryView
    from bot.core.forge.ports import Clock, Forge, Store
    from bot.core.forge.roles import Role

_SETTINGS = {Verb.START: "commands.start", Verb.COMMIT: "commands.commit", Verb.WAIVE: "commands.waive"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a command is answered with."""

    reaction: Reaction
    main: str | None = None
    """The reply's main part, None to leave the one that is there."""
    last: str | None = None
    """What stands below it as the answer to the last command."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One text with commands, on one issue or pull request."""

    event: CommandPosted
    asked_at: float
    """When the text was accepted, seconds since the epoch (UTC): the same however often the job is tried."""
    forge: Forge
    store: Store
    clock: Clock
    host: Host
    answer: RepositoryView
    config_in_force: ConfigInForce
    """The default branch's configuration."""
    look_again: Callable[[], JudgedCandidate | None]
    """Judges the pull request's head anew and always writes a run."""
    outline: Callable[[str], Commit | None]
    """Reads the names and manifests at a commit, for a draft."""
    writer: Callable[[], Forge | None]
    """The repository with the right to write contents, None where the App was not given it."""
    _roles: dict[str, Role] = field(default_factory=dict)

    @property
    def config(self) -> RepositoryConfig:
        """How commands are spelt here and who may use them: the default branch says."""
        return self.config_in_force.config

    @property
    def where(self) -> Where:
        """What it was written on."""
        return Where.PULL_REQUEST if self.event.on_pull_request else Where.ISSUE

    @property
    def asked_in(self) -> str:
        """Where it was written, in our own words."""
        return {
            Place.COMMENT: "this comment",
            Place.REVIEW: "this review",
            Place.BODY: "the first text here",
            Place.BUTTON: "the check run",
        }[self.event.place]

    def house(self, *, writes: bool = False) -> CommandSettings:
        """What replies have to know of this repository's commands; `writes` asks whether the App may write."""
        origins = self.config_in_force.effective.origins
        found = {verb: origins[key] for verb, key in _SETTINGS.items() if key in origins}
        set_by = {
            verb: At(origin.path, spot.line, Side.BASE)
            for verb, (origin, spot) in found.items()
            if origin.rank is Rank.REPOSITORY
        }
        can_commit = writes and self.writer() is not None
        return CommandSettings(self.config.commands, self.host.app_slug, can_commit, set_by)

    @property
    def denied_at(self) -> str:
        """The time of a refusal as it is shown: `12:44:02 UTC`."""
        return datetime.fromtimestamp(self.clock.now(), UTC).strftime("%H:%M:%S UTC")

    def role(self) -> Role:
        """What whoever asked may do here now."""
        login = self.event.sender
        if login not in self._roles:
            self._roles[login] = self.forge.role(login)
        return self._roles[login]

    @property
    def context(self) -> RenderContext:
        """The surroundings of an answer that is about no commit of a pull request."""
        default = self.answer.default
        return RenderContext(
            repository=self.answer.full_name,
            web_url=self.host.web_url,
            base_sha=default.sha if default is not None else None,
            base_branch=self.answer.default_branch,
            default_branch=self.answer.default_branch or "",
            site_url=self.host.site_url,
            rules_url=self.host.rules_url,
            engine_version=self.host.version,
            rules=self.host.rule_map(),
        )
