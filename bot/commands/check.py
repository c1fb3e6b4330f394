"""`plangate check`: the verdict on a working copy."""

from __future__ import annotations

import argparse
import sys

from bot.adapters.worktree.worktree import CheckOptions
from bot.commands import add_color, add_folder, colored, output_width
from bot.core.change.feature import Stage
from bot.core.speech.render import Style
from bot.desk.check import Format, judge_copy, show
from bot.progress import ProgressLine

EXAMPLES = (
    "plangate check",
    "plangate check --base origin/main --format concise",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Exit code 0: nothing blocks; 1: something blocks; 2: no verdict was possible. With --base the verdict is the"
        " App's, except for what only GitHub and the host know: the file in the owner's .github repository, the host's"
        " own defaults, waivers, other branches and pull requests, and what is older than the App."
    )
    add_folder(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--feature", action="append", default=[], metavar="DIR", help="a feature folder; repeatable")
    which.add_argument("--all", action="store_true", help="every feature folder (default: the branch's own, else all)")
    parser.add_argument(
        "--base",
        metavar="REF",
        help="judge the changes since this commit, such as origin/main (default: every plan is new, no code is read)",
    )
    parser.add_argument(
        "--stack-base",
        metavar="REF",
        help="for stacked pull requests: the branch that the whole stack goes to, such as origin/main; configuration,"
        " constitution and template are read there, the changes since --base",
    )
    parser.add_argument("--head", metavar="REF", help="judge this commit (default: the files as they stand)")
    parser.add_argument("--branch", metavar="NAME", help="the branch's name (default: the checked-out branch)")
    stages = [stage.value for stage in Stage]
    parser.add_argument(
        "--stage",
        choices=stages,
        metavar="STAGE",
        help=f"judge as if the feature had reached this stage: {', '.join(stages)}",
    )
    forms = [form.value for form in Format]
    parser.add_argument(
        "--format",
        choices=forms,
        default=Format.TEXT.value,
        metavar="FORMAT",
        help=f"how the report is printed: {', '.join(forms)} (default: {Format.TEXT.value})",
    )
    parser.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="read documents in N processes (default: one for each processor where there are many features)",
    )
    add_color(parser)


def _count(word: str) -> int:
    if not word.isascii() or not word.isdecimal() or not 0 < int(word) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"{word!r} is no number from 1 to {_MOST_JOBS}")
    return int(word)


_MOST_JOBS = 64


def run(options: argparse.Namespace) -> int:
    """Judge and print; the exit code is the verdict."""
    request = CheckOptions(
        tuple(options.feature),
        options.all,
        options.base,
        options.stage,
        options.branch,
        options.stack_base,
        options.head,
        options.jobs,
    )
    with ProgressLine("features") as line:
        judged = judge_copy(options.folder, request, line.step)
    form = Format(options.format)
    style = Style(colour=colored(options.color), width=output_width(), wraps=sys.stdout.isatty())
    sys.stdout.write(show(judged, form, style))
    return judged.exit_code
