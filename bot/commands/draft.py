"""`plangate draft`: a plan filled with what the repository already says, for people and agents on the desk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.commands import add_folder
from bot.core.text.neutral import plain_line
from bot.desk.draft import draft_copy

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.epilog = "A plan that somebody has begun is never overwritten."
    add_folder(parser)
    parser.add_argument("--feature", metavar="DIR", help="the feature folder (default: the branch's own)")
    parser.add_argument("--title", help="what the feature is called (default: as its spec or its folder says)")
    parser.add_argument("--write", action="store_true", help="save it as plan.md instead of printing it")


def run(given: argparse.Namespace) -> int:
    """Print the draft, or save it and say what is left to fill."""
    found = draft_copy(given.folder, given.feature, given.title)
    if not given.write:
        sys.stdout.write(found.draft.text)
        return 0
    path, draft = found.save(), found.draft
    left = f"{draft.blanks} blanks are left: {draft.clarifications} × NEEDS CLARIFICATION, {draft.verdicts} verdicts"
    sys.stdout.write(f"{plain_line(str(path))}: {left}\n")
    return 0
