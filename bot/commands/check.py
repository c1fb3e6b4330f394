"""`plangate check`: the verdict on the desk."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from bot.adapters.worktree.worktree import CheckOptions
from bot.commands import add_folder
from bot.core.change.feature import Stage
from bot.core.speech.render import Style
from bot.desk.check import Format, judge_copy, show

if TYPE_CHECKING:
    import argparse

PLAIN_WIDTH = 120
"""Cells of a line where no terminal says how wide it is."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.epilog = (
        "Exits with 0 when nothing blocks, 1 when something does, 2 when it could not judge. With --base the verdict is"
        " the App's, but for what only GitHub and the host know: the file in the owner's .github repository, the host's"
        " own defaults, waivers, other branches and pull requests, and what is older than the App."
    )
    add_folder(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--feature", action="append", default=[], metavar="DIR", help="a feature folder; repeatable")
    which.add_argument("--all", action="store_true", help="every feature folder (default: the branch's own, else all)")
    parser.add_argument(
        "--base",
        metavar="REF",
        help="judge what changed against this, such as origin/main; without it everything is new, and no code is seen",
    )
    parser.add_argument("--branch", metavar="NAME", help="the branch's name (default: the one that is checked out)")
    parser.add_argument("--stage", choices=[stage.value for stage in Stage], help="judge as if it had come this far")
    parser.add_argument("--format", choices=[form.value for form in Format], default=Format.TEXT.value)
    parser.add_argument("--colour", choices=("auto", "always", "never"), default="auto", help="default: on a terminal")


def run(given: argparse.Namespace) -> int:
    """Judge, print, and tell by the exit code."""
    wanted = CheckOptions(tuple(given.feature), given.all, given.base, given.stage, given.branch)
    judged = judge_copy(given.folder, wanted)
    style = Style(colour=_coloured(given.colour), width=_width())
    sys.stdout.write(show(judged, Format(given.format), style))
    return judged.exit_code


def _coloured(wish: str) -> bool:
    # https://no-color.org
    return wish == "always" or (wish == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return PLAIN_WIDTH
