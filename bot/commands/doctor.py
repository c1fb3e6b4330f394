"""`plangate doctor`: check everything that a host can get wrong, one line per check with its remedy."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.core.forge.errors import UserError
from bot.core.hosting.diagnosis import Level, summary
from bot.core.hosting.kinds import gh_host
from bot.core.hosting.ruleset import ruleset_command
from bot.host import settings
from bot.host.doctor import examine

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bot.core.hosting.diagnosis import DoctorCheck

_MARKS = {Level.OK: ("✓", "green"), Level.WARNING: ("!", "yellow"), Level.ERROR: ("✗", "red")}
_NAME = 12

EXAMPLES = (
    "plangate doctor",
    "plangate doctor --require acme/ferry",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "The doctor only reads, here and on GitHub, with the settings of the server: run it as the server's user. With"
        " --canary, web process and worker run with these settings in a temporary folder, and a shared database gets a"
        " temporary one beside it. Exit code 1: there are errors; 0: there are none, though perhaps warnings."
    )
    parser.add_argument(
        "--canary",
        action="store_true",
        help="also plant a violation on a simulated GitHub, with these settings, and see that the run on it is red",
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--json", action="store_true", help="print one JSON document instead of lines")
    instead.add_argument(
        "--require",
        metavar="OWNER[/REPO]",
        help="print the command that requires the check from this App there, for an administrator to run",
    )


def run(options: argparse.Namespace) -> int:
    """Run the checks and print them."""
    if options.require is not None:
        sys.stdout.write(_requiring(options.require))
        return 0
    checks = examine(settings.from_environment, _announce)
    if options.canary:
        checks += _canary()
    failed = any(check.level is Level.ERROR for check in checks)
    if options.json:
        shown = {"ok": not failed, "checks": [asdict(check) for check in checks]}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        _print(checks)
    return 1 if failed else 0


def _canary() -> list[DoctorCheck]:
    """Let the canary fly, if the settings can be read; otherwise the line `settings` says why not."""
    if find_spec("graphql") is None:
        raise UserError('plangate doctor --canary needs graphql, which is not installed: pip install "plangate[demo]"')
    from bot.demo.canary import canary  # noqa: PLC0415  only with the package for the demo

    try:
        server = settings.from_environment()
    except UserError:
        return []
    # A plain `kill` and a closed terminal remove what the canary made, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    _announce("Planting a violation on a simulated GitHub on this machine. Your data are not touched.")
    return canary(server)


def _requiring(where: str) -> str:
    """The command that requires the check, with the App's own id. Raises `UserError`."""
    server = settings.from_environment()
    if server.app_id is None:
        raise UserError("No App is registered: run `plangate setup`.")
    return ruleset_command(server.app_id, where, gh_host(server.github_url))


def _announce(sentence: str) -> None:
    """Say why nothing is printed yet, apart from the result."""
    sys.stderr.write(f"plangate: {sentence}\n")
    sys.stderr.flush()


def _print(checks: Sequence[DoctorCheck]) -> None:
    console = Console(highlight=False)
    if console.is_terminal:
        grid = Table.grid(padding=(0, 1))
        for check in checks:
            mark, colour = _MARKS[check.level]
            end = f". {check.remedy}" if check.remedy else ""
            # Fold, because an address that is cut off is useless.
            sentence = Text.assemble(check.said, (end, "bold"), overflow="fold")
            grid.add_row(Text(f" {mark}", style=f"bold {colour}"), Text(f"{check.name:<{_NAME}}"), sentence)
        console.print(grid)
    else:
        for check in checks:
            end = f". {check.remedy}" if check.remedy else ""
            console.print(Text(f" {_MARKS[check.level][0]} {check.name:<{_NAME}} {check.said}{end}"), soft_wrap=True)
    console.print()
    console.print(Text(summary(checks)))
