"""`plangate init`: write the first `app.yml` of a repository, and show the verdicts on its features."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.commands import add_folder
from bot.core.text.neutral import plain_line
from bot.core.text.wording import count
from bot.desk.init import TARGET, begin, refuse_another
from bot.progress import ProgressLine

if TYPE_CHECKING:
    import argparse

    from bot.desk.init import FirstConfig

EXAMPLES = (
    "plangate init",
    "plangate init --print",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "An existing configuration is never overwritten."
    add_folder(parser)
    parser.add_argument(
        "--print",
        action="store_true",
        dest="only_print",
        help="print the file to standard output, and the verdicts to standard error",
    )


def run(options: argparse.Namespace) -> int:
    """Write or print the file, and show whether each feature would pass."""
    with ProgressLine("features") as line:
        first_config = begin(options.folder, line.step)
    if options.only_print:
        sys.stdout.write(first_config.text)
        sys.stderr.write(_table(first_config))
        return 0
    refuse_another(first_config.copy)
    sys.stdout.write(_table(first_config))
    first_config.save()
    sys.stdout.write(f"Wrote {TARGET}. Review it, and merge it into the default branch: it applies from there.\n")
    return 0


def _table(first_config: FirstConfig) -> str:
    """A line for each feature, and how the file lets failing features pass."""
    if not first_config.standings:
        return "No feature folder was found, so there is nothing to judge yet.\n"
    width = max(len(plain_line(feature.dir)) for feature in first_config.standings)
    lines = [
        f"{plain_line(feature.dir):<{width}}  {'would fail' if feature.blocked else 'would pass'}: {feature.title}"
        f"{' (legacy from now on)' if feature.blocked and feature.legacy else ''}"
        for feature in first_config.standings
    ]
    blocked = sum(feature.blocked for feature in first_config.standings)
    passing = len(first_config.standings) - blocked
    return "\n".join([*lines, "", f"{_tally(passing, blocked)} {_consequence(first_config)}".strip()]) + "\n"


def _tally(passing: int, blocked: int) -> str:
    return f"{count(passing, 'feature', 'features')} would pass today, {blocked} would fail."


def _consequence(first_config: FirstConfig) -> str:
    start = first_config.start
    named = [f"`since: {start.since}`"] if start.since is not None else []
    named += [f"`legacy:` with {count(len(start.legacy), 'folder', 'folders')}"] if start.legacy else []
    if not named:
        return "No exception is needed."
    verb = "lets" if len(named) == 1 else "let"
    return f"{' and '.join(named)} {verb} those features pass: everything you already have passes."
