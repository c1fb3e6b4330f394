"""Nothing is read or written through a symbolic link, wherever in the path it stands."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.adapters.worktree.safe_files import read_file, write_new, write_over
from bot.adapters.worktree.worktree import open_copy
from bot.cli import main
from bot.core.forge.errors import UserError
from tests.adapters.worktree.repositories import git, repository, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "# A document that lies outside"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    write(folder, {"plan.md": SECRET, "spec.md": SECRET, "001-search/plan.md": SECRET})
    return folder


@pytest.mark.parametrize("call", [write_new, write_over])
@pytest.mark.parametrize("path", ["link/plan.md", "link/001-search/new.md", "plan.md", "a/link/new.md", "gone"])
def test_writing_refuses_links(tmp_path: Path, outside: Path, call: Callable[..., object], path: str) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    for link, target in {
        "link": outside,
        "a/link": outside,
        "plan.md": outside / "plan.md",
        "gone": tmp_path / "x",
    }.items():
        (root / link).symlink_to(target)
    before = sorted(outside.rglob("*"))
    # An exclusive create only finds that something is in its place.
    with suppress(UserError):
        assert call(root, path, "ours") is False
    assert sorted(outside.rglob("*")) == before
    assert (outside / "plan.md").read_text(encoding="utf-8") == SECRET
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("path", ["../x", "a/../../x", "..", "a/..", ""])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "root" / "a").mkdir(parents=True)
    with pytest.raises(UserError):
        write_over(tmp_path / "root", path, "x")
    assert sorted(child.name for child in tmp_path.rglob("*")) == ["a", "root"]


def test_replacing_is_whole_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write(tmp_path, {"a/plan.md": "old"})
    write_over(tmp_path, "a/plan.md", "new")
    assert (tmp_path / "a" / "plan.md").read_text(encoding="utf-8") == "new"
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["plan.md"]


@pytest.mark.parametrize("path", ["link/plan.md", "plan.md", "pipe/x"])
def test_reading_refuses_links(tmp_path: Path, outside: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "plan.md").symlink_to(outside / "plan.md")
    os.mkfifo(root / "pipe")
    with pytest.raises(UserError) as refusal:
        read_file(root, path, 100)
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("folder", ["specs", "specs/001-search", ".specify", ".specify/memory"])
def test_a_folder_that_became_a_link_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    copy = repository(tmp_path / "copy")
    (copy / folder).rename(tmp_path / "moved")
    write(tmp_path / "moved", {"plan.md": SECRET, "memory/constitution.md": SECRET, "constitution.md": SECRET})
    (copy / folder).symlink_to(tmp_path / "moved")
    for arguments in (["check", "--base", "main"], ["check", "--all"], ["draft"], ["init", "--print"]):
        main([*arguments, str(copy)])
        output = "".join(capsys.readouterr())
        assert "document that lies" not in output
    assert all(not path.startswith(f"{folder}/") for path in open_copy(copy).entries)


def test_a_draft_is_not_written_through_an_ignored_link(tmp_path: Path, outside: Path) -> None:
    copy = repository(tmp_path / "copy")
    git(copy, "rm", "-r", "--quiet", "specs/001-search")
    write(copy, {".git/info/exclude": "specs/\n"})
    (copy / "specs").mkdir(exist_ok=True)
    (copy / "specs" / "001-search").symlink_to(outside / "001-search")
    assert main(["draft", "--write", "--feature", "specs/001-search", str(copy)]) == 2
    assert (outside / "001-search" / "plan.md").read_text(encoding="utf-8") == SECRET


def test_the_configuration_is_not_written_through_an_ignored_link(tmp_path: Path, outside: Path) -> None:
    copy = repository(tmp_path / "copy")
    write(copy, {".git/info/exclude": ".github\n"})
    (copy / ".github").symlink_to(outside)
    assert main(["init", str(copy)]) == 2
    assert not (outside / "app.yml").exists()
