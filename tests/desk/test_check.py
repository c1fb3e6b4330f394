"""`plangate check` and its neighbours on the desk: real folders, real git, what is printed and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from bot.cli import main
from tests.core.speech.render.sarif_subset import SCHEMA
from tests.stage import CONSTITUTION, SPEC, SPEC_KIT, TEMPLATE, Stage, plan

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
SARIF = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)
CLEAN = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CLEAN.items():
        monkeypatch.setenv(name, value)


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    done = subprocess.run(["git", *identity, "-C", str(root), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def clone(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository with one commit of these files on `main`."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    write(root, files)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Begin")
    return root


def check(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main(["check", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def report(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, Any]:
    code, out, _ = check(capsys, "--format", "json", *arguments)
    return code, json.loads(out)


def test_a_plain_folder_is_judged_as_new_and_being_planned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL")})
    code, found = report(capsys, tmp_path)
    (feature,) = found["features"]
    assert code == 1
    assert (feature["stage"], feature["owned"], feature["number"]) == ("planning", True, "001")
    errors = [one["rule"] for one in feature["findings"] if one["severity"] == "error"]
    assert errors == ["unjustified-violation"]
    assert found["config"] == [{"path": "app.yml", "source": "bundled"}]


def test_the_template_as_a_plan_is_one_finding_and_every_line_of_it_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"specs/001-error-report/plan.md": TEMPLATE})
    _, found = report(capsys, tmp_path, "--feature", "specs/001-error-report")
    (feature,) = found["features"]
    rules = [one["rule"] for one in feature["findings"] if one["path"].endswith("plan.md")]
    assert rules == ["unfilled-plan"]
    lines = [one["line"] for one in feature["placeholders"]]
    assert lines == [n for n, text in enumerate(TEMPLATE.splitlines(), 1) if "[" in text]
    states = {one["name"]: one["state"] for one in feature["artifacts"]}
    assert states.pop("plan.md") == "template"
    assert set(states.values()) == {"missing"}
    assert feature["violations"] == []


def test_a_stage_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/plan.md": plan()})
    _, found = report(capsys, tmp_path, "--stage", "implementing")
    assert found["features"][0]["stage"] == "implementing"


def test_a_commit_is_judged_whatever_the_files_are_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", SPEC_KIT)
    git(root, "switch", "--quiet", "--create", "001-search")
    write(root, {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL"), "src/app.py": "x = 1\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Plan")
    _, before = report(capsys, root, "--base", "main")
    write(
        root,
        {"specs/001-search/plan.md": plan(), "src/other.py": "y = 2\n", ".github/app.yml": "plangate: {mode: off}"},
    )
    _, now = report(capsys, root, "--base", "main")
    code, then = report(capsys, root, "--base", "main", "--head", "001-search", "--branch", "001-search")
    assert (code, then["digest"], then["head"]) == (1, before["digest"], before["head"])
    assert (now["digest"] != then["digest"], now["head"]) == (True, None)
    assert check(capsys, root, "--head", "nowhere")[0] == 2


def test_against_a_base_only_what_changed_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", {**SPEC_KIT, "specs/001-old/spec.md": SPEC, "specs/001-old/plan.md": plan("FAIL")})
    git(root, "switch", "--quiet", "--create", "002-search")
    write(root, {"specs/002-search/spec.md": SPEC, "specs/002-search/plan.md": plan("FAIL")})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Plan")
    code, found = report(capsys, root, "--base", "main")
    assert code == 1
    assert [one["dir"] for one in found["features"]] == ["specs/002-search"]


def test_what_is_not_committed_yet_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", SPEC_KIT)
    git(root, "switch", "--quiet", "--create", "001-search")
    write(root, {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL"), ".gitignore": "*.tmp\n"})
    code, _ = report(capsys, root, "--base", "main")
    assert code == 1
    write(root, {"specs/001-search/plan.md": plan()})
    code, _ = report(capsys, root, "--base", "main")
    assert code == 0


def test_a_pull_request_cannot_weaken_its_own_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", SPEC_KIT)
    git(root, "switch", "--quiet", "--create", "001-search")
    files = {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL")}
    write(root, {**files, ".github/app.yml": "plangate:\n  mode: off\n"})
    code, found = report(capsys, root, "--base", "main")
    assert code == 1
    assert found["conclusion"] == "failure"


def test_the_digest_is_that_of_the_app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Stage(tmp_path) as stage:
        world = stage.world
        repo = world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", "src/a.py": "x = 1\n", **SPEC_KIT})
        stage.install(repo)
        files = {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL"), "src/b.py": "y = 2\n"}
        world.push(repo, "001-search", files, author="ada")
        pull = world.open_pull_request(repo, "001-search", author="ada")
        stage.drain()
        summary = stage.run(repo, pull.head_sha).summary or ""
        url = world.clone_url(repo, "ada")
        subprocess.run(["git", "clone", "--quiet", url, str(tmp_path / "desk")], check=True, capture_output=True)
        git(tmp_path / "desk", "switch", "--quiet", "001-search")
    _, found = report(capsys, tmp_path / "desk", "--base", "origin/main")
    shown = re.search(r"report `(sha256:[0-9a-f]+)`", summary)
    assert shown is not None
    assert found["digest"].startswith(shown[1])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--base", "main"], "is no git repository"),
        (["--feature", "specs/404-nowhere"], "There is no folder specs/404-nowhere"),
        (["--feature", "../elsewhere"], "There is no folder ../elsewhere"),
    ],
)
def test_what_cannot_be_judged_is_one_sentence_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    write(tmp_path, SPEC_KIT)
    code, out, err = check(capsys, tmp_path, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("plangate: ")
    assert words in err
    assert "Traceback" not in err


def test_a_base_that_is_not_there_names_the_way_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", SPEC_KIT)
    code, _, err = check(capsys, root, "--base", "origin/main")
    assert code == 2
    assert "git fetch origin" in err


def test_a_broken_configuration_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, ".github/app.yml": "plangate:\n  mood: off\n"})
    code, _, err = check(capsys, tmp_path)
    assert code == 2
    assert ".github/app.yml:2:3: unknown key mood. Did you mean `mode`?" in err


def test_links_are_never_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside"
    write(outside, {"plan.md": plan(), "spec.md": SPEC})
    root = tmp_path / "ferry"
    write(root, {**SPEC_KIT, "specs/002-search/spec.md": SPEC})
    (root / "specs" / "001-secret").symlink_to(outside, target_is_directory=True)
    (root / "specs" / "002-search" / "plan.md").symlink_to(outside / "plan.md")
    code, found = report(capsys, root)
    assert code in (0, 1)
    assert "kept in memory" not in json.dumps(found), "the text behind the link was read"
    (search,) = [one for one in found["features"] if one["dir"] == "specs/002-search"]
    states = {one["name"]: one["state"] for one in search["artifacts"]}
    assert states["plan.md"] != "present"


def test_what_git_would_not_keep_is_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/plan.md": plan("PASS")})
    os.mkfifo(tmp_path / "specs/001-search/spec.md")  # whoever opens it waits for a writer
    (tmp_path / os.fsdecode(b"specs/002-\xff")).mkdir()
    (tmp_path / os.fsdecode(b"specs/002-\xff/spec.md")).write_text(SPEC)
    code, out, err = check(capsys, tmp_path, "--all")
    assert (code, err) == (1, "")
    assert "spec MISSING" in out
    assert "002" not in out


def test_a_bare_repository_is_refused_with_the_way_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(tmp_path, "init", "--quiet", "--bare")
    code, out, err = check(capsys, tmp_path)
    assert (code, out) == (2, "")
    assert "bare repository" in err


def test_names_and_texts_of_any_kind_are_printed_or_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = b"# Plan \x1b[31m\xe2\x80\xae**Branch**: `x`\n"
    write(tmp_path, {**SPEC_KIT, "specs/001-caf\u00e9/plan.md": hostile, "specs/002-x/plan.md": b"\xff\xfe\x00"})
    code, out, _ = check(capsys, tmp_path)
    assert code in (0, 1)
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_every_layout_of_the_report_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL")})
    _, text, _ = check(capsys, tmp_path)
    assert text.rstrip().splitlines()[-2].startswith("failure: 1 violation unjustified")
    _, markdown, _ = check(capsys, tmp_path, "--format", "markdown")
    assert "is violated and not justified" in markdown
    _, coloured, _ = check(capsys, tmp_path, "--colour", "always")
    assert "\x1b[" in coloured


def test_machines_are_told_the_same_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan("FAIL")})
    _, found = report(capsys, tmp_path)
    told = {(one["rule"], one["path"], one["line"]) for one in found["features"][0]["findings"] if not one["follow_up"]}
    code, sarif, _ = check(capsys, tmp_path, "--format", "sarif")
    log = json.loads(sarif)
    assert code == 1
    SARIF.validate(log)
    assert all("/rules/" in rule["helpUri"] for rule in log["runs"][0]["tool"]["driver"]["rules"])
    results = [(one["ruleId"], one["locations"][0]["physicalLocation"]) for one in log["runs"][0]["results"]]
    assert {
        (rule, place["artifactLocation"]["uri"], place.get("region", {}).get("startLine")) for rule, place in results
    } == told
    code, commands, _ = check(capsys, tmp_path, "--format", "github")
    *lines, last = commands.splitlines()
    assert code == 1
    assert len(lines) == len(told)
    assert all(re.match(r"::(error|warning|notice) file=specs/001-search/plan\.md,line=\d+", line) for line in lines)
    assert last.startswith("plangate: failure: 1 violation unjustified")


def test_a_branch_can_be_named_where_a_commit_is_checked_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = clone(tmp_path / "ferry", {**SPEC_KIT, "src/a.py": "x = 1\n"})
    git(root, "switch", "--quiet", "--detach")
    write(root, {"src/a.py": "x = 2\n"})
    assert report(capsys, root, "--base", "main")[0] == 0
    code, found = report(capsys, root, "--base", "main", "--branch", "001-search")
    assert code == 1
    assert found["features"][0]["dir"] == "specs/001-search"


def test_paths_that_are_nowhere_are_told_once_all_tasks_are_ticked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decision = "\n**Structure Decision**: `src/search/index.py`, `ports/near.py`, `lib/` and `src/*/gone.py`\n"
    text = plan().replace("## Complexity Tracking", f"{decision}\n## Complexity Tracking")
    files = {
        **SPEC_KIT,
        "src/ports/near.py": "x = 1\n",
        "specs/001-search/spec.md": SPEC,
        "specs/001-search/plan.md": text,
    }
    for box, expected in (("x", ["2 paths do not exist"]), (" ", [])):
        tasks = {"specs/001-search/tasks.md": f"# Tasks\n\n- [{box}] T001 Find\n"}
        _, found = report(capsys, clone(tmp_path / f"ferry{len(expected)}", {**files, **tasks}))
        said = [one["message"] for one in found["features"][0]["findings"] if one["rule"] == "structure-path-missing"]
        assert [message.split(".")[0] for message in said] == expected
        assert all("names src/search/index.py, lib. All" in message for message in said)


def test_a_large_specs_folder_is_read_in_bounded_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plans = {f"specs/{number:03d}-x/plan.md": plan() for number in range(1, 120)}
    write(tmp_path, {**SPEC_KIT, **plans})
    _, found = report(capsys, tmp_path, "--all")
    assert len(found["features"]) == 119


def test_a_saved_draft_is_named_from_the_folder_of_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "specs/002-find/spec.md": SPEC})
    monkeypatch.chdir(tmp_path)
    assert main(["draft", "--feature", "specs/001-search", "--write"]) == 0
    assert capsys.readouterr().out.startswith("specs/001-search/plan.md: ")
    monkeypatch.chdir(tmp_path / "specs/001-search")
    assert main(["draft", str(tmp_path), "--feature", "specs/002-find", "--write"]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path.resolve()}/specs/002-find/plan.md: ")


def test_a_draft_is_printed_saved_once_and_never_over_a_begun_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC, "pyproject.toml": '[project]\nname = "ferry"\n'})
    assert main(["draft", str(tmp_path), "--feature", "specs/001-search"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Implementation Plan: Search\n")
    assert "A traveller finds the next ferry by its port." in printed
    assert main(["draft", str(tmp_path), "--feature", "specs/001-search", "--write"]) == 0
    assert "blanks to fill in" in capsys.readouterr().out
    assert (tmp_path / "specs/001-search/plan.md").read_text() == printed
    assert not list((tmp_path / "specs/001-search").glob(".*"))
    write(tmp_path, {"specs/001-search/plan.md": plan()})
    assert main(["draft", str(tmp_path), "--feature", "specs/001-search", "--write"]) == 2
    assert "already has edits" in capsys.readouterr().err
    assert (tmp_path / "specs/001-search/plan.md").read_text() == plan()


def test_the_draft_of_a_branch_is_that_of_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", {**SPEC_KIT, "README.md": "# Ferry\n"})
    assert main(["draft", str(root)]) == 2
    assert "--feature" in capsys.readouterr().err
    git(root, "switch", "--quiet", "--create", "001-night-ferries")
    assert main(["draft", str(root)]) == 0
    assert "# Implementation Plan: Night ferries" in capsys.readouterr().out


def test_nothing_is_written_through_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "ferry"
    write(root, {**SPEC_KIT, "specs/README.md": "x"})
    (tmp_path / "outside").mkdir()
    (root / "specs" / "001-x").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert main(["draft", str(root), "--feature", "specs/001-x", "--write"]) == 2
    assert "symbolic link" in capsys.readouterr().err
    assert not list((tmp_path / "outside").iterdir())


def test_the_configuration_in_force_is_shown_with_its_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {".github/app.yml": "plangate:\n  since: 7\n  rules:\n    dead-link: off\n"})
    assert main(["config", "show", str(tmp_path)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["since", "7", ".github/app.yml:2"] in rows
    assert ["rules.dead-link", "off", ".github/app.yml:4"] in rows
    assert rows[0][:2] == ["mode", "enforce"]


def test_a_file_is_validated_before_it_is_pushed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"good.yml": "plangate:\n  mode: advise\n", "bad.yml": "plangate:\n  mode: strict\n"})
    assert main(["config", "validate", str(tmp_path / "good.yml")]) == 0
    assert capsys.readouterr().out.endswith("good.yml: 1 key\n")
    assert main(["config", "validate", str(tmp_path / "bad.yml")]) == 1
    out = capsys.readouterr().out
    assert "error: mode cannot be strict" in out
    assert "bad.yml:2:9" in out
    assert "2 |   mode: strict\n  |         ^^^^^^" in out


def test_a_rule_has_a_page_and_a_misspelt_one_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    assert "missing-artifact" in capsys.readouterr().out
    assert main(["rules", "missing-artifact"]) == 0
    assert "How to fix" in capsys.readouterr().out
    assert main(["rules", "missing-artefact"]) == 2
    assert "Did you mean `missing-artifact`?" in capsys.readouterr().err


def test_the_constitution_of_the_base_is_the_yardstick(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", SPEC_KIT)
    git(root, "switch", "--quiet", "--create", "001-search")
    softened = CONSTITUTION.replace(" (NON-NEGOTIABLE)", "")
    files = {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan(second="FAIL")}
    write(root, {**files, ".specify/memory/constitution.md": softened})
    _, found = report(capsys, root, "--base", "main")
    assert "non-negotiable-violated" in [one["rule"] for one in found["features"][0]["findings"]]


def test_a_part_of_a_working_copy_does_not_pass_for_a_repository_without_features(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = clone(tmp_path / "ferry", {**SPEC_KIT, "specs/001-search/plan.md": plan("FAIL")})
    for words in ([], ["--base", "main"]):
        code, out, err = check(capsys, root / "specs", *words)
        assert (code, out) == (2, "")
        assert err == f"plangate: {root / 'specs'} is only a part of the working copy {root}: run the command there.\n"


def test_a_project_within_a_working_copy_is_judged_as_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {f"apps/web/{path}": text for path, text in {**SPEC_KIT, "specs/001-search/plan.md": plan()}.items()}
    root = clone(tmp_path / "ferry", files)
    code, found = report(capsys, root / "apps/web")
    assert (code, [one["dir"] for one in found["features"]]) == (1, ["specs/001-search"])


def test_a_file_that_only_the_app_can_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", {**SPEC_KIT, "specs/001-search/plan.md": plan()})
    assert "not seen" not in check(capsys, root, "--base", "main")[1]
    git(root, "remote", "add", "origin", "git@github.com:acme/ferry.git")
    assert " · config defaults (acme/.github not seen) · " in check(capsys, root, "--base", "main")[1]
    said = check(capsys, root, "--base", "main", "--format", "markdown")[1]
    assert "`acme/.github` not seen here" in said
    # Without a base nobody takes it for the App's verdict.
    assert "not seen" not in check(capsys, root)[1]
    assert main(["config", "show", str(root)]) == 0
    assert capsys.readouterr().out.endswith(
        "The settings of acme/.github are not included: `/plan config` shows them.\n"
    )


def test_a_base_whose_configuration_is_broken_is_said_to_be_what_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = clone(tmp_path / "ferry", {**SPEC_KIT, "app.yml": "plangate:\n  mode: maybe\n"})
    code, _, err = check(capsys, root, "--base", "main")
    assert code == 2
    assert err.startswith("plangate: The configuration at main is broken; the App uses the last valid one")
    assert "app.yml:2:9: mode cannot be maybe." in err


@pytest.mark.parametrize("page", ["README.md", "docs/desk.md"])
def test_the_readme_shows_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str], page: str) -> None:
    demo = ROOT / "bot/demo"
    files = {p.relative_to(demo / "repository").as_posix(): p.read_bytes() for p in _files(demo / "repository")}
    pages = {f"specs/001-error-report/{name}": (demo / "pages" / name).read_bytes() for name in ("spec.md", "plan.md")}
    write(tmp_path, {**files, **pages})
    code, out, _ = check(capsys, tmp_path)
    (shown,) = re.findall(r"```text\n(error: .*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert (code, shown in out) == (1, True)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def test_without_a_base_the_last_line_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", {**SPEC_KIT, "specs/001-search/plan.md": plan()})
    assert " · without a base · " in check(capsys, root)[1].splitlines()[-1]
    assert "without a base" not in check(capsys, root, "--base", "main")[1]


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert re.search(r"^    check +judge the features of a working copy", capsys.readouterr().out, re.MULTILINE)


def test_a_layer_of_a_stack_is_held_to_the_stacks_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "work", SPEC_KIT)
    git(root, "checkout", "--quiet", "-b", "001-index")
    write(root, {".github/app.yml": "plangate:\n  mode: off\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Switch it off")
    git(root, "checkout", "--quiet", "-b", "002-search")
    write(root, {"specs/002-search/spec.md": SPEC, "specs/002-search/plan.md": plan("FAIL")})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Search")
    assert check(capsys, root, "--base", "001-index")[0] == 0
    code, out, _ = check(capsys, root, "--base", "001-index", "--stack-base", "main")
    assert code == 1
    assert "unjustified" in out
    assert check(capsys, root, "--stack-base", "main")[0] == 2


def test_a_folder_that_is_no_repository_of_any_kind_gets_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"README.md": "# Notes\n", "notes/today.md": "# Today\n"})
    code, out, err = check(capsys, tmp_path)
    assert (code, out) == (2, "")
    assert "has neither .git nor .specify/ nor specs/. Name the folder of a repository with plans." in err
    (tmp_path / "specs").mkdir()
    assert check(capsys, tmp_path)[0] == 0
    (tmp_path / "specs").rmdir()
    git(tmp_path, "init", "--quiet")
    assert check(capsys, tmp_path)[0] == 0


def test_what_makes_a_change_an_implementing_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = clone(tmp_path / "ferry", SPEC_KIT)
    git(root, "switch", "--quiet", "--create", "001-search")
    write(root, {"specs/001-search/spec.md": SPEC, "specs/001-search/plan.md": plan(), "src/index.py": "x = 1\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Build")
    assert "implementing (src/index.py outside specs/)" in check(capsys, root, "--base", "main")[1]
    write(root, {"src/query.py": "x = 1\n", "src/rank.py": "x = 1\n"})
    _, out, _ = check(capsys, root, "--base", "main")
    assert "implementing (src/index.py and 2 other files outside specs/)" in out
    assert "implementing (as --stage says)" in check(capsys, root, "--stage", "implementing")[1]


def test_a_draft_for_a_folder_that_does_not_exist_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {**SPEC_KIT, "specs/001-search/spec.md": SPEC})
    assert main(["draft", str(tmp_path), "--feature", "specs/001-serch", "--write"]) == 2
    assert "There is no folder specs/001-serch: did you mean specs/001-search?" in capsys.readouterr().err
    assert main(["draft", str(tmp_path), "--feature", "specs/042-unlike"]) == 2
    assert "There is no folder specs/042-unlike: create it, write its spec.md" in capsys.readouterr().err
    assert not (tmp_path / "specs/001-serch").exists()
