"""`/plan config`: every setting in force, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.stage import SPEC_KIT

if TYPE_CHECKING:
    from bot.sandbox.state import Repository
    from tests.stage import Stage


def app_yml(text: str) -> dict[str, str]:
    """A repository's configuration."""
    return {".github/app.yml": text}


def ferry(stage: Stage, text: str, *, owner: str | None = None, private: bool = False) -> Repository:
    """A public repository under its own file and the owner's."""
    repo = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT, **app_yml(text)})
    rules = [stage.world.create_repository("acme", ".github", app_yml(owner), private=private)] if owner else []
    stage.world.install("acme", [*rules, repo])
    stage.drain(patience=10)
    return repo


def asked(stage: Stage, repo: Repository) -> str:
    """The reply to the command on an issue, without marks of code."""
    issue = stage.world.open_issue(repo, "Export the audit log", author="ada")
    stage.world.comment(repo, issue.number, "/plan config", author="eve")
    stage.drain(patience=10)
    (reply,) = stage.comments(repo, issue.number)
    return reply.body.replace("`", "").replace("<code>", "").replace("</code>", "")


def row(reply: str, key: str) -> list[str]:
    """The cells of a key."""
    line = next(line for line in reply.splitlines() if line.startswith(f"| {key} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_value_is_told_with_its_place(stage: Stage) -> None:
    repo = ferry(stage, "plangate:\n  rules:\n    dead-link: off\n", owner="plangate:\n  mode: advise\n")
    reply = asked(stage, repo)
    assert row(reply, "rules.dead-link")[1] == "off"
    assert "app.yml:3" in row(reply, "rules.dead-link")[2]
    assert row(reply, "mode")[1] == "advise"
    assert "acme/.github:.github/app.yml" in row(reply, "mode")[2]
    assert row(reply, "comment")[1:] == ["when-needed", "default"]


def test_what_differs_from_the_defaults_comes_first(stage: Stage) -> None:
    reply = asked(stage, ferry(stage, "plangate:\n  unmatched: require-feature\n"))
    keys = [line.split("|")[1].strip() for line in reply.splitlines() if line.startswith("| ")]
    assert keys[1] == "unmatched"


def test_a_private_owners_values_are_not_told_in_public(stage: Stage) -> None:
    repo = ferry(stage, "plangate: {}\n", owner='plangate:\n  ignore: ["secret-project/**"]\n', private=True)
    reply = asked(stage, repo)
    assert "secret-project" not in reply
    assert row(reply, "ignore")[1] == "set in a private repository"


def test_an_owners_repository_outside_the_installation_is_said_to_be_absent(stage: Stage) -> None:
    repo = ferry(stage, "plangate: {}\n")
    assert "acme/.github: this App is not installed on it, so it counts as absent." in asked(stage, repo)


def test_a_line_without_effect_is_named(stage: Stage) -> None:
    repo = ferry(stage, "plangate:\n  mode: advise\n", owner="plangate:\n  locked: [mode]\n")
    reply = asked(stage, repo)
    assert row(reply, "mode")[1] == "enforce"
    assert "line 2 has no effect: mode is locked by" in reply


def test_a_broken_file_is_said_to_be(stage: Stage) -> None:
    repo = ferry(stage, "plangate: {}\n")
    stage.world.push(repo, "main", app_yml("plangate:\n  mode: maybe\n"), author="root")
    stage.drain(patience=10)
    assert ".github/app.yml on main is broken (line 2: mode cannot be maybe)" in asked(stage, repo)
