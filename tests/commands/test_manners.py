"""The command line's manners: what it says to a mistyped word, its help, colours and completion."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from bot.commands import COMMANDS, GROUPS, PARTS, parser_of
from bot.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.judging.rule import Rule


def ended(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, output and errors of a command."""
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(str(end.code))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("line", "wrong", "meant", "usage"),
    [
        ("chekc", "unknown command chekc", "check", ""),
        ("deliv", "unknown command deliv", "deliveries", ""),
        ("--versoin", "unknown option --versoin", "--version", ""),
        ("check --formt json", "unknown option --formt", "--format", "plangate check"),
        ("check --feture=specs/001-a", "unknown option --feture", "--feature", "plangate check"),
        ("check --format jsn", "'jsn' is none of text, json", "json", "plangate check"),
        ("config valdate", "'valdate' is none of validate, show, schema", "validate", "plangate config"),
        ("config validate --ownr", "unknown option --ownr", "--owner", "plangate config validate"),
        ("deliveries list --limt 3", "unknown option --limt", "--limit", "plangate deliveries list"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(
    line: str, wrong: str, meant: str, usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ended(line.split(), capsys)
    assert code == 2
    assert out == ""
    assert wrong in err
    assert f"did you mean {meant}?" in err
    assert (f"usage: {usage} " in err) == bool(usage)


def test_a_word_like_no_other_is_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ended(["xyzzy"], capsys)
    assert code == 2
    assert "did you mean" not in err
    assert "`plangate --help` lists the commands" in err


def test_escape_sequences_in_a_word_are_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    for line in (["\x1b[31mred"], ["check", "--\x1b[31mred"], ["check", "--format", "\x1b[31m"], ["serve", "\x1b[31m"]):
        code, _, err = ended(line, capsys)
        assert code == 2
        assert "\x1b" not in err


def test_the_help_groups_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ended(["--help"], capsys)
    assert code == 0
    for group, commands in GROUPS.items():
        assert re.search(rf"^{group}:$", out, re.MULTILINE)
        for name in commands:
            assert re.search(rf"^    {name} +\S", out, re.MULTILINE)
    assert ended(["help"], capsys)[1] == out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_two_examples_that_can_be_typed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    examples = importlib.import_module(f"bot.commands.{name}").EXAMPLES
    assert len(examples) == 2
    for example in examples:
        words = shlex.split(example.partition(" > ")[0])
        called = words.index("plangate")
        assert words[called + 1] == name
        parser_of(name).parse_args(words[called + 2 :])
    code, out, _ = ended([name, "--help"], capsys)
    assert code == 0
    assert ended(["help", name], capsys)[1] == out
    assert all(f"\n  {example}\n" in out for example in examples)


@pytest.mark.parametrize("cells", [60, 80, 120])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_keeps_the_width_and_divides_no_word(
    name: str, cells: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    _, wide, _ = ended([name, "--help"] if name else ["--help"], capsys)
    monkeypatch.setenv("COLUMNS", str(cells))
    _, out, _ = ended([name, "--help"] if name else ["--help"], capsys)
    assert sorted(out.split()) == sorted(wide.split())
    prose = out.partition("\nexamples:")[0]
    assert [line for line in prose.splitlines() if len(line) > cells] == []


def test_colours_are_asked_for_as_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "specs").mkdir()

    def coloured(*options: str, **variables: str) -> bool:
        with monkeypatch.context() as patch:
            for name in ("NO_COLOR", "FORCE_COLOR"):
                patch.delenv(name, raising=False)
            for name, setting in variables.items():
                patch.setenv(name, setting)
            return "\x1b[" in ended(["check", str(tmp_path), *options], capsys)[1]

    assert not coloured()
    assert coloured("--color", "always")
    assert coloured("--colour=always")
    assert coloured(FORCE_COLOR="1")
    assert not coloured(FORCE_COLOR="")
    assert not coloured(FORCE_COLOR="1", NO_COLOR="1")
    assert not coloured("--color", "never", FORCE_COLOR="1")
    assert coloured("--color", "always", NO_COLOR="1")


def completed(script: Path, *words: str) -> set[str]:
    """What bash offers for the last of these words."""
    typed = " ".join(shlex.quote(word) for word in words)
    program = (
        f"source {script}; COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _plangate;"
        ' echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", program], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_bash_completes_commands_options_and_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "plangate.bash"
    script.write_text(ended(["completion", "bash"], capsys)[1])
    assert completed(script, "plangate", "") >= set(COMMANDS)
    assert completed(script, "plangate", "de") == {"deliveries", "demo"}
    assert completed(script, "plangate", "check", "--fo") == {"--format"}
    assert completed(script, "plangate", "check", "--format", "s") == {"sarif"}
    assert completed(script, "plangate", "config", "v") == {"validate"}
    assert completed(script, "plangate", "check", "--all", "--ba") == {"--base"}
    assert completed(script, "plangate", "check", "--format", "=", "s") == {"sarif"}
    assert completed(script, "plangate", "check", "--format", "=") == {*FORMATS}
    assert completed(script, "plangate", "help", "ren") == {"renumber"}


FORMATS = ("text", "json", "sarif", "github", "markdown", "concise", "agent", "gitlab")
ZSH = """
fpath=({folder} $fpath)
autoload -Uz _plangate
compdef() {{ print compdef $1 }}
_describe() {{ print -l -- ${{(P)2}} }}
compadd() {{ shift; print -l -- $@ }}
_files() {{ }}
words=({words})
CURRENT={current}
_plangate
"""
"""Presses Tab for the first time in a zsh that has the script in its `$fpath`, without a terminal."""


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        ("plangate ''", "renumber:give a feature another number, in its folder's name and in its own files"),
        ("plangate check --format ''", "concise"),
        ("plangate help ''", "renumber"),
    ],
)
def test_zsh_completes_at_the_first_press(
    words: str, proposed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_plangate").write_text(ended(["completion", "zsh"], capsys)[1])
    script = ZSH.format(folder=tmp_path, words=words, current=len(shlex.split(words)))
    try:
        done = subprocess.run(["zsh", "-f", "-c", script], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("zsh is not installed")
    assert proposed in done.stdout.splitlines(), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("plangate renu", "renumber\tgive a feature another number, in its folder's name and in its own files"),
        ("plangate check --for", "--format\thow the report is printed"),
        ("plangate help renu", "renumber"),
    ],
)
def test_fish_completes(typed: str, proposed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plangate.fish").write_text(ended(["completion", "fish"], capsys)[1])
    ask = f"source {tmp_path}/plangate.fish; complete -C '{typed}'"
    try:
        done = subprocess.run(
            ["fish", "--no-config", "-c", ask],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": str(tmp_path)},
        )
    except FileNotFoundError:
        pytest.skip("fish is not installed")
    assert any(line.startswith(proposed) for line in done.stdout.splitlines()), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["help", "chekc"], "unknown command chekc; did you mean check?"),
        (["help", "config", "validat"], "'validat' is none of validate, show, schema; did you mean validate?"),
    ],
)
def test_help_on_a_mistyped_word_is_a_mistake(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ended(words, capsys)
    assert (code, out, told in err) == (2, "", True), err


def test_help_explains_the_command_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ended(["help", "config", "validate"], capsys)
    assert (code, out.startswith("usage: plangate config validate ")) == (0, True), out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_names_each_command_and_is_accepted_by_its_shell(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ended(["completion", shell], capsys)
    assert code == 0
    assert all(name in out for name in COMMANDS)
    assert "markdown" in out
    script = tmp_path / "script"
    script.write_text(out)
    try:
        subprocess.run([shell, "-n", str(script)], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip(f"{shell} is not installed")


HIDDEN = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hide())
from bot.cli import main
sys.exit(main({words!r}))
"""


@pytest.mark.parametrize(
    ("words", "part"),
    [(["serve"], "server"), (["doctor"], "server"), (["deliveries", "list"], "server"), (["demo"], "demo")],
)
def test_a_command_whose_part_is_missing_says_what_to_install(words: list[str], part: str, tmp_path: Path) -> None:
    program = HIDDEN.format(hidden=PARTS["demo"], words=words)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(
        rf'plangate: plangate {words[0]} needs \w+, which is not installed: pip install "plangate\[{part}\]"\n',
        done.stderr,
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_is_wrapped_on_a_terminal_and_its_examples_are_not(
    rule: Rule, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    page = ended(["rules", rule.id], capsys)[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    shown = ended(["rules", rule.id], capsys)[1]
    assert shown.split() == page.split(), "no word is lost or divided"
    examples = re.findall(r"^```.*?^```$", page, re.MULTILINE | re.DOTALL)
    assert re.findall(r"^```.*?^```$", shown, re.MULTILINE | re.DOTALL) == examples
    text = re.sub(r"^```.*?^```$", "", shown, flags=re.MULTILINE | re.DOTALL)
    assert [line for line in text.splitlines() if len(line) > 60 and not line.startswith("|")] == []


@pytest.mark.parametrize("words", [["init"], ["init", "--print"], ["check"], ["check", "--all"]])
def test_a_folder_without_anything_is_the_wrong_folder(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ended([*words, str(tmp_path)], capsys)
    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert "it has neither .git nor .specify/ nor specs/. Name the folder of a repository" in err
