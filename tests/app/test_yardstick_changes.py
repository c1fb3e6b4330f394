"""A pull request that changes constitution, template or configuration and no feature says what it does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stage import CONSTITUTION, TEMPLATE

if TYPE_CHECKING:
    from bot.sandbox.state import CheckRun, Repository
    from tests.stage import Stage

PATH = ".specify/memory/constitution.md"
TEST_FIRST = "### II. Test First (NON-NEGOTIABLE)\n\nTests are written before the code.\n"


def judged(stage: Stage, ferry: Repository, files: dict[str, str | None]) -> CheckRun:
    stage.world.push(ferry, "governance", files, author="ada")
    pull = stage.world.open_pull_request(ferry, "governance", author="ada")
    stage.drain()
    return stage.run(ferry, pull.head_sha)


@pytest.mark.parametrize(
    ("old", "new", "version", "title", "bullets"),
    [
        (
            " (NON-NEGOTIABLE)",
            "",
            "1.1.0",
            "This change weakens II. Test First without a major version",
            ["weakens II. Test First", "`1.0.0` to `1.1.0` does not fit: a new major version is due"],
        ),
        (
            TEST_FIRST,
            "",
            "1.0.0",
            "This change removes II. Test First (NON-NEGOTIABLE) without a major version",
            ["removes II. Test First (NON-NEGOTIABLE)", "`1.0.0` stays, which does not fit"],
        ),
        (" (NON-NEGOTIABLE)", "", "2.0.0", "The constitution changed, no feature", ["weakens", "`2.0.0` fits"]),
        (
            "## Governance",
            "### III. Small Steps\n\nOne thing at a time.\n\n## Governance",
            "1.1.0",
            "The constitution changed, no feature",
            ["adds III. Small Steps", "`1.1.0` fits"],
        ),
        (
            "Every feature starts as a library.",
            "Each feature begins as a library.",
            "1.0.1",
            "The constitution changed, no feature",
            ["rewords I. Library First", "`1.0.1` fits"],
        ),
    ],
    ids=["weakened", "removed", "weakened with a major version", "added", "reworded"],
)
def test_a_changed_constitution(  # noqa: PLR0913, PLR0917  a row of the table
    stage: Stage, ferry: Repository, old: str, new: str, version: str, title: str, bullets: list[str]
) -> None:
    text = CONSTITUTION.replace(old, new).replace("**Version**: 1.0.0", f"**Version**: {version}")
    run = judged(stage, ferry, {PATH: text})
    assert run.conclusion == "success"
    assert run.title == title
    if "without" not in title:
        for bullet in bullets:
            assert bullet in (run.summary or "")


@pytest.mark.parametrize(
    ("files", "title"),
    [
        ({".specify/templates/plan-template.md": TEMPLATE + "\n## Risks\n"}, "The plan template changed, no feature"),
        ({".github/app.yml": "plangate:\n  mode: advise\n"}, "The configuration changed, no feature"),
        (
            {".github/app.yml": "plangate:\n  mode: advise\n", PATH: CONSTITUTION + "\nMore.\n"},
            "The constitution and the configuration changed, no feature",
        ),
        ({"README.md": "# Words\n"}, "Not a feature: nothing to check"),
    ],
    ids=["template", "configuration", "two of them", "none of them"],
)
def test_the_title_names_what_changed(
    stage: Stage, ferry: Repository, files: dict[str, str | None], title: str
) -> None:
    assert judged(stage, ferry, files).title == title
