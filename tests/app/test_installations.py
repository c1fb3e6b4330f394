"""What the App is installed on follows GitHub, in whatever order deliveries tell of it, and if none does."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.adapters.github.app import GitHubApp
from bot.adapters.github.installations import GitHubInstallations
from bot.core.forge.errors import ForgeError, RepositoryGone
from bot.core.forge.events import SweepDue
from bot.core.forge.outcome import Done
from bot.core.forge.stored import Installation
from bot.sandbox.faults import Fault
from tests.reconciling import reconciling, settled
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    from bot.app.reconcile import Reconciler
    from bot.sandbox.state import Installation as Installed
    from bot.sandbox.state import PullRequest, Repository
    from tests.stage import Stage

MINUTE = 60.0
SWEEP = 15 * MINUTE
ASKED = "apps/get-installation"
LISTED = "apps/list-installations"


@pytest.fixture
def reconciler(stage: Stage) -> Reconciler:
    return reconciling(stage)


@pytest.fixture
def acme(stage: Stage, ferry: Repository) -> Installed:
    """The App on the account of a repository that is governed."""
    pushed(stage, ferry)
    stage.drain()
    assert [one.id for one in stage.store.governed_repositories()] == [ferry.id]
    (one,) = stage.world.hub.state.installations.values()
    return one


def pushed(stage: Stage, repo: Repository, branch: str = "001-search") -> PullRequest:
    stage.world.push(repo, branch, feature(f"specs/{branch}", plan("FAIL")), author="ada")
    return stage.world.open_pull_request(repo, branch, author="ada")


def unheard(stage: Stage, repo: Repository, branch: str = "002-export") -> PullRequest:
    """A pull request that only a sweep can find."""
    pull = pushed(stage, repo, branch)
    stage.lose()
    return pull


def created(stage: Stage, name: str) -> Repository:
    return stage.world.create_repository("acme", name, {"README.md": f"# {name}\n", **SPEC_KIT})


def calls(stage: Stage, mark: int, *operations: str) -> int:
    return len(stage.world.requests.since(mark).of(*operations))


class TestInstallation:
    def test_a_suspension_that_is_told_after_it_was_lifted_hides_nothing(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        stage.world.suspend(acme)
        stage.world.suspend(acme, lift=True)
        mark = stage.world.requests.mark
        stage.overtaken()
        stage.drain()
        assert calls(stage, mark, ASKED) == 2, "one for each of the two"
        assert stage.store.installation(acme.id) == Installation(acme.id, "acme")
        lost = unheard(stage, ferry)
        reconciler.tick()
        stage.drain()
        assert [run.status for run in stage.runs(ferry, lost.head_sha)] == ["completed"]

    def test_a_lifted_one_that_is_suspended_again_is_asked_for_nothing(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        stage.world.suspend(acme, lift=True)
        stage.world.suspend(acme)
        stage.overtaken()
        stage.drain()
        assert stage.store.installation(acme.id) == Installation(acme.id, "acme", suspended=True)
        mark = stage.world.requests.mark
        reconciler.tick()
        assert calls(stage, mark, "graphql") == 0
        assert stage.store.repository(ferry.id) is not None, "what is suspended may come back"

    def test_an_arrival_that_is_told_after_the_farewell_keeps_nothing(self, stage: Stage) -> None:
        boat = created(stage, "boat")
        one = stage.world.install("acme", [boat])
        stage.world.uninstall(one)
        mark = stage.world.requests.mark
        stage.overtaken()
        stage.drain()
        assert calls(stage, mark, ASKED) == 2
        assert stage.store.installations() == []
        assert stage.store.repository(boat.id) is None

    def test_a_farewell_that_github_knows_nothing_of_takes_nothing(
        self, stage: Stage, ferry: Repository, acme: Installed
    ) -> None:
        """Its answers may be a moment behind its deliveries; the next sweep sees."""
        stage.world.uninstall(acme)
        stage.world.hub.state.installations[acme.id] = acme
        stage.drain()
        assert stage.store.repository(ferry.id) is not None

    def test_github_is_asked_again_when_it_did_not_answer(self, stage: Stage, acme: Installed) -> None:
        stage.world.suspend(acme)
        stage.world.faults.add(Fault(ASKED, 502))
        stage.drain()
        assert stage.store.installation(acme.id) == Installation(acme.id, "acme")
        stage.drain(patience=10)
        assert stage.store.installation(acme.id) == Installation(acme.id, "acme", suspended=True)

    def test_an_app_that_github_does_not_know_is_no_word_about_its_installations(
        self, stage: Stage, acme: Installed
    ) -> None:
        stranger = GitHubInstallations(GitHubApp(1, stage.world.app.private_key, stage.clock, stage.world.url))
        with pytest.raises(ForgeError, match="Integration not found") as caught:
            stranger.one(acme.id)
        assert not isinstance(caught.value, RepositoryGone)


class TestRepositories:
    def test_a_removal_that_is_told_after_it_was_undone_takes_nothing(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        stage.world.remove_repositories(acme, ferry)
        stage.world.add_repositories(acme, ferry)
        first_seen = stage.store.repository(ferry.id)
        stage.overtaken()
        stage.drain()
        assert stage.store.repository(ferry.id) == first_seen
        lost = unheard(stage, ferry)
        reconciler.tick()
        stage.drain()
        assert len(stage.runs(ferry, lost.head_sha)) == 1

    def test_a_removal_costs_one_call_and_takes_everything(
        self, stage: Stage, ferry: Repository, acme: Installed
    ) -> None:
        stage.world.remove_repositories(acme, ferry)
        mark = stage.world.requests.mark
        stage.drain()
        assert len(stage.world.requests.since(mark)) == 1
        assert stage.store.repository(ferry.id) is None
        assert stage.store.installation(acme.id) is not None

    def test_a_removal_of_what_nothing_is_known_of_costs_nothing(self, stage: Stage, acme: Installed) -> None:
        boat = created(stage, "boat")
        stage.world.add_repositories(acme, boat)
        stage.lose()
        stage.world.remove_repositories(acme, boat)
        mark = stage.world.requests.mark
        stage.drain()
        assert len(stage.world.requests.since(mark)) == 0

    def test_an_addition_that_is_told_after_it_was_undone_keeps_nothing(self, stage: Stage, acme: Installed) -> None:
        boat = created(stage, "boat")
        stage.world.add_repositories(acme, boat)
        stage.world.remove_repositories(acme, boat)
        stage.overtaken()
        stage.drain()
        assert stage.store.repository(boat.id) is None

    def test_what_was_taken_away_and_is_told_of_once_more_is_not_read_with_an_old_token(
        self, stage: Stage, ferry: Repository, acme: Installed
    ) -> None:
        stage.world.add_repositories(acme, ferry)
        stage.world.remove_repositories(acme, ferry)
        stage.overtaken()
        stage.drain()
        assert stage.store.repository(ferry.id) is None

    def test_old_news_of_an_installation_that_is_gone_take_nothing_from_the_new_one(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        stage.world.remove_repositories(acme, ferry)
        stage.world.add_repositories(acme, ferry)
        stage.world.uninstall(acme)
        new = stage.world.install("acme", [ferry])
        stage.overtaken()
        stage.drain()
        seen = stage.store.repository(ferry.id)
        assert seen is not None
        assert (seen.installation, seen.governed) == (new.id, True)
        lost = unheard(stage, ferry)
        reconciler.tick()
        stage.drain()
        assert len(stage.runs(ferry, lost.head_sha)) == 1

    def test_what_cannot_be_asked_while_suspended_is_kept(
        self, stage: Stage, ferry: Repository, acme: Installed
    ) -> None:
        stage.world.suspend(acme)
        stage.world.remove_repositories(acme, ferry)
        stage.world.add_repositories(acme, ferry)
        stage.overtaken()
        stage.drain()
        assert stage.store.repository(ferry.id) is not None

    def test_a_job_that_finds_its_repository_taken_away_forgets_it(
        self, stage: Stage, ferry: Repository, acme: Installed
    ) -> None:
        stage.world.remove_repositories(acme, ferry)
        stage.lose()
        stage.world.advance(57 * MINUTE)  # a token ends before that, and the owner's file is still fresh
        stage.put(SweepDue(**stage.about(ferry), number=1, reason="a test"))
        mark = stage.world.requests.mark
        assert stage.drain() == [Done()]
        assert stage.store.repository(ferry.id) is None
        assert len(stage.world.requests.since(mark)) == 2, "the token that it did not get, and why"


class TestSweep:
    def test_an_app_that_went_away_unheard_leaves_nothing_after_the_next_sweep(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        stage.world.uninstall(acme)
        stage.lose()
        mark = stage.world.requests.mark
        reconciler.tick()
        assert stage.store.installations() == []
        assert stage.store.repository(ferry.id) is None
        assert (calls(stage, mark, LISTED), calls(stage, mark, ASKED), calls(stage, mark, "graphql")) == (1, 1, 0)

    @pytest.mark.parametrize("really", [True, False])
    def test_a_suspension_that_was_lost_on_its_way_is_seen(
        self, stage: Stage, acme: Installed, reconciler: Reconciler, really: bool
    ) -> None:
        stage.store.keep_installation(Installation(acme.id, "old-name", suspended=not really))
        stage.world.suspend(acme, lift=not really)
        stage.lose()
        mark = stage.world.requests.mark
        reconciler.tick()
        assert stage.store.installation(acme.id) == Installation(acme.id, "acme", suspended=really)
        assert calls(stage, mark, ASKED) == 0

    def test_an_installation_that_nobody_told_us_of_is_known(
        self, stage: Stage, acme: Installed, reconciler: Reconciler
    ) -> None:
        boat = stage.world.create_repository("globex", "boat", {"README.md": "#"})
        other = stage.world.install("globex", [boat])
        stage.lose()
        reconciler.tick()
        assert {one.account for one in stage.store.installations()} == {acme.account.login, other.account.login}

    def test_without_the_list_it_goes_on_with_what_is_known(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        stage.store.keep_installation(Installation(4711, "somebody"))
        lost = unheard(stage, ferry)
        stage.world.faults.add(Fault(LISTED, 502))
        reconciler.tick()
        stage.drain()
        assert len(stage.runs(ferry, lost.head_sha)) == 1
        assert stage.store.installation(4711) is not None
        settled(stage, reconciler, SWEEP + MINUTE)
        assert [one.id for one in stage.store.installations()] == [acme.id]

    def test_what_only_slid_off_a_page_is_not_taken_for_gone(self, stage: Stage, reconciler: Reconciler) -> None:
        ones = [stage.world.install(f"yard-{number}", []) for number in range(101)]
        stage.drain()
        pages = count(1)

        def slide() -> None:
            if next(pages) == 2:
                stage.world.uninstall(ones[0])

        stage.world.faults.add(Fault(LISTED, 0, meanwhile=slide, times=2))
        mark = stage.world.requests.mark
        reconciler.tick()
        assert (calls(stage, mark, LISTED), calls(stage, mark, ASKED)) == (2, 1)
        assert len(stage.store.installations()) == 101, "one is there, and one went while we looked"
        stage.lose()
        settled(stage, reconciler, SWEEP + MINUTE)
        assert [one.id for one in stage.store.installations()] == [one.id for one in ones[1:]]


class TestNames:
    def test_a_renamed_repository_is_swept_and_judged_under_its_new_name(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        assert acme.repositories
        stage.world.rename(ferry, "sailing-ferry")
        lost = unheard(stage, ferry)
        mark = stage.world.requests.mark
        reconciler.tick()
        assert len(stage.requests(mark)) == 3, "the deliveries, the installations, and one read for all heads"
        seen = stage.store.repository(ferry.id)
        assert seen is not None
        assert (seen.owner, seen.name) == ("acme", "sailing-ferry")
        mark = stage.world.requests.mark
        stage.drain()
        assert len(stage.runs(ferry, lost.head_sha)) == 1
        assert len(stage.comments(ferry, lost.number)) == 1
        told = "as without a rename, two reads, run and comment: no detour"
        assert [one.status for one in stage.requests(mark)] == [200, 200, 201, 201], told

    def test_a_repository_whose_name_was_taken_anew_is_found_by_its_id(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        stage.world.rename(ferry, "sailing-ferry")
        other = created(stage, "ferry")
        stage.world.add_repositories(acme, other)
        lost = unheard(stage, ferry)
        mark = stage.world.requests.mark
        settled(stage, reconciler, MINUTE)
        sweep = stage.world.requests.since(mark)
        assert [run.status for run in stage.runs(ferry, lost.head_sha)] == ["completed"]
        assert sum(request.scope.get("permissions") == {"metadata": "read"} for request in sweep.tokens) <= 1
        looks = [one for one in sweep.graphql if "query Sweep" in str(one.body)]
        assert len(looks) == 2, "by the old name, and by the new one"
        seen = stage.store.repository(ferry.id)
        assert seen is not None
        assert seen.name == "sailing-ferry"

    def test_what_is_neither_there_nor_elsewhere_is_forgotten_and_hides_no_other(
        self, stage: Stage, ferry: Repository, acme: Installed, reconciler: Reconciler
    ) -> None:
        boat = created(stage, "boat")
        stage.world.add_repositories(acme, boat)
        pushed(stage, boat)
        stage.drain()
        stage.world.delete_repository(boat)
        stage.lose()
        lost = unheard(stage, ferry)
        mark = stage.world.requests.mark
        reconciler.tick()
        stage.drain()
        assert stage.store.repository(boat.id) is None
        assert len(stage.runs(ferry, lost.head_sha)) == 1
        mark = stage.world.requests.mark
        settled(stage, reconciler, SWEEP)
        assert calls(stage, mark, "graphql") <= 1, "nothing looks for it again"

    def test_a_job_goes_on_where_its_repository_is_when_another_took_the_name(
        self, stage: Stage, ferry: Repository, acme: Installed
    ) -> None:
        pull = pushed(stage, ferry, "002-export")
        stage.deliver()
        stage.world.rename(ferry, "sailing-ferry")
        other = created(stage, "ferry")
        stage.world.add_repositories(acme, other)
        stage.drain()
        assert [run.conclusion for run in stage.runs(ferry, pull.head_sha)] == ["failure"]
        assert len(stage.comments(ferry, pull.number)) == 1

    def test_an_apology_reaches_a_repository_that_was_renamed(
        self, stage: Stage, ferry: Repository, acme: Installed
    ) -> None:
        assert acme.repositories
        pull = pushed(stage, ferry, "002-export")
        stage.deliver()
        stage.world.rename(ferry, "sailing-ferry")
        job = stage.queue.lease("stage")
        assert job is not None
        assert stage.service.give_up(job, "GitHub answered 502 while we read the repository") == Done()
        (run,) = stage.runs(ferry, pull.head_sha)
        assert (run.title or "").startswith("No verdict")
