"""`plangate doctor`: everything that a host can get wrong, each in one line with its remedy."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.core.hosting.diagnosis import Level, summary
from bot.host import settings
from bot.host.doctor import examine

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bot.core.hosting.diagnosis import Check

_MARKS = {Level.OK: ("✓", "green"), Level.WARNING: ("!", "yellow"), Level.ERROR: ("✗", "red")}
_NAME = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.epilog = (
        "It only reads, here and at GitHub, with the settings of the server: run it as the server's user. Exits with 1"
        " when something has to be mended, else with 0, also when something is worth a look."
    )
    parser.add_argument("--json", action="store_true", help="one document for machines, in place of the lines")


def run(given: argparse.Namespace) -> int:
    """Look, and print."""
    checks = examine(settings.from_environment)
    failed = any(one.level is Level.ERROR for one in checks)
    if given.json:
        shown = {"ok": not failed, "checks": [asdict(one) for one in checks]}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        _print(checks)
    return 1 if failed else 0


def _print(checks: Sequence[Check]) -> None:
    console = Console(highlight=False)
    if console.is_terminal:
        grid = Table.grid(padding=(0, 1))
        for one in checks:
            mark, colour = _MARKS[one.level]
            end = f". {one.remedy}" if one.remedy else ""
            said = Text.assemble(one.said, (end, "bold"), overflow="fold")  # an address is worth nothing when it is cut
            grid.add_row(Text(f" {mark}", style=f"bold {colour}"), Text(f"{one.name:<{_NAME}}"), said)
        console.print(grid)
    else:
        for one in checks:
            end = f". {one.remedy}" if one.remedy else ""
            console.print(Text(f" {_MARKS[one.level][0]} {one.name:<{_NAME}} {one.said}{end}"), soft_wrap=True)
    console.print()
    console.print(Text(summary(checks)))
