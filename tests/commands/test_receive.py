"""`plangate receive`: a recorded delivery again, on the queue or as a list of what would be written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from bot.host import settings
from bot.host.storage import prepare
from bot.sandbox.world import World
from tests.adapters.payloads import about
from tests.asking import WRITES
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with World() as world:
        key = tmp_path / "key.pem"
        key.write_text(world.app.private_key)
        for name, value in {
            "APP_ID": str(world.app.id),
            "APP_SLUG": world.app.slug,
            "PRIVATE_KEY_FILE": str(key),
            "API_URL": world.url,
            "GITHUB_URL": world.url,
            "DIRECTORY": str(tmp_path / "var"),
        }.items():
            monkeypatch.setenv(f"PLANGATE_{name}", value)
        yield world


def recorded(world: World, folder: Path) -> Path:
    """The delivery of a pull request whose plan violates a principle."""
    repo = world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    world.install("acme", [repo])
    world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    world.open_pull_request(repo, "001-search", author="ada")
    file = folder / "delivery.json"
    file.write_text(json.dumps(world.sent("pull_request", "opened")[-1].payload))
    return file


def test_a_dry_run_prints_what_would_be_written_and_writes_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = recorded(world, tmp_path)
    assert main(["receive", str(file), "--event", "pull_request", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "would write check run plangate on " in out
    assert "1 violation unjustified" in out
    assert not list(world.requests.writes)
    assert all("write" not in one.scope.get("permissions", {}).values() for one in world.requests.tokens)
    assert not (tmp_path / "var").exists()


def test_without_a_dry_run_it_waits_for_the_worker_once(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = recorded(world, tmp_path)
    prepare(settings.from_environment())
    assert main(["receive", str(file), "--event", "pull_request", "--delivery", "d-1"]) == 0
    assert capsys.readouterr().out == "d-1 accepted: PullRequestChanged\n"
    assert main(["receive", str(file), "--event", "pull_request", "--delivery", "d-1"]) == 0
    assert "was accepted before" in capsys.readouterr().out
    assert main(["deliveries", "list"]) == 0
    assert "d-1" in capsys.readouterr().out


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("content", "event", "ending"),
    [
        (json.dumps(about(action="labeled")), "label", (0, "does not react")),
        ("[1]", "push", (2, "JSON object")),
        ("{", "push", (2, "JSON")),
        (None, "push", (2, "cannot be read")),
    ],
)
def test_what_is_no_delivery_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, event: str, ending: tuple[int, str]
) -> None:
    file = tmp_path / "x.json"
    if content is not None:
        file.write_text(content)
    code = main(["receive", str(file), "--event", event, "--dry-run"])
    said = capsys.readouterr()
    assert code == ending[0]
    assert ending[1] in said.out + said.err
    assert "Traceback" not in said.err


def test_a_dry_run_shows_the_suggestions(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {".github/app.yml": "plangate: {suggest: true}\n"}
    repo = world.create_repository("acme", "ferry", {"README.md": "#\n", **SPEC_KIT, **wanted})
    world.install("acme", [repo])
    world.push(repo, "001-search", feature(text=plan().replace("`001-search`", "`002-x`")), author="ada")
    pull = world.open_pull_request(repo, "001-search", author="ada")
    file = tmp_path / "delivery.json"
    file.write_text(json.dumps(world.sent("pull_request", "opened")[-1].payload))
    assert main(["receive", str(file), "--event", "pull_request", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "would review 1 with 1 suggestion\n" in out
    assert "    ```suggestion\n    **Branch**: `001-search` |" in out
    assert "would remember the suggestions on 1\n" in out
    assert world.reviews(pull) == []


def test_a_dry_run_of_a_command_is_its_list_of_effects(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = world.create_repository("acme", "harbour", {"README.md": "#\n", **SPEC_KIT})
    world.install("acme", [repo], permissions=WRITES)
    world.user("grace", "write", repo)
    issue = world.open_issue(repo, "Export the audit log", "An auditor reads it.", author="eve")
    world.comment(repo, issue.number, "/plan start", author="grace")
    file = tmp_path / "comment.json"
    file.write_text(json.dumps(world.sent("issue_comment", "created")[-1].payload))
    assert main(["receive", str(file), "--event", "issue_comment", "--dry-run"]) == 0
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("would ")]
    assert printed == [
        "would react with eyes",
        "would reserve number 001 for issue 1",
        "would commit to 001-export-audit-log and open a draft pull request from 001-export-audit-log",
        "would write a comment on 1",
        "would react with rocket",
    ]
    assert not list(world.requests.writes)
    assert sorted(repo.refs) == ["refs/heads/main"]
