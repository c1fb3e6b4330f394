"""The recipe for a ruleset, in a shell as the documentation has it: it requires the check from the named App."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.core.hosting.ruleset import ruleset_command
from bot.sandbox.errors import ApiError
from tests.sandbox.gh import in_shell
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from tests.stage import Stage

HOW_TO = Path(__file__).parents[2] / "docs/how-to.md"


def recipe() -> str:
    (found,) = re.findall(r"^```bash\n(gh api .*?)^```", HOW_TO.read_text(), re.DOTALL | re.MULTILINE)
    return str(found)


def test_it_is_what_doctor_prints() -> None:
    assert recipe() == ruleset_command(123456, "acme/ferry")


@pytest.mark.parametrize("where", ["acme/ferry", "acme"])
def test_a_red_run_then_keeps_the_pull_request_from_being_merged(stage: Stage, tmp_path: Path, where: str) -> None:
    world = stage.world
    world.organization("acme")
    ferry = world.create_repository("acme", "ferry", {"README.md": "#\n", **SPEC_KIT})
    world.user("ada", "write", ferry)
    world.user("grace", "admin", ferry)
    stage.install(ferry)
    command = recipe().replace("123456", str(world.app.id)).replace("repos/acme/ferry", f"repos/{where}")
    if where == "acme":
        command = ruleset_command(world.app.id, where)
    refused = in_shell(tmp_path, world, "ada", command)
    assert (refused.returncode, "Not Found" in refused.stderr) == (1, True), "only an administrator may"
    done = in_shell(tmp_path, world, "grace", command)
    assert (done.returncode, done.stderr) == (0, ""), done
    world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    assert stage.run(ferry, pull.head_sha).conclusion == "failure"
    with pytest.raises(ApiError, match='Required status check "plangate" is expected'):
        world.merge(pull, author="grace")
    world.push(ferry, "001-search", feature(text=plan("PASS")), author="ada")
    stage.drain()
    world.merge(pull, author="grace")
    assert not pull.open
