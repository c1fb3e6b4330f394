"""Every bad day of the list, played through a client; deliveries' bad days are in `test_deliveries`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import github
import pytest
import requests

from bot.sandbox.faults import (
    Fault,
    commit_not_there_yet,
    no_file_list,
    not_found_beside_data,
    null_among,
    repository_not_there_yet,
    repository_unresolved,
    secondary_limit,
    thin,
    told_by_page,
    too_much,
)
from bot.sandbox.git import Signature, TreeEntry
from bot.sandbox.weight import weight
from bot.sandbox.world import World

if TYPE_CHECKING:
    from bot.sandbox.state import Repository
    from tests.sandbox.scene import Stage


def test_a_secondary_limit_may_name_no_time(stage: Stage) -> None:
    stage.world.faults.add(secondary_limit(None, "issues/create"))
    with pytest.raises(github.RateLimitExceededException) as caught:
        stage.pygithub_repository().create_issue("Too much")
    assert "secondary rate limit" in str(caught.value.data)
    assert caught.value.headers is not None
    assert "retry-after" not in caught.value.headers


def test_a_missing_repository_leaves_the_rest_of_the_data(stage: Stage) -> None:
    stage.world.faults.add(not_found_beside_data("orgConfig"))
    query = '{repository(owner:"acme",name:"server"){name} orgConfig:repository(owner:"acme",name:"server"){name}}'
    body = stage.graphql(query)
    assert body["data"] == {"repository": {"name": "server"}, "orgConfig": None}
    assert [(error["type"], error["path"]) for error in body["errors"]] == [("NOT_FOUND", ["orgConfig"])]


@pytest.mark.parametrize("error", [None, {"message": "Resource limits exceeded.", "type": "RESOURCE_LIMITS_EXCEEDED"}])
def test_a_query_may_be_too_much_and_a_part_of_it_not(stage: Stage, error: dict[str, Any] | None) -> None:
    fault = stage.world.faults.add(too_much(4, 504, error))
    few = '{repository(owner:"acme",name:"server"){name owner{login}}}'
    many = '{repository(owner:"acme",name:"server"){...all ...all}} fragment all on Repository{name owner{login}}'
    session = stage.github3().session
    assert session.post(f"{stage.world.url}/graphql", json={"query": few}).json()["data"] is not None
    assert session.get(f"{stage.world.url}/rate_limit").status_code == 200, "REST is not meant"
    response = session.post(f"{stage.world.url}/graphql", json={"query": many})
    assert (response.status_code, response.json().get("errors")) == ((504, None) if error is None else (200, [error]))
    assert fault.struck == 1


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("{a{b c}}", 3),
        ("query Q($x:Int){a(x:$x){...f ... on B{c}}} fragment f on A{d e{g}}", 5),
        ("{a{...f} b{...f}} fragment f on A{c}", 4),
        ("{a{...none}}", 1),
        ("{", 0),
    ],
)
def test_a_query_is_as_much_as_the_fields_that_it_asks_for(query: str, fields: int) -> None:
    assert weight(query) == fields


def test_the_weight_of_fragments_within_themselves_has_an_end() -> None:
    assert weight("{...f} fragment f on A{a ...f b{...f}}") < 200_000


def test_a_fault_inside_an_answer_can_be_for_github3_too(stage: Stage) -> None:
    stage.world.faults.add(not_found_beside_data("repository"))
    query = {"query": '{repository(owner:"acme",name:"server"){name}}'}
    response = stage.github3().session.post(f"{stage.world.url}/graphql", json=query)
    assert response.status_code == 200
    assert response.json()["data"] == {"repository": None}


def test_a_token_may_end_in_the_middle_of_a_job(stage: Stage) -> None:
    repository = stage.pygithub_repository()
    stage.world.faults.add(Fault("repos/get-branch", 0, meanwhile=lambda: stage.world.advance(3601)))
    with pytest.raises(github.BadCredentialsException):
        repository.get_branch("main")


def test_a_suspended_installation_is_refused_its_tokens_and_their_use(stage: Stage) -> None:
    repository = stage.pygithub_repository()
    stage.world.suspend(stage.installation)
    with pytest.raises(github.GithubException) as caught:
        repository.get_branch("main")
    assert (caught.value.status, caught.value.data["message"]) == (403, "This installation has been suspended")
    with pytest.raises(github.GithubException) as caught:
        stage.app_pygithub().get_access_token(stage.installation.id)
    assert caught.value.status == 403


def test_a_pull_request_shows_at_most_3000_files(stage: Stage) -> None:
    stage.world.push(stage.repository, "001-many", {f"d{n % 40}/f{n}.txt": f"{n}\n" for n in range(3001)})
    pull = stage.world.open_pull_request(stage.repository, "001-many")
    client = stage.pygithub()
    client.per_page = 100
    large = client.get_repo("acme/server").get_pull(pull.number)
    assert large.changed_files == 3001
    assert len(list(large.get_files())) == 3000
    assert len(stage.world.requests.of("pulls/list-files")) == 30


@pytest.fixture
def fork(stage: Stage) -> Repository:
    fork = stage.world.fork(stage.repository, "grace")
    stage.world.push(fork, "001-a", {"specs/001-a/plan.md": "# Plan\n"}, author="grace")
    stage.world.open_pull_request(stage.repository, "001-a", author="grace", fork=fork)
    return fork


def test_a_forks_commits_are_here_and_its_check_runs_name_no_pull_request(stage: Stage, fork: Repository) -> None:
    head = fork.branch("001-a")
    assert head is not None
    repository = stage.pygithub_repository()
    assert repository.get_contents("specs/001-a/plan.md", ref=head).decoded_content == b"# Plan\n"  # type: ignore[union-attr]
    run = repository.create_check_run("plangate", head, status="completed", conclusion="success")
    assert (run.pull_requests, run.raw_data["check_suite"]["id"]) == ([], next(reversed(stage.repository.suites)))
    assert stage.repository.suites[run.raw_data["check_suite"]["id"]].head_branch is None


def test_a_deleted_fork_leaves_a_pull_request_without_a_head_repository(stage: Stage, fork: Repository) -> None:
    stage.world.delete_repository(fork)
    query = '{repository(owner:"acme",name:"server"){pullRequest(number:1){headRefOid headRepository{name}}}}'
    shown = stage.graphql(query)["data"]["repository"]["pullRequest"]
    assert shown["headRepository"] is None
    assert len(shown["headRefOid"]) == 40
    assert stage.pygithub_repository().get_pull(1).raw_data["head"]["repo"] is None


def test_our_own_writes_come_back_with_our_bot_as_their_sender(stage: Stage) -> None:
    issue = stage.world.open_issue(stage.repository, "Talk", author="ada")
    stage.pygithub_repository().get_issue(issue.number).create_comment("From the App")
    payload = stage.world.sent("issue_comment", "created")[-1].payload
    assert (payload["sender"]["login"], payload["sender"]["type"]) == ("plangate[bot]", "Bot")
    assert payload["comment"]["performed_via_github_app"]["id"] == stage.world.app.id


def test_an_answer_may_be_slow(stage: Stage) -> None:
    stage.world.faults.add(Fault("repos/get", 0, delay=0.2))
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{stage.world.url}/repos/acme/server", timeout=0.05)
    stage.world.faults.clear()


def test_each_route_has_its_own_luck_and_keeps_it() -> None:
    """Other requests in between do not change whom a fault strikes."""

    def struck(*, noise: bool) -> list[int]:
        with World() as world:
            world.create_repository("ada", "notes", {"a": "b"})
            world.faults.add(Fault("repos/get", 503, times=None, probability=0.4))
            world.faults.add(Fault("repos/list-branches", 502, times=None, probability=0.4))
            strikes = []
            for _ in range(15):
                if noise:
                    requests.get(f"{world.url}/repos/ada/notes/branches", timeout=5)
                strikes.append(requests.get(f"{world.url}/repos/ada/notes", timeout=5).status_code)
            return strikes

    assert struck(noise=True) == struck(noise=False)
    assert set(struck(noise=True)) == {200, 503}


def test_another_seed_is_another_day() -> None:
    def struck(seed: int) -> list[int]:
        with World(seed=seed) as world:
            world.create_repository("ada", "notes", {"a": "b"})
            world.faults.add(Fault("repos/get", 503, times=None, probability=0.5))
            return [requests.get(f"{world.url}/repos/ada/notes", timeout=5).status_code for _ in range(16)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)


def refused(stage: Stage, body: dict[str, Any], times: int) -> list[requests.Response]:
    url, headers = f"{stage.world.url}/repos/acme/server/issues", {"Authorization": f"Bearer {stage.token()}"}
    with requests.Session() as session:
        answers = [session.post(url, json=body, headers=headers, timeout=5) for _ in range(times)]
    return [answer for answer in answers if answer.status_code == 403]


def test_a_burst_of_content_is_refused_until_a_minute_has_passed(stage: Stage) -> None:
    stage.world.freeze()
    stage.world.hub.limits.secondary = True
    [first] = refused(stage, {"title": "x"}, 81)
    assert "secondary rate limit" in first.json()["message"]
    assert first.headers["Retry-After"] == "60"
    assert len(stage.repository.issues) == 80
    stage.world.advance(61)
    assert refused(stage, {"title": "x"}, 1) == []


def test_content_is_also_bounded_by_the_hour(stage: Stage) -> None:
    stage.world.freeze()
    stage.world.hub.limits.secondary = True
    for _ in range(7):
        stage.world.advance(61)
        assert refused(stage, {"title": "x"}, 70) == []
    stage.world.advance(61)
    late = refused(stage, {"title": "x"}, 11)
    assert len(late) == 1
    assert 60 < int(late[0].headers["Retry-After"]) < 3600


def test_points_are_bounded_by_the_minute(stage: Stage) -> None:
    stage.world.freeze()
    stage.world.hub.limits.secondary = True
    url, headers = f"{stage.world.url}/repos/acme/server", {"Authorization": f"Bearer {stage.token()}"}
    with requests.Session() as session:
        codes = [session.get(url, headers=headers, timeout=5).status_code for _ in range(901)]
    assert codes == [200] * 900 + [403]
    assert stage.graphql("{viewer{login}}")["data"], "GraphQL has points of its own"


def test_bursts_are_let_through_unless_a_test_asks(stage: Stage) -> None:
    assert refused(stage, {"title": "x"}, 100) == []


def test_a_limit_may_be_told_by_a_page(stage: Stage) -> None:
    stage.world.faults.add(told_by_page(429, "repos/get", retry_after=7))
    response = requests.get(f"{stage.world.url}/repos/acme/server", headers={"User-Agent": "x"}, timeout=5)
    assert response.status_code == 429
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["Retry-After"] == "7"
    assert response.text.startswith("<!DOCTYPE html>")


def test_a_replica_lags_and_catches_up(stage: Stage) -> None:
    head = stage.repository.head()
    assert head is not None
    stage.world.faults.add(repository_not_there_yet("acme/server"))
    stage.world.faults.add(repository_unresolved("acme/server"))
    stage.world.faults.add(commit_not_there_yet(head))
    client = stage.pygithub()
    with pytest.raises(github.UnknownObjectException):
        client.get_repo("acme/server")
    repository = client.get_repo("acme/server")
    with pytest.raises(github.GithubException, match="No commit found for SHA"):
        repository.create_check_run("plangate", head)
    assert repository.create_check_run("plangate", head).head_sha == head
    query = "query($owner:String!,$name:String!){repository(owner:$owner,name:$name){name}}"
    first, second = (stage.graphql(query, owner="acme", name="server") for _ in range(2))
    assert (first["data"], first["errors"][0]["type"]) == ({"repository": None}, "NOT_FOUND")
    assert second["data"] == {"repository": {"name": "server"}}


def test_a_response_may_be_thin(stage: Stage) -> None:
    world = stage.world
    world.push(stage.repository, "001-a", {"a.md": "a"}, author="ada")
    pull = world.open_pull_request(stage.repository, "001-a", author="ada")
    world.comment(stage.repository, pull.number, "Seen", author="ada")
    query = """{repository(owner:"acme",name:"server"){pullRequest(number:1){
        changedFiles files(first:5){nodes{path}} comments(first:5){nodes{body}}}}}"""

    def shown() -> Any:
        return stage.graphql(query)["data"]["repository"]["pullRequest"]

    whole = {"changedFiles": 1, "files": {"nodes": [{"path": "a.md"}]}, "comments": {"nodes": [{"body": "Seen"}]}}
    world.faults.add(no_file_list())
    assert shown() == whole | {"changedFiles": 0, "files": None}
    world.faults.add(null_among("comments"))
    assert shown() == whole | {"comments": {"nodes": [None, {"body": "Seen"}]}}
    world.faults.add(thin("nodes", []))
    assert shown() == whole | {"files": {"nodes": []}, "comments": {"nodes": []}}
    assert shown() == whole


@pytest.mark.parametrize(("close", "status"), [("lock", 403), ("disable", 410), ("block", 403), ("archive", 403)])
def test_what_may_not_be_written_is_refused(stage: Stage, close: str, status: int) -> None:
    world, repository = stage.world, stage.repository
    issue = world.open_issue(repository, "Idea", author="ada")
    target = stage.pygithub_repository().get_issue(issue.number)
    match close:
        case "lock":
            world.lock_conversation(repository, issue.number)
        case "disable":
            world.disable_issues(repository)
        case "block":
            world.block(repository.owner)
        case _:
            world.archive(repository)
    with pytest.raises(github.GithubException) as caught:
        target.create_comment("Hello")
    assert caught.value.status == status
    with pytest.raises(github.GithubException):
        target.create_reaction("eyes")


def test_a_head_without_common_history_is_a_conflict(stage: Stage) -> None:
    world, repository = stage.world, stage.repository
    world.push(repository, "001-a", {"a.md": "a"}, author="ada")
    pull = world.open_pull_request(repository, "001-a", author="ada")
    blob = repository.git.write("blob", b"anew")
    tree = repository.git.write_tree([TreeEntry("100644", "b.md", blob)], None)
    orphan = repository.git.write_commit(tree, [], "Anew", Signature("ada", "ada@example.invalid", 0))
    world.branch(repository, "001-a", orphan, author="ada")
    shape = stage.pygithub_repository().get_pull(pull.number)
    assert (shape.mergeable, shape.head.sha) == (False, orphan)


def test_permissions_wait_until_they_are_accepted(stage: Stage) -> None:
    stage.world.app.permissions["actions"] = "read"
    assert "actions" not in stage.installation.permissions
    stage.world.accept_permissions(stage.installation)
    assert stage.installation.permissions["actions"] == "read"
    (delivery,) = stage.world.sent("installation", "new_permissions_accepted")
    assert delivery.payload["installation"]["permissions"]["actions"] == "read"
