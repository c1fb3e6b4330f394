"""What an event costs at GitHub, counted there; tokens apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.forge.facts import Spent
from tests.stage import SPEC_KIT, feature, plan

if TYPE_CHECKING:
    import pytest

    from bot.sandbox.state import Repository
    from tests.stage import Stage

READ = "graphql"
RUN = "checks/create"


def spent(stage: Stage, mark: int) -> list[str]:
    """The operations since a mark, tokens apart."""
    return [request.operation for request in stage.requests(mark)]


def test_a_pull_request_event_is_one_read_and_one_run(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(), author="ada")
    stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan() + "\nMore words.\n"}, author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, RUN]


def test_so_is_one_whose_findings_block_nobody(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(), author="ada")
    stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan("PARTIAL")}, author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, RUN]


def test_what_a_job_cost_is_told_with_its_outcome(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
    mark = stage.world.requests.mark
    stage.world.open_pull_request(ferry, "001-search", author="ada")
    told = [outcome.spent for outcome in stage.drain() if outcome.spent.calls]
    assert spent(stage, mark) == [READ, RUN, "issues/create-comment"]
    assert told == [Spent(calls=3, writes=2)]


def test_a_crowd_of_comments_is_not_read_to_its_end(
    stage: Stage, ferry: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours is looked for among the first thousands; whoever writes more makes no evaluation dearer."""
    monkeypatch.setattr("bot.adapters.github.paging._MOST_COMMENTS", 200)
    stage.world.push(ferry, "001-search", feature(), author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    for number in range(360):
        stage.world.comment(ferry, pull.number, f"{number}", author="eve")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.push(ferry, "001-search", {"specs/001-search/plan.md": plan("PARTIAL")}, author="ada")
    stage.drain()
    assert spent(stage, mark).count(READ) == 3


def test_so_is_one_that_is_no_feature(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "docs", {"README.md": "# More\n"}, author="ada")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.open_pull_request(ferry, "docs", author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, RUN]


def test_the_first_sight_of_a_repository_takes_two_reads_at_most(stage: Stage) -> None:
    config = {".github/app.yml": "plangate: {specs: [features]}\n"}
    repo = stage.world.create_repository("acme", "new", {"README.md": "#", **SPEC_KIT, **config})
    stage.world.push(repo, "001-search", feature("features/001-search"), author="ada")
    stage.world.install("acme", [repo])
    stage.lose()
    mark = stage.world.requests.mark
    stage.world.open_pull_request(repo, "001-search", author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, READ, RUN]


def test_a_folder_of_another_name_is_remembered(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "work", feature("specs/001-search"), author="ada")
    stage.world.open_pull_request(ferry, "work", author="ada")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.push(ferry, "work", {"specs/001-search/plan.md": plan() + "\nMore words.\n"}, author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, RUN]


def test_nothing_beyond_the_read_when_nothing_changed(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
    pull = stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.edit(pull, title="Another title", author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ]


def test_a_comment_is_written_only_when_there_is_something_to_do(stage: Stage, ferry: Repository) -> None:
    stage.world.push(ferry, "001-search", feature(text=plan("FAIL")), author="ada")
    mark = stage.world.requests.mark
    stage.world.open_pull_request(ferry, "001-search", author="ada")
    stage.drain()
    assert spent(stage, mark) == [READ, RUN, "issues/create-comment"]


def test_what_does_not_concern_us_costs_nothing(stage: Stage, ferry: Repository) -> None:
    issue = stage.world.open_issue(ferry, "A question", author="eve")
    stage.drain()
    mark = stage.world.requests.mark
    stage.world.comment(ferry, issue.number, "Thanks.", author="eve")
    stage.drain()
    assert spent(stage, mark) == []


def test_one_token_serves_many_jobs_and_is_good_for_one_repository(stage: Stage, ferry: Repository) -> None:
    mark = stage.world.requests.mark
    for index in range(3):
        stage.world.push(ferry, f"docs-{index}", {"README.md": f"# {index}\n"}, author="ada")
        stage.world.open_pull_request(ferry, f"docs-{index}", author="ada")
        stage.drain()
    assert not [request for request in stage.world.requests.since(mark) if request.is_token]
    scopes = [request.scope for request in stage.requests(mark)]
    assert all(set(scope["repositories"]) == {ferry.id} for scope in scopes)
    assert all("issues" not in scope["permissions"] for scope in scopes)
