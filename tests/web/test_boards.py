"""The boards: what stands on them, and who sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest

from bot.core.forge.board import BoardFeature, BoardRow, StoredBoardRow, encoded
from bot.core.forge.lost_deliveries import GAP
from bot.core.forge.outcome import Bury
from bot.core.forge.stored import Waiver
from bot.web.board_view import age, repository_board
from tests.stage import SPEC_KIT, Stage, feature, plan
from tests.web.hosted import Hosted, Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.state import PullRequest, Repository

TASKS = "# Tasks: Search\n\n- [x] T001 Write the index\n- [ ] T002 Write the page\n- [ ] T003 Test it\n"


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with Stage(tmp_path) as stage:
        yield Hosted(stage, pages="login")


@pytest.fixture
def ferry(hosted: Hosted) -> Repository:
    repository = hosted.repository(private=True)
    hosted.stage.world.user("ada", "read", repository)
    return repository


@pytest.fixture
def pull(hosted: Hosted, ferry: Repository) -> PullRequest:
    return hosted.pull_request(ferry, plan("FAIL"), **{"specs/001-search/tasks.md": TASKS})


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def part_of(page: str, heading: str) -> str:
    return text_of(page.partition(f'<h2 id="{heading}">')[2].partition("<h2")[0].partition("</main")[0])


def board(hosted: Hosted, login: str = "ada", address: str = "/boards/acme/ferry") -> str:
    page = Person(hosted, login).open(address)
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    return page.text


class TestWhatStandsOnIt:
    def test_a_feature_has_its_stage_principles_tasks_and_verdict(self, hosted: Hosted, pull: PullRequest) -> None:
        page = board(hosted)
        line = part_of(page, "open")
        assert "specs/001-search #1 001-search planning" in line
        assert "I ✗ I. Library First: violation II ✓ II. Test First (NON-NEGOTIABLE): pass" in line
        assert "1 of 3" in line
        run = hosted.stage.run(pull.base, pull.head_sha)
        assert f'href="{hosted.page(pull.base, pull.head_sha)}">{run.title}</a>' in page
        assert "1 open, 1 blocked" in text_of(page)

    def test_it_costs_no_request_to_github(self, hosted: Hosted, pull: PullRequest, tmp_path: Path) -> None:
        with Stage(tmp_path / "without") as stage:
            without = Hosted(stage, pages="off")
            other = without.pull_request(without.repository(private=True), plan("FAIL"))
            mark = stage.world.requests.mark
            stage.world.push(other.base, "001-search", feature(text=plan("PASS")), author="ada")
            stage.drain()
            cost = len(stage.requests(mark))
        mark = hosted.stage.world.requests.mark
        hosted.stage.world.push(pull.base, "001-search", feature(text=plan("PASS")), author="ada")
        hosted.stage.drain()
        assert len(hosted.stage.requests(mark)) == cost

    def test_a_closed_pull_request_leaves_the_open_ones_and_returns_when_reopened(
        self, hosted: Hosted, pull: PullRequest
    ) -> None:
        world = hosted.stage.world
        world.close_pull_request(pull)
        hosted.stage.drain()
        page = board(hosted)
        assert "No open pull request or branch has a feature." in part_of(page, "open")
        assert "specs/001-search" in part_of(page, "closed")
        world.reopen(pull)
        hosted.stage.drain()
        assert "specs/001-search" in part_of(board(hosted), "open")

    def test_a_branch_is_shown_until_it_has_a_pull_request_or_is_deleted(
        self, hosted: Hosted, ferry: Repository
    ) -> None:
        world = hosted.stage.world
        for name in ("001-search", "002-map"):
            world.push(ferry, name, feature(f"specs/{name}", plan()), author="ada")
        hosted.stage.drain()
        assert "branch 001-search" in part_of(board(hosted), "open")
        world.open_pull_request(ferry, "001-search", author="ada")
        world.delete_branch(ferry, "002-map")
        hosted.stage.drain()
        line = part_of(board(hosted), "open")
        assert "#1 001-search" in line
        assert "branch" not in line
        assert "002-map" not in line

    def test_numbers_are_those_of_the_default_branch_of_pull_requests_and_of_issues(
        self, hosted: Hosted, ferry: Repository
    ) -> None:
        world = hosted.stage.world
        world.push(ferry, "main", feature("specs/001-search"), author="ada")
        world.push(ferry, "002-map", feature("specs/002-map"), author="ada")
        world.open_pull_request(ferry, "002-map", author="ada")
        issue = world.open_issue(ferry, "Show tides", author="ada")
        world.comment(ferry, issue.number, "/plan", author="ada")
        hosted.stage.drain()
        assert part_of(board(hosted), "numbers") == (
            f"Numbers taken 003 offered to issue #{issue.number} 002 specs/002-map in #1 001 specs/001-search"
        )

    def test_a_waiver_has_its_giver_its_age_and_its_end(self, hosted: Hosted, pull: PullRequest) -> None:
        now = hosted.stage.clock.now()
        for rule, until in (("unjustified-violation", ""), ("number-collision", "2020-01-31")):
            hosted.stage.store.add_waiver(
                Waiver(
                    pull.base.id, rule, "f", "specs/001-search", "t", "known <b>", "mona", 1, now - 260_000, until=until
                )
            )
        text = part_of(board(hosted), "waivers")
        assert "unjustified-violation specs/001-search 3 days ago by mona (maintain) on #1 known <b>" in text
        assert "ended until 2020-01-31" in text

    def test_what_the_repository_says_is_shown_as_text(self, hosted: Hosted, ferry: Repository) -> None:
        principle = "### I. Library `<script>alert(1)</script>` {{ 7 * 7 }}"
        constitution = SPEC_KIT[".specify/memory/constitution.md"].replace("### I. Library First", principle)
        hosted.stage.world.push(ferry, "main", {".specify/memory/constitution.md": constitution}, author="ada")
        hosted.stage.drain()
        hosted.pull_request(ferry, plan())
        page = board(hosted)
        assert "alert(1)" in page
        assert "<script" not in page
        assert "{{ 7 * 7 }}" in page

    def test_a_row_of_another_version_is_left_out(self, hosted: Hosted, pull: PullRequest) -> None:
        hosted.stage.store.keep_board_row(pull.base.id, StoredBoardRow("#9", '{"number": 9}', 1.0))
        assert "#9" not in board(hosted)


class TestWhoSees:
    @pytest.mark.usefixtures("pull")
    def test_who_cannot_read_the_repository_gets_what_a_missing_one_gets(self, hosted: Hosted) -> None:
        bob = Person(hosted, "bob")
        bob.open("/boards")
        for missing in ("acme/nothing", "nobody", "acme/..", "a%00b/c", "acme/%2e"):
            assert bob.get(f"/boards/{missing}").status_code == 404
        assert bob.get("/boards/acme/ferry").text.replace("ferry", "") == bob.get("/boards/acme/wherry").text.replace(
            "wherry", ""
        )
        assert bob.get("/boards/acme").status_code == 404
        assert "not installed on any repository that you can read" in bob.get("/boards").text

    @pytest.mark.usefixtures("pull")
    def test_who_is_logged_out_is_sent_to_the_login(self, hosted: Hosted) -> None:
        eve, mark = Person(hosted, "eve"), hosted.stage.world.requests.mark
        for address in ("/boards", "/boards/acme", "/boards/acme/ferry", "/boards/acme/nothing"):
            assert eve.get(address).headers["Location"] == f"/login?to={address}"
        assert not hosted.stage.requests(mark)

    def test_the_board_of_a_public_repository_needs_no_login(self, tmp_path: Path) -> None:
        for pages in ("public", "login"):
            with Stage(tmp_path / pages) as stage:
                hosted = Hosted(stage, pages=pages)
                hosted.pull_request(hosted.repository(), plan("FAIL"))
                assert "specs/001-search" in Person(hosted, "eve").get("/boards/acme/ferry").text
                next(iter(stage.world.hub.state.repositories.values())).private = True
                stage.world.advance(301.0)
                answer = Person(hosted, "eve").get("/boards/acme/ferry")
                assert answer.status_code == (404 if pages == "public" else 303)

    def test_with_public_pages_an_account_has_no_board(self, tmp_path: Path) -> None:
        with Stage(tmp_path) as stage:
            hosted = Hosted(stage)
            hosted.pull_request(hosted.repository(), plan())
            assert Person(hosted, "eve").get("/boards/acme").status_code == 404
            assert Person(hosted, "eve").get("/boards").status_code == 404

    @pytest.mark.usefixtures("pull")
    def test_an_account_shows_only_what_the_viewer_can_read(self, hosted: Hosted) -> None:
        world = hosted.stage.world
        secret = world.create_repository("acme", "secret", SPEC_KIT, private=True)
        world.add_repositories(next(iter(world.hub.state.installations.values())), secret)
        world.push(secret, "001-x", feature("specs/001-x"), author="acme")
        world.open_pull_request(secret, "001-x", author="acme")
        hosted.stage.drain()
        page = text_of(board(hosted, address="/boards/acme"))
        assert "ferry 1 1 1 0 just now" in page
        assert "secret" not in page
        assert "Deliveries" not in page
        assert "secret" in board(hosted, "acme", "/boards/acme")
        assert 'href="/boards/acme"' in board(hosted, address="/boards")

    @pytest.mark.parametrize("login", ["ada", "olga"])
    def test_only_owners_of_the_organization_see_dead_letters_and_the_gap(
        self, hosted: Hosted, pull: PullRequest, login: str
    ) -> None:
        world, stage = hosted.stage.world, hosted.stage
        world.organization("acme").type = "Organization"
        world.organization("acme").owners.add("olga")
        installation = next(iter(world.hub.state.installations.values()))
        installation.permissions["members"] = "read"
        world.push(pull.base, "001-search", feature(text=plan()), author="ada")
        stage.deliver()
        job = stage.queue.lease("stage")
        assert job is not None
        stage.queue.bury(job, Bury("GitHub said no").error)
        stage.store.set_cursor(GAP, "75.0")
        page = text_of(board(hosted, login, "/boards/acme"))
        for part in ("Only owners of acme see this part.", "1 delivery was given up", "GitHub said no", "75 s"):
            assert (part in page) == (login == "olga")

    @pytest.mark.usefixtures("pull")
    def test_without_the_permission_for_members_no_one_is_an_owner(self, hosted: Hosted) -> None:
        organization = hosted.stage.world.organization("acme")
        organization.type = "Organization"
        organization.owners.add("olga")
        assert "Only owners" not in board(hosted, "olga", "/boards/acme")


def test_rows_are_pruned_when_closed_or_old(hosted: Hosted, pull: PullRequest) -> None:
    store = hosted.stage.store
    store.keep_board_row(pull.base.id, StoredBoardRow("#7", "{}", 50.0, 60.0))
    store.keep_board_row(pull.base.id, StoredBoardRow("#8", "{}", 20.0))
    store.prune(59.0, 10.0)
    assert {row.place for row in store.board_rows(pull.base.id)} == {"#1", "#7", "#8"}
    store.prune(61.0, 30.0)
    assert {row.place for row in store.board_rows(pull.base.id)} == {"#1"}


def test_a_board_of_a_thousand_rows_is_joined_in_one_pass() -> None:
    part = BoardFeature("specs/001-x", "001", "planning", (), 0, 0, 1, 1)
    row = BoardRow(1, "b", "main", "a" * 40, "d", "success", "t", 0, 0, (part,), (), private=False)
    rows = [StoredBoardRow(f"#{n}", encoded(replace(row, number=n, branch=f"b{n}")), float(n)) for n in range(1, 1001)]
    assert [row.verdict.number for row in repository_board(rows, [], lambda _: {}, 1.0).open] == list(
        range(1000, 0, -1)
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "just now"), (300, "5 minutes ago"), (7_300, "2 hours ago"), (400_000, "4 days ago")]
)
def test_an_age_is_told_in_words(seconds: float, words: str) -> None:
    assert age(seconds) == words
