"""`plangate draft`: a plan that is prefilled from the repository, for people and agents in a working copy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands import add_folder
from bot.core.text.neutral import plain_line
from bot.desk.draft import draft_copy

if TYPE_CHECKING:
    import argparse

EXAMPLES = (
    "plangate draft --write",
    'plangate draft --feature specs/019-rate-limits --title "Rate limits"',
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "An edited plan is never overwritten."
    add_folder(parser)
    parser.add_argument("--feature", metavar="DIR", help="the feature folder (default: that of the branch)")
    parser.add_argument("--title", help="the feature's title (default: from its spec or its folder)")
    parser.add_argument("--write", action="store_true", help="save it as plan.md instead of printing it")


def run(options: argparse.Namespace) -> int:
    """Print the draft, or save it and count the lines that are still to be filled in."""
    drafted = draft_copy(options.folder, options.feature, options.title)
    if not options.write:
        sys.stdout.write(drafted.draft.text)
        return 0
    path, draft = drafted.save(), drafted.draft
    blanks = (
        f"{draft.blanks} blanks to fill in: {draft.clarifications} × NEEDS CLARIFICATION, {draft.verdicts} verdicts"
    )
    sys.stdout.write(f"{plain_line(str(_from_here(path)))}: {blanks}\n")
    return 0


def _from_here(path: Path) -> Path:
    """The path as the user would type it: from the current folder where the file is below that folder."""
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path
