"""The command line: find the command, parse its arguments, and print a user's mistake as one sentence.

A command is a module in `bot/commands/` with `arguments(parser)` and `run(options)`. Only the called command is
imported, so that `plangate --version` loads no GitHub client and `plangate serve` no plan reader.
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
from bot.core.text.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "check": "judge the features of a working copy as the App would",
    "init": "write a first app.yml for a working copy, and show the verdicts on its features",
    "draft": "write or print a plan that is prefilled from the repository",
    "config": "validate an app.yml, or show the values in force and their sources",
    "verify": "judge again what a JSON report is about, and compare",
    "rules": "list the rules, or print the page of one rule",
    "demo": "run the whole story on a local sandbox of GitHub",
    "setup": "register the App on GitHub, and store its credentials",
    "doctor": "check everything that the App needs, and say how to fix problems",
    "serve": "run the App: web and worker as two supervised processes",
    "web": "run only the web process",
    "worker": "run only the worker",
    "migrate": "migrate the database to this version",
    "deliveries": "list, show and replay accepted deliveries",
    "waivers": "list the waivers that were given, those that ended included",
    "receive": "process one recorded delivery, or show its effects",
}
NO_VERDICT = 2
"""The exit code of a command that could not do its work."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A path or a plan may contain characters outside the terminal's encoding: escape them.
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = _run(words)
        sys.stdout.flush()
    except (UserError, StorageError) as error:
        # Errors quote names of files and branches, which may hold escape sequences for a terminal.
        message = visible(str(error), keep="\n")
        print(f"plangate: {message}", file=sys.stderr)
        return NO_VERDICT
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # `plangate check | head`: the reader has closed the pipe. Discard what Python would flush at exit.
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
    options = parser.parse_args(words)
    code: int = options.run(options)
    return code
