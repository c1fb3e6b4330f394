"""`plangate verify`: a report is judged again from its commits, and no change of it passes."""

from __future__ import annotations

import json
import shutil
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import bot
import bot.desk.verify
from bot.cli import main
from bot.desk.verify import JudgedAgain, judge_again
from tests.core.speech.report.changes import changed, places
from tests.desk.test_check import CLEAN, clone, git, report, write
from tests.stage import CONSTITUTION, SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.speech.report.model import ReportJson
    from bot.desk.verify import Expected

TREE = "\n## Project Structure\n\n```text\nspecs/001-search/\n├── plan.md\n├── research.md\n└── contracts/\n```\n"
ROW = "| I. Library First | the search index is bought | building one takes a year |\n"
FEATURE = {
    "specs/001-search/spec.md": SPEC,
    "specs/001-search/plan.md": plan("FAIL", "", ROW) + TREE + "\n[link]\n",
    "src/app.py": "print()\n",
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CLEAN.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone in which `001-search` is checked out, with a plan that has something of everything."""
    root = clone(tmp_path / "ferry", {**SPEC_KIT, ".github/app.yml": "plangate:\n  rules: {dead-link: warning}\n"})
    git(root, "switch", "--quiet", "--create", "001-search")
    write(root, FEATURE)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Plan")
    return root


def verify(capsys: pytest.CaptureFixture[str], found: Any, root: Path, *more: str) -> tuple[int, str, str]:
    file = root.parent / "report.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    code = main(["verify", str(file), "--repo", str(root), *more])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_report_is_verified_whatever_is_checked_out_now(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = report(capsys, root, "--base", "main")
    head, base, digest = git(root, "rev-parse", "HEAD"), git(root, "rev-parse", "main"), found["digest"][:15]
    assert (found["head"], found["base"], found["merge_base"]) == (head, base, base)
    git(root, "switch", "--quiet", "main")
    write(root, {"README.md": "# Another\n", ".github/app.yml": "plangate:\n  mode: off\n"})
    code, out, _ = verify(capsys, found, root)
    assert (code, out.splitlines()) == (
        0,
        [
            f"verified: plangate {bot.__version__} gives this report for {head[:10]} against {base[:10]}: {digest}",
            "not verified, taken from the report:",
            f"  that {head[:10]} is the commit to judge",
            f"  that {base[:10]} is the base",
            "  that the branch is 001-search",
        ],
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--base", "main"),
        ("--base", "main", "--feature", "specs/001-search"),
        ("--base", "main", "--branch", "another"),
        ("--base", "HEAD~1", "--stack-base", "main"),
        ("--feature", "specs/001-search", "--stage", "implementing"),
        ("--all",),
        (),
    ],
)
def test_a_report_is_verified_with_the_options_that_it_was_asked_with(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    write(root, {"specs/000-old/spec.md": SPEC, "specs/000-old/plan.md": plan("FAIL")})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "More")
    _, found = report(capsys, root, *arguments)
    code, out, _ = verify(capsys, found, root)
    assert code == 0, out


@pytest.mark.parametrize("base", [(), ("--base", "main")])
def test_what_is_not_committed_is_in_no_commit(
    root: Path, capsys: pytest.CaptureFixture[str], base: tuple[str, ...]
) -> None:
    write(root, {"specs/001-search/plan.md": plan("FAIL")})
    _, found = report(capsys, root, *base)
    assert found["head"] is None
    code, out, _ = verify(capsys, found, root)
    assert (code, "the files as they stand" in out) == (0, True), out
    git(root, "checkout", "--quiet", "--", ".")
    assert verify(capsys, found, root)[0] == 1


def test_a_plain_folder_is_verified(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(root / ".git")
    _, found = report(capsys, root)
    assert verify(capsys, found, root)[0] == 0


FEWEST_PLACES = 80


@pytest.fixture
def _judged_once_for_the_same_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge the same inputs only once. What is judged again gets nothing else of the report."""
    judged: dict[str, JudgedAgain] = {}

    def judge_once(given: ReportJson, folder: Path, expected: Expected) -> JudgedAgain:
        inputs: Any = {name: given[name] for name in ("head", "base", "config", "inputs")}
        key = f"{json.dumps(inputs)} {folder} {expected}"
        if key not in judged:
            judged[key] = judge_again(inputs, folder, expected)
        return judged[key]

    monkeypatch.setattr(bot.desk.verify, "judge_again", judge_once)


@pytest.mark.usefixtures("_judged_once_for_the_same_inputs")
@pytest.mark.parametrize("changes", [12, pytest.param(1_000, marks=pytest.mark.slow)])
def test_every_random_change_is_refused(root: Path, capsys: pytest.CaptureFixture[str], changes: int) -> None:
    _, found = report(capsys, root, "--base", "main")
    assert verify(capsys, found, root)[0] == 0
    assert len(places(found)) > FEWEST_PLACES
    random = Random(changes)  # noqa: S311  the same changes in every run
    for _ in range(changes):
        other, place = changed(found, random)
        code, out, err = verify(capsys, other, root)
        refused = "differ" in out if code == 1 else "is no report of plangate" in err
        assert code in {1, 2}, (place, out, err)
        assert refused, (place, out, err)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("digest", "sha256:" + "0" * 64, "digest: "),
        ("merge_base", "0" * 40, "merge_base: "),
        ("base", None, "stage: "),
    ],
)
def test_another_provenance_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], place: str, value: str | None, told: str
) -> None:
    _, found = report(capsys, root, "--base", "main")
    code, out, _ = verify(capsys, {**found, place: value}, root)
    assert (code, told in out) == (1, True), out


def test_the_repositorys_own_configuration_is_not_taken_from_the_report(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = report(capsys, root, "--base", "main")
    own = next(layer for layer in found["inputs"]["configuration"] if layer["rank"] == "repository")
    own["settings"] = {"mode": "advise"}
    code, out, _ = verify(capsys, found, root)
    assert (code, "inputs.configuration: " in out) == (1, True), out


def test_the_hosts_configuration_is_taken_from_the_report_and_that_is_said(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = report(capsys, root, "--base", "main")
    host = next(layer for layer in found["inputs"]["configuration"] if layer["rank"] == "host")
    host["settings"]["comment"] = "always"
    code, out, _ = verify(capsys, found, root)
    assert code == 0, out
    assert "  the host's configuration, taken from the report: " in out
    host["settings"]["mode"] = "sleep"
    code, _, err = verify(capsys, found, root)
    assert (code, "The report's configuration of the host cannot be in force" in err) == (2, True), err


def test_another_version_is_said_and_not_guessed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = report(capsys, root, "--base", "main")
    older = {**found, "plangate": "0.0.9"}
    code, out, _ = verify(capsys, older, root)
    assert (code, ", as plangate 0.0.9 did: " in out) == (0, True), out
    code, out, _ = verify(capsys, {**older, "conclusion": "success"}, root)
    assert (code, out.startswith("not decided: 1 field differs. plangate 0.0.9 wrote the report")) == (2, True), out


PINS = ("--gate", "--base", "main", "--branch", "001-search")


def test_the_gate_fails_on_a_true_report_of_a_failure(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = report(capsys, root, "--base", "main")
    code, out, _ = verify(capsys, found, root, *PINS, "--head", found["head"])
    assert code == 1
    assert out.splitlines()[0].startswith("verified: ")
    assert ": error unanswered-principle " in out
    write(root, {"specs/001-search/plan.md": plan(), "specs/001-search/tasks.md": "# Tasks\n"})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Answer")
    _, good = report(capsys, root, "--base", "main")
    code, out, _ = verify(capsys, good, root, *PINS, "--head", good["head"])
    assert (code, "not verified" in out) == (0, False), out
    for pin, told in (
        (("--head", good["head"]), "The report's commit is "),
        (("--base", good["head"]), "The report's base is "),
        (("--branch", "main"), "The report's branch is 001-search, and not main"),
    ):
        code, _, err = verify(capsys, found, root, *PINS, *pin)
        assert (code, told in err) == (2, True), err


@pytest.mark.parametrize(
    "options", [(), ("--feature", "specs/000-old"), ("--stage", "planning"), ("--branch", "another")]
)
def test_the_gate_takes_nothing_from_a_report_that_may_soften_it(
    root: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    write(root, {"specs/000-old/spec.md": SPEC, "specs/000-old/plan.md": plan()})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "More")
    _, found = report(capsys, root, "--base", "main", *options)
    pins = PINS if options[:1] in {("--feature",), ("--stage",)} else ("--gate",)
    code, out, _ = verify(capsys, found, root, *pins)
    assert (code, "no verdict: " in out) == (2, True), out
    assert verify(capsys, found, root, *pins, "--trust")[0] in {0, 1}


def test_an_advising_host_does_not_open_the_gate(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = report(capsys, root, "--base", "main")
    host = next(layer for layer in found["inputs"]["configuration"] if layer["rank"] == "host")
    host["settings"]["mode"] = "advise"
    code, out, _ = verify(capsys, {**found, "conclusion": "neutral"}, root)
    assert (code, "conclusion: " in out) == (1, False), "only the digest differs"
    assert verify(capsys, {**found, "conclusion": "neutral"}, root, *PINS)[0] != 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is no report of plangate"),
        ("[]", "is no report of plangate"),
        ("{}", "missing required field"),
        ("[" * 100_000, "is no report of plangate"),
        ('{"plangate": "\ud800"}', "is no report of plangate"),
    ],
)
def test_what_is_no_report_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    (tmp_path / "report.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert main(["verify", str(tmp_path / "report.json")]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1
    assert main(["verify", str(tmp_path / "nowhere.json")]) == 2


def test_a_commit_that_the_clone_lacks_is_one_sentence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = report(capsys, root, "--base", "main")
    code, out, err = verify(capsys, {**found, "head": "1" * 40}, root)
    assert (code, out, "There is no commit" in err) == (2, "", True)


def test_finding_ids_stay_when_lines_move(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, before = report(capsys, root, "--base", "main")
    text = (root / "specs/001-search/plan.md").read_text(encoding="utf-8")
    write(root, {"specs/001-search/plan.md": text.replace("## Summary", "\n\n## Summary")})
    _, after = report(capsys, root, "--base", "main")
    ids = [[finding["id"] for finding in found["features"][0]["findings"]] for found in (before, after)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0]) > 3


def test_a_constitution_of_another_base_is_seen(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "switch", "--quiet", "main")
    write(root, {".specify/memory/constitution.md": CONSTITUTION.replace("Library First", "Servers First")})
    git(root, "commit", "--quiet", "--all", "--message", "Amend")
    git(root, "switch", "--quiet", "001-search")
    _, found = report(capsys, root, "--base", "main~1")
    newer = git(root, "rev-parse", "main")
    found["base"] = newer
    found["config"] = [{"path": ".github/app.yml", "source": f"base@{newer}"}]
    code, out, _ = verify(capsys, found, root)
    assert (code, "Servers First" in out) == (1, True), out
