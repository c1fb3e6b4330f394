"""The reference page and the editors' schema are those of the model, and every example on the page is true."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from bot.commands.config import schema_text
from bot.core.config.layers import Origin, Rank, merge, read_layer
from bot.core.config.schema import EXAMPLES, all_keys
from bot.core.config.yaml import plain_value, read_yaml
from bot.core.features.branch import read_branch
from bot.core.features.which_features import which_features
from bot.rules import RULES
from tests.core.broken_configs import BROKEN
from tests.core.changes import change
from tools.docs.config_guide import NAMES, NameExample, guide

if TYPE_CHECKING:
    from bot.core.config.model import RepositoryConfig
    from bot.core.config.schema import KeyReference

ROOT = Path(__file__).parents[2]
VALIDATOR = jsonschema_rs.Draft202012Validator(json.loads(schema_text()))
OWNER = Origin(Rank.OWNER, "app.yml")


def configured(setting: str) -> RepositoryConfig:
    """The configuration with these lines below `plangate:`."""
    text = "plangate:\n" + "".join(f"  {line}\n" for line in setting.splitlines())
    layer = read_layer(text, OWNER, [rule.id for rule in RULES])
    assert not layer.mistakes
    return merge([layer]).config


@pytest.mark.parametrize(
    ("path", "text"), [("docs/configuration.md", guide()), ("config/app.schema.json", schema_text())]
)
def test_the_committed_file_is_the_generated_one(path: str, text: str) -> None:
    if os.environ.get("UPDATE"):
        (ROOT / path).write_text(text, encoding="utf-8")
    assert (ROOT / path).read_text(encoding="utf-8") == text


def test_every_key_has_an_example_and_every_example_a_key() -> None:
    assert set(EXAMPLES) == {key.path for key in all_keys()}


def test_every_link_within_the_page_leads_somewhere() -> None:
    page = guide()
    headings = {heading.lower().replace(".", "") for heading in re.findall(r"^#+ (\S+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings


def test_every_configuration_on_the_page_is_one() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", guide(), re.DOTALL)
    assert len(blocks) > len(EXAMPLES) + len(NAMES)
    for block in blocks:
        layer = read_layer(block, OWNER, [rule.id for rule in RULES])
        assert layer.present, block
        assert not layer.mistakes, block


@pytest.mark.parametrize("example", NAMES, ids=lambda example: example.title)
def test_names_are_read_as_the_page_says(example: NameExample) -> None:
    config = configured(example.setting)
    assert {name: read_branch(name, config).number for name, _ in example.branches} == dict(example.branches)
    files = {"README.md": "#", f"{example.folder}/spec.md": "# Spec"}
    branch = example.branches[0][0]
    own = which_features(change(files, files, head_branch=branch), config).own
    assert own is not None
    assert own.path == example.folder


@pytest.mark.parametrize("key", all_keys(), ids=lambda key: key.path)
def test_an_editor_is_told_what_every_key_means(key: KeyReference) -> None:
    schema = json.loads(schema_text())
    properties = schema["properties"]["plangate"]["properties"]
    head, _, tail = key.path.partition(".")
    told = schema["$defs"]["Commands"]["properties"][tail] if tail else properties[head]
    assert told["description"]
    assert told["examples"]


def test_an_editor_refuses_what_we_refuse() -> None:
    schema = json.loads(schema_text())["properties"]["plangate"]
    assert schema["additionalProperties"] is False
    assert "number-collision" in schema["properties"]["rules"]["propertyNames"]["enum"]
    assert "contracts/" in schema["properties"]["artifacts"]["propertyNames"]["enum"]


BEYOND_A_SCHEMA = {
    "pattern looks ahead",
    "specs leads out",
    "ungoverned is not ours",
    "lock for nobody",
}
"""Mistakes that take more than a schema to see: RE2 itself, and whose file it is."""


@pytest.mark.parametrize(("name", "text"), [row[:2] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_an_editor_finds_the_mistakes_that_we_find(name: str, text: str) -> None:
    value, mistakes = read_yaml(text)
    if not mistakes:
        assert VALIDATOR.is_valid(plain_value(value)) == (name in BEYOND_A_SCHEMA)


@pytest.mark.parametrize(
    "setting", [*EXAMPLES.values(), "since: null", "code: null", "code: []", "locked: [rules, waive]"]
)
def test_an_editor_accepts_what_we_accept(setting: str) -> None:
    value, _ = read_yaml(f"plangate:\n  {setting}\nname: the manifest of an App\n")
    assert VALIDATOR.is_valid(plain_value(value))


@pytest.mark.parametrize("text", ["plangate:\n", "plangate: {}\n", "plangate: ~\n", "plangate:\n  # mode: advise\n"])
def test_nothing_below_the_key_is_no_mistake_for_anybody(text: str) -> None:
    layer = read_layer(text, OWNER, [rule.id for rule in RULES])
    assert (layer.present, layer.mistakes, dict(layer.settings)) == (True, (), {})
    value, _ = read_yaml(text)
    assert VALIDATOR.is_valid(plain_value(value))
