"""One module per command: its arguments, one call, and its output.

A command is a module in this folder, named like the command, with `arguments(parser)`, `run(options)` and `EXAMPLES`.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from bot.core.text.nearest import nearest
from bot.core.text.neutral import plain_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DESK: Final = {
    "check": "judge the features of a working copy as the App would",
    "draft": "write or print a plan that is prefilled from the repository",
    "renumber": "give a feature another number, in its folder's name and in its own files",
    "init": "write a first app.yml for a working copy, and show the verdicts on its features",
    "config": "validate an app.yml, or show the values in force and their sources",
    "verify": "judge again what a JSON report is about, and compare",
    "completion": "print the completion script for your shell",
}
HOST: Final = {
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
LEARN: Final = {
    "demo": "run the whole story on a local sandbox of GitHub",
    "rules": "list the rules, or print the page of one rule",
}
GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "On your desk": DESK,
    "Host the App": HOST,
    "Learn": LEARN,
}
COMMANDS: Final = {**DESK, **HOST, **LEARN}
_SERVER: Final = (
    "flask",
    "github",
    "github3",
    "granian",
    "jwt",
    "cryptography",
    "procrastinate",
    "psycopg",
    "rich",
)
PARTS: Final = {"server": _SERVER, "demo": (*_SERVER, "graphql")}
"""The packages that an extra of Plangate brings and its commands import, by the extra's name."""
NO_VERDICT: Final = 2
"""The exit code of a command that could not do its work."""
EXAMPLES: Final = ("plangate check --base origin/main", "plangate demo")
_WIDEST: Final = 100
"""Cells of a line of help on a wide terminal."""


class Parser(argparse.ArgumentParser):
    """An argument parser that names the nearest word for a mistyped one, and wraps help only between words."""

    def parse_known_args(  # type: ignore[override]  # argparse's overloads differ in the namespace only
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuse an unknown argument here, so that the usage is that of the innermost command."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._described(unknown[0]))
        return options, []

    def _get_formatter(self) -> argparse.HelpFormatter:
        return _HelpFormatter(self.prog)

    def error(self, message: str) -> NoReturn:
        """Print the usage and the mistake, and exit with code 2."""
        sys.stderr.write(f"{self.format_usage()}{self.prog}: {visible(message)}\n")
        sys.exit(NO_VERDICT)

    def _described(self, argument: str) -> str:
        if not argument.startswith("-"):
            return f"unexpected argument: {plain_line(argument)}"
        name = argument.partition("=")[0]
        return f"unknown option {plain_line(name)}{did_you_mean(name, self._option_string_actions)}"

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        listed = ", ".join(choices)
        raise argparse.ArgumentError(
            action, f"{plain_line(str(value))!r} is none of {listed}{did_you_mean(str(value), choices)}"
        )


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help in the width of the terminal, at most 100 cells, in which no word is divided."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=width())

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(" ".join(text.split()), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Wrap paragraphs; a line that is indented stays as it is."""
        lines = (
            [f"{indent}{line}"]
            if line.startswith("  ")
            else [f"{indent}{part}" for part in wrapped(line, width - len(indent))]
            for line in text.splitlines()
        )
        return "\n".join(part for parts in lines for part in parts or [""])


def width() -> int:
    """Cells of a line of help."""
    return max(20, min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns))


def wrapped(text: str, cells: int) -> list[str]:
    """The text in lines of at most so many cells. A longer word has a line of its own."""
    return textwrap.wrap(text, max(8, cells), break_long_words=False, break_on_hyphens=False)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`; did you mean X?` for the nearest choice, or nothing."""
    near = nearest(word, list(choices))
    return f"; did you mean {near}?" if near is not None else ""


def parser_of(name: str) -> Parser:
    """The parser of one command, whose `run` is its default. Imports the command's module."""
    module = importlib.import_module(f"bot.commands.{name}")
    about = COMMANDS[name]
    parser = Parser(prog=f"plangate {name}", description=f"{about[0].upper()}{about[1:]}.")
    module.arguments(parser)
    parser.epilog = "\n\n".join(part for part in (parser.epilog, _examples(module.EXAMPLES)) if part)
    parser.set_defaults(run=module.run)
    return parser


def overview(about: str, examples: Sequence[str] = EXAMPLES) -> str:
    """The help of `plangate` itself: every command in its group."""
    room = max(len(name) for name in COMMANDS) + 6
    parts = [*wrapped(about, width()), "", "usage: plangate COMMAND [OPTION …]"]
    for title, commands in GROUPS.items():
        parts += ["", f"{title}:"]
        for name, purpose in commands.items():
            first, *rest = wrapped(purpose, width() - room)
            parts += [f"    {name:<{room - 4}}{first}", *(f"{' ' * room}{line}" for line in rest)]
    parts += [
        "",
        _examples(examples),
        "",
        *wrapped("`plangate COMMAND --help` explains a command; --version prints the version.", width()),
    ]
    return "\n".join(parts) + "\n"


def _examples(examples: Sequence[str]) -> str:
    return "\n".join(["examples:", *(f"  {example}" for example in examples)])


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the optional argument for the working copy."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder")


def add_color(parser: argparse.ArgumentParser) -> None:
    """Add the option for colour, under both spellings."""
    parser.add_argument(
        "--color",
        "--colour",
        choices=("auto", "always", "never"),
        default="auto",
        metavar="WHEN",
        help="auto, always or never (default: auto, on a terminal; NO_COLOR and FORCE_COLOR are respected)",
    )


def colored(when: str) -> bool:
    """Whether standard output gets colour. NO_COLOR goes before FORCE_COLOR, and the option before both.

    https://no-color.org, https://force-color.org
    """
    if when != "auto":
        return when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


PLAIN_WIDTH: Final = 120
"""Cells of a line of output where standard output is no terminal."""


def output_width() -> int:
    """Cells of a line of output: COLUMNS, else the terminal's width, else 120."""
    return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
