"""`kill -9` of the worker at each of its writes while it begins a feature: one reply, branch, commit, pull request."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.app.talk.test_commands_faults import AtWrite
from tests.asking import PEOPLE, WRITES, branches, messages
from tests.chaos.site import Site
from tests.processes import until
from tests.stage import SPEC_KIT

if TYPE_CHECKING:
    from pathlib import Path

DEATHS = 6


@pytest.mark.slow
def test_a_feature_is_begun_once_however_often_the_worker_dies(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        world = site.world
        repo = world.create_repository("acme", "harbour", {"README.md": "#\n", **SPEC_KIT})
        world.install("acme", [repo], permissions=WRITES)
        for login, role in PEOPLE.items():
            world.user(login, role, repo)
        site.come_to_rest()
        main = repo.branch("main") or ""
        died: list[int] = []

        def die() -> None:
            site.kill_worker()
            died.append(len(died))

        def has_died(times: int) -> bool:
            return len(died) == times

        for nth in range(1, DEATHS + 1):
            issue = world.open_issue(repo, f"Export number {nth}", "An auditor reads it.", author="eve").number
            world.faults.add(AtWrite(cut=True, after=True, nth=nth, meanwhile=die))
            asked = world.comment(repo, issue, "/plan start", author="grace")
            until(partial(has_died, nth))
            site.come_to_rest()
            world.faults.clear()

            (branch,) = [name for name in branches(repo) if name.startswith(f"{nth:03d}-")]
            assert len(messages(repo, branch, main)) == 1
            assert len([pull for pull in repo.pulls.values() if pull.head_ref == branch]) == 1
            (reply,) = [one for one in world.comments(repo, issue) if one.user is world.app.bot]
            assert f"**Feature `{branch}` has begun**" in reply.body
            assert [one.content for one in world.reactions(repo, asked)] == ["eyes", "rocket"]
