"""Spec Kit's templates, registries and presets, written to cost memory or time: each and all are bounded."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from bot.core.change.trees import Document
from bot.core.yardstick.template import resolve_template
from bot.core.yardstick.template_files import MAX_COMPOSED, MAX_MANIFEST, MAX_PACKAGES, further_paths
from tests.core.hostile_texts import MARKDOWN, YAML, nested, numbered, repeated
from tests.effort import bounded_work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST = 64 * 1024 * 1024
"""Bytes that one template may take at most, whatever it is composed of."""
CORE = ".specify/templates/plan-template.md"
REGISTRY = ".specify/presets/.registry"
PRESETS = tuple(f"preset-{number:02}" for number in range(MAX_PACKAGES))
REGISTRIES: dict[str, Callable[[int], str]] = {
    "nested arrays": nested("[", "]", '{"presets":'),
    "open objects": repeated('{"presets":'),
    "presets": numbered('"a-#":{},', begin='{"presets":{'),
    "priorities": repeated("9", begin='{"presets":{"a":{"priority":', end="}}}"),
    "empty arrays": repeated("[],", begin='{"presets":[', end="[]]}"),
    "escapes": repeated("\\u0041", begin='{"presets":{"', end='":{}}}'),
}


def read(files: Mapping[str, str]) -> int:
    """The peak of memory in bytes while the template is found and read."""
    documents = {path: Document(path, text) for path, text in files.items()}
    tracemalloc.start()
    try:
        with bounded_work():
            further_paths(documents, documents, "")
            resolve_template(documents, "# bundled")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("text_of_size", MARKDOWN.values(), ids=MARKDOWN.keys())
def test_a_template(text_of_size: Callable[[int], str]) -> None:
    assert read({CORE: text_of_size(100_000)}) < MOST


@pytest.mark.slow
@pytest.mark.parametrize("text_of_size", YAML.values(), ids=YAML.keys())
def test_as_many_presets_as_are_read(text_of_size: Callable[[int], str]) -> None:
    manifest = text_of_size(MAX_MANIFEST)
    files = {f".specify/presets/{preset}/preset.yml": manifest for preset in PRESETS}
    files[REGISTRY] = json.dumps({"presets": {preset: {} for preset in PRESETS}})
    assert read({CORE: "# Plan", **files}) < MOST


@pytest.mark.parametrize("text_of_size", REGISTRIES.values(), ids=REGISTRIES.keys())
def test_a_registry(text_of_size: Callable[[int], str]) -> None:
    assert read({CORE: "# Plan", REGISTRY: text_of_size(4 * MAX_MANIFEST)}) < MOST


@pytest.mark.slow
def test_presets_that_wrap_each_other_stay_within_the_length_of_a_template() -> None:
    manifest = "provides:\n  templates:\n    - {name: plan-template, file: a.md, strategy: wrap}\n"
    files = {f".specify/presets/{preset}/preset.yml": manifest for preset in PRESETS}
    files |= {f".specify/presets/{preset}/a.md": "{CORE_TEMPLATE}\n" * 64 for preset in PRESETS}
    files[REGISTRY] = json.dumps({"presets": {preset: {} for preset in PRESETS}})
    assert read({CORE: "# Plan\n", **files}) < MOST + 8 * MAX_COMPOSED
