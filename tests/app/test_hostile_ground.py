"""The whole App on random hostile repositories, comments and payloads: no exception, no raw text, bounded memory.

Everything is drawn from a seeded grammar; `make explore` draws new seeds for a long time.
"""

from __future__ import annotations

import json
import os
import random
import resource
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.adapters.isolation import Limits
from bot.adapters.webhook import webhook
from bot.app.judging import JudgingApart
from bot.core.forge.outcome import Done
from tests.core.hostile_texts import YAML
from tests.stage import CONSTITUTION, SPEC, SPEC_KIT, TEMPLATE, Stage, plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEEDS = int(os.environ.get("PLANGATE_HOSTILE_SEEDS", "6"))
FIRST = int(os.environ.get("PLANGATE_HOSTILE_FIRST", "1"))
MOST_GROWTH = 64 * 1024
"""KiB by which the process may grow over all seeds."""

_PIECES = (
    *("*a*", "**", "`", "``` \n", "> ", "- [ ] ", "- [x] T001 [US1] ", "| a | b |\n", "|---|---|\n", "# ", "\n## "),
    *(
        "## Constitution Check\n",
        "## Complexity Tracking\n",
        "| I. Library First | FAIL | |\n",
        "[NEEDS CLARIFICATION: ",
    ),
    *("FR-001", "SC-001", "US1", "<!--", "-->", "<br>", "&amp;", "[a](", ")", "![", "](", "\\", "\x1b[31m", "\u202e"),
    *(
        "\u200b",
        "@mona",
        "#1",
        "acme/ferry#1",
        "https://example.org/",
        "\r\n",
        "\r",
        "\t",
        "---\n",
        "===\n",
        "1. ",
        "\n\n",
    ),
    *(
        "{{",
        "[PRINCIPLE_1]",
        "N/A",
        "PASS",
        "ERROR",
        "\u3000",
        "\U0001f600",
        "a" * 300,
        "🏴",
        "/plan waive ",
        "<script>",
    ),
)
_NAMES = (
    "plan.md",
    "spec.md",
    "tasks.md",
    "research.md",
    "contracts/a.md",
    "plan\x1b.md",
    "plan\u202e.md",
    "-",
    "a b.md",
)
_FOLDERS = (
    "specs/001-search",
    "specs/002-\x1b[2J",
    "specs/1",
    "specs/003-a/b",
    "specs/004-\u202e",
    "specs",
    "-x",
    "docs",
)
_MANIFESTS: dict[str, Callable[[int], str]] = {
    "Cargo.toml": lambda size: "a." * size + "b=1\n",
    "pyproject.toml": lambda size: "[" * size,
    "package.json": lambda size: '{"a":' * size,
    "setup.cfg": lambda size: "[metadata]\n" + "x\n" * size,
    ".github/app.yml": lambda size: "plangate:\n  a: &a [*a]\n" + "  b: [" * (size % 40),
    "app.yml": lambda size: "plangate: {mode: " + "[" * (size % 200),
}
_COMMANDS = (
    "",
    "waive unjustified-violation ",
    "start",
    "commit",
    "config",
    "why ",
    "check",
    "spec",
    "explain ",
    "until ",
)


def text(dice: random.Random, size: int) -> str:
    if dice.random() < 0.2:
        return dice.choice(_PIECES) * (size // 4)
    return "".join(dice.choice(_PIECES) for _ in range(size // 8))


def files(dice: random.Random) -> dict[str, str]:
    drawn: dict[str, str] = {}
    for _ in range(dice.randrange(1, 6)):
        begin = dice.choice((plan(), plan("FAIL"), SPEC, ""))
        path = f"{dice.choice(_FOLDERS)}/{dice.choice(_NAMES)}"
        drawn[path] = begin + text(dice, dice.choice((10, 400, 8_000)))
    if dice.random() < 0.5:
        name = dice.choice(list(_MANIFESTS))
        drawn[name] = _MANIFESTS[name](dice.choice((3, 5_000)))
    # A folder cannot be a file at the same time.
    return {path: body for path, body in drawn.items() if not any(other.startswith(f"{path}/") for other in drawn)}


def standard(dice: random.Random) -> dict[str, str]:
    """Template, presets and constitution of the default branch."""
    registry = {"presets": {"a": {}, "b": {"priority": dice.choice((1, -1, "x", 10**30))}}}
    return {
        ".specify/templates/plan-template.md": TEMPLATE + text(dice, 400),
        ".specify/memory/constitution.md": CONSTITUTION + text(dice, 400),
        ".specify/presets/.registry": json.dumps(registry),
        ".specify/presets/a/preset.yml": dice.choice(list(YAML.values()))(4_000),
        ".specify/presets/b/plan-template.md": text(dice, 400),
    }


def raw(shown: str) -> set[str]:
    """The control and format characters of a text that people see, line ends and tabs left out."""
    return {hex(ord(char)) for char in shown if unicodedata.category(char) in {"Cc", "Cf"} and char not in "\n\t"}


def mangled(dice: random.Random, payload: object) -> object:
    """A payload of which some values are of another kind than GitHub sends."""
    if isinstance(payload, dict):
        return {name: mangled(dice, inner) for name, inner in payload.items() if dice.random() > 0.02}
    if isinstance(payload, list):
        return [mangled(dice, inner) for inner in payload]
    strange: tuple[object, ...] = (None, 0, -1, "\x1b", [], {}, 1 << 70, "a" * 5_000, True)
    return dice.choice(strange) if dice.random() < 0.02 else payload


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_the_app_holds_on_hostile_ground(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(seed)  # noqa: S311  a repeatable draw
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Stage(tmp_path) as stage:
        limits = Limits(document_seconds=1.0, reading_seconds=2.0)
        stage.service = replace(stage.service, judging=JudgingApart(stage.clock, limits))
        repository = stage.world.create_repository("acme", "ferry", {**SPEC_KIT, "README.md": "#"})
        stage.install(repository)
        if dice.random() < 0.5:
            stage.world.push(repository, "main", standard(dice), author="mona")
        for number in range(4):
            branch = f"{number:03}-{dice.choice(('search', 'x' * 60, 'ünïcode'))}"
            stage.world.push(repository, branch, files(dice), author="ada")
            pull = stage.world.open_pull_request(repository, branch, title=text(dice, 60)[:200] or "x", author="ada")
            outcomes = stage.drain(patience=5)
            stage.world.comment(
                repository, pull.number, "/plan " + dice.choice(_COMMANDS) + text(dice, 200), author="mona"
            )
            outcomes += stage.drain(patience=5)
            assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
            runs = stage.world.check_runs(repository, pull.head_sha)
            ours = stage.comments(repository, pull.number)
            for shown in (*(f"{run.title}{run.summary}{run.text}" for run in runs), *(each.body for each in ours)):
                assert not raw(shown)
        for delivery in stage.world.deliveries.log[-20:]:
            body = json.dumps(mangled(dice, delivery.payload)).encode()
            app = stage.world.app
            for job in webhook.parse(delivery.event, f"{seed}-{delivery.guid}", body, app_id=app.id, app_slug=app.slug):
                stage.queue.put(job)
        outcomes = stage.drain(patience=5)
        assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
    output = "".join(capsys.readouterr())
    assert "Traceback" not in output
    assert "\x1b" not in output
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWTH + 64 * 1024
