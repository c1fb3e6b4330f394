from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
import requests

from bot.sandbox.gql.answer import schema
from bot.sandbox.routing import operations
from bot.sandbox.world import World
from tests.sandbox.contracts import OFFICIAL
from tools.vendor.descriptions import SENT


def test_every_operation_has_its_description() -> None:
    described = json.loads((OFFICIAL / "answers.json").read_text())["operations"]
    assert set(described) == operations()


def test_every_event_has_its_description() -> None:
    described = json.loads((OFFICIAL / "webhooks.json").read_text())["events"]
    assert set(described) == {
        f"{event}.{action}".rstrip(".") for event, actions in SENT.items() for action in actions.split() or [""]
    }


def test_the_schema_is_whole() -> None:
    assert {"Query", "Repository", "PullRequest", "CheckRun"} <= set(schema().type_map)


@pytest.mark.slow
def test_the_copies_are_what_the_script_makes() -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not here")
    done = subprocess.run(
        [sys.executable, "-m", "tools.vendor", "--check"], check=False, capture_output=True, text=True
    )
    if "npm" in done.stderr and done.returncode:
        pytest.skip("the packages could not be fetched")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("branches?perpage=2", "repos/list-branches: no query parameter perpage"),
        ("pulls?state=opened", "pulls/list: state=opened is not what the description wants"),
    ],
)
def test_a_world_that_was_talked_to_wrongly_says_so_at_its_end(path: str, words: str) -> None:
    world = World()
    world.create_repository("ada", "notes", {"a": "b"})
    assert requests.get(f"{world.url}/repos/ada/notes/{path}", timeout=5).status_code == 200
    with pytest.raises(AssertionError, match=words):
        world.close()
