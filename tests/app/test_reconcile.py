"""What never arrived is asked for again; heads without a verdict are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.adapters.database.leader import FileLeader
from bot.app.reconcile import Rhythm
from bot.core.forge.errors import StorageError
from bot.core.forge.lost_deliveries import GAP, Attempt, gap, missing
from bot.sandbox.faults import Fault, graphql_rate_limited, secondary_limit
from tests.reconciling import Yes, reconciling, settled
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app.reconcile import Reconciler
    from bot.sandbox.state import Delivery, PullRequest, Repository
    from tests.stage import Stage

MINUTE = 60.0
FAILING = feature(text=plan("FAIL"))


@pytest.fixture
def reconciler(stage: Stage) -> Reconciler:
    return reconciling(stage)


def pushed(stage: Stage, repo: Repository, branch: str = "001-search") -> PullRequest:
    stage.world.push(repo, branch, feature(f"specs/{branch}", plan("FAIL")), author="ada")
    return stage.world.open_pull_request(repo, branch, author="ada")


class TestDeliveries:
    """With a door that is shut: GitHub's attempts fail, and the stage gets only what is asked for again."""

    @pytest.fixture
    def door(self, stage: Stage) -> list[Delivery]:
        """What is delivered since the door shut; the receiver is down until `accept` is taken away."""
        stage.world.app.webhook_url = "http://127.0.0.1:9/webhook"
        stage.world.deliveries.accept = lambda _: False
        return stage.world.deliveries.log

    def test_what_failed_is_delivered_again_under_its_own_id(
        self, stage: Stage, ferry: Repository, door: list[Delivery], reconciler: Reconciler
    ) -> None:
        pull = pushed(stage, ferry)
        stage.world.settle()
        stage.lose()
        before = {one.guid for one in door}
        stage.world.advance(90)
        reconciler.tick()
        stage.world.settle()
        again = [one for one in door if one.redelivery]
        assert {one.guid for one in again} <= before
        assert float(stage.store.cursor(GAP) or 0) == pytest.approx(90, abs=5)
        stage.drain()
        assert [run.conclusion for run in stage.runs(ferry, pull.head_sha)] == ["failure"]
        assert len(stage.comments(ferry, pull.number)) == 1

    def test_five_times_and_no_more(
        self, stage: Stage, ferry: Repository, door: list[Delivery], reconciler: Reconciler
    ) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        for _ in range(12):
            stage.world.settle()
            reconciler.tick()
            stage.world.advance(4 * MINUTE)
        stage.world.settle()
        pushes = [one for one in door if one.event == "push" and one.action is None]
        (guid,) = {one.guid for one in pushes if one.payload["ref"] == "refs/heads/001-search"}
        assert sum(one.redelivery for one in door if one.guid == guid) == 5

    def test_what_is_here_although_its_answer_was_lost_is_left_alone(
        self, stage: Stage, ferry: Repository, door: list[Delivery], reconciler: Reconciler
    ) -> None:
        pushed(stage, ferry)
        stage.world.settle()
        stage.drain()
        reconciler.tick()
        assert [one.event for one in door if one.redelivery and one.event in {"push", "pull_request"}] == []

    def test_a_refused_list_is_read_later(
        self, stage: Stage, ferry: Repository, door: list[Delivery], reconciler: Reconciler
    ) -> None:
        pushed(stage, ferry)
        stage.world.settle()
        stage.lose()
        stage.world.faults.add(secondary_limit(600, "apps/list-webhook-deliveries"))
        for _ in range(5):
            reconciler.tick()
            stage.world.advance(2 * MINUTE - 1)
        assert [one for one in door if one.redelivery] == []
        stage.world.advance(MINUTE)
        reconciler.tick()
        assert [one for one in door if one.redelivery] != []

    def test_more_than_a_page_is_read(
        self, stage: Stage, ferry: Repository, door: list[Delivery], reconciler: Reconciler
    ) -> None:
        stage.world.push(ferry, "001-search", FAILING, author="ada")
        for number in range(60):
            stage.world.push(ferry, "docs", {"README.md": f"# {number}\n"}, author="ada")
        stage.world.settle(30)
        stage.lose()
        reconciler.tick()
        first = min(one.id for one in door if one.event == "push")
        guids = {one.guid for one in door if one.redelivery}
        assert len(stage.world.requests.of("apps/list-webhook-deliveries")) > 1
        assert next(one.guid for one in door if one.id == first) in guids


class TestMissing:
    def test_only_the_latest_attempt_counts(self) -> None:
        attempts = [Attempt(1, "a", "push", None, 10.0, 502), Attempt(2, "a", "push", None, 20.0, 202)]
        assert missing(attempts, lambda _: False, lambda _: True) == []
        (one,) = missing([*attempts, Attempt(3, "a", "push", None, 30.0, 504)], lambda _: False, lambda _: True)
        assert (one.guid, one.latest, one.since) == ("a", 3, 10.0)
        assert gap([one], 100.0) == 90.0

    def test_a_success_that_was_not_our_word_is_none(self) -> None:
        attempts = [Attempt(1, "a", "push", None, 10.0, 200)]
        assert [one.guid for one in missing(attempts, lambda _: False, lambda _: True)] == ["a"]

    def test_what_means_nothing_to_us_is_not_missed(self) -> None:
        attempts = [Attempt(1, "a", "watch", "started", 10.0, 502)]
        assert missing(attempts, lambda _: False, lambda one: one.event == "push") == []


class TestSweep:
    def test_a_head_that_nobody_told_us_of_is_found_within_one_sweep(
        self, stage: Stage, ferry: Repository, reconciler: Reconciler
    ) -> None:
        settled_first = pushed(stage, ferry)
        stage.drain()
        lost = pushed(stage, ferry, "002-export")
        stage.lose()
        mark = stage.world.requests.mark
        reconciler.tick()
        assert len(stage.requests(mark)) == 3, "the deliveries, the installations, and one read for all heads"
        stage.drain()
        assert [run.status for run in stage.runs(ferry, lost.head_sha)] == ["completed"]
        assert len(stage.runs(ferry, settled_first.head_sha)) == 1

    def test_it_reads_with_a_token_that_may_do_nothing_else(
        self, stage: Stage, ferry: Repository, reconciler: Reconciler
    ) -> None:
        pushed(stage, ferry)
        stage.drain()
        mark = stage.world.requests.mark
        reconciler.tick()
        (read,) = stage.world.requests.since(mark).graphql
        assert set(read.scope["permissions"].values()) == {"read"}

    def test_a_merge_group_that_nobody_told_us_of_is_judged(
        self, stage: Stage, ferry: Repository, reconciler: Reconciler
    ) -> None:
        stage.world.push(ferry, "001-search", feature(), author="ada")
        pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
        stage.drain()
        group = stage.world.enqueue(pull, author="ada")
        stage.lose()
        reconciler.tick()
        stage.drain()
        assert stage.run(ferry, group.head_sha).conclusion == "success"

    def test_an_apology_is_replaced(self, stage: Stage, ferry: Repository, reconciler: Reconciler) -> None:
        pushed(stage, ferry)
        stage.drain()
        stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan()}, author="ada")
        stage.deliver()
        job = stage.queue.lease("stage")
        assert job is not None
        stage.service.give_up(job, "GitHub answered 502 while we read the repository")
        stage.queue.bury(job, "enough")
        pull = ferry.pulls[1]
        assert (stage.run(ferry, pull.head_sha).title or "").startswith("No verdict")
        reconciler.tick()
        stage.drain()
        assert stage.run(ferry, pull.head_sha).conclusion == "success"

    def test_more_heads_than_a_page_are_all_found(
        self, stage: Stage, ferry: Repository, reconciler: Reconciler
    ) -> None:
        pushed(stage, ferry)
        stage.drain()
        for number in range(25):
            stage.world.push(ferry, f"docs-{number}", {"README.md": f"# {number}\n"}, author="ada")
            stage.world.open_pull_request(ferry, f"docs-{number}", author="ada")
        stage.lose()
        reconciler.tick()
        assert stage.queue.counts()["waiting"] == 25  # type: ignore[index]

    def test_what_github_refused_is_looked_at_later(
        self, stage: Stage, ferry: Repository, reconciler: Reconciler
    ) -> None:
        pushed(stage, ferry)
        stage.drain()
        lost = pushed(stage, ferry, "002-export")
        stage.lose()
        stage.world.faults.add(graphql_rate_limited())
        settled(stage, reconciler, 0.5 * MINUTE)
        assert stage.runs(ferry, lost.head_sha) == [], "GitHub has no points for us"
        settled(stage, reconciler, 2 * MINUTE)
        assert len(stage.runs(ferry, lost.head_sha)) == 1

    def test_fifty_repositories_cost_one_read(self, stage: Stage, reconciler: Reconciler) -> None:
        names = [f"r{number}" for number in range(60)]
        repositories = [stage.world.create_repository("acme", name, {"README.md": "#", **SPEC_KIT}) for name in names]
        stage.world.install("acme", repositories)
        stage.drain()
        for one in repositories:
            stage.store.set_governed(one.id, governed=True)
        mark = stage.world.requests.mark
        settled(stage, reconciler, MINUTE)
        assert len(stage.world.requests.since(mark).graphql) == 2
        mark = stage.world.requests.mark
        settled(stage, reconciler, 30 * MINUTE)
        reads = stage.world.requests.since(mark).graphql
        assert len(reads) == 3
        assert reads[1].began - reads[0].began > 7 * MINUTE, "spread over the interval"

    def test_a_repository_that_is_gone_hides_no_other(
        self, stage: Stage, ferry: Repository, reconciler: Reconciler
    ) -> None:
        other = stage.world.create_repository("acme", "boat", {"README.md": "#", **SPEC_KIT})
        stage.world.add_repositories(next(iter(stage.world.hub.state.installations.values())), other)
        pushed(stage, ferry)
        pushed(stage, other)
        stage.drain()
        stage.world.delete_repository(other)
        lost = pushed(stage, ferry, "002-export")
        stage.lose()
        reconciler.tick()
        stage.drain()
        assert len(stage.runs(ferry, lost.head_sha)) == 1


class TestLeader:
    def test_one_leads_until_it_lets_go(self, tmp_path: Path) -> None:
        one, other = FileLeader(tmp_path), FileLeader(tmp_path)
        assert (one.leads(), other.leads(), one.leads()) == (True, False, True)
        one.close()
        assert (other.leads(), one.leads()) == (True, False)
        other.close()

    def test_who_does_not_lead_asks_nothing(self, stage: Stage, ferry: Repository, tmp_path: Path) -> None:
        ahead, behind = FileLeader(tmp_path), FileLeader(tmp_path)
        assert ahead.leads()
        reconciler = reconciling(stage, behind)
        pushed(stage, ferry)
        mark = stage.world.requests.mark
        reconciler.tick()
        assert stage.requests(mark) == []
        ahead.close()
        reconciler.tick()
        assert stage.requests(mark) != []


class TestFaults:
    def test_a_fault_ends_one_look_and_not_the_reconciler(
        self, stage: Stage, ferry: Repository, reconciler: Reconciler
    ) -> None:
        pushed(stage, ferry)
        stage.drain()
        lost = pushed(stage, ferry, "002-export")
        stage.lose()
        for operation in ("apps/list-webhook-deliveries", "graphql"):
            stage.world.faults.add(Fault(operation, 502))
        reconciler.tick()
        assert stage.runs(ferry, lost.head_sha) == []
        settled(stage, reconciler, 3 * MINUTE)
        assert len(stage.runs(ferry, lost.head_sha)) == 1

    def test_a_database_that_is_away_ends_nothing_and_is_told_of_twice(
        self, stage: Stage, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Once when it goes, once when it is back, however often the reconciler looked meanwhile."""

        class Away(Yes):
            """Who leads is not to be learnt for a while."""

            asked = 0

            def leads(self) -> bool:
                self.asked += 1
                if self.asked <= 5:
                    raise StorageError("The database is away.")
                looking.stop()
                return False

        looking = reconciling(stage, Away())
        looking.rhythm = Rhythm(look=0.01)
        with caplog.at_level("INFO", logger="bot"):
            looking.run()
        assert [record.getMessage() for record in caplog.records] == ["cannot reconcile", "recovered"]
