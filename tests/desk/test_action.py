"""The action and the pre-commit hook: what others' workflows run, run here as they would."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bot.cli import COMMANDS, main
from tests.desk.test_check import clone, git, write
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def run(repository: Path, outside: Path, **given: str) -> tuple[int, str, str, dict[str, str]]:
    """The exit code, the log, the job's summary and the outputs of the step that checks."""
    (outside / "venv" / "bin").mkdir(parents=True)
    (outside / "venv" / "bin" / "python").symlink_to(sys.executable)
    summary, outputs = outside / "summary", outside / "outputs"
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_OUTPUT": str(outputs),
        **dict.fromkeys(STEPS["Check"]["env"], ""),
        "FOLDER": ".",
        "VENV": str(outside / "venv"),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("site-packages")),
        **given,
    }
    # The shell that GitHub starts: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["Check"]["run"].replace(*_WITH_PACKAGES)]
    done = subprocess.run(
        shell, cwd=repository, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    shown = outputs.read_text() if outputs.exists() else ""
    said = dict(line.split("=", 1) for line in shown.splitlines())
    return done.returncode, done.stdout + done.stderr, summary.read_text() if summary.exists() else "", said


_WITH_PACKAGES = ('PYTHONPATH="$GITHUB_ACTION_PATH"', 'PYTHONPATH="$GITHUB_ACTION_PATH:$PYTHONPATH"')
"""The packages are installed in this test's own environment, and not in the action's."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A pull request's commit as actions/checkout leaves it: detached, with the base's history."""
    root = clone(tmp_path / "ferry", SPEC_KIT)
    git(root, "switch", "--quiet", "--create", "001-search")
    write(root, {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL")})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Plan")
    git(root, "switch", "--quiet", "--detach")
    return root


def test_a_pull_request_is_annotated_summed_up_and_refused(repository: Path, tmp_path: Path) -> None:
    base = git(repository, "rev-parse", "main")
    code, log, summary, outputs = run(repository, tmp_path / "runner", BASE=base, BRANCH="001-search")
    assert code == 1, log
    assert "::error file=specs/001-search/plan.md,line=" in log
    assert "is violated and not justified" in summary
    assert outputs["conclusion"] == "failure"
    assert re.fullmatch("sha256:[0-9a-f]{64}", outputs["digest"])


PROMISE = "\n## Project Structure\n\n```text\nspecs/001-search/\n├── plan.md\n└── research.md\n```\n"


def test_the_head_of_a_pull_request_is_judged_and_not_the_merge_that_is_checked_out(
    repository: Path, tmp_path: Path
) -> None:
    write(repository, {"specs/001-search/plan.md": plan() + PROMISE, "src/app.py": "print()\n"})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Promise research.md")
    head = git(repository, "rev-parse", "HEAD")
    git(repository, "switch", "--quiet", "main")
    write(repository, {"specs/001-search/research.md": "# Research\n\nFerries sail.\n"})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Another")
    base = git(repository, "rev-parse", "main")
    git(repository, "switch", "--quiet", "--detach")
    git(repository, "merge", "--quiet", "--no-edit", head)
    given = {"BASE": base, "BRANCH": "001-search"}
    code, log, _, outputs = run(repository, tmp_path / "runner", **given, PULL_HEAD=head)
    assert (code, "research.md is missing" in log) == (1, True), log
    with redirect_stdout(io.StringIO()) as written:
        main(["check", "--base", base, "--branch", "001-search", "--head", head, "--format", "json", str(repository)])
    assert json.loads(written.getvalue())["digest"] == outputs["digest"], log
    code, log, _, outputs = run(repository, tmp_path / "second", **given, PULL_HEAD="1" * 40)
    assert (code, "There is no commit" in log, outputs) == (2, True, {}), log


def test_a_good_plan_passes(repository: Path, tmp_path: Path) -> None:
    write(repository, {"specs/001-search/plan.md": plan()})
    code, log, _, outputs = run(repository, tmp_path / "runner", BASE="main", BRANCH="001-search")
    assert (code, outputs["conclusion"]) == (0, "success"), log
    assert "::error" not in log


def test_a_report_is_judged_again_and_gated_on(repository: Path, tmp_path: Path) -> None:
    base, head = (git(repository, "rev-parse", name) for name in ("main", "HEAD"))
    report = tmp_path / "report.json"
    given = {"BASE": base, "BRANCH": "001-search", "HEAD": head, "REPORT": str(report)}
    with redirect_stdout(io.StringIO()) as written:
        main(["check", "--base", base, "--branch", "001-search", "--format", "json", str(repository)])
    report.write_text(written.getvalue(), encoding="utf-8")
    code, log, _, outputs = run(repository, tmp_path / "runner", **given)
    assert (code, outputs["conclusion"]) == (1, "failure"), log
    assert "specs/001-search/plan.md:18: error unjustified-violation " in log
    report.write_text(written.getvalue().replace('"failure"', '"success"'), encoding="utf-8")
    code, log, _, _ = run(repository, tmp_path / "second", **given)
    assert (code, "refused: " in log) == (1, True), log
    code, log, _, outputs = run(repository, tmp_path / "third", **{**given, "HEAD": base})
    assert (code, outputs) == (2, {}), log


def test_what_cannot_be_judged_says_why_and_is_no_verdict(repository: Path, tmp_path: Path) -> None:
    code, log, summary, outputs = run(repository, tmp_path / "runner", BASE="origin/nowhere")
    assert code == 2
    assert "git fetch origin" in log
    assert (summary, outputs) == ("", {})


HOSTILE = ["$(touch owned)", "`touch owned`", '"; touch owned; "', "--format=json", "x\n::error::planted"]


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["BASE", "BRANCH", "FOLDER", "REPORT", "HEAD", "PULL_HEAD"])
def test_inputs_are_values_and_never_words_of_the_script(
    repository: Path, tmp_path: Path, name: str, value: str
) -> None:
    code, log, _, _ = run(repository, tmp_path / "runner", **{"BASE": "main", name: value})
    assert code in (1, 2)
    assert not list(tmp_path.rglob("owned"))
    assert not re.search("^::error::planted", log, re.MULTILINE)


def test_the_judged_repository_lays_no_module_in_our_way(repository: Path, tmp_path: Path) -> None:
    planted = "raise SystemExit('imported from the judged repository')\n"
    names = ("json.py", "bot.py", "msgspec.py", "re2.py", "sitecustomize.py")
    write(repository, dict.fromkeys(names, planted))
    code, log, _, _ = run(repository, tmp_path / "runner", BASE="main", BRANCH="001-search")
    assert code == 1
    assert "imported from" not in log


def test_scripts_hold_no_expressions_and_actions_are_pinned() -> None:
    for step in STEPS.values():
        assert "${{" not in step.get("run", "")
        assert "uses" not in step or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
    assert all("shell" in step for step in STEPS.values() if "run" in step)
    assert "--require-hashes" in STEPS["Install"]["run"]
    assert ACTION["runs"]["using"] == "composite"
    assert all("required" not in wish for wish in ACTION["inputs"].values()), "every input has a default"


def test_every_input_is_used_and_every_output_is_written() -> None:
    text = json.dumps(ACTION)
    assert all(f"inputs.{name}" in text for name in ACTION["inputs"])
    assert all(f"{name}=" in STEPS["Check"]["run"] for name in ACTION["outputs"])


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_names_a_command_that_there_is(hook: Mapping[str, Any]) -> None:
    program, command = str(hook["entry"]).split()[:2]
    assert (program, hook["language"]) == ("plangate", "python")
    assert command in COMMANDS


@pytest.mark.parametrize(
    ("path", "concerned"),
    [
        ("specs/001-search/plan.md", True),
        (".specify/memory/constitution.md", True),
        ("apps/web/specs/002-x/spec.md", True),
        (".github/app.yml", True),
        ("src/main.rs", False),
        ("README.md", False),
    ],
)
def test_the_hook_runs_where_a_verdict_may_change(path: str, *, concerned: bool) -> None:
    (hook,) = [one for one in HOOKS if one["id"] == "plangate-check"]
    assert bool(re.search(str(hook["files"]), path)) is concerned
