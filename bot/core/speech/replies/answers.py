"""Short answers to commands: help, a denial, a mistake, a waiver, a place where the App may not write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.config.model import Commands
from bot.core.forge.roles import Role
from bot.core.speech.commands import (
    COMMANDS,
    MAX_COMMANDS,
    CommandMistake,
    CommandRow,
    MistakeKind,
    Verb,
    Where,
    access,
    places_of,
)
from bot.core.speech.render.above import waiver_line
from bot.core.speech.render.footer import version
from bot.core.speech.render.markdown import Links
from bot.core.speech.replies.recipe import commit_recipe, patch_of, start_recipe
from bot.core.text.neutral import code_cell, code_span, fence, neutralise, plain_line
from bot.core.text.prose import At

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.core.drafting.naming import Naming
    from bot.core.forge.stored import Waiver
    from bot.core.judging.findings import Finding
    from bot.core.judging.waiving import Waived
    from bot.core.speech.render.context import RenderContext

_PLACES = {Where.ISSUE: "an issue", Where.PULL_REQUEST: "a pull request"}
_MOST_PATCH = 40_000
_MOST_WAIVED = 20
_REASON = 300


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """How commands are spelt and who may use them in this repository."""

    commands: Commands = field(default_factory=Commands)
    app: str = "plangate"
    can_commit: bool = False
    """The App may write contents."""
    set_by: Mapping[Verb, At] = field(default_factory=dict)
    """The place in the configuration that sets who may use a command. Commands with the default are absent."""

    def spelt(self, verb: Verb, arguments: str = "") -> str:
        """The command as it is spelt in this repository, without Markdown."""
        word = "" if verb is Verb.PLAN else f" {verb.value}"
        return f"{self.commands.prefix}{word}{' ' if arguments else ''}{arguments}"


def help_text(settings: CommandSettings, context: RenderContext) -> str:
    """The table of commands, from the same rows as the parser's."""
    links = Links(context)
    rows = [_help_row(row, settings) for row in COMMANDS]
    same = f"{code_span(f'@{settings.app} plan')} and `/speckit.plan` mean {code_span(settings.commands.prefix)}."
    example = code_span(settings.spelt(Verb.WHY, "unjustified-violation"))
    parts = [
        "**Commands**, each at the start of a line in a new comment (edits are not read):",
        "\n".join(["| command | where | who | what it does |", "|---|---|---|---|", *rows]),
        f"{same} Up to {MAX_COMMANDS} commands a comment. Example: {example}",
        _help_foot(settings, context, links),
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part)


def _help_row(row: CommandRow, settings: CommandSettings) -> str:
    where = "both" if len(row.where) > 1 else row.where[0].value
    does = row.does
    if row.verb in {Verb.START, Verb.COMMIT} and not settings.can_commit:
        does = "gives the commands to run by hand (this App may not write here)"
    command = code_cell(settings.spelt(row.verb, row.arguments))
    return f"| {command} | {where} | {_allowed(row, settings)} | {does} |"


def _allowed(row: CommandRow, settings: CommandSettings) -> str:
    allowed = access(row, settings.commands)
    if allowed.role is Role.ANYONE:
        return "anyone"
    above = allowed.role.value if allowed.role is Role.ADMIN else f"{allowed.role.value} and above"
    set_here = " here" if row.verb in settings.set_by else ""
    return f"its author, {above}{set_here}" if allowed.author else f"{above}{set_here}"


def _help_foot(settings: CommandSettings, context: RenderContext, links: Links) -> str:
    notes = []
    for number, (verb, place) in enumerate(settings.set_by.items()):
        role = {
            Verb.START: settings.commands.start,
            Verb.COMMIT: settings.commands.commit,
            Verb.WAIVE: settings.commands.waive,
        }
        if verb in role:
            shown = links.to(
                code_span(_path(place)), context.at_url(place), "cfg" if not number else f"cfg{number + 1}"
            )
            notes.append(f"{code_span(settings.spelt(verb))} is set to {role[verb].value} by {shown}")
    notes.append(links.to("how Plangate judges", f"{context.site_url}/rules", "doc"))
    notes.append(version(context))
    return f"<sub>{' · '.join(note for note in notes if note)}</sub>"


def _path(place: At) -> str:
    return place.path if place.line is None else f"{place.path}:{place.line}"


_BY_YOURSELF = {
    Verb.START: "{plan} gives the same documents for your own branch or fork",
    Verb.COMMIT: "{plan} shows the same drafts to commit yourself",
    Verb.WAIVE: "{why} says how to settle the finding itself",
}


@dataclass(frozen=True, slots=True)
class Denial:
    """A command whose author may not use it."""

    verb: Verb
    needed: Role
    role: Role
    """The role that the author has."""
    read_at: str
    """When GitHub was asked for the role: `12:44:02 UTC`."""


def denial(denied: Denial, settings: CommandSettings, context: RenderContext) -> str:
    """The role that the command needs, the author's role, and two ways to go on. Nobody is mentioned."""
    links = Links(context)
    role = "no role here" if denied.role is Role.ANYONE else denied.role.value
    command, needed = code_span(settings.spelt(denied.verb)), denied.needed.value
    plan, why, status = (code_span(settings.spelt(verb)) for verb in (Verb.PLAN, Verb.WHY, Verb.STATUS))
    alone = _BY_YOURSELF.get(denied.verb, "{status} shows how things stand").format(plan=plan, why=why, status=status)
    place = settings.set_by.get(denied.verb)
    notes = [
        f"role read from GitHub at {neutralise(denied.read_at, 20)}",
        f"set by {links.to(code_span(_path(place)), context.at_url(place), 'cfg')}" if place else "",
    ]
    parts = [
        f"{command} needs **{needed}** access here; you have {role}.",
        f"Ask somebody with {needed} access to comment it. By yourself: {alone}.",
        f"<sub>{' · '.join(note for note in notes if note)}</sub>",
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part)


def mistake(command_mistake: CommandMistake, settings: CommandSettings) -> str:
    """One sentence on what is wrong with a command line, and what to write instead."""
    if command_mistake.kind in {MistakeKind.UNKNOWN_COMMAND, MistakeKind.UNKNOWN_RULE}:
        return _unknown(command_mistake, settings)
    verb = command_mistake.verb or Verb.PLAN
    written = plain_line(command_mistake.written, 60)
    helps = f"{code_span(settings.spelt(Verb.HELP))} lists what there is."
    return {
        MistakeKind.MISSING_RULE: (
            f"A waiver names a rule and gives a reason: {code_span(settings.spelt(verb, '<rule> <reason>'))}."
        ),
        MistakeKind.MISSING_REASON: (
            "A waiver needs a reason that a reviewer can read, ten characters or more:"
            f" {code_span(settings.spelt(verb, f'{written} <reason>'))}."
        ),
        MistakeKind.UNWANTED_WORDS: (
            f"{code_span(settings.spelt(verb))} takes no argument, but {code_span(written)} follows it. {helps}"
        ),
        MistakeKind.WRONG_PLACE: f"{code_span(settings.spelt(verb))} works on {_places(verb)} only. {helps}",
        MistakeKind.TOO_MANY: (
            f"A comment holds up to {MAX_COMMANDS} commands; those from line {command_mistake.line} on were not read."
            " Write them in another comment."
        ),
    }[command_mistake.kind]


def _unknown(command_mistake: CommandMistake, settings: CommandSettings) -> str:
    written = plain_line(command_mistake.written, 60)
    if command_mistake.kind is MistakeKind.UNKNOWN_RULE:
        way_out = f"{code_span(settings.spelt(Verb.WHY))} lists the findings with their rules."
        meant, sentence = command_mistake.suggestion, f"{code_span(written)} is no rule."
    else:
        way_out = f"{code_span(settings.spelt(Verb.HELP))} lists what there is."
        meant = f"{settings.commands.prefix} {command_mistake.suggestion}" if command_mistake.suggestion else None
        sentence = f"{code_span(f'{settings.commands.prefix} {written}')} is no command."
    return f"{sentence} Did you mean {code_span(meant)}?" if meant else f"{sentence} {way_out}"


def _places(verb: Verb) -> str:
    return " and on ".join(_PLACES[where] for where in places_of(verb))


def waived(waiver: Waiver, findings: Sequence[Finding], context: RenderContext) -> str:
    """What a waiver did: each finding with its line, the reason, and when it ends."""
    links = Links(context)
    lines = [f"- {links.prose(finding.title).strip()}{_at(finding, links)}" for finding in findings[:_MOST_WAIVED]]
    not_shown = len(findings) - len(lines)
    lines += [f"- and {not_shown} more"] if not_shown else []
    day = f", and until {waiver.until} (UTC)" if waiver.until else ""
    parts = [
        f"**{neutralise(waiver.rule)} is waived** by {code_span(waiver.by, 60)} ({waiver.role}):",
        "\n".join(lines),
        f"> {neutralise(waiver.reason, _REASON)}",
        f"It holds until the feature folder or the finding changes{day}.",
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part)


def _at(finding: Finding, links: Links) -> str:
    return f" ({links.at(At(finding.path, finding.line))})" if finding.path else ""


def already_waived(waived_rule: Waived) -> str:
    """A waiver that is in force already, in the words of the check run."""
    return waiver_line(waived_rule)


def too_often(limit: int) -> str:
    """The answer to a person without a role who requests too many drafts in an hour."""
    return f"Without a role here, {limit} drafts an hour are made for you. The last one stands above; ask again later."


_IN_THE_RUN = "The fixes of all findings are in the check run."
SUGGESTIONS_TOO_COSTLY = (
    "There are no suggestions now: to try the fixes takes more time than is left for this repository. " + _IN_THE_RUN
)
SUGGESTIONS_REFUSED = (
    "GitHub did not take the review: the conversation may be locked, or the head has moved. " + _IN_THE_RUN
)


def no_suggestions(*, waived: bool) -> str:
    """The answer to `/plan suggest` where nothing may be suggested."""
    if waived:
        return f"A finding is waived here, and a waiver ends with any commit to its folder. {_IN_THE_RUN}"
    return "Nothing is judged here, so there is nothing to suggest."


def no_new_suggestions(standing: int) -> str:
    """The answer to `/plan suggest` where no suggestion is new. `standing` of earlier ones are open."""
    if standing:
        are = "suggestion is" if standing == 1 else "suggestions are"
        return f"{standing} {are} open already; there is nothing to add to {'it' if standing == 1 else 'them'}."
    return (
        "There is nothing to suggest on this head. A fix can be suggested where no person has to choose its words, on"
        f" lines that the diff shows. What was resolved or suggested on this head is not repeated. {_IN_THE_RUN}"
    )


_READ_ONLY = (
    "This App may read this repository and not write to it: its host chose the permission *Contents: Read-only*."
)


def start_by_hand(naming: Naming, settings: CommandSettings, context: RenderContext) -> str:
    """`/plan start` where the App may not write."""
    plan = code_span(settings.spelt(Verb.PLAN))
    steps = start_recipe(naming, context.default_branch or "main", "the drafted spec")
    return f"{_READ_ONLY} By hand:\n\n{steps}\n\n{plan} drafts the spec and the plan."


def commit_by_hand(documents: Mapping[str, str], branch: str, *, fork: bool, refused: bool = False) -> str:
    """`/plan commit` where the App may not write: on a fork, by the branch's rules, or by its host's choice."""
    if not documents:
        return "Nothing to commit: no document that can be drafted is missing."
    why = "The rules of this branch refuse a commit by this App." if refused else _READ_ONLY
    why = "The branch of this pull request is in a fork, where this App cannot write." if fork else why
    patch = patch_of(documents)
    steps = commit_recipe(documents, branch)
    if len(patch) > _MOST_PATCH:
        return f"{why} The drafts are longer than a comment holds. Write them on your machine: `plangate draft --write`"
    return f"{why} Save this as `plan.patch` on your branch:\n\n{fence(patch, 'diff')}\n\n{steps}"
