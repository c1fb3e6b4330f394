"""Paths that a repository need not hold, as git and GitHub say it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.core.change.trees import Document, Readability, Tree
from bot.core.judging.untracked import untracked
from tests.effort import bounded_work

if TYPE_CHECKING:
    from pathlib import Path

IGNORED = """\
# what tools write
[Bb]uilt/
*.te[mx]
!keep.tem
/reports/*.json
docs/**/made/
src/lib/generated-*.ts
\\!odd.txt
cache/
"""
PATHS = (
    "a/Built/x.dll",
    "a/b.tem",
    "keep.tem",
    "reports/a.json",
    "x/reports/a.json",
    "reports/b/a.json",
    "docs/a/b/made/page.md",
    "docs/a.md",
    "src/lib/generated-types.ts",
    "src/lib/types.ts",
    "!odd.txt",
    "cache/x",
    "src/cache/x",
    "cache.py",
)


def tree(**documents: str) -> Tree:
    names = {"ignore": ".gitignore", "attributes": ".gitattributes"}
    return Tree("a" * 40, {}, {names[key]: Document(names[key], text) for key, text in documents.items()})


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_ignored_where_git_ignores_it(path: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text(IGNORED)
    checked = subprocess.run(["git", "check-ignore", "-q", "--no-index", path], cwd=tmp_path, check=False)
    assert (path in untracked(tree(ignore=IGNORED))) == (checked.returncode == 0)


def test_generated_and_vendored_files_are_named_by_the_attributes() -> None:
    attributes = (
        "*.ts text\nsrc/api/*.ts linguist-generated=true\nlib/** linguist-vendored\na.py linguist-generated=false\n"
    )
    paths = untracked(tree(attributes=attributes))
    assert "src/api/client.ts" in paths
    assert "lib/deep/x.py" in paths
    assert "src/main.ts" not in paths
    assert "a.py" not in paths


@pytest.mark.parametrize("path", ["dist/ferry.js", "web/node_modules/a/index.js", ".env", "api/ferry_pb2.py"])
def test_some_paths_are_untracked_everywhere(path: str) -> None:
    assert path in untracked(tree())


def test_a_file_that_cannot_be_read_says_nothing() -> None:
    documents = {".gitignore": Document(".gitignore", "", Readability.TOO_LARGE)}
    assert "src/a.py" not in untracked(Tree("a" * 40, {}, documents))


@pytest.mark.parametrize("line", ["*" * 250 + "z", "**/" * 90 + "x", "[" * 200, "(a*)*" * 50, "\\", "!", "/"])
def test_hostile_patterns_take_little_work(line: str) -> None:
    with bounded_work():
        assert "src/" + "a" * 200 + ".py" not in untracked(tree(ignore=f"{line}\n" * 100))
