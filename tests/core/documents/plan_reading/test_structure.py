"""The paths of a plan's source tree: what is to be there, and nothing that goes, varies or is only talked about."""

from __future__ import annotations

import pytest

from bot.core.documents.plan_reading.structure import structure_paths
from bot.core.markdown import parse
from tests.effort import bounded_work


def paths(tree: str, decision: str = "") -> list[str]:
    """What a plan with this tree and this Structure Decision names."""
    text = (
        f"# Plan\n\n### Source Code (repository root)\n\n```text\n{tree}\n```\n\n**Structure Decision**: {decision}\n"
    )
    return [path for path, _ in structure_paths(parse(text))]


@pytest.mark.parametrize(
    "note",
    [
        "# DELETE",
        "# removed, nobody calls it",
        "(renamed)",
        "# moved to quay/",
        "→ quay/pier.py",
        "# se elimina",
        "# wird entfernt",
        "# удалён",
        "# 削除",
        "# 删除",
    ],
)
def test_what_a_note_says_will_go_is_not_named(note: str) -> None:
    assert paths(f"src/\n├── berth.py\n└── pier.py   {note}") == ["src/", "src/berth.py"]


@pytest.mark.parametrize(
    "note", ["# new", "(updated for tides)", "[NEW] the pier", "— existing", "  # keeps what it has"]
)
def test_any_other_note_leaves_the_path_named(note: str) -> None:
    assert paths(f"src/\n└── pier.py {note}") == ["src/", "src/pier.py"]


@pytest.mark.parametrize("folder", ["[harbour]/", "Ferry.*/", "old/   # DELETE the folder"])
def test_below_a_folder_without_a_known_path_nothing_is_named(folder: str) -> None:
    tree = f"src/\n├── {folder}\n│   └── tides/\n│       └── table.py\n└── quay.py"
    assert [path for path in paths(tree) if "t" in path] == []


def test_a_folder_that_a_deletion_may_empty_is_not_named() -> None:
    assert paths("src/\n├── quay.py\n└── old/\n    └── pier.py  # DELETE") == ["src/", "src/quay.py"]


def test_a_sentence_in_the_tree_is_no_path() -> None:
    assert paths("src/\n└── mail delivery/outbox joins in") == ["src/"]


@pytest.mark.parametrize(
    "decision",
    [
        "There is no `src/pier/`.",
        "No `src/pier/` or `lib/` is added.",
        "Kein `src/pier/` mehr.",
        "One app instead of `src/pier/`.",
    ],
)
def test_a_decision_against_a_path_does_not_name_it(decision: str) -> None:
    assert paths("quay/", decision) == ["quay/"]


def test_a_decision_that_repeats_what_goes_does_not_name_it() -> None:
    tree = "app/\n├── quay.py\n└── pier/   # DELETE"
    assert paths(tree, "Two folders less, `pier/` is one; `app/quay.py` stays.") == ["app/", "app/quay.py"]


def test_a_hostile_tree_is_read_in_bounded_time() -> None:
    with bounded_work():
        paths("\n".join("│   " * 40 + "├── a/ " + "no " * 200 for _ in range(3000)), "no " * 50_000 + "`a/b`")
