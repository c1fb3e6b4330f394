"""The yardstick: the repository's own plan template, resolved as Spec Kit resolves it, and what it expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.change import Document
    from bot.core.plan import PlaceholderKind

BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class Hole:
    """A line of the template that a plan has to replace.

    `text` is the line's placeholder as it stands there (usually a bracketed span), `line` its 1-based line in the
    template.
    """

    text: str
    kind: PlaceholderKind
    line: int


@dataclass(frozen=True, slots=True)
class Template:
    """What a plan in this repository is expected to look like."""

    path: str
    """The winning file, or `bundled`."""
    text: str
    holes: tuple[Hole, ...]
    sections: tuple[str, ...]
    """Titles of its level-2 headings, as written."""
    check_heading: str | None
    """The title of its Constitution Check in whatever language, None where it has none."""
    tracking_heading: str | None
    tracking_header: tuple[str, ...]
    """The cells of the Complexity Tracking header as written; empty where there is no table."""
    fields: tuple[str, ...]
    """Names of the Technical Context fields as written."""
    principles: tuple[str, ...]
    """Principles listed in the check itself, as the seed's template does; empty in the stock one."""
    prefilled: bool = False
    """The template's own check carries verdicts, so a plan that keeps them has answered nothing."""
    lean: bool = False
    """The lean preset: no Constitution Check is expected."""


def resolution_paths(specify_root: str = "") -> tuple[str, ...]:
    """The paths (exact, no globs) that decide which template wins below `specify_root` (`""` or `apps/a/`)."""
    raise NotImplementedError


def resolve_template(documents: Mapping[str, Document], bundled: str, specify_root: str = "") -> Template:
    """The winning plan template among `documents`; the `bundled` text where the repository has none. Never raises."""
    raise NotImplementedError


def read_template(text: str, path: str) -> Template:
    """What one template text expects. Total: never raises for any text."""
    raise NotImplementedError
