"""Every operation through PyGithub and github3.py, unmodified: their models are witnesses of the shapes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import github
import github.ContentFile
import pytest

if TYPE_CHECKING:
    from tests.sandbox.scene import Stage

OUTPUT: dict[str, Any] = {
    "title": "1 violation unjustified",
    "summary": "See **plan.md**.",
    "annotations": [
        {
            "path": "specs/001-a/plan.md",
            "start_line": 1,
            "end_line": 1,
            "annotation_level": "failure",
            "message": "Not justified.",
            "title": "Principle II",
        }
    ],
}


@pytest.fixture
def head(stage: Stage) -> str:
    return stage.world.push(stage.repository, "001-a", {"specs/001-a/plan.md": "# Plan\n"}, "Add a plan", author="ada")


@pytest.fixture
def number(stage: Stage, head: str) -> int:
    assert head
    return stage.world.open_pull_request(stage.repository, "001-a", author="ada", title="Plan", body="Text").number


def test_app_and_installations(stage: Stage) -> None:
    pygithub_side, github3_side = stage.app_pygithub(), stage.app_github3()
    assert pygithub_side.get_app().slug == github3_side.authenticated_app().slug == "plangate"
    assert (
        [i.id for i in pygithub_side.get_installations()]
        == [i.id for i in github3_side.app_installations()]
        == [stage.installation.id]
    )
    assert pygithub_side.get_repo_installation("acme", "server").id == stage.installation.id
    assert github3_side.app_installation_for_repository("acme", "server").id == stage.installation.id
    assert pygithub_side.get_org_installation("acme").id == github3_side.app_installation_for_organization("acme").id
    assert (
        pygithub_side.get_app_installation(stage.installation.id).id
        == github3_side.app_installation(stage.installation.id).id
    )


def test_tokens(stage: Stage) -> None:
    token = stage.app_pygithub().get_access_token(stage.installation.id, permissions={"checks": "write"})
    assert token.token.startswith(f"ghs_{stage.world.app.id}_")
    assert token.permissions == {"checks": "write", "metadata": "read"}
    client = stage.app_github3()
    client.login_as_app_installation(
        stage.world.app.private_key.encode(), str(stage.world.app.id), stage.installation.id
    )
    assert client.repository("acme", "server").full_name == "acme/server"


def test_repository(stage: Stage) -> None:
    pygithub_side, github3_side = stage.pygithub_repository(), stage.github3().repository("acme", "server")
    assert (pygithub_side.id, pygithub_side.private, pygithub_side.default_branch) == (
        github3_side.id,
        github3_side.private,
        github3_side.default_branch,
    )
    assert pygithub_side.owner.type == "Organization"


def test_check_runs(stage: Stage, head: str) -> None:
    made = stage.pygithub_repository().create_check_run(
        "plangate", head, status="completed", conclusion="failure", external_id="pr-1", output=OUTPUT
    )
    github3_side = stage.github3().repository("acme", "server")
    assert github3_side.check_run(made.id).conclusion == "failure"
    second = github3_side.create_check_run("plangate", head, status="in_progress")
    second.update(
        conclusion="success", completed_at=datetime.now(UTC).isoformat(), output={"title": "t", "summary": "s"}
    )
    commit = stage.pygithub_repository().get_commit(head)
    assert [run.id for run in commit.get_check_runs()] == [second.id]
    assert {run.id for run in commit.get_check_runs(filter="all")} == {made.id, second.id}
    assert [note.message for note in made.get_annotations()] == ["Not justified."]
    assert [note.message for note in github3_side.check_run(made.id).output.annotations()] == ["Not justified."]


def test_check_suites(stage: Stage, head: str) -> None:
    commit = stage.pygithub_repository().get_commit(head)
    [suite] = commit.get_check_suites()
    assert stage.pygithub_repository().get_check_suite(suite.id).head_branch == "001-a"
    github3_side = stage.github3().repository("acme", "server").check_suite(suite.id)
    assert (github3_side.head_branch, github3_side.status) == ("001-a", "queued")
    assert github3_side.rerequest()
    assert suite.rerequest()
    assert len(stage.world.sent("check_suite", "rerequested")) == 2


def test_pull_requests(stage: Stage, number: int, head: str) -> None:
    pygithub_side, github3_side = (
        stage.pygithub_repository().get_pull(number),
        stage.github3().pull_request("acme", "server", number),
    )
    assert pygithub_side.head.sha == github3_side.head.sha == head
    assert pygithub_side.mergeable
    assert [file.filename for file in pygithub_side.get_files()] == [file.filename for file in github3_side.files()]
    assert (
        [commit.sha for commit in pygithub_side.get_commits()]
        == [commit.sha for commit in github3_side.commits()]
        == [head]
    )
    assert [pull.number for pull in stage.pygithub_repository().get_pulls(state="open")] == [number]
    assert [pull.number for pull in stage.github3().repository("acme", "server").pull_requests(state="open")] == [
        number
    ]


def test_opening_editing_and_closing_a_pull_request(stage: Stage, head: str) -> None:
    assert head
    made = stage.pygithub_repository().create_pull(base="main", head="001-a", title="Plan", body="Text", draft=True)
    made.edit(title="A plan", state="closed")
    assert stage.github3().pull_request("acme", "server", made.number).state == "closed"
    made.edit(state="open")
    actions = [delivery.action for delivery in stage.world.deliveries.log if delivery.event == "pull_request"]
    assert actions == ["opened", "edited", "closed", "reopened"]


def test_comments_and_reactions(stage: Stage, number: int) -> None:
    pull = stage.pygithub_repository().get_pull(number)
    comment = pull.create_issue_comment("First")
    comment.edit("Second")
    comment.create_reaction("eyes")
    assert [reaction.content for reaction in comment.get_reactions()] == ["eyes"]
    github3_side = stage.github3().issue("acme", "server", number)
    assert [comment.body for comment in github3_side.comments()] == ["Second"]
    made = github3_side.create_comment("Third")
    made.edit("Fourth")
    assert [comment.body for comment in pull.get_issue_comments()] == ["Second", "Fourth"]
    made.delete()
    pull.as_issue().create_reaction("rocket")
    assert len(stage.world.sent("issue_comment")) == 5


def test_issues(stage: Stage) -> None:
    made = stage.pygithub_repository().create_issue("Errors are silent", body="They should not be.")
    github3_side = stage.github3().issue("acme", "server", made.number)
    assert (github3_side.title, github3_side.state) == ("Errors are silent", "open")
    made.edit(state="closed")
    assert [issue.number for issue in stage.pygithub_repository().get_issues(state="closed")] == [made.number]
    assert [issue.number for issue in stage.github3().repository("acme", "server").issues(state="all")] == [made.number]


def test_roles(stage: Stage) -> None:
    stage.world.user("tri", "triage", stage.repository)
    repository = stage.pygithub_repository()
    assert repository.get_collaborator_permission("ada") == "write"
    assert repository.get_collaborator_permission("tri") == "read"
    assert repository.get_collaborator_role_name("tri") == "triage"
    stage.world.user("eve")
    assert repository.get_collaborator_permission("eve") == "none"


def test_git_database(stage: Stage) -> None:
    token = stage.token(contents="write", metadata="read")
    repository = stage.pygithub_repository(token)
    base = repository.get_branch("main").commit
    blob = repository.create_git_blob("fn main() {}\n", "utf-8")
    element = github.InputGitTreeElement("src/main.rs", "100644", "blob", sha=blob.sha)
    tree = repository.create_git_tree([element], base.commit.tree)
    commit = repository.create_git_commit("Start", tree, [base.commit])
    repository.create_git_ref("refs/heads/work", commit.sha)
    github3_side = stage.github3(token).repository("acme", "server")
    assert github3_side.branch("work").commit.sha == commit.sha
    assert [entry.path for entry in github3_side.tree(tree.sha).recurse().tree] == ["README.md", "src", "src/main.rs"]
    assert base64.b64decode(github3_side.blob(blob.sha).content) == b"fn main() {}\n"
    assert github3_side.git_commit(commit.sha).message == "Start"
    repository.get_git_ref("heads/work").delete()
    assert [branch.name for branch in github3_side.branches()] == ["main"]
    assert [delivery.event for delivery in stage.world.deliveries.log][-2:] == ["push", "delete"]


def test_comparing_and_contents(stage: Stage, head: str) -> None:
    pygithub_side, github3_side = stage.pygithub_repository(), stage.github3().repository("acme", "server")
    compared, again = pygithub_side.compare("main", head), github3_side.compare_commits("main", head)
    assert compared.merge_base_commit.sha == stage.repository.head()
    assert [file.filename for file in compared.files] == [file["filename"] for file in again.files]
    assert compared.files[0].patch == "@@ -0,0 +1 @@\n+# Plan"
    readme = pygithub_side.get_contents("README.md")
    assert isinstance(readme, github.ContentFile.ContentFile)
    assert readme.decoded_content == b"# Server\n"
    assert github3_side.file_contents("README.md").decoded == b"# Server\n"
    assert set(dict(github3_side.directory_contents("specs", ref=head))) == {"001-a"}
    assert next(iter(pygithub_side.get_commits(sha="001-a"))).sha == head
    assert next(iter(github3_side.commits(sha="001-a"))).sha == head


def test_limits(stage: Stage) -> None:
    assert stage.pygithub().get_rate_limit().resources.core.limit == 5000
    assert stage.github3().rate_limit()["resources"]["core"]["limit"] == 5000


def test_hook_deliveries_and_configuration(stage: Stage) -> None:
    stage.world.app.webhook_url = "http://127.0.0.1:9/webhook"
    stage.world.push(stage.repository, "001-a", {"a": "b"})
    stage.world.settle()
    client = stage.app_github3()
    base = f"{stage.world.url}/app/hook"
    listed = client.session.get(f"{base}/deliveries", params={"status": "failure"}).json()
    assert {delivery["event"] for delivery in listed} == {"create", "push", "check_suite"}
    assert client.session.post(f"{base}/deliveries/{listed[0]['id']}/attempts").status_code == 202
    requester = stage.app_pygithub().requester
    _, again = requester.requestJsonAndCheck("GET", "/app/hook/deliveries")
    assert isinstance(again, list)
    assert (again[0]["guid"], again[0]["redelivery"]) == (listed[0]["guid"], True)
    _, delivery = requester.requestJsonAndCheck("GET", f"/app/hook/deliveries/{listed[0]['id']}")
    assert delivery["request"]["headers"]["X-GitHub-Event"] == listed[0]["event"]
    client.session.patch(f"{base}/config", json={"content_type": "form", "secret": "other"})
    assert client.session.get(f"{base}/config").json()["content_type"] == "form"
