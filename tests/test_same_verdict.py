"""The App and the desk reach the same verdict, to the digest, on the same commit and base."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.adapters.worktree import Wanted
from bot.core.config_layers import merge
from bot.desk import judge_copy
from tests.stage import SPEC, TEMPLATE, feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import Repository
    from tests.stage import Stage

TREE = """
## Project Structure

```text
specs/001-search/
├── plan.md
├── research.md
├── contracts/
└── tasks.md
```
"""
MOVED = {path.replace("001-search", "002-find"): text for path, text in feature().items()}

CHANGES: dict[str, dict[str, str | bytes | None]] = {
    "complete": {**feature()},
    "violated": {**feature(text=plan("FAIL", "FAIL"))},
    "template": {**feature(text=TEMPLATE)},
    "promised": {**feature(text=plan() + TREE), "src/app.py": "print()\n"},
    "with contracts": {
        **feature(text=plan() + TREE),
        "specs/001-search/contracts/api/v1/search.yaml": "openapi: 3\n",
        "specs/001-search/checklists/requirements.md": "- [ ] CHK001\n",
        "src/app.py": "print()\n",
    },
    "spec only": {"specs/001-search/spec.md": SPEC},
    "code only": {"src/app.py": "print()\n"},
    "another number": {**feature("specs/007-other")},
    "no number": {"specs/search/plan.md": plan("FAIL"), "specs/search/spec.md": SPEC},
    "edits another": {"specs/000-old/plan.md": plan("FAIL")},
    "removes another": {"specs/000-old/plan.md": None, "specs/000-old/spec.md": None},
    "moves another": {
        "specs/000-old/plan.md": None,
        "specs/000-old/spec.md": None,
        "specs/000-new/plan.md": plan("PARTIAL"),
        "specs/000-new/spec.md": SPEC,
    },
    "binary": {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": b"\xff\xfe\0"},
    "long": {**feature(text=plan() + "\nwords\n" * 100_000)},
    "two": {**feature(), **MOVED},
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_digest(stage: Stage, tmp_path: Path, name: str) -> None:
    repo = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **_base()})
    stage.install(repo)
    # The desk cannot know which folders are older than the App's arrival, so here none is.
    stage.store.remember(repo.id, "legacy", "[]")
    stage.world.push(repo, "001-search", CHANGES[name], author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    assert _in_app(stage, repo, pull.head_sha) == _on_desk(stage, repo, tmp_path / "clone")


def _base() -> dict[str, str]:
    from tests.stage import SPEC_KIT  # noqa: PLC0415  beside its only use

    return {**SPEC_KIT, **feature("specs/000-old")}


def _in_app(stage: Stage, repo: Repository, sha: str) -> str:
    report = stage.store.report(repo.id, sha)
    assert report is not None
    assert stage.run(repo, sha).external_id.split("/")[3] in report.digest
    return report.digest


def _on_desk(stage: Stage, repo: Repository, folder: Path) -> str:
    url = stage.world.clone_url(repo, "acme")
    subprocess.run(["git", "clone", "-q", "-b", "001-search", url, str(folder)], check=True)
    judged = judge_copy(folder, Wanted(base="origin/main"))
    assert merge(()).config == judged.effective.config
    return judged.digest
