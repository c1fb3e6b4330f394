"""Web and worker are killed amid deliveries, again and again: every open head ends with its one verdict."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bot.core.forge.ports import JobState
from bot.sandbox.faults import Fault
from tests.chaos.site import Site
from tests.processes import until
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.state import PullRequest

DELIVERIES = 200
KILLS = 6
FEATURES = 12
JUSTIFIED = "| I. Library First: no library | it has three lines | a library would be longer than its use |\n"
FAILING, PASSING = plan("FAIL"), plan("FAIL", rows=JUSTIFIED)


@pytest.mark.slow
def test_200_deliveries_with_kill_9_in_between_end_with_one_run_a_head_and_one_comment_a_pull_request(
    tmp_path: Path,
) -> None:
    dice = random.Random(2)  # noqa: S311  for what happens next, not for secrets
    with Site(tmp_path) as site:
        repository = site.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
        site.world.install("acme", [repository])
        site.come_to_rest()
        pulls: dict[PullRequest, str] = {}
        kills = [site.kill_web, site.kill_worker] * (KILLS // 2)
        every = DELIVERIES // (KILLS + 1)
        while len(site.world.deliveries.log) < DELIVERIES:
            if kills and len(site.world.deliveries.log) > every * (KILLS - len(kills) + 1):
                kills.pop()()
            if len(pulls) < FEATURES:
                branch = f"{len(pulls) + 1:03}-x"
                site.world.push(repository, branch, feature(f"specs/{branch}", FAILING), author="ada")
                pulls[site.world.open_pull_request(repository, branch, author="ada")] = FAILING
                continue
            pull = dice.choice(list(pulls))
            pulls[pull] = PASSING if pulls[pull] is FAILING else FAILING
            path = f"specs/{pull.head_ref}/plan.md"
            site.world.push(repository, pull.head_ref, {path: pulls[pull]}, author="ada")
        while kills:
            kills.pop()()
        site.come_to_rest()
        site.pass_time(200, rate=60)  # until the next look at what was delivered
        site.come_to_rest()

        assert site.kills == {"web": KILLS // 2, "worker": KILLS // 2, "database": 0}
        for pull, text in pulls.items():
            (run,) = site.runs(repository, pull.head_sha)
            assert (run.status, run.conclusion) == ("completed", "failure" if text is FAILING else "success")
            comments = site.sticky(pull)
            if text is FAILING:
                (comment,) = comments
                assert f"**1 gap in `{pull.head_ref}`**" in comment.body
            else:  # where nobody looked in between, it was clear from the start and nothing was written
                assert [comment for comment in comments if "**All clear**" not in comment.body] == []
                assert len(comments) <= 1


@pytest.mark.slow
def test_sigterm_amid_work_ends_in_order_and_a_restart_goes_on(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        repository = site.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
        site.world.install("acme", [repository])
        site.come_to_rest()
        site.world.faults.add(Fault("graphql", 0, delay=1.0, times=None))
        for number in range(1, 6):
            branch = f"{number:03}-x"
            site.world.push(repository, branch, feature(f"specs/{branch}", FAILING), author="ada")
            site.world.open_pull_request(repository, branch, author="ada")
        until(lambda: site.queue.counts()[JobState.RUNNING] > 0)
        site.world.settle()
        assert site.terminate() == (0, 0)
        assert site.queue.counts()[JobState.RUNNING] == 0, "what was in hand is finished or given back"
        assert site.backlog() > 0
        site.world.faults.clear()
        site.check_alive()
        site.come_to_rest()
        for pull in repository.pulls.values():
            assert [run.conclusion for run in site.runs(repository, pull.head_sha)] == ["failure"]
