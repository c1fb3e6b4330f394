"""What GitHub refuses, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import github
import jwt
import pytest
import requests

from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault, graphql_rate_limited, primary_limit, secondary_limit
from bot.sandbox.world import World

if TYPE_CHECKING:
    from tests.sandbox.scene import Stage


def signed(world: World, **claims: Any) -> dict[str, str]:
    now = int(world.now())
    body = {"iat": now - 60, "exp": now + 300, "iss": str(world.app.id), **claims}
    return {"Authorization": f"Bearer {jwt.encode(body, world.app.private_key, 'RS256')}"}


def refusal(caught: pytest.ExceptionInfo[github.GithubException]) -> tuple[int, str]:
    return caught.value.status, str(caught.value.data["message"])


@pytest.mark.parametrize(
    ("times", "issuer", "status"),
    [
        ({}, None, 200),
        ({"exp": 700}, None, 401),
        ({"exp": -1}, None, 401),
        ({"iat": 60}, None, 401),
        ({}, "12345", 404),
    ],
)
def test_a_jwt_is_verified(stage: Stage, times: dict[str, int], issuer: str | None, status: int) -> None:
    claims: dict[str, Any] = {name: int(stage.world.now()) + seconds for name, seconds in times.items()}
    headers = signed(stage.world, **claims, **({"iss": issuer} if issuer else {}))
    assert requests.get(f"{stage.world.url}/app", headers=headers, timeout=5).status_code == status


def test_a_jwt_with_another_key_is_refused(stage: Stage) -> None:
    token = jwt.encode({"iss": str(stage.world.app.id), "iat": 0, "exp": 9e9}, "0" * 32, "HS256")
    response = requests.get(f"{stage.world.url}/app", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert (response.status_code, response.json()["message"]) == (401, "A JSON web token could not be decoded")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"repositories": ["server"], "permissions": {"checks": "write"}}, 201),
        ({"repositories": ["unknown"]}, 422),
        ({"repositories": ["outside"]}, 422),
        ({"permissions": {"contents": "write"}}, 422),
        ({"permissions": {"administration": "read"}}, 422),
        ({"permissions": {"checks": "own"}}, 422),
    ],
)
def test_a_token_is_never_wider_than_the_installation(stage: Stage, body: dict[str, Any], status: int) -> None:
    stage.world.create_repository("acme", "outside", {"a": "b"})
    url = f"{stage.world.url}/app/installations/{stage.installation.id}/access_tokens"
    response = requests.post(url, json=body, headers=signed(stage.world), timeout=5)
    assert response.status_code == status
    if status == 201:
        assert [repository["name"] for repository in response.json()["repositories"]] == ["server"]


def test_a_token_ends_after_an_hour(stage: Stage) -> None:
    repository = stage.pygithub_repository()
    stage.world.advance(3601)
    with pytest.raises(github.BadCredentialsException):
        repository.get_branch("main")


def test_the_app_itself_touches_no_repository_and_a_token_no_app(stage: Stage) -> None:
    url = stage.world.url
    shown = stage.world.create_repository("acme", "shown", {"a": "b"})
    for repository, status in ((stage.repository, 404), (shown, 403)):
        address = f"{url}/repos/{repository.full_name}"
        assert requests.get(address, headers=signed(stage.world), timeout=5).status_code == status
    token = {"Authorization": f"Bearer {stage.token()}"}
    assert requests.get(f"{url}/app", headers=token, timeout=5).status_code == 401


def test_what_may_not_be_known_is_not_found_and_what_may_not_be_done_is_forbidden(stage: Stage) -> None:
    hidden = stage.world.create_repository("acme", "hidden", {"a": "b"}, private=True)
    shown = stage.world.create_repository("acme", "shown", {"a": "b"})
    client = stage.pygithub()
    with pytest.raises(github.UnknownObjectException):
        client.get_repo(hidden.full_name)
    with pytest.raises(github.GithubException) as caught:
        client.get_repo(shown.full_name).create_issue("No")
    assert refusal(caught) == (403, "Resource not accessible by integration")
    narrow = stage.pygithub_repository(stage.token(metadata="read"))
    with pytest.raises(github.GithubException) as caught:
        narrow.get_branch("main")
    assert refusal(caught) == (403, "Resource not accessible by integration")
    assert caught.value.headers is not None
    assert caught.value.headers["x-accepted-github-permissions"] == "contents=read"


NOTE: dict[str, str | int] = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}
OUTPUT = {"title": "t", "summary": "s"}
ACTION = {"label": "Recheck", "description": "Check again", "identifier": "recheck"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"output": OUTPUT | {"annotations": [NOTE] * 51}}, "No more than 50 items are allowed; 51 were supplied."),
        ({"actions": [ACTION] * 4}, "No more than 3 items are allowed; 4 were supplied."),
        ({"actions": [ACTION | {"label": "l" * 21}]}, "Only 20 characters are allowed; 21 were supplied."),
        ({"actions": [ACTION | {"description": "d" * 41}]}, "Only 40 characters are allowed; 41 were supplied."),
        ({"actions": [ACTION | {"identifier": "i" * 21}]}, "Only 20 characters are allowed; 21 were supplied."),
        ({"output": OUTPUT | {"summary": "s" * 65_536}}, "Only 65535 characters are allowed; 65536 were supplied."),
        ({"output": {"summary": "s"}, "status": "completed", "conclusion": "great"}, '"great" is not a member of'),
        ({"head_sha": "0" * 40}, "No commit found for SHA: " + "0" * 40),
    ],
)  # fmt: skip
def test_a_check_run_is_refused_in_githubs_words(stage: Stage, change: dict[str, Any], words: str) -> None:
    body = {"name": "plangate", "head_sha": stage.repository.head(), **change}
    url = f"{stage.world.url}/repos/acme/server/check-runs"
    response = requests.post(url, json=body, headers={"Authorization": f"Bearer {stage.token()}"}, timeout=5)
    assert response.status_code == 422
    assert words in response.json()["message"]


def test_a_summary_is_also_bounded_in_bytes(stage: Stage) -> None:
    head = stage.repository.head()
    assert head is not None
    repository = stage.pygithub_repository()
    with pytest.raises(github.GithubException) as caught:
        repository.create_check_run("plangate", head, output={"title": "t", "summary": "ü" * 40_000})
    assert caught.value.data["errors"][0]["message"] == "summary exceeds a maximum bytesize of 65535"


def test_an_update_appends_annotations(stage: Stage) -> None:
    head = stage.repository.head()
    assert head is not None
    output: dict[str, Any] = {"title": "t", "summary": "s"}
    fifty = output | {"annotations": [NOTE] * 50}
    run = stage.pygithub_repository().create_check_run("plangate", head, output=fifty)
    run.edit(output=output | {"annotations": [NOTE]})
    assert stage.world.check_runs(stage.repository, head)[0].annotations == [NOTE] * 51


def test_another_apps_run_is_not_ours_to_change(stage: Stage) -> None:
    head = stage.repository.head()
    assert head is not None
    stranger = stage.world.create_app("other")
    theirs = stage.world.token(stage.world.install("acme", [stage.repository], app=stranger)).value
    run = stage.pygithub_repository(theirs).create_check_run("other", head)
    with pytest.raises(github.GithubException) as caught:
        stage.pygithub_repository().get_check_run(run.id).edit(status="completed", conclusion="success")
    assert caught.value.status == 403


def test_a_comment_has_a_longest_length(stage: Stage) -> None:
    issue = stage.world.open_issue(stage.repository, "Long")
    target = stage.pygithub_repository().get_issue(issue.number)
    target.create_comment("x" * 65_536)
    with pytest.raises(github.GithubException) as caught:
        target.create_comment("x" * 65_537)
    assert caught.value.data["errors"][0]["message"] == "Body is too long (maximum is 65536 characters)"


def test_the_same_answer_is_not_sent_twice(stage: Stage) -> None:
    url, headers = f"{stage.world.url}/repos/acme/server", {"Authorization": f"Bearer {stage.token()}"}
    first = requests.get(url, headers=headers, timeout=5)
    again = requests.get(url, headers=headers | {"If-None-Match": first.headers["ETag"]}, timeout=5)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["X-RateLimit-Used"] == first.headers["X-RateLimit-Used"], "304 costs nothing"


def test_long_lists_come_in_pages(stage: Stage) -> None:
    for number in range(7):
        stage.world.open_issue(stage.repository, f"Issue {number}")
    client = stage.pygithub()
    client.per_page = 3
    assert len(list(client.get_repo("acme/server").get_issues())) == 7
    assert len(stage.world.requests.of("issues/list-for-repo")) == 3
    assert len(list(stage.github3().repository("acme", "server").issues(number=7))) == 7


def test_a_renamed_repository_redirects(stage: Stage) -> None:
    stage.world.rename(stage.repository, "backend")
    assert stage.pygithub().get_repo("acme/server").full_name == "acme/backend"
    url, headers = f"{stage.world.url}/repos/acme/server", {"Authorization": f"Bearer {stage.token()}"}
    response = requests.get(url, headers=headers, allow_redirects=False, timeout=5)
    assert response.status_code == 301
    assert response.headers["Location"] == f"{stage.world.url}/repositories/{stage.repository.id}"
    written = requests.post(f"{url}/issues", json={"title": "x"}, headers=headers, allow_redirects=False, timeout=5)
    assert written.status_code == 307, "to be repeated as it is, which not every client does"
    assert written.headers["Location"] == f"{stage.world.url}/repositories/{stage.repository.id}/issues"


def test_an_archived_repository_is_read_only(stage: Stage) -> None:
    stage.repository.archived = True
    with pytest.raises(github.GithubException) as caught:
        stage.pygithub_repository().create_issue("No")
    assert refusal(caught) == (403, "Repository was archived so is read-only.")


def test_an_uninstalled_app_is_out(stage: Stage) -> None:
    repository = stage.pygithub_repository()
    stage.world.uninstall(stage.installation)
    with pytest.raises(github.BadCredentialsException):
        repository.get_branch("main")


def test_required_checks_block_the_merge_until_they_pass_on_the_head(stage: Stage) -> None:
    stage.repository.required_checks = {"plangate"}
    head = stage.world.push(stage.repository, "001-a", {"a": "b"})
    pull = stage.world.open_pull_request(stage.repository, "001-a")
    with pytest.raises(ApiError, match='Required status check "plangate" is expected'):
        stage.world.merge(pull)
    stage.pygithub_repository().create_check_run("plangate", head, status="completed", conclusion="neutral")
    sha = stage.world.merge(pull)
    commit = stage.repository.git.commit(sha)
    assert commit is not None
    assert commit.parents[1] == head
    assert stage.repository.head() == sha
    closed = stage.world.sent("pull_request", "closed")[-1].payload["pull_request"]
    assert (closed["merged"], closed["merge_commit_sha"]) == (True, sha)


def test_the_hours_budget_is_kept(stage: Stage) -> None:
    stage.world.hub.limits.budget["core"] = 2
    repository = stage.pygithub_repository()
    repository.get_branch("main")
    with pytest.raises(github.RateLimitExceededException) as caught:
        repository.get_branch("main")
    assert caught.value.headers is not None
    assert caught.value.headers["x-ratelimit-remaining"] == "0"
    stage.world.advance(3601)
    with pytest.raises(github.BadCredentialsException):
        repository.get_branch("main")
    stage.pygithub_repository()


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault("repos/get", 502), 502), (primary_limit(9e9, "repos/get"), 403), (secondary_limit(7, "GET /repos/*"), 403)],
)
def test_a_fault_strikes_as_often_as_it_is_told(stage: Stage, fault: Fault, status: int) -> None:
    stage.world.faults.add(fault)
    with pytest.raises(github.GithubException) as caught:
        stage.pygithub().get_repo("acme/server")
    assert caught.value.status == status
    assert stage.pygithub().get_repo("acme/server").name == "server"


def test_a_lost_answer_leaves_the_work_done(stage: Stage) -> None:
    issue = stage.world.open_issue(stage.repository, "Once")
    target = stage.pygithub_repository().get_issue(issue.number)
    stage.world.faults.add(Fault("issues/create-comment", 502, after=True))
    with pytest.raises(github.GithubException):
        target.create_comment("Here")
    assert [comment.body for comment in stage.world.comments(stage.repository, issue.number)] == ["Here"]


def test_a_cut_connection_is_no_answer(stage: Stage) -> None:
    stage.world.faults.add(Fault("GET /repos/*", cut=True))
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{stage.world.url}/repos/acme/server", timeout=5)


def test_graphql_tells_its_limits_inside_an_answer(stage: Stage) -> None:
    stage.world.faults.add(graphql_rate_limited())
    url, headers = f"{stage.world.url}/graphql", {"Authorization": f"Bearer {stage.token()}"}
    response = requests.post(url, json={"query": "{viewer{login}}"}, headers=headers, timeout=5)
    assert (response.status_code, response.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")


def test_probable_faults_repeat_with_their_seed() -> None:
    def strikes() -> list[int]:
        with World() as world:
            world.create_repository("ada", "notes", {"a": "b"})
            world.faults.add(Fault("repos/get", 503, times=None, probability=0.5))
            return [requests.get(f"{world.url}/repos/ada/notes", timeout=5).status_code for _ in range(12)]

    first = strikes()
    assert set(first) == {200, 503}
    assert first == strikes()


def test_worlds_stand_side_by_side() -> None:
    with World() as first, World() as second:
        first.create_repository("ada", "notes", {"a": "b"})
        assert requests.get(f"{first.url}/repos/ada/notes", timeout=5).status_code == 200
        assert requests.get(f"{second.url}/repos/ada/notes", timeout=5).status_code == 404


def test_a_world_answers_one_connection_many_times() -> None:
    with World() as world:
        world.create_repository("ada", "notes", {"a": "b"})
        with requests.Session() as session:
            for _ in range(20):
                assert session.get(f"{world.url}/repos/ada/notes", timeout=5).status_code == 200
        assert len(world.requests) == 20
