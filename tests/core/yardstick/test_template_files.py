"""Which plan template a repository is held to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.change.trees import Document, Readability
from bot.core.yardstick import template_files as layers
from bot.core.yardstick.template import BUNDLED, Template, next_paths, resolution_paths, resolve_template

CORE = ".specify/templates/plan-template.md"
OVERRIDE = ".specify/templates/overrides/plan-template.md"
PRESETS = ".specify/presets/.registry"
EXTENSIONS = ".specify/extensions/.registry"


def documents(files: dict[str, str]) -> dict[str, Document]:
    return {path: Document(path, text) for path, text in files.items()}


def resolve(files: dict[str, str], root: str = "") -> Template:
    return resolve_template(documents(files), "# the bundled one", root)


def registry(key: str, **packages: object) -> str:
    return json.dumps({key: packages})


def manifest(strategy: str, file: str = "templates/mine.md") -> str:
    return (
        f"provides:\n  templates:\n    - {{type: template, name: plan-template, file: {file}, strategy: {strategy}}}\n"
    )


def test_a_repository_without_a_template_gets_the_bundled_one() -> None:
    found = resolve({})
    assert (found.path, found.text, found.layers) == (BUNDLED, "# the bundled one", ())


def test_the_override_wins_over_preset_extension_and_core() -> None:
    files = {
        CORE: "core",
        PRESETS: registry("presets", strict={"priority": 1}),
        ".specify/presets/strict/templates/plan-template.md": "preset",
        ".specify/extensions/x/templates/plan-template.md": "extension",
        OVERRIDE: "override",
    }
    assert resolve(files).text == "override"
    del files[OVERRIDE]
    assert resolve(files).text == "preset"
    del files[PRESETS], files[".specify/presets/strict/templates/plan-template.md"]
    assert resolve(files).text == "extension"
    del files[".specify/extensions/x/templates/plan-template.md"]
    assert resolve(files).path == CORE


def test_the_place_of_2025_is_looked_at_last() -> None:
    assert resolve({"templates/plan-template.md": "old"}).text == "old"
    assert resolve({"templates/plan-template.md": "old", CORE: "core"}).text == "core"


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        ({"priority": 5}, {"priority": 1}, "b"),
        ({"priority": 5}, {}, "a"),
        ({}, {}, "a"),
        ({"priority": True}, {"priority": 9}, "b"),
        ({"priority": 0}, {"priority": 9}, "b"),
        ({"priority": "1"}, {"priority": 9}, "b"),
        ({"priority": 1, "enabled": False}, {}, "b"),
    ],
)
def test_presets_rank_by_priority_then_id(first: dict[str, object], second: dict[str, object], winner: str) -> None:
    files = {
        PRESETS: registry("presets", a=first, b=second),
        ".specify/presets/a/templates/plan-template.md": "a",
        ".specify/presets/b/templates/plan-template.md": "b",
    }
    assert resolve(files).text == winner


def test_a_registry_that_cannot_be_read_leaves_the_presets_in_alphabetical_order() -> None:
    files = {PRESETS: "{", ".specify/presets/b/plan-template.md": "b", ".specify/presets/a/plan-template.md": "a"}
    assert resolve(files).text == "a"


def test_an_extension_registry_that_cannot_be_read_turns_extensions_off() -> None:
    files = {EXTENSIONS: "[]", ".specify/extensions/x/plan-template.md": "extension", CORE: "core"}
    assert resolve(files).text == "core"


@pytest.mark.parametrize(
    ("strategy", "text"),
    [
        ("append", "core\n\nmine"),
        ("prepend", "mine\n\ncore"),
        ("APPEND", "core\n\nmine"),
        ("replace", "mine"),
        ("shuffle", "core"),
    ],
)
def test_a_preset_composes_as_its_manifest_says(strategy: str, text: str) -> None:
    files = {
        PRESETS: registry("presets", gov={}),
        ".specify/presets/gov/preset.yml": manifest(strategy),
        ".specify/presets/gov/templates/mine.md": "mine",
        CORE: "core",
    }
    assert resolve(files).text == text


def test_a_wrapper_puts_the_template_in_every_place_it_names() -> None:
    files = {
        PRESETS: registry("presets", gov={}),
        ".specify/presets/gov/preset.yml": manifest("wrap"),
        ".specify/presets/gov/templates/mine.md": "<{CORE_TEMPLATE}|{CORE_TEMPLATE}>",
        CORE: "core",
    }
    found = resolve(files)
    assert found.text == "<core|core>"
    assert found.path == CORE
    assert found.layers == (".specify/presets/gov/templates/mine.md", CORE)


def test_a_wrapper_without_a_place_is_left_out() -> None:
    files = {
        PRESETS: registry("presets", gov={}),
        ".specify/presets/gov/preset.yml": manifest("wrap"),
        ".specify/presets/gov/templates/mine.md": "nothing here",
        CORE: "core",
    }
    assert resolve(files).text == "core"


def test_a_wrapper_cannot_blow_the_template_up() -> None:
    files = {
        PRESETS: registry("presets", gov={}),
        ".specify/presets/gov/preset.yml": manifest("wrap"),
        ".specify/presets/gov/templates/mine.md": "{CORE_TEMPLATE}" * 10_000,
        CORE: "c" * 10_000,
    }
    assert len(resolve(files).text) == 10_000


def test_something_to_add_to_nothing_is_no_template() -> None:
    files = {
        PRESETS: registry("presets", gov={}),
        ".specify/presets/gov/preset.yml": manifest("append"),
        ".specify/presets/gov/templates/mine.md": "mine",
    }
    assert resolve(files).path == BUNDLED


@pytest.mark.parametrize("file", ["/etc/passwd", "../../secrets.md", "a/../../b.md", "..\\\\b.md"])
def test_a_manifest_cannot_point_outside_its_preset(file: str) -> None:
    files = {PRESETS: registry("presets", gov={}), ".specify/presets/gov/preset.yml": manifest("replace", file)}
    asked = next_paths(documents(files), (), "")
    assert not [path for path in asked if ".." in path or path.startswith("/")]


def test_only_whole_documents_count() -> None:
    found = resolve_template({CORE: Document(CORE, "", Readability.TOO_LARGE)}, "bundled text")
    assert found.path == BUNDLED


def test_the_lean_preset_is_seen() -> None:
    assert resolve({PRESETS: registry("presets", lean={}), CORE: "core"}).lean
    assert not resolve({PRESETS: registry("presets", lean={"enabled": False}), CORE: "core"}).lean


def test_a_project_in_a_monorepo_has_its_own() -> None:
    files = {CORE: "root", f"apps/a/{CORE}": "a"}
    assert resolve(files, "apps/a/").text == "a"
    assert resolve(files).text == "root"


def test_a_shell_that_reads_until_nothing_is_asked_ends_after_three_rounds() -> None:
    there = {
        PRESETS: registry("presets", gov={}),
        ".specify/presets/gov/preset.yml": manifest("append"),
        ".specify/presets/gov/templates/mine.md": "mine",
        CORE: "core",
    }
    asked: list[str] = []
    rounds = 0
    while wanted := next_paths(documents({p: there[p] for p in asked if p in there}), asked):
        assert asked or wanted == resolution_paths()
        asked.extend(wanted)
        rounds += 1
    assert rounds == 3
    assert set(there) <= set(asked)


def test_packages_that_no_registry_lists_are_asked_for_by_their_folders() -> None:
    known = (".specify/presets/mine/preset.yml", ".specify/presets/.registry", ".specify/presets/.cache/x")
    wanted = next_paths({}, resolution_paths(), "", known)
    assert ".specify/presets/mine/templates/plan-template.md" in wanted
    assert not [path for path in wanted if ".cache" in path]


@pytest.mark.parametrize(
    "text",
    ["", "null", "[" * 100_000, '{"presets": []}', '{"presets": {"a": 1}}', '{"presets": {"../x": {}}}', "9" * 5000],
)
def test_a_hostile_registry_leaves_the_core_template(text: str) -> None:
    assert resolve({PRESETS: text, CORE: "core"}).text == "core"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "provides: {templates: 3}",
        "provides: [1]",
        "a: &a [*a]",
        "\t- x",
        "provides:\n  templates:\n    - name: plan-template\n      file: 3\n      strategy: [1]\n",
        "x: " + "y" * 70_000,
    ],
)
def test_a_hostile_manifest_leaves_a_template(text: str) -> None:
    files = {
        PRESETS: registry("presets", gov={}),
        ".specify/presets/gov/preset.yml": text,
        ".specify/presets/gov/templates/plan-template.md": "by its usual name",
        CORE: "core",
    }
    assert resolve(files).text in {"by its usual name", "core"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["presets", "a", "enabled"]), inner),
    max_leaves=8,
)


@given(presets=_JSON, extensions=_JSON, text=st.text(max_size=40))
def test_any_registry_and_any_manifest_give_a_template(presets: object, extensions: object, text: str) -> None:
    files = {
        PRESETS: json.dumps(presets),
        EXTENSIONS: json.dumps(extensions),
        ".specify/presets/a/preset.yml": text,
        ".specify/presets/a/plan-template.md": text,
        CORE: "core",
    }
    assert resolve(files).text in {"core", text}
    assert isinstance(layers.further_paths(documents(files), files, ""), tuple)
