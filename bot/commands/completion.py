"""`plangate completion`: a script with which bash, zsh or fish completes commands, options and their values."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.commands import COMMANDS, parser_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

EXAMPLES = (
    "plangate completion bash > ~/.local/share/bash-completion/completions/plangate",
    "plangate completion fish > ~/.config/fish/completions/plangate.fish",
)


@dataclass(frozen=True, slots=True)
class _Option:
    """An option of a command, by its long name without dashes."""

    name: str
    purpose: str
    choices: tuple[str, ...]
    takes_argument: bool


@dataclass(frozen=True, slots=True)
class _Command:
    """A command with its options and the words that may follow it (`validate` after `config`)."""

    name: str
    purpose: str
    options: tuple[_Option, ...]
    actions: tuple[str, ...]

    def words(self) -> str:
        """What may follow the command, in one line."""
        return " ".join([*self.actions, *(f"--{option.name}" for option in self.options)])


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "For zsh, save the script as `_plangate` in a folder of your $fpath."
    parser.add_argument("shell", choices=sorted(_SCRIPTS), help="the shell to complete in")


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    commands = [_command(name, about) for name, about in COMMANDS.items()]
    commands.append(_Command("help", "explain a command", (), tuple(COMMANDS)))
    sys.stdout.write(_SCRIPTS[options.shell](commands))
    return 0


def _command(name: str, about: str) -> _Command:
    try:
        listed = parser_of(name)._actions  # noqa: SLF001  argparse has no public list of a parser's arguments
    except ModuleNotFoundError:  # the command's part is not installed
        return _Command(name, about, (), ())
    positional = [action for action in listed if not action.option_strings and action.choices]
    options = (
        _Option(
            option[2:], (action.help or "").partition(";")[0], tuple(map(str, action.choices or ())), action.nargs != 0
        )
        for action in listed
        for option in action.option_strings
        if option.startswith("--")
    )
    return _Command(name, about, tuple(options), tuple(str(word) for each in positional for word in each.choices or ()))


def _values(commands: Sequence[_Command]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Command, option and values of every option with a fixed set of values."""
    return [
        (command.name, option.name, option.choices)
        for command in commands
        for option in command.options
        if option.choices
    ]


def _bash(commands: Sequence[_Command]) -> str:
    values = "".join(
        f'    "{command} --{option}") words="{" ".join(choices)}" ;;\n'
        for command, option, choices in _values(commands)
    )
    following = "".join(f'    {command.name}\\ *) words="{command.words()}" ;;\n' for command in commands)
    return f"""\
_plangate() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
  # Readline divides `--format=json` at the sign.
  if [ "$current" = "=" ]; then current=""
  elif [ "$previous" = "=" ]; then previous="${{COMP_WORDS[COMP_CWORD-2]}}"; fi
  if [ "$COMP_CWORD" -eq 1 ]; then words="{" ".join(command.name for command in commands)} --help --version"; else
  case "${{COMP_WORDS[1]}} $previous" in
{values}{following}  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _plangate plangate
"""


def _zsh(commands: Sequence[_Command]) -> str:
    listed = "".join(f"    {_quoted(f'{command.name}:{command.purpose}')}\n" for command in commands)
    values = "".join(
        f"    '{command} --{option}') compadd -- {' '.join(choices)}; return ;;\n"
        for command, option, choices in _values(commands)
    )
    following = "".join(f"    {command.name}) following=({command.words()}) ;;\n" for command in commands)
    return f"""\
#compdef plangate
_plangate() {{
  local -a listed following
  listed=(
{listed}  )
  if (( CURRENT == 2 )); then _describe command listed; return; fi
  case "$words[2] $words[CURRENT-1]" in
{values}  esac
  case "$words[2]" in
{following}  esac
  compadd -- $following
  [[ $words[CURRENT] == -* ]] || _files
}}
# The file itself is the function when zsh loads it from $fpath, and a script when it is sourced.
if [ "$funcstack[1]" = _plangate ]; then _plangate "$@"; else compdef _plangate plangate; fi
"""


def _fish(commands: Sequence[_Command]) -> str:
    lines = []
    for command in commands:
        lines.append(
            f"complete -c plangate -n __fish_use_subcommand -f -a {command.name} -d {_fish_quoted(command.purpose)}"
        )
        seen = f"complete -c plangate -n '__fish_seen_subcommand_from {command.name}'"
        lines += [f"{seen} -f -a '{' '.join(command.actions)}'"] if command.actions else []
        for option in command.options:
            argument = (
                f" -x -a '{' '.join(option.choices)}'" if option.choices else " -r" if option.takes_argument else ""
            )
            lines.append(f"{seen} -l {option.name}{argument} -d {_fish_quoted(option.purpose)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str, quote: str = r"'\''") -> str:
    """The text as one word of a shell, in which `quote` stands for a single quote."""
    return "'" + text.replace("\\", "").replace("'", quote) + "'"


def _fish_quoted(text: str) -> str:
    return _quoted(text, r"\'")


_SCRIPTS: dict[str, Callable[[Sequence[_Command]], str]] = {"bash": _bash, "fish": _fish, "zsh": _zsh}
