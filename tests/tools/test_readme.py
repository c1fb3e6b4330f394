"""What the README and the page about the desk say is so: figures, commands, configuration, links, pictures."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bot.cli import main
from bot.commands import COMMANDS, parser_of
from bot.core.config.layers import Origin, Rank, read_layer
from bot.demo.story import FEATURE, page, repository_files
from bot.host.settings import read
from bot.rules import RULES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = (README, *(ROOT / "docs" / name for name in ("desk.md", "tutorial.md", "how-to.md", "operations.md")))
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_MEASURES = {
    "check items with the right verdict": "check items with the right verdict",
    "hard plans without a false alarm": "hard plans: no false alarm",
    "violations planted by hand that block": "planted: blocks",
    "planted and justified in place, silent": "planted: justified in place, silent",
    "warnings of ticked tasks without a file, read by hand: right": "read by hand, warning: right",
}
"""By the words of the README: the measure in `docs/accuracy.md`."""


def rows(text: str) -> dict[str, list[str]]:
    """The cells of every table row by its first cell."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {cells[0]: cells[1:] for cells in lines}


def test_the_figures_are_those_that_were_measured() -> None:
    measured, told = rows((ROOT / "docs/accuracy.md").read_text()), rows(README.read_text())
    for words, measure in _MEASURES.items():
        ours, grep = told[words]
        _, hits, *_, searched = measured[measure]
        assert ours.replace(" of ", "/") == hits, words
        if grep != "–":
            right, of = map(int, grep.split(" of "))
            assert f"{right / of:.3f}" == searched, words
            assert of == int(hits.partition("/")[2])
    assert f"[{len(RULES)} rules](docs/rules.md)" in README.read_text()
    plans = re.search(r"measured on (\d+) plans", (ROOT / "docs/accuracy.md").read_text())
    assert plans is not None
    assert f"Measured on {plans[1]} plans of other projects" in README.read_text()


@each_page
def test_every_command_exists_with_its_options(page: Path) -> None:
    text = page.read_text()
    fenced = "\n".join(body for language, body in _FENCE.findall(text) if language == "bash")
    inline = "\n".join(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)))
    called = re.compile(rf"(?:^|[ /])plangate ((?:{'|'.join(COMMANDS)})\b[^\n`&|>]*)", re.MULTILINE)
    commands = [shlex.split(match, comments=True) for match in called.findall(f"{fenced}\n{inline}")]
    assert len(commands) >= 3
    for name, *options in commands:
        if "ID" not in options:
            parser_of(name).parse_args(options)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z-]+)", fenced, re.MULTILINE)) <= targets


@pytest.mark.parametrize(("page", "files"), [(README, 1), (ROOT / "docs/how-to.md", 3)])
def test_every_configuration_is_valid(page: Path, files: int) -> None:
    texts = [body for language, body in _FENCE.findall(page.read_text()) if language == "yaml"]
    assert len(texts) == files
    for text in texts:
        layer = read_layer(text, Origin(Rank.OWNER, ".github/app.yml"), [rule.id for rule in RULES])
        assert layer.mistakes == ()
        assert layer.settings


def test_every_setting_of_the_server_is_one() -> None:
    how_to = (ROOT / "docs/how-to.md").read_text()
    texts = [body for language, body in _FENCE.findall(how_to) if language == "env"]
    assert len(texts) == 3
    for text in texts:
        given = dict(line.split("=", 1) for line in text.splitlines())
        assert {name: value for name, value in read(given).environment().items() if name in given} == given


def test_the_comment_that_waives_is_one() -> None:
    how_to = (ROOT / "docs/how-to.md").read_text()
    (line,) = re.findall(r"^/plan .*$", how_to, re.MULTILINE)
    assert line in (ROOT / "docs/commands.md").read_text()


@each_page
def test_every_link_and_picture_is_there(page: Path) -> None:
    text = page.read_text()
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) + re.findall(r'src(?:set)?="([^"]+)"', text)
    local = [target for target in targets if not target.startswith("https://")]
    assert len(local) >= 3
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_each_picture_is_there_in_both_themes_and_says_in_words_what_it_shows() -> None:
    text = README.read_text()
    for name in ("failing", "fixed"):
        assert f'srcset="docs/pictures/{name}-dark.png"' in text
        assert re.search(rf'<img alt="[^"]{{80,}}" src="docs/pictures/{name}-light.png">', text)


def test_the_output_that_is_shown_is_what_the_desk_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, content in repository_files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    (tmp_path / FEATURE).mkdir(parents=True)
    for name in ("spec.md", "plan.md"):
        (tmp_path / FEATURE / name).write_text(page(name))
    assert main(["check", str(tmp_path), "--feature", FEATURE]) == 1
    (shown,) = (body for language, body in _FENCE.findall(README.read_text()) if language == "text")
    assert shown in capsys.readouterr().out
