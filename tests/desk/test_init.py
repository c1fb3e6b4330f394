"""`plangate init` and `plangate config` on the desk: what an admin starts with, and checks before it is pushed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import main
from bot.core.config.layers import Origin, Rank, read_layer
from bot.core.config.model import NumberMode
from bot.core.drafting.first_config import FirstSettings, RepositoryFacts, config_text, first_settings
from bot.rules import RULES
from tests.stage import SPEC_KIT, TEMPLATE, Stage, feature, plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GOOD = feature("specs/004-map")
BAD = feature("specs/002-search", plan("FAIL"))
OWN = Origin(Rank.REPOSITORY, ".github/app.yml")
IDS = [rule.id for rule in RULES]


def folder(root: Path, files: Mapping[str, str]) -> Path:
    """A plain folder with these files."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def init(root: Path, *arguments: str) -> int:
    """The exit code."""
    return main(["init", str(root), *arguments])


def test_it_says_how_every_feature_would_fare_and_lets_pass_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = folder(tmp_path, {**SPEC_KIT, **GOOD, **BAD, "README.md": "#"})
    assert init(root) == 0
    said = capsys.readouterr().out
    assert re.search(
        r"^specs/002-search +would fail: .*1 violation unjustified \(legacy from now on\)$", said, re.MULTILINE
    )
    assert re.search(r"^specs/004-map +would pass: ", said, re.MULTILINE)
    assert "1 feature would pass today, 1 would fail. `since: 3` lets those features pass" in said
    written_file = (root / ".github/app.yml").read_text()
    assert "\n  since: 3\n" in written_file
    assert "constitution 1.0.0 with 2 principles, 1 of them NON-NEGOTIABLE" in written_file.replace("\n# ", " ")


def test_what_it_wrote_turns_nothing_red_in_a_pull_request(tmp_path: Path) -> None:
    root = folder(tmp_path / "copy", {**SPEC_KIT, **GOOD, **BAD})
    init(root)
    files = {**SPEC_KIT, **GOOD, **BAD, ".github/app.yml": (root / ".github/app.yml").read_text()}
    (tmp_path / "stage").mkdir()
    with Stage(tmp_path / "stage") as stage:
        repo = stage.world.create_repository("acme", "ferry", files)
        stage.world.install("acme", [repo])
        stage.drain(patience=10)
        touched = {**BAD, "specs/002-search/plan.md": plan("FAIL", "FAIL"), "src/lib.rs": "fn search() {}\n"}
        stage.world.push(repo, "002-search", touched, author="ada")
        pull = stage.world.open_pull_request(repo, "002-search", author="ada")
        stage.drain()
        assert stage.run(repo, pull.head_sha).conclusion == "success"
        stage.world.push(repo, "005-new", feature("specs/005-new", plan("FAIL")), author="ada")
        new = stage.world.open_pull_request(repo, "005-new", author="ada")
        stage.drain()
        assert stage.run(repo, new.head_sha).conclusion == "failure"


@pytest.mark.parametrize("there", ["plangate:\n  mode: off\n", "plangate:\n  mode: [\n"])
def test_a_configuration_that_is_there_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    root = folder(tmp_path, {**SPEC_KIT, "app.yml": there})
    assert init(root) == 2
    assert "app.yml has a `plangate:` already" in capsys.readouterr().err
    assert (root / "app.yml").read_text() == there
    assert not (root / ".github/app.yml").exists()


def test_another_apps_manifest_of_that_name_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder(tmp_path, {**SPEC_KIT, ".github/app.yml": "name: ferry-bot\n"})
    assert init(root) == 2
    assert "is there already" in capsys.readouterr().err
    assert (root / ".github/app.yml").read_text() == "name: ferry-bot\n"


def test_print_writes_nothing_and_prints_the_file_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder(tmp_path, {**SPEC_KIT, **BAD})
    assert init(root, "--print") == 0
    out, err = capsys.readouterr()
    assert not (root / ".github").exists()
    assert not read_layer(out, OWN, IDS).mistakes
    assert "would fail" in err


def test_nothing_is_written_through_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = folder(tmp_path / "copy", dict(SPEC_KIT))
    (root / ".github").symlink_to(elsewhere)
    assert init(root) == 2
    assert "symbolic link" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


def test_a_repository_without_features_starts_with_the_defaults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = folder(tmp_path, {"README.md": "#"})
    assert init(root) == 0
    assert "No feature folder was found" in capsys.readouterr().out
    layer = read_layer((root / ".github/app.yml").read_text(), OWN, IDS)
    assert set(layer.settings) == {"mode"}


def test_other_roots_and_names_are_found() -> None:
    assert first_settings(["specs/001-a/spec.md", "src/lib.rs"]) == FirstSettings()
    assert first_settings(["docs/features/001-a/plan.md"]).specs == ("docs/features",)
    paths = ["apps/web/specs/001-a/spec.md", "apps/api/specs/001-b/spec.md", "specs/001-c/spec.md"]
    assert first_settings(paths).specs == ("specs", "apps/*/specs")
    tickets = first_settings(["specs/SHIP-12-search/spec.md", "specs/SHIP-40-map/plan.md"])
    assert (tickets.number, tickets.specs) == (NumberMode.TICKET, ())
    assert first_settings(["specs/20261122-124107-search/spec.md"]).number is NumberMode.TIMESTAMP
    assert first_settings(["tests/fixtures/specs/001-a/spec.md", ".specify/001-a/spec.md"]) == FirstSettings()


def test_features_with_tickets_that_would_fail_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder(tmp_path, {**SPEC_KIT, **feature("specs/SHIP-12-search", TEMPLATE)})
    assert init(root) == 0
    assert "`legacy:` with 1 folder lets those features pass" in capsys.readouterr().out
    layer = read_layer((root / ".github/app.yml").read_text(), OWN, IDS)
    assert not layer.mistakes
    assert layer.settings["legacy"].value == ["specs/SHIP-12-search"]
    assert layer.settings["number"].value == "ticket"


NAMES = ["specs", "apps", "web", "001-a", "'x", "SHIP-1-a", "#", "é", "a: b", "*", "spec.md", "plan.md"]


@given(st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6).map("/".join), max_size=12))
def test_whatever_a_repository_holds_the_file_can_be_read(paths: list[str]) -> None:
    start = first_settings(paths)
    layer = read_layer(config_text(start, RepositoryFacts(0, None, None, None)), OWN, IDS)
    assert not layer.mistakes
    assert {path: setting.value for path, setting in layer.settings.items()} == start.settings()


class TestValidate:
    def test_every_mistake_is_told_with_its_place(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        root = folder(tmp_path, {"app.yml": "plangate:\n  mod: off\n  since: x\n"})
        assert main(["config", "validate", str(root / "app.yml")]) == 1
        out = capsys.readouterr().out
        assert "error: unknown key mod\n" in out
        assert "app.yml:3:10" in out

    def test_a_file_that_is_no_text_does_not_hide_the_mistakes_of_the_next(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "app.yml").write_bytes("plangate: {}\n".encode("utf-16"))
        (tmp_path / "large.yml").write_text("plangate:\n" + "# ééé\n" * 10_000, encoding="utf-8")
        root = folder(tmp_path, {"next.yml": "plangate:\n  mod: off\n"})
        assert main(["config", "validate", *(str(root / name) for name in ("app.yml", "large.yml", "next.yml"))]) == 1
        errors = [line for line in capsys.readouterr().out.splitlines() if line.startswith("error: ")]
        assert errors == ["error: the file is not UTF-8 text", "error: the file is too large", "error: unknown key mod"]

    def test_an_owners_file_may_lock(self, tmp_path: Path) -> None:
        root = folder(tmp_path, {"app.yml": "plangate:\n  locked: [mode]\n"})
        assert main(["config", "validate", str(root / "app.yml")]) == 1
        assert main(["config", "validate", "--owner", str(root / "app.yml")]) == 0

    def test_show_tells_the_place_of_every_value(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        root = folder(tmp_path, {".github/app.yml": "plangate:\n  mode: advise\n"})
        assert main(["config", "show", str(root)]) == 0
        rows = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()}
        assert rows["mode"] == ["advise", ".github/app.yml:2"]
        assert rows["comment"] == ["when-needed", "default"]
