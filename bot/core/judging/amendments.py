"""Describe how a change without a feature edits constitution, template and configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.change.trees import FileStatus
from bot.core.config.in_force import PATHS
from bot.core.text.prose import Code, Name, Piece, Prose
from bot.core.text.wording import clip
from bot.core.yardstick.amendment import Amendment, Turn, amendment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change.trees import Change, Document

_CONSTITUTIONS = (".specify/memory/constitution.md", "memory/constitution.md")
_TEMPLATE = "plan-template.md"
_NAMED_AT_MOST = 5
_LONGEST_NAME = 60


def amendments_of(change: Change) -> tuple[Amendment, ...]:
    """How the change amends each constitution that it touches. Empty without a base."""
    return tuple(_amendments(change))


def _amendments(change: Change) -> Iterator[Amendment]:
    base = change.base.documents if change.base is not None else None
    if base is None:
        return
    after: dict[str, Document | None] = {}
    for file in change.changed:
        if file.previous is not None:
            after.setdefault(file.previous, None)
        if file.status is FileStatus.REMOVED:
            after[file.path] = None
        elif file.path in change.head.documents:
            after[file.path] = change.head.documents[file.path]
    for path, document in after.items():
        if path.endswith(_CONSTITUTIONS):
            yield amendment(base.get(path), document, path)


def yardstick_reason(change: Change) -> tuple[str, Prose, tuple[Prose, ...]] | None:
    """Title, sentence and bullets about a change to the yardstick; None if the change leaves it alone."""
    paths = [path for file in change.changed for path in (file.path, file.previous) if path is not None]
    touched = [
        name
        for name, is_touched in (
            ("the constitution", any(path.endswith(_CONSTITUTIONS) for path in paths)),
            ("the plan template", any(path.endswith(_TEMPLATE) and ".specify/" in path for path in paths)),
            ("the configuration", any(path in PATHS for path in paths)),
        )
        if is_touched
    ]
    if not touched or change.base is None:
        return None
    listed = " and ".join([", ".join(touched[:-1]), touched[-1]] if len(touched) > 1 else touched)
    bullets = [bullet for amended in amendments_of(change) for bullet in _bullets(amended)]
    title = f"{listed[:1].upper()}{listed[1:]} changed, no feature"
    return title, (f"This change edits {listed} and no feature.",), tuple(bullets)


def _bullets(amended: Amendment) -> Iterator[Prose]:
    for turn in Turn:
        principles = [principle for kind, principle in amended.turns if kind is turn]
        if principles:
            pieces: list[Piece] = [f"{turn.value} "]
            for principle in principles[:_NAMED_AT_MOST]:
                pieces += [Name(clip(principle.title, _LONGEST_NAME)), ", "]
            further = len(principles) - _NAMED_AT_MOST
            yield (*pieces[:-1], f" and {further} more") if further > 0 else tuple(pieces[:-1])
    if not amended.turns:
        yield ("no principle of ", Code(clip(amended.after.path)), " is added, removed or changed")
    yield _version(amended)


def _version(amended: Amendment) -> Prose:
    before, after = amended.before.version, amended.after.version
    if before is None or amended.bump is None:
        return ("version ", Code(clip(after or "none", 20)))
    fits = "fits" if amended.has_fitting_version else f"does not fit: a new {amended.bump.value} version is due"
    if before == after:
        return ("version ", Code(clip(before, 20)), f" stays, which {fits}")
    return ("version ", Code(clip(before, 20)), " to ", Code(clip(after or "none", 20)), f" {fits}")
