"""`plangate init`: the first `app.yml` of a repository, and what it means for the features that are there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.commands import add_folder
from bot.core.text.neutral import plain_line
from bot.core.text.wording import count
from bot.desk.init import TARGET, begin, refuse_another

if TYPE_CHECKING:
    import argparse

    from bot.desk.init import FirstConfig


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.epilog = "A configuration that is there is never overwritten."
    add_folder(parser)
    parser.add_argument(
        "--print", action="store_true", dest="only_print", help="print the file, and the rest to standard error"
    )


def run(given: argparse.Namespace) -> int:
    """Write or print the file, and say how the features that are there would fare."""
    found = begin(given.folder)
    if given.only_print:
        sys.stdout.write(found.text)
        sys.stderr.write(_table(found))
        return 0
    refuse_another(found.copy)
    sys.stdout.write(_table(found))
    found.save()
    sys.stdout.write(f"{TARGET} is written. Read it, and bring it to the default branch: it holds from there.\n")
    return 0


def _table(found: FirstConfig) -> str:
    """A line for each feature, and what the file does about those that would block."""
    if not found.standings:
        return "No feature folder was found, so there is nothing to judge yet.\n"
    width = max(len(plain_line(one.dir)) for one in found.standings)
    lines = [
        f"{plain_line(one.dir):<{width}}  {'would fail' if one.blocked else 'would pass'}: {one.title}"
        f"{' (legacy from now on)' if one.blocked and one.legacy else ''}"
        for one in found.standings
    ]
    blocked = sum(one.blocked for one in found.standings)
    passing = len(found.standings) - blocked
    return "\n".join([*lines, "", f"{_tally(passing, blocked)} {_consequence(found)}".strip()]) + "\n"


def _tally(passing: int, blocked: int) -> str:
    return f"{count(passing, 'feature', 'features')} would pass today, {blocked} would fail."


def _consequence(found: FirstConfig) -> str:
    start = found.start
    named = [f"`since: {start.since}`"] if start.since is not None else []
    named += [f"`legacy:` with {count(len(start.legacy), 'folder', 'folders')}"] if start.legacy else []
    if not named:
        return "Nothing has to be let pass."
    return (
        f"{' and '.join(named)} {'lets' if len(named) == 1 else 'let'} those pass, so nothing that is there turns red."
    )
