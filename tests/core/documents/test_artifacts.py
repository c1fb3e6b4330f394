"""What is in a feature folder and what is due, over stages and settings."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.change.feature import Artifact, State
from bot.core.change.trees import Kind
from bot.core.config.model import ArtifactLevel
from bot.core.documents.artifacts import file_state, folder_state
from tests.core.changes import Files, change
from tests.core.stories import DIR, FEATURE, MAIN, judged

_ALL = {**MAIN, **FEATURE}


def _without(files: Files, *names: str) -> dict[str, Any]:
    gone = tuple(f"{DIR}/{name}" if not name.startswith("crates") else name for name in names)
    return {path: text for path, text in files.items() if not path.startswith(gone)}


def _artifact(name: str, head: Files, base: Files | None = MAIN, **more: Any) -> Artifact:
    (report,) = [one for one in judged(head, base, **more).features if one.feature.dir == DIR]
    return next(artifact for artifact in report.artifacts if artifact.name == name)


def _due(name: str, head: Files, base: Files | None = MAIN, **more: Any) -> str:
    return str(_artifact(name, head, base, **more).due)


def test_what_is_promised_is_due_when_code_changes() -> None:
    lacking = _without(_ALL, "research.md")
    assert _due("research.md", lacking) == "required"
    assert _due("research.md", _without(lacking, "crates/ferry-retry")) == "recommended"
    assert _due("research.md", _without(lacking, "crates/ferry-retry", "tasks.md")) == "next"


def test_contracts_and_tasks_never_block_by_default() -> None:
    promised = dict(_ALL)
    promised[f"{DIR}/plan.md"] = str(_ALL[f"{DIR}/plan.md"]).replace("  # N/A: GET only, described in openapi.yaml", "")
    assert _due("contracts/", promised) == "recommended"
    assert _due("tasks.md", _without(_ALL, "tasks.md")) == "recommended"
    assert _due("tasks.md", _without(_ALL, "tasks.md", "crates/ferry-retry")) == "next"


def test_what_is_taken_back_says_why_and_where() -> None:
    artifact = _artifact("contracts/", _ALL)
    assert (artifact.due, artifact.line) == ("off", 44)
    assert "described in openapi.yaml" in (artifact.reason or "")


def test_without_key_entities_no_data_model_is_due() -> None:
    head = _without(_ALL, "data-model.md")
    spec = str(head[f"{DIR}/spec.md"])
    head[f"{DIR}/spec.md"] = spec[: spec.index("### Key Entities")]
    assert _due("data-model.md", head) == "off"


def test_the_plan_comes_next_until_building_begins() -> None:
    only_spec: dict[str, Any] = {**MAIN, f"{DIR}/spec.md": FEATURE[f"{DIR}/spec.md"]}
    assert _due("plan.md", only_spec) == "next"
    assert _due("plan.md", only_spec, None) == "next"
    assert _due("plan.md", {**only_spec, f"{DIR}/tasks.md": "- [ ] T001 x"}) == "required"
    assert _due("plan.md", {**only_spec, "crates/a.rs": "x"}) == "required"


def test_an_old_plan_alone_asks_for_no_spec() -> None:
    base = _without(_ALL, "spec.md")
    head = {**base, f"{DIR}/research.md": "# More research\n"}
    assert _due("spec.md", head, base, head_branch="018-webhook-retry") == "off"
    assert _due("spec.md", {**base, f"{DIR}/plan.md": str(base[f"{DIR}/plan.md"]) + "\nMore.\n"}, base) == "required"


@pytest.mark.parametrize(
    ("name", "word", "due"),
    [
        ("research.md", "off", "off"),
        ("research.md", "recommended", "recommended"),
        ("plan.md", "recommended", "recommended"),
        ("tasks.md", "required", "required"),
        ("quickstart.md", "required", "required"),
        ("contracts/", "required", "off"),
    ],
)
def test_the_admin_decides_how_hard_it_is_due(name: str, word: str, due: str) -> None:
    assert _due(name, _ALL, artifacts={name: ArtifactLevel(word)}) == due


def test_required_means_also_what_the_plan_does_not_promise() -> None:
    head = dict(_ALL)
    head[f"{DIR}/plan.md"] = str(head[f"{DIR}/plan.md"]).replace("├── quickstart.md\n", "")
    assert _due("quickstart.md", head) == "off"
    assert _due("quickstart.md", head, artifacts={"quickstart.md": ArtifactLevel.REQUIRED}) == "required"


def test_nothing_is_due_in_a_feature_of_somebody_else() -> None:
    base = _without(_ALL, "research.md")
    head = {**base, f"{DIR}/quickstart.md": "# Another\n", "crates/a.rs": "x"}
    assert {_due(name, head, base, head_branch="tidy") for name in ("plan.md", "research.md", "tasks.md")} == {"off"}


def test_what_counts_as_there() -> None:
    files = change(
        {
            "f/text.md": "x",
            "f/empty.md": "",
            "f/blank.md": "\ufeff \r\n\n",
            "f/link.md": Kind.SYMLINK,
            "f/folder.md/x": "x",
            "full/a/b.yaml": "x",
            "kept/.gitkeep": "",
            "linked/a": Kind.SYMLINK,
            "sub": Kind.SUBMODULE,
        }
    )
    states = {name: file_state(files, f"f/{name}.md") for name in ("text", "empty", "blank", "link", "folder", "none")}
    assert states == {
        "text": State.PRESENT,
        "empty": State.EMPTY,
        "blank": State.EMPTY,
        "link": State.MISSING,
        "folder": State.MISSING,
        "none": State.MISSING,
    }
    folders = {
        name: folder_state(files, name, [*files.head.entries.values()])
        for name in ("full", "kept", "linked", "sub", "none")
    }
    assert folders == {
        "full": State.PRESENT,
        "kept": State.EMPTY,
        "linked": State.EMPTY,
        "sub": State.MISSING,
        "none": State.MISSING,
    }


@pytest.mark.parametrize("name", ["research.md", "data-model.md", "quickstart.md"])
def test_a_copied_template_is_no_artifact_whatever_it_is_called(name: str) -> None:
    copied = "# Notes: [FEATURE NAME]\n\n**Decision**: [what was chosen]\n\n- [first reason]\n- [second reason]\n"
    assert _artifact(name, {**_ALL, f"{DIR}/{name}": copied}).state is State.TEMPLATE
    written = copied.replace("[FEATURE NAME]", "Webhook retry").replace("[what was chosen]", "PostgreSQL")
    assert _artifact(name, {**_ALL, f"{DIR}/{name}": written}).state is State.PRESENT
