"""The App and the desk reach the same verdict, to the digest, on the same commit and base."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bot.adapters.worktree.worktree import CheckOptions
from bot.desk.check import judge_copy
from tests.app.test_main_job_new_since import AMENDED, BARE, KNOWS, SHORT, merge_base_in
from tests.stage import CONSTITUTION, SPEC, SPEC_KIT, TEMPLATE, feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.judging.findings import Report
    from bot.desk.check import DeskVerdict
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
CODE = "def find(words):\n    return [word for word in words if word]\n" * 5
DRIFTED = CONSTITUTION.replace("### I. ", "### I. Quite ").replace("II. ", "II. Other ")
LISTING = TEMPLATE.replace("[Gates determined based on constitution file]", "- I. Rust-First\n- II. SOAP Interface\n")
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
    "renames code": {**feature(), "src/old.py": None, "src/new.py": CODE},
    "renames a plan": {
        "specs/000-old/plan.md": None,
        "specs/000-old/spec.md": None,
        "specs/001-search/plan.md": plan(),
        "specs/001-search/spec.md": SPEC,
    },
    "drifts": {".specify/memory/constitution.md": DRIFTED},
    "drifts with a feature": {**feature(), ".specify/memory/constitution.md": DRIFTED},
    "softens its own yardstick": {
        **feature(text=plan("FAIL", "FAIL")),
        ".specify/memory/constitution.md": CONSTITUTION.replace(" (NON-NEGOTIABLE)", ""),
        ".specify/templates/plan-template.md": "# Plan\n\n## Summary\n",
    },
    "removes the yardstick": {**feature(text=plan("FAIL")), ".specify/memory/constitution.md": None},
    "ticked, with paths that are nowhere": {
        **feature(text=plan() + TREE + "\n**Structure Decision**: `src/nowhere/`\n"),
        "specs/001-search/tasks.md": "# Tasks\n\n- [x] T001 Find it in src/app.py\n",
        "src/app.py": "print()\n",
    },
    "turns itself off": {**feature(text=plan("FAIL")), ".github/app.yml": "plangate:\n  mode: off\n"},
    "copied research": {
        **feature(text=plan() + TREE),
        "specs/001-search/research.md": "# Research: [FEATURE NAME]\n\n- [decision]\n- [why]\n",
        "src/app.py": "print()\n",
    },
}
BASES: dict[str, dict[str, str]] = {
    "two projects": {
        "apps/web/.specify/memory/constitution.md": CONSTITUTION.replace("II. ", "II. Web "),
        "apps/web/.specify/templates/plan-template.md": TEMPLATE,
    },
    "as it was in 2025": {
        ".specify/memory/constitution.md": "",
        "memory/constitution.md": CONSTITUTION,
        "templates/plan-template.md": TEMPLATE,
    },
    "configured": {
        ".github/app.yml": "plangate:\n  since: 5\n  rules:\n    unjustified-violation: warning\n"
        "  artifacts:\n    research.md: required\n  code: ['lib/**']\n",
    },
    "an override": {".specify/templates/overrides/plan-template.md": TEMPLATE.replace("Summary", "In short")},
    "a template that lists": {".specify/templates/plan-template.md": LISTING},
}
ON_BASES: dict[str, dict[str, str | bytes | None]] = {
    "violated": {**feature(text=plan("FAIL")), "src/app.py": "print()\n"},
    "drifts": {".specify/memory/constitution.md": DRIFTED},
    "in a project": {
        "apps/web/specs/001-search/plan.md": plan("FAIL", "FAIL"),
        "apps/web/specs/001-search/spec.md": SPEC,
    },
    "edits an old one": {"specs/000-old/plan.md": plan("FAIL"), "lib/a.py": "x = 1\n"},
}


BEFORE: dict[str, dict[str, str | bytes | None]] = {
    "a principle": {".specify/memory/constitution.md": AMENDED},
    "a principle in between": {
        ".specify/memory/constitution.md": CONSTITUTION.replace("### II.", "### II. Small\n\nSmall.\n\n### III.")
    },
    "a preset": {
        ".specify/presets/own/preset.yml": "provides:\n  templates:\n"
        "    - {name: plan-template, file: plan.md, type: template}\n",
        ".specify/presets/own/plan.md": TEMPLATE.replace("Summary", "In short"),
        ".specify/memory/constitution.md": AMENDED,
    },
    "other things": {"README.md": "# Another\n"},
    "a constitution elsewhere": {
        ".specify/memory/constitution.md": None,
        "memory/constitution.md": AMENDED,
    },
    "a number": {**feature("specs/001-other")},
}
BRANCHES: dict[str, dict[str, str | bytes | None]] = {
    "knows of it": {**feature(text=KNOWS), "src/app.py": "print()\n"},
    "does not": {**feature(text=plan()), "src/app.py": "print()\n"},
    "has none": {**feature(text=BARE), "src/app.py": "print()\n"},
    "fails": {**feature(text=plan("FAIL", "FAIL")), "src/app.py": "print()\n"},
}


NEWS = ("a principle", "a preset", "a constitution elsewhere")


@pytest.mark.slow
@pytest.mark.parametrize("after", ["as it was", "rebased", "merged"])
@pytest.mark.parametrize("came", BEFORE)
@pytest.mark.parametrize("branch", BRANCHES)
def test_the_same_digest_when_the_base_went_on(
    stage: Stage, tmp_path: Path, branch: str, came: str, after: str
) -> None:
    repo = _repository(stage, {})
    stage.world.push(repo, "001-search", BRANCHES[branch], author="ada")
    stage.world.push(repo, "main", BEFORE[came], author="root")
    if after == "rebased":
        stage.world.push(repo, "001-search", BRANCHES[branch], author="ada", start="main", force=True)
    if after == "merged":
        merge_base_in(stage, repo)
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=30)
    judged = _on_desk(stage, repo, "001-search", tmp_path / "clone")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    late = any(finding.late for finding in judged.report.all_findings())
    assert late == (after == "as it was" and branch == "knows of it" and came in NEWS)


HERS: dict[str, dict[str, str | bytes | None]] = {
    "edited": {".specify/memory/constitution.md": CONSTITUTION.replace("## Governance", "## Governance of ours")},
    "moved": {".specify/memory/constitution.md": None, "docs/principles.md": CONSTITUTION},
    "taken away": {".specify/memory/constitution.md": None},
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("came", ["a principle", "a preset", "other things"])
@pytest.mark.parametrize("edit", HERS)
def test_the_same_digest_when_both_edit_the_constitution(stage: Stage, tmp_path: Path, edit: str, came: str) -> None:
    repo = _repository(stage, {})
    stage.world.push(repo, "001-search", {**BRANCHES["knows of it"], **HERS[edit]}, author="ada")
    stage.world.push(repo, "main", BEFORE[came], author="root")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=30)
    judged = _on_desk(stage, repo, "001-search", tmp_path / "clone")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    assert not any(finding.late for finding in judged.report.all_findings())


TEMPLATE_PATH, CONSTITUTION_PATH = SPEC_KIT
MATCHING = TEMPLATE.replace("[Gates determined based on constitution file]", "- I. Library First\n- II. Test First\n")
AMENDMENTS: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    "the base mends the template": (
        {TEMPLATE_PATH: LISTING},
        {CONSTITUTION_PATH: CONSTITUTION + "\n"},
        {TEMPLATE_PATH: MATCHING},
    ),
    "the base breaks the template": (
        {TEMPLATE_PATH: MATCHING},
        {CONSTITUTION_PATH: CONSTITUTION + "\n"},
        {TEMPLATE_PATH: LISTING},
    ),
    "both edit": ({}, {TEMPLATE_PATH: LISTING}, {CONSTITUTION_PATH: DRIFTED}),
    "an override": ({}, {".specify/templates/overrides/plan-template.md": LISTING}, {"README.md": "# Another\n"}),
    "a preset's": (
        {".specify/presets/own/README.md": "Ours.\n"},
        {".specify/presets/own/plan-template.md": LISTING},
        {"README.md": "# Another\n"},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("which", AMENDMENTS)
@pytest.mark.parametrize("branch", ["001-search", "amend"])
def test_the_same_digest_when_both_amend_the_yardstick(stage: Stage, tmp_path: Path, branch: str, which: str) -> None:
    before, hers, later = AMENDMENTS[which]
    repo = _repository(stage, before)
    more = feature() if branch != "amend" else {}
    stage.world.push(repo, branch, {**more, **hers}, author="ada")
    stage.world.push(repo, "main", later, author="root")
    pull = stage.world.open_pull_request(repo, branch, author="ada")
    stage.drain(patience=30)
    judged = _on_desk(stage, repo, branch, tmp_path / "clone")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    drifts = any(finding.rule == "template-drift" for finding in judged.report.all_findings())
    assert drifts == (branch == "amend" and which != "the base mends the template")


def test_the_same_digest_below_a_yardstick_in_between(stage: Stage, tmp_path: Path) -> None:
    shared = {
        "apps/.specify/memory/constitution.md": AMENDED,
        ".github/app.yml": "plangate:\n  specs: [apps/*/specs]\n",
    }
    repo = _repository(stage, shared)
    stage.world.push(repo, "002-find", feature("apps/web/specs/002-find", KNOWS), author="ada")
    pull = stage.world.open_pull_request(repo, "002-find", author="ada")
    stage.drain()
    judged = _on_desk(stage, repo, "002-find", tmp_path / "clone")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    assert stage.run(repo, pull.head_sha).title == "1 NON-NEGOTIABLE principle violated"


@pytest.mark.parametrize("after", ["as it was", "merged"])
def test_the_same_digest_when_the_template_got_its_check_later(stage: Stage, tmp_path: Path, after: str) -> None:
    repo = _repository(stage, {".specify/templates/plan-template.md": SHORT})
    stage.world.push(repo, "001-search", BRANCHES["has none"], author="ada")
    stage.world.push(repo, "main", {".specify/templates/plan-template.md": TEMPLATE}, author="root")
    if after == "merged":
        merge_base_in(stage, repo)
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=30)
    judged = _on_desk(stage, repo, "001-search", tmp_path / "clone")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    assert judged.report.conclusion == ("failure" if after == "merged" else "success")


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", CHANGES)
def test_the_same_digest(stage: Stage, tmp_path: Path, name: str) -> None:
    _agree(stage, tmp_path, {}, CHANGES[name])


@pytest.mark.one_in(4)
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("name", ON_BASES)
def test_the_same_digest_by_whatever_yardstick(stage: Stage, tmp_path: Path, base: str, name: str) -> None:
    _agree(stage, tmp_path, BASES[base], ON_BASES[name])


def test_a_drifted_template_is_told_by_both(stage: Stage, tmp_path: Path) -> None:
    report = _agree(stage, tmp_path, BASES["a template that lists"], ON_BASES["drifts"], "amend")
    assert [finding.rule for finding in report.findings] == ["template-drift"]


def _agree(
    stage: Stage,
    folder: Path,
    more: dict[str, str],
    changes: dict[str, str | bytes | None],
    branch: str = "001-search",
) -> Report:
    repo = _repository(stage, more)
    stage.world.push(repo, branch, changes, author="ada")
    pull = stage.world.open_pull_request(repo, branch, author="ada")
    stage.drain()
    judged = _on_desk(stage, repo, branch, folder / "clone")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    return judged.report


def test_a_waiver_leaves_the_digest_what_it_is_on_the_desk(stage: Stage, tmp_path: Path) -> None:
    repo = _repository(stage, {})
    stage.world.push(repo, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain(patience=10)
    judged = _on_desk(stage, repo, "001-search", tmp_path / "clone")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    stage.world.user("mona", role="maintain", repository=repo)
    order = "/plan waive unjustified-violation the index is bought and not built"
    stage.world.comment(repo, pull.number, order, author="mona")
    stage.drain(patience=10)
    run = stage.run(repo, pull.head_sha)
    assert (run.conclusion, judged.report.conclusion) == ("success", "failure")
    assert _in_app(stage, repo, pull.head_sha) == judged.digest
    assert judged.digest[:15] in (run.summary or "")


def _repository(stage: Stage, more: dict[str, str]) -> Repository:
    files = {"README.md": "# Ferry\n", **SPEC_KIT, **feature("specs/000-old"), "src/old.py": CODE, **more}
    # An empty text: a repository of that kind does not have this file.
    repo = stage.world.create_repository("acme", "ferry", {path: text for path, text in files.items() if text})
    stage.install(repo)
    # The desk cannot know which folders are older than the App's arrival, so here none is.
    stage.store.remember(repo.id, "legacy", "[]")
    return repo


def _in_app(stage: Stage, repo: Repository, sha: str) -> str:
    report = stage.store.report(repo.id, sha)
    assert report is not None
    assert stage.run(repo, sha).external_id.split("/")[3] in report.digest
    return report.digest


def _on_desk(stage: Stage, repo: Repository, branch: str, folder: Path) -> DeskVerdict:
    url = stage.world.clone_url(repo, "acme")
    subprocess.run(["git", "clone", "-q", "-b", branch, url, str(folder)], check=True)
    return judge_copy(folder, CheckOptions(base="origin/main"))
