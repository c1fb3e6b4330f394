"""`plangate renumber`: a feature gets another number, and nothing else changes."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from tests.desk.test_check import clone, git, write
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from pathlib import Path

OLD = "specs/001-search"
FILES: dict[str, str | bytes] = {
    **SPEC_KIT,
    f"{OLD}/spec.md": f"{SPEC}\nBranch: `001-search`, not 001-search-index and not x001-search.\n",
    f"{OLD}/plan.md": f"{plan()}\nSee specs/001-search/spec.md.\n",
    f"{OLD}/contracts/api.yaml": "folder: specs/001-search\n",
    f"{OLD}/logo.png": b"\x89PNG\r\n\x00 001-search",
    "specs/004-fares/spec.md": f"{SPEC}\nAfter 001-search.\n",
    "src/app.py": "# 001-search\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return clone(tmp_path / "ferry", FILES)


def run(capsys: pytest.CaptureFixture[str], root: Path, *words: str) -> tuple[int, str, str]:
    code = main(["renumber", *words, "--repo", str(root)])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_changes_are_shown_and_not_made(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, root, OLD)
    assert code == 0
    assert out.startswith("rename specs/001-search => specs/005-search\n")
    assert "+Branch: `005-search`, not 001-search-index and not x001-search." in out
    assert "+See specs/005-search/spec.md." in out
    assert "add --write" in out
    assert git(root, "status", "--porcelain") == ""


def test_the_folder_moves_and_its_own_files_say_so(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = run(capsys, root, OLD, "007", "--write")
    assert code == 0
    new = root / "specs/007-search"
    assert "Branch: `007-search`, not 001-search-index and not x001-search." in (new / "spec.md").read_text()
    assert (new / "contracts/api.yaml").read_text() == "folder: specs/007-search\n"
    assert (new / "logo.png").read_bytes() == FILES[f"{OLD}/logo.png"]
    assert (root / "src/app.py").read_text() == "# 001-search\n"
    assert not (root / OLD).exists()
    git(root, "add", "--all", "specs")
    assert git(root, "status", "--porcelain").count("specs/001-search") == 4, "git sees four renames"
    assert main(["check", str(root), "--feature", "specs/007-search"]) == 0


def test_a_number_on_a_branch_is_not_free(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "branch", "005-search-by-map")
    assert run(capsys, root, OLD)[1].startswith("rename specs/001-search => specs/006-search\n")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["specs/001-serch"], "There is no folder specs/001-serch: did you mean specs/001-search?"),
        ([OLD, "004"], "specs/004-fares has the number 004"),
        ([OLD, "001"], "specs/001-search has the number 001 already."),
        ([OLD, "7"], "7 is no number of a feature: use three digits or more, such as 019."),
        ([OLD, "../9"], "../9 is no number of a feature"),
        (["src"], "src is no feature folder"),
        (["../elsewhere"], "../elsewhere is not a feature folder"),
    ],
)
def test_what_cannot_be_renumbered_is_refused(
    words: list[str], refusal: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, root, *words, "--write")
    assert (code, out) == (2, "")
    assert refusal in err
    assert git(root, "status", "--porcelain") == ""


def test_a_link_in_place_of_the_folder_is_not_followed(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "outside", {"spec.md": "# 009-link\n"})
    (root / "specs/009-link").symlink_to(tmp_path / "outside")
    assert run(capsys, root, "specs/009-link", "--write")[0] == 2
    assert (tmp_path / "outside/spec.md").read_text() == "# 009-link\n"


def test_the_recipe_of_a_collision_can_be_followed_literally(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(root, "switch", "--quiet", "--create", "001-sort")
    write(root, {"specs/001-sort/spec.md": SPEC, "specs/001-sort/plan.md": plan()})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Plan")
    assert main(["check", str(root), "--base", "main"]) == 1
    shown = capsys.readouterr().out
    recipe = [line.strip() for line in shown.splitlines() if line.strip().startswith(("plangate ", "git "))]
    assert recipe == [
        "plangate renumber specs/001-sort 005 --write",
        "git add --all specs",
        "git commit -m 'Renumber sort to 005'",
        "git push",
    ]
    monkeypatch.chdir(root)
    assert main(recipe[0].split()[1:]) == 0
    for line in recipe[1:3]:
        command = line.replace("git ", "git -c user.name=Ada -c user.email=ada@example.org ", 1)
        subprocess.run(command, shell=True, check=True, capture_output=True)  # noqa: S602  as a person types it
    assert main(["check", str(root), "--base", "main"]) == 0
