"""`/plan config`: every setting in force, who set it, and the keys that the owner's or the host's file locks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core.config.layers import Rank
from bot.core.config.owner_file import OwnerFileState
from bot.core.config.shown import DEFAULT, Row, rows
from bot.core.speech.replies.status_and_why import Setting, settings_in_force
from bot.core.text.neutral import code_span, neutralise
from bot.core.text.prose import At, Side

if TYPE_CHECKING:
    from bot.core.config.in_force import ConfigInForce
    from bot.core.speech.render.context import RenderContext

_MOST = 10
_HIDDEN = "set in a private repository"


def configuration(configured: ConfigInForce, context: RenderContext, *, private: bool) -> str:
    """The table, and notes below it. `private`: the table is shown in a private repository."""
    at_its_commit = replace(context, base_sha=configured.sha or context.base_sha)
    table = settings_in_force([_setting(row, private=private) for row in rows(configured.effective)], at_its_commit)
    notes = [*_notes(configured, private=private), "Only the owner's or the host's file may set `locked` keys."]
    shown = notes if configured.config.locked else notes[:-1]
    return "\n\n".join([table, "\n".join(f"- {note}" for note in shown)]).strip()


def _setting(row: Row, *, private: bool) -> Setting:
    origin = row.origin
    if origin is None:
        return Setting(row.key, row.value, DEFAULT)
    if origin.private and not private:
        return Setting(row.key, _HIDDEN, origin.path)
    if origin.rank is Rank.HOST:
        return Setting(row.key, row.value, "whoever hosts Plangate")
    # Only a file of this repository has an address here.
    address = At(origin.path, row.line, Side.BASE) if ":" not in origin.path else None
    return Setting(row.key, row.value, row.place, address)


def _notes(configured: ConfigInForce, *, private: bool) -> list[str]:
    notes = [_own(configured)]
    if configured.mode is not None:
        notes.append(
            f"Here the mode is {code_span(configured.mode)}: this pull request is older than the installation."
        )
    owner = configured.owner
    if owner is not None:
        name = code_span(owner.file.repository)
        notes.append(
            {
                OwnerFileState.PRESENT: f"{name}: its {code_span(owner.file.path)} applies to the whole account.",
                OwnerFileState.ABSENT: f"{name}: it can be read and has no `plangate:`.",
                OwnerFileState.OUTSIDE: f"{name}: this App is not installed on it, so it counts as absent.",
                OwnerFileState.LOST: f"{name}: this App can no longer read it; the last good version holds.",
            }[owner.file.standing]
        )
        if owner.broken is not None:
            may_show = private or not owner.file.private
            where = f" (line {owner.broken.spot.line}: {neutralise(owner.broken.title)})" if may_show else ""
            notes.append(f"{name}: its file is broken{where}; the last good version holds, if there was one.")
    overruled = [mistake for origin, mistake in configured.effective.overruled if origin.rank is Rank.REPOSITORY]
    notes += [f"line {mistake.spot.line} has no effect: {neutralise(mistake.title)}." for mistake in overruled[:_MOST]]
    return notes


def _own(configured: ConfigInForce) -> str:
    path, branch = code_span(configured.path), code_span(configured.branch)
    if configured.broken is not None:
        in_force = "no version was ever good" if configured.never_good else "the last good version holds"
        line = configured.broken.spot.line
        return f"{path} on {branch} is broken (line {line}: {neutralise(configured.broken.title)}); {in_force}."
    if not configured.present:
        return f"There is no {path} with a `plangate:` on {branch}."
    return f"{path} is read from {branch}, never from the branch of a pull request."
