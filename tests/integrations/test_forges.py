"""The CI templates: their shell steps, executed with the forge's variables, give the desk's and the App's digest."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.desk.test_check import git, report, write
from tests.stage import SPEC, SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stage import Stage

INTEGRATIONS = Path(__file__).parents[2] / "integrations"
GITLAB: dict[str, Any] = yaml.safe_load((INTEGRATIONS / "gitlab/plangate.gitlab-ci.yml").read_text(encoding="utf-8"))
FORGEJO: dict[str, Any] = yaml.safe_load((INTEGRATIONS / "forgejo/plangate.yml").read_text(encoding="utf-8"))
STEP = FORGEJO["jobs"]["plangate"]["steps"][-1]
BIN = str(Path(sys.executable).parent)


def shell(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A script as a runner starts it, with `plangate` installed."""
    variables = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull, **environment}
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=60, check=False)


def gitlab(remote: Path, folder: Path, branch: str, head: str) -> tuple[int, str, Any]:
    """The job of a merge request, in the working copy that GitLab's runner makes."""
    git(folder.parent, "clone", "--quiet", "--no-checkout", f"file://{remote}", str(folder))
    git(folder, "checkout", "--quiet", "--detach", head)
    write(folder, {".cache/pip/left.py": "# the runner's own, in no commit\n"})
    (script,) = GITLAB["plangate"]["script"]
    environment = {
        "CI_COMMIT_SHA": head,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": branch,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    }
    done = shell(script, folder, environment)
    return done.returncode, done.stdout + done.stderr, json.loads((folder / "plangate.json").read_text("utf-8"))


def forgejo(remote: Path, folder: Path, branch: str, head: str) -> tuple[int, str, Any]:
    """The workflow's step for a pull request, in an empty workspace."""
    git(remote, "update-ref", "refs/pull/7/head", head)
    folder.mkdir()
    values = {
        "github.server_url": f"file://{remote.parent.parent}",
        "github.repository": f"{remote.parent.name}/{remote.stem}",
        "github.token": "t0ken",
        "github.event.pull_request.number": "7",
        "github.event.pull_request.head.sha": head,
        "github.event.pull_request.head.ref": branch,
        "github.event.pull_request.base.ref": "main",
    }
    environment = {name: _evaluated(text, values) for name, text in STEP["env"].items()}
    done = shell(STEP["run"], folder, environment)
    return done.returncode, done.stdout + done.stderr, json.loads((folder / "plangate.json").read_text("utf-8"))


def _evaluated(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ ([a-z_.]+) \}\}", lambda match: values[match[1]], text)


FORGES: dict[str, Callable[[Path, Path, str, str], tuple[int, str, Any]]] = {"gitlab": gitlab, "forgejo": forgejo}


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository in which the base went on after the branch left it."""
    root = tmp_path / "acme" / "work"
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    write(root, {**SPEC_KIT, ".github/app.yml": "plangate:\n  rules: {dead-link: notice}\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Begin")
    git(root, "switch", "--quiet", "--create", "001-search")
    write(root, {**feature(text=plan("FAIL")), "src/app.py": "print()\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Plan")
    git(root, "switch", "--quiet", "main")
    write(root, {"README.md": "# Ferry\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Go on")
    bare = tmp_path / "acme" / "ferry.git"
    git(tmp_path, "clone", "--quiet", "--bare", f"file://{root}", str(bare))
    return bare


@pytest.mark.parametrize("forge", FORGES)
def test_the_same_digest_as_on_the_desk(
    remote: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], forge: str
) -> None:
    head = git(remote, "rev-parse", "001-search")
    code, log, found = FORGES[forge](remote, tmp_path / "workspace", "001-search", head)
    assert (code, found["conclusion"], found["head"]) == (1, "failure", head), log
    assert "I. Library First is violated and not justified" in log
    git(tmp_path, "clone", "--quiet", "--branch", "001-search", f"file://{remote}", str(tmp_path / "desk"))
    _, expected = report(capsys, tmp_path / "desk", "--base", "origin/main")
    assert (found["digest"], found["base"]) == (expected["digest"], expected["base"])


@pytest.mark.parametrize("forge", FORGES)
def test_a_good_plan_passes(remote: Path, tmp_path: Path, forge: str) -> None:
    work = tmp_path / "acme" / "work"
    git(work, "switch", "--quiet", "001-search")
    write(work, {"specs/001-search/plan.md": plan()})
    git(work, "commit", "--quiet", "--all", "--message", "Mend")
    git(work, "push", "--quiet", str(remote), "001-search")
    head = git(remote, "rev-parse", "001-search")
    code, log, found = FORGES[forge](remote, tmp_path / "workspace", "001-search", head)
    assert (code, found["conclusion"]) == (0, "success"), log


@pytest.mark.slow
@pytest.mark.parametrize("branch", ["001-$(id>owned)", "001-`id>owned`", "001-x;id>owned", "--format=sarif"])
@pytest.mark.parametrize("forge", FORGES)
def test_a_branchs_name_is_no_word_of_the_script(remote: Path, tmp_path: Path, forge: str, branch: str) -> None:
    head = git(remote, "rev-parse", "001-search")
    code, _, found = FORGES[forge](remote, tmp_path / "workspace", branch, head)
    assert (code, found["inputs"]["head_branch"]) == (1, branch)
    assert not list(tmp_path.rglob("owned"))


def test_gitlab_shows_the_findings_on_the_lines_of_the_merge_request(remote: Path, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    gitlab(remote, folder, "001-search", git(remote, "rev-parse", "001-search"))
    shown = json.loads((folder / GITLAB["plangate"]["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    places = {(found["check_name"], found["location"]["path"]) for found in shown}
    assert ("unjustified-violation", "specs/001-search/plan.md") in places


@pytest.mark.parametrize("text", [str(GITLAB), str(STEP["run"])])
def test_scripts_hold_no_expressions(text: str) -> None:
    assert "${{" not in text


def test_the_page_says_what_was_not_run() -> None:
    page = (INTEGRATIONS / "README.md").read_text(encoding="utf-8")
    assert "were not run on these forges" in page


@pytest.mark.slow
@pytest.mark.parametrize("forge", FORGES)
def test_the_same_digest_as_the_apps(stage: Stage, tmp_path: Path, forge: str) -> None:
    files = {"README.md": "# Ferry\n", **SPEC_KIT}
    repo = stage.world.create_repository("acme", "ferry", files)
    stage.install(repo)
    stage.world.push(repo, "001-search", {"specs/001-search/spec.md": SPEC, **feature(text=plan("FAIL"))}, author="ada")
    pull = stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    stored = stage.store.report(repo.id, pull.head_sha)
    assert stored is not None
    bare = tmp_path / "acme" / "ferry.git"
    git(tmp_path, "clone", "--quiet", "--mirror", stage.world.clone_url(repo, "acme"), str(bare))
    _, log, found = FORGES[forge](bare, tmp_path / "workspace", "001-search", pull.head_sha)
    assert found["digest"] == stored.digest, log
