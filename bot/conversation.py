"""Answering commands: read what was asked, see who asked, do it, and say so in the one reply of an issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core import drafting
from bot.core.cases import read_yardstick
from bot.core.commands import Command, Mistake, Spelling, Verb, Where, access, entry_for, read_commands
from bot.core.config import Mode, Role
from bot.core.effects import React, Reaction, WriteComment
from bot.core.folders import feature_folders, specs_roots
from bot.core.naming import name_feature, next_number
from bot.core.render import RenderContext
from bot.core.render.check_run import draft_text
from bot.core.replies import (
    RESERVED_DAYS,
    Denial,
    House,
    IssuePlan,
    commit_by_hand,
    compose,
    denial,
    help_text,
    issue_plan,
    issue_status,
    main_of,
    mistake,
    reply_marker,
    start_by_hand,
    status,
    too_often,
    why,
)
from bot.core.skeleton import Facts, draft_plan, issue_summary
from bot.core.stored import CommentKind, Offer
from bot.core.verdict import context_of
from bot.core.wording import clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.config import RepositoryConfig
    from bot.core.draft import Draft
    from bot.core.events import CommandPosted
    from bot.core.facts import Answer, Commit, Issue
    from bot.core.naming import Naming, NextNumber
    from bot.core.ports import Clock, Forge, Store
    from bot.core.verdict import House as Host
    from bot.core.verdict import Judged

_DAY = 86_400.0
_HOUR = 3_600.0
_DRAFTS_AN_HOUR = 3
"""Plans that somebody without a role may have drafted in an hour."""
_LATER = frozenset({Verb.WAIVE, Verb.CONFIG})


@dataclass(frozen=True, slots=True)
class Said:
    """What a command is answered with."""

    reaction: Reaction
    main: str | None = None
    """The reply's main part, None to leave the one that is there."""
    last: str | None = None
    """What stands below it as the answer to the last command."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One text with commands, on one issue or pull request."""

    event: CommandPosted
    forge: Forge
    store: Store
    clock: Clock
    host: Host
    answer: Answer
    config: RepositoryConfig
    judged: Judged | None
    """The pull request's report, None on an issue."""
    look_again: Callable[[], None]
    """Judges the pull request's head anew and always writes a run."""
    outline: Callable[[str], Commit | None]
    """Reads the names and manifests at a commit, for a draft."""

    def effects(self) -> list[React | WriteComment]:
        """Carry out what the text asks for; what is then to be written. Empty when it holds no command."""
        found = self._commands()
        if not found:
            return []
        self._react(Reaction.SEEN)
        known = self.forge.find_comment(self.event.number, reply_marker(self.event.number))
        main = main_of(known.body) if known is not None else None
        last: tuple[str, str] | None = None
        reactions: list[Reaction] = []
        for one in found:
            said = self._said(one)
            reactions.append(said.reaction)
            main = said.main or main
            last = (self._written(one), said.last) if said.last is not None else last
        effects: list[React | WriteComment] = []
        if last is not None or main is not None:
            body = compose(self.event.number, main, last)
            effects.append(WriteComment(self.event.number, body, "", known, kind=CommentKind.REPLY))
        if self.event.node:
            effects += [React(self.event.node, reaction) for reaction in dict.fromkeys(reactions)]
        return effects

    def _commands(self) -> tuple[Command | Mistake, ...]:
        if self.config.mode is Mode.OFF:
            return ()
        spelling = Spelling(self.config.commands.prefix, self.host.app_slug)
        return read_commands(self.event.text, self._where, spelling, tuple(self.host.rule_map()))

    @property
    def _where(self) -> Where:
        return Where.PULL_REQUEST if self.event.on_pull_request else Where.ISSUE

    @property
    def _house(self) -> House:
        return House(self.config.commands, self.host.app_slug)

    def _react(self, reaction: Reaction) -> None:
        if self.event.node:
            self.forge.react(self.event.node, reaction)

    def _written(self, one: Command | Mistake) -> str:
        """The line as it was written, bounded."""
        lines = self.event.text.splitlines()
        return clip(lines[one.line - 1].strip()) if 0 < one.line <= len(lines) else self.config.commands.prefix

    def _said(self, one: Command | Mistake) -> Said:
        if isinstance(one, Mistake):
            return Said(Reaction.MISTAKEN, last=mistake(one, self._house))
        denied = self._denied(one)
        return denied if denied is not None else self._done(one)

    def _denied(self, command: Command) -> Said | None:
        """What somebody is told who may not use the command; None for who may."""
        entry = entry_for(command.verb, self._where)
        if entry is None:
            return None
        allowed = access(entry, self.config.commands)
        is_author = self.event.sender == self.event.author
        if allowed.allows(Role.ANYONE, is_author=is_author):
            return None if not is_author or command.verb is not Verb.PLAN else self._paced()
        held = self.forge.role(self.event.sender)
        if allowed.allows(held, is_author=is_author):
            return None
        at = datetime.fromtimestamp(self.clock.now(), UTC).strftime("%H:%M:%S UTC")
        told = Denial(command.verb, allowed.role, held, self.event.number, self.event.comment, at)
        return Said(Reaction.DENIED, last=denial(told, self._house, self._context()))

    def _paced(self) -> Said | None:
        """The author needs no role, so the pace is bounded instead; a role lifts the bound."""
        used = self.store.count_use(self.answer.repository, self.event.sender, self.clock.now(), _HOUR)
        if used <= _DRAFTS_AN_HOUR or self.forge.role(self.event.sender) is not Role.ANYONE:
            return None
        return Said(Reaction.DENIED, last=too_often(_DRAFTS_AN_HOUR))

    def _done(self, command: Command) -> Said:
        """Carry out a command that its author may use."""
        if command.verb is Verb.HELP:
            return Said(Reaction.DONE, last=help_text(self._house, self._context()))
        if command.verb in _LATER:
            return Said(Reaction.MISTAKEN, last="This command is not there yet; a later version brings it.")
        return self._on_issue(command) if self.judged is None else self._on_pull_request(command, self.judged)

    def _on_pull_request(self, command: Command, judged: Judged) -> Said:
        context = context_of(judged, self.answer, self.host)
        match command.verb:
            case Verb.CHECK:
                self.look_again()
                return Said(Reaction.DONE)
            case Verb.PLAN:
                self.look_again()
                return Said(Reaction.DONE, main=self._missing_plan(judged) or status(judged.report, context))
            case Verb.WHY:
                config = judged.candidate.held.config
                return Said(Reaction.DONE, last=why(judged.report, command.rule, config, context))
            case Verb.COMMIT:
                drafted = self._drafted(judged)
                documents = {drafted.path: drafted.text} if drafted is not None else {}
                fork = context.head_repository is not None
                return Said(Reaction.DONE, last=commit_by_hand(documents, context.head_branch or "", fork=fork))
            case _:
                return Said(Reaction.DONE, main=status(judged.report, context))

    def _drafted(self, judged: Judged) -> Draft | None:
        feature = drafting.undrafted(judged)
        head = judged.candidate.change.head.sha
        outline = self.outline(head) if feature is not None and head is not None else None
        if feature is None or outline is None:
            return None
        return drafting.draft_for(judged, feature, outline.tree, outline.committed_at, self.host.template)

    def _missing_plan(self, judged: Judged) -> str | None:
        """The plan's draft, where it is still to be written."""
        draft = self._drafted(judged)
        return None if draft is None else draft_text(draft, context_of(judged, self.answer, self.host))

    def _on_issue(self, command: Command) -> Said:
        issue = self.forge.issue(self.event.number)
        roots = specs_roots(self.config, self.answer.default)
        root = roots[0] if roots else "specs"
        if command.verb is Verb.STATUS:
            return Said(Reaction.DONE, last=self._issue_status(issue, root))
        if command.verb is Verb.WHY:
            return Said(Reaction.MISTAKEN, last="An issue is not judged, so there is nothing to explain here.")
        naming, free = self._named(issue, root, command.slug)
        if command.verb is Verb.START:
            return Said(Reaction.DONE, last=start_by_hand(naming, self._house, self._context()))
        return Said(Reaction.DONE, main=self._issue_plan(issue, naming, free))

    def _offered(self, root: str) -> dict[str, int]:
        return dict(self.store.offered_numbers(self.answer.repository, root, self.clock.now()))

    def _issue_status(self, issue: Issue, root: str) -> str:
        number = next((number for number, of in self._offered(root).items() if of == issue.number), None)
        naming = None if number is None else name_feature(issue.title, number, issue=issue.number, root=root)
        return issue_status(naming, None, self.config.commands.prefix)

    def _named(self, issue: Issue, root: str, slug: str | None) -> tuple[Naming, NextNumber | None]:
        """The feature's names, with a number that is kept for this issue from now on."""
        now = self.clock.now()
        offered = self._offered(root)
        held = next((number for number, of in offered.items() if of == issue.number), None)
        free: NextNumber | None = None
        if held is None:
            folders = feature_folders(self.answer.default, self.config, (root,))
            free = next_number(folders, branches=self.forge.branches(), reserved=offered, config=self.config)
        wanted = held or (free.number if free is not None else "001")
        offer = Offer(root, wanted, issue.number, now + RESERVED_DAYS * _DAY)
        number = self.store.offer_number(self.answer.repository, offer, now) or wanted
        return name_feature(issue.title, number, issue=issue.number, slug=slug, root=root), free

    def _issue_plan(self, issue: Issue, naming: Naming, free: NextNumber | None) -> str:
        default = self.answer.default
        sha = default.sha if default is not None else None
        outline = self.outline(sha) if sha is not None else None
        yardstick = read_yardstick(default, self.host.template) if default is not None else None
        if yardstick is None:
            return "This repository has no commit yet. Push one, then ask again."
        draft = draft_plan(
            Facts(
                feature_dir=naming.dir,
                title=naming.title,
                date=issue.created_at[:10],
                template=yardstick.template,
                constitution=yardstick.constitution,
                summary=issue_summary(issue.body),
                paths=drafting.paths_of(outline.tree) if outline is not None else (),
                manifests=drafting.texts_of(outline.tree) if outline is not None else {},
            )
        )
        asked_by = "the author of this issue" if self.event.sender == self.event.author else "somebody with a role here"
        plan = IssuePlan(naming, draft, yardstick.constitution, free, asked_by, self.config.commands)
        return issue_plan(plan, self._context())

    def _context(self) -> RenderContext:
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
