"""A symbolic link in the place of an `app.yml` or constitution: not followed, and not taken for an absent file."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.adapters.worktree.worktree import CheckOptions
from bot.cli import main
from bot.desk.check import judge_copy
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import Repository
    from tests.stage import Stage

GOOD = {".github/app.yml": "plangate:\n  mode: advise\n"}
WORDS = (["check"], ["check", "--base", "HEAD"], ["config", "show"], ["draft", "--feature", "specs/001-x"], ["init"])
SAID = "the file is a symbolic link, which is not followed"


def link(stage: Stage, repo: Repository, folder: Path, path: str = ".github/app.yml", branch: str = "main") -> str:
    """Push a commit that makes `path` a link to a file that could be read; the commit."""
    author = "root" if branch == "main" else "ada"
    stage.world.user(author, role="admin", repository=repo)
    git = ["git", "-c", f"user.name={author}", "-c", f"user.email={author}@example.invalid"]
    subprocess.run([*git, "clone", "-q", stage.world.clone_url(repo, author), str(folder)], check=True)
    run = [*git, "-C", str(folder)]
    subprocess.run([*run, "checkout", "-q", "-B", branch], check=True)
    place = folder / path
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    (folder / "real.yml").write_text("plangate:\n  mode: advise\n", encoding="utf-8")
    place.symlink_to("../" * path.count("/") + "real.yml")
    subprocess.run([*run, "add", "-A"], check=True)
    subprocess.run([*run, "commit", "-q", "-m", "Link"], check=True)
    subprocess.run([*run, "push", "-q", "origin", "HEAD"], check=True)
    return subprocess.run([*run, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def failing(stage: Stage, repo: Repository) -> tuple[str | None, str, str]:
    """Conclusion, title and summary of a pull request that blocks by the defaults."""
    stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=10)
    run = stage.run(repo, pull.head_sha)
    return run.conclusion, run.title or "", run.summary or ""


def proposed(stage: Stage, repo: Repository, head: str) -> list[tuple[str | None, str, str]]:
    """What the check of the file says on the pull request of branch `settings`."""
    stage.world.open_pull_request(repo, "settings", author="ada")
    stage.drain(patience=10)
    runs = [run for run in stage.runs(repo, head) if run.name == "plangate config"]
    return [(run.conclusion, run.title or "", run.summary or "") for run in runs]


def test_the_pull_request_that_brings_it_is_told(stage: Stage, ferry: Repository, tmp_path: Path) -> None:
    ((conclusion, title, summary),) = proposed(stage, ferry, link(stage, ferry, tmp_path / "clone", branch="settings"))
    assert (conclusion, title) == ("failure", "app.yml: 1 mistake · the defaults stay in force")
    assert f"**line 1, column 1**: {SAID}. Commit the file itself in its place." in summary
    assert "```" not in summary


def test_in_place_of_a_good_file_it_is_a_mistake_too(stage: Stage, ferry: Repository, tmp_path: Path) -> None:
    stage.world.push(ferry, "main", GOOD, author="root")
    ((conclusion, title, _),) = proposed(stage, ferry, link(stage, ferry, tmp_path / "clone", branch="settings"))
    assert (conclusion, title) == ("failure", "app.yml: 1 mistake · main's version stays in force")


def test_the_last_good_one_holds_and_every_report_says_why(stage: Stage, ferry: Repository, tmp_path: Path) -> None:
    stage.world.push(ferry, "main", GOOD, author="root")
    stage.drain(patience=10)
    broke = link(stage, ferry, tmp_path / "clone")
    stage.drain(patience=10)
    conclusion, _, summary = failing(stage, ferry)
    assert conclusion == "neutral"
    assert f"`.github/app.yml` on `main` is broken since `{broke[:7]}` (line 1: {SAID})" in summary


def test_where_none_was_ever_good_an_admin_is_asked(stage: Stage, tmp_path: Path) -> None:
    repo = stage.world.create_repository("acme", "new", {"README.md": "#", **SPEC_KIT})
    link(stage, repo, tmp_path / "clone")
    stage.world.install("acme", [repo])
    conclusion, title, summary = failing(stage, repo)
    assert (conclusion, title) == ("action_required", "app.yml is broken: an admin is needed")
    assert SAID in summary


def test_at_the_root_other_tools_may_keep_one(stage: Stage, ferry: Repository, tmp_path: Path) -> None:
    link(stage, ferry, tmp_path / "clone", path="app.yml")
    assert failing(stage, ferry)[0] == "failure"


def test_the_owners_is_said_to_be_broken(stage: Stage, tmp_path: Path) -> None:
    repo = stage.world.create_repository("acme", "new", {"README.md": "#", **SPEC_KIT})
    rules = stage.world.create_repository("acme", ".github", {"README.md": "#"})
    link(stage, rules, tmp_path / "clone")
    stage.world.install("acme", [repo, rules])
    conclusion, _, summary = failing(stage, repo)
    assert conclusion == "failure"
    assert f"`acme/.github:.github/app.yml` on `main` is broken (line 1: {SAID})" in summary


def test_a_constitution_is_not_read_through_a_link_either(stage: Stage, ferry: Repository, tmp_path: Path) -> None:
    link(stage, ferry, tmp_path / "clone", path=".specify/memory/constitution.md")
    summary = failing(stage, ferry)[2]
    assert "**The constitution cannot be read: no principle is judged.**" in summary
    assert "`.specify/memory/constitution.md` is a symbolic link, which is not followed." in summary
    git = ["git", "-C", str(tmp_path / "clone")]
    subprocess.run([*git, "fetch", "-q"], check=True)
    subprocess.run([*git, "checkout", "-q", "001-search"], check=True)
    judged = judge_copy(tmp_path / "clone", CheckOptions(base="origin/main"))
    assert judged.digest[:15] in summary


@pytest.mark.parametrize("words", WORDS)
def test_the_desk_says_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".github").mkdir()
    (tmp_path / "real.yml").write_text("plangate:\n  mode: advise\n", encoding="utf-8")
    (tmp_path / ".github/app.yml").symlink_to("../real.yml")
    git = ["git", "-c", "user.name=ada", "-c", "user.email=ada@example.invalid"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Link"], check=True)
    assert main(words) == 2
    assert ".github/app.yml" in (said := capsys.readouterr().err)
    assert "symbolic link" in said
    assert main(["config", "validate"]) == 1
    assert f"error: {SAID}\n --> .github/app.yml:1:1\n  = fix:" in capsys.readouterr().out


def test_what_is_in_force_is_not_shown_of_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.yml").write_text("plangate:\n  mode: maybe\n", encoding="utf-8")
    assert main(["config", "show", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert (out, "app.yml:2:9: mode cannot be maybe." in err) == ("", True)
