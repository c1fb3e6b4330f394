"""The command line: find the command, parse its arguments, and print a user's mistake as one sentence.

Only the called command is imported: `plangate check` loads no GitHub client, and `plangate serve` no plan reader.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
from typing import TYPE_CHECKING

import bot
from bot.commands import COMMANDS, HOST, NO_VERDICT, PARTS, did_you_mean, overview, parser_of
from bot.core.forge.errors import StorageError, UserError
from bot.core.text.neutral import plain_line, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COMMANDS", "NO_VERDICT", "main"]


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
        return 128 + _SIGPIPE
    return code


_SIGPIPE = 13
"""The number of the signal, which Windows does not have."""


def _run(words: list[str]) -> int:
    if not words or words[0] in {"-h", "--help", "help"}:
        if words and words[0] == "help" and words[1:] and not words[1].startswith("-"):
            return _run([*words[1:], "--help"])
        sys.stdout.write(overview(bot.__doc__))
        return 0 if words else NO_VERDICT
    name, *rest = words
    if name == "--version":
        sys.stdout.write(f"plangate {bot.__version__}\n")
        return 0
    if name not in COMMANDS:
        kind = "option" if name.startswith("-") else "command"
        known = ["--help", "--version"] if kind == "option" else COMMANDS
        message = f"unknown {kind} {plain_line(name)}{did_you_mean(name, known)}"
        raise UserError(f"{message}\n`plangate --help` lists the commands.")
    _refuse_missing_part(name)
    options = parser_of(name).parse_args(rest)
    code: int = options.run(options)
    return code


def _refuse_missing_part(name: str) -> None:
    """Raise `UserError` where a command's part of Plangate is not installed."""
    part = "demo" if name == "demo" else "server" if name in HOST else None
    package = next((package for package in PARTS[part] if not _is_installed(package)), None) if part else None
    if package is not None:
        raise UserError(f'plangate {name} needs {package}, which is not installed: pip install "plangate[{part}]"')


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
