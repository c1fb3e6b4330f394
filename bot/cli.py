"""The command line: finds the command, lets it read its arguments, and turns a person's mistake into one sentence.

A command is a module in `bot/commands/` with `arguments(parser)` and `run(given)`; only the one that is called is
loaded, so that `plangate --version` loads no client of GitHub and `plangate serve` no reader of plans.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING

import bot
from bot.core.forge.errors import StorageError, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "check": "judge the features of a working copy, as the App would",
    "init": "write a first app.yml for a working copy, and say what it means for the features that are there",
    "draft": "write or print a plan filled with what the repository already says",
    "config": "validate an app.yml, or show what is in force and from where",
    "rules": "list the rules, or print the page of one",
    "demo": "play the whole story on a GitHub of its own, on this machine",
    "setup": "register the App at GitHub, and keep its credentials",
    "doctor": "look whether everything that the App needs is in order, and say what to mend",
    "serve": "the App: web and worker as two supervised processes",
    "web": "the App's door alone",
    "worker": "the App's worker alone",
    "migrate": "bring the database to this version",
    "deliveries": "list, show and replay what was accepted",
    "receive": "work on one recorded delivery, or show what it would do",
}
NO_VERDICT = 2
"""The exit code of whatever could not be done at all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A path or a plan may hold what the terminal's encoding has no sign for; it is escaped, never a crash.
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = _run(words)
        sys.stdout.flush()
    except (UserError, StorageError) as error:
        print(f"plangate: {error}", file=sys.stderr)
        return NO_VERDICT
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # `plangate check | head`: nobody reads on. What Python would flush at its end goes nowhere.
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return code


def _run(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="plangate", description=bot.__doc__)
    parser.add_argument("--version", action="version", version=f"plangate {bot.__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    called = next((word for word in words if not word.startswith("-")), None)
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        if name == called:
            module = importlib.import_module(f"bot.commands.{name}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    if not words:
        parser.print_help()
        return NO_VERDICT
    given = parser.parse_args(words)
    code: int = given.run(given)
    return code
