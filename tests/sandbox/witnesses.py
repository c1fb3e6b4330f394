"""Every operation through both client libraries: their models where they have one, their sessions where they do not.

github3.py's models are strict: a key that is missing in an answer makes them fail.

    python -m tests.sandbox.witnesses

prints the table: operation by (PyGithub, github3.py, OpenAPI's word on the request, OpenAPI's word on the answer).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import github

from bot.core.hosting.ruleset import ruleset
from bot.sandbox.world import PERMISSIONS, World
from tests.sandbox import contracts
from tests.sandbox.scene import begin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.scene import Stage

REPO = "/repos/acme/server"
OUTPUT: dict[str, Any] = {
    "title": "t",
    "summary": "s",
    "annotations": [
        {"path": "a.md", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m", "title": "t"}
    ],
}


class Scene:
    """A repository in which everything is there once: a pull request, an issue, a comment, a run, a suite."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.world = stage, stage.world
        stage.installation.permissions = {**PERMISSIONS, "contents": "write", "members": "read"}
        self.world.app.webhook_url = "http://127.0.0.1:9/"
        self.sha = self.world.push(stage.repository, "001-a", {"a.md": "# A\n"}, author="ada")
        self.pull = self.world.open_pull_request(stage.repository, "001-a", author="ada")
        self.issue = self.world.open_issue(stage.repository, "Talk", author="ada")
        self.comment = self.world.comment(stage.repository, self.issue.number, "First", author="ada")
        self.world.review(self.pull, "Look", author="ada")
        self.world.hub.state.user("acme").type = "Organization"
        self.world.settle()
        stage.repository.labels["bug"] = "d73a4a"

    @cached_property
    def py(self) -> Any:
        """PyGithub's repository, with a token."""
        return self.stage.pygithub_repository()

    @cached_property
    def gh(self) -> Any:
        """github3.py's repository, with a token."""
        return self.stage.github3().repository("acme", "server")

    @cached_property
    def app(self) -> Any:
        """PyGithub as the App."""
        return self.stage.app_pygithub()

    @cached_property
    def app3(self) -> Any:
        """github3.py as the App."""
        return self.stage.app_github3()

    def raw(self, verb: str, path: str, body: Any = None, *, app: bool = False) -> Any:
        """PyGithub's requester, for what it has no model of."""
        requester = self.app.requester if app else self.py.requester
        return requester.requestJsonAndCheck(verb, path, input=body)[1]

    def raw3(self, verb: str, path: str, body: Any = None, *, app: bool = False) -> Any:
        """github3.py's session, for what it has no model of."""
        session = (self.app3 if app else self.gh).session
        response = session.request(verb, f"{self.world.url}{path}", json=body)
        assert response.status_code < 400, response.text
        return response.json() if response.content else None

    def administer(self, path: str, body: Any) -> Any:
        """A POST as the owner, through PyGithub."""
        requester = self.stage.pygithub(self.world.user_token("acme")).requester
        return requester.requestJsonAndCheck("POST", path, input=body)[1]

    def administer3(self, path: str, body: Any) -> Any:
        """A POST as the owner, through github3.py."""
        session = self.stage.github3(self.world.user_token("acme")).session
        response = session.request("POST", f"{self.world.url}{path}", json=body)
        assert response.status_code == 201, response.text
        return response.json()

    def made_comment(self) -> int:
        """A comment of the App's own."""
        author = self.world.app.bot.login
        comment = self.world.comment(self.stage.repository, self.issue.number, "Mine", author=author)
        return comment.id

    def run(self) -> Any:
        return self.py.create_check_run("plangate", self.sha, output=OUTPUT)

    def run3(self) -> Any:
        return self.gh.create_check_run("plangate", self.sha, output=OUTPUT)

    def suite(self) -> int:
        return next(iter(self.stage.repository.suites))

    def reaction(self, subject: str) -> int:
        path = f"{REPO}/issues/{subject}/reactions"
        return int(self.raw("POST", path, {"content": "heart"})["id"])

    def viewer(self, path: str, *, py: bool) -> Any:
        """As a person who approved the App, through either client's session."""
        token = self.world.approved_token("ada")
        if py:
            return self.stage.pygithub(token).requester.requestJsonAndCheck("GET", path)[1]
        return self.stage.github3(token).session.get(f"{self.world.url}{path}").json()

    def revoke(self, *, py: bool) -> None:
        app, body = self.world.app, {"access_token": self.world.approved_token("ada")}
        path = f"/applications/{app.client_id}/token"
        if py:
            auth = github.Auth.Login(app.client_id, app.client_secret)
            client = github.Github(base_url=self.world.url, auth=auth, retry=None)
            client.requester.requestJsonAndCheck("DELETE", path, input=body)
            return
        session = self.stage.github3().session
        session.basic_auth(app.client_id, app.client_secret)
        assert session.delete(f"{self.world.url}{path}", json=body).status_code == 204

    def code(self) -> str:
        manifest = {"url": "https://a.invalid", "redirect_url": "https://a.invalid/back"}
        return self.world.register_manifest(manifest).rpartition("code=")[2].partition("&")[0]

    def delivery(self) -> int:
        return self.world.deliveries.of(self.world.app)[0].id


def consumed(items: Any) -> list[Any]:
    consumed_items = list(items)
    assert consumed_items
    return consumed_items


TREE = [github.InputGitTreeElement("b.md", "100644", "blob", content="b")]
HOOK = "/app/hook"
VIEWER = {"query": '{viewer{login} repository(owner:"acme",name:"server"){nameWithOwner}}'}

PYGITHUB: dict[str, Callable[[Scene], Any]] = {
    "apps/get-authenticated": lambda s: s.app.get_app().slug,
    "apps/list-installations": lambda s: consumed(s.app.get_installations()),
    "apps/get-installation": lambda s: s.app.get_app_installation(s.stage.installation.id),
    "apps/get-repo-installation": lambda s: s.app.get_repo_installation("acme", "server"),
    "apps/get-org-installation": lambda s: s.app.get_org_installation("acme"),
    "apps/get-user-installation": lambda s: s.app.get_user_installation("acme"),
    "apps/create-installation-access-token": lambda s: s.app.get_access_token(s.stage.installation.id),
    "apps/create-from-manifest": lambda s: s.raw("POST", f"/app-manifests/{s.code()}/conversions"),
    "apps/get-webhook-config-for-app": lambda s: s.raw("GET", f"{HOOK}/config", app=True),
    "apps/update-webhook-config-for-app": lambda s: s.raw("PATCH", f"{HOOK}/config", {"secret": "x"}, app=True),
    "apps/list-webhook-deliveries": lambda s: consumed(s.raw("GET", f"{HOOK}/deliveries", app=True)),
    "apps/get-webhook-delivery": lambda s: s.raw("GET", f"{HOOK}/deliveries/{s.delivery()}", app=True),
    "apps/redeliver-webhook-delivery": lambda s: s.raw("POST", f"{HOOK}/deliveries/{s.delivery()}/attempts", app=True),
    "apps/list-repos-accessible-to-installation": lambda s: s.raw("GET", "/installation/repositories"),
    "checks/create": lambda s: s.run(),
    "checks/update": lambda s: s.run().edit(status="completed", conclusion="success"),
    "checks/get": lambda s: s.py.get_check_run(s.run().id),
    "checks/list-annotations": lambda s: consumed(s.run().get_annotations()),
    "checks/list-for-ref": lambda s: consumed(s.py.get_commit(s.sha).get_check_runs()),
    "checks/list-suites-for-ref": lambda s: consumed(s.py.get_commit(s.sha).get_check_suites()),
    "checks/create-suite": lambda s: s.py.create_check_suite(s.sha),
    "checks/get-suite": lambda s: s.py.get_check_suite(s.suite()),
    "checks/list-for-suite": lambda s: s.py.get_check_suite(s.suite()).get_check_runs().totalCount,
    "checks/rerequest-run": lambda s: s.raw("POST", f"{REPO}/check-runs/{s.run().id}/rerequest"),
    "checks/rerequest-suite": lambda s: s.py.get_check_suite(s.suite()).rerequest(),
    "git/create-blob": lambda s: s.py.create_git_blob("text", "utf-8"),
    "git/get-blob": lambda s: s.py.get_git_blob(s.py.create_git_blob("text", "utf-8").sha),
    "git/create-tree": lambda s: s.py.create_git_tree(TREE),
    "git/get-tree": lambda s: s.py.get_git_tree("001-a", recursive=True).tree[0].path,
    "git/create-commit": lambda s: s.py.create_git_commit("m", s.py.create_git_tree(TREE), []),
    "git/get-commit": lambda s: s.py.get_git_commit(s.sha).message,
    "git/create-ref": lambda s: s.py.create_git_ref("refs/heads/x", s.sha),
    "git/get-ref": lambda s: s.py.get_git_ref("heads/x").object.sha,
    "git/list-matching-refs": lambda s: consumed(s.py.get_git_matching_refs("heads/")),
    "git/update-ref": lambda s: s.py.get_git_ref("heads/x").edit(s.stage.repository.head(), force=True),
    "git/delete-ref": lambda s: s.py.get_git_ref("heads/x").delete(),
    "issues/list-for-repo": lambda s: consumed(s.py.get_issues()),
    "issues/create": lambda s: s.py.create_issue("New", body="Text"),
    "issues/get": lambda s: s.py.get_issue(s.issue.number).title,
    "issues/update": lambda s: s.py.get_issue(s.issue.number).edit(title="Talk again", labels=["bug"]),
    "issues/list-comments": lambda s: consumed(s.py.get_issue(s.issue.number).get_comments()),
    "issues/list-comments-for-repo": lambda s: consumed(s.py.get_issues_comments()),
    "issues/create-comment": lambda s: s.py.get_issue(s.issue.number).create_comment("x"),
    "issues/get-comment": lambda s: s.py.get_issue(s.issue.number).get_comment(s.comment.id).body,
    "issues/update-comment": lambda s: s.py.get_issue(s.issue.number).get_comment(s.made_comment()).edit("y"),
    "issues/delete-comment": lambda s: s.py.get_issue(s.issue.number).get_comment(s.made_comment()).delete(),
    "issues/list-labels-for-repo": lambda s: consumed(s.py.get_labels()),
    "reactions/create-for-issue": lambda s: s.py.get_issue(s.issue.number).create_reaction("eyes"),
    "reactions/list-for-issue": lambda s: consumed(s.py.get_issue(s.issue.number).get_reactions()),
    "reactions/delete-for-issue": lambda s: s.py.get_issue(s.issue.number).delete_reaction(s.reaction("2")),
    "reactions/create-for-issue-comment": lambda s: s.py.get_issue(2).get_comment(s.comment.id).create_reaction("eyes"),
    "reactions/list-for-issue-comment": lambda s: consumed(s.py.get_issue(2).get_comment(s.comment.id).get_reactions()),
    "reactions/delete-for-issue-comment": lambda s: (
        s.py.get_issue(2).get_comment(s.comment.id).delete_reaction(s.reaction(f"comments/{s.comment.id}"))
    ),
    "pulls/list": lambda s: consumed(s.py.get_pulls()),
    "pulls/get": lambda s: s.py.get_pull(1).mergeable,
    "pulls/list-files": lambda s: consumed(s.py.get_pull(1).get_files()),
    "pulls/list-commits": lambda s: consumed(s.py.get_pull(1).get_commits()),
    "pulls/list-reviews": lambda s: consumed(s.py.get_pull(1).get_reviews()),
    "pulls/create-review": lambda s: s.py.get_pull(1).create_review(body="x", event="COMMENT"),
    "pulls/update": lambda s: s.py.get_pull(1).edit(title="New title"),
    "pulls/create": lambda s: s.py.create_pull(
        base="main", head=s.world.push(s.stage.repository, "002-b", {"b": "b"}) and "002-b", title="B", body=""
    ),
    "pulls/merge": lambda s: s.py.get_pull(1).merge(),
    "rate-limit/get": lambda s: s.stage.pygithub().get_rate_limit(),
    "repos/get": lambda s: s.stage.pygithub().get_repo("acme/server").full_name,
    "repos/get-branch": lambda s: s.py.get_branch("001-a").commit.sha,
    "repos/list-branches": lambda s: consumed(s.py.get_branches()),
    "repos/get-commit": lambda s: s.py.get_commit(s.sha).files,
    "repos/list-commits": lambda s: consumed(s.py.get_commits()),
    "repos/compare-commits-with-basehead": lambda s: s.py.compare("main", "001-a").status,
    "repos/get-content": lambda s: s.py.get_contents("README.md").decoded_content,
    "repos/create-or-update-file-contents": lambda s: s.py.create_file("new.md", "New", "text"),
    "repos/get-branch-rules": lambda s: s.raw("GET", f"{REPO}/rules/branches/main"),
    "repos/create-repo-ruleset": lambda s: s.administer(f"{REPO}/rulesets", ruleset(7, organization=False)),
    "repos/create-org-ruleset": lambda s: s.administer("/orgs/acme/rulesets", ruleset(7, organization=True)),
    "repos/get-collaborator-permission-level": lambda s: s.py.get_collaborator_permission("ada"),
    "repos/list-pull-requests-associated-with-commit": lambda s: consumed(s.py.get_commit(s.sha).get_pulls()),
    "graphql": lambda s: s.raw("POST", "/graphql", VIEWER),
    "users/get-by-username": lambda s: s.stage.pygithub().get_user("ada").name,
    "users/get-authenticated": lambda s: s.viewer("/user", py=True),
    "apps/list-installations-for-authenticated-user": lambda s: s.viewer("/user/installations", py=True),
    "apps/list-installation-repos-for-authenticated-user": lambda s: s.viewer(
        f"/user/installations/{s.stage.installation.id}/repositories", py=True
    ),
    "orgs/get-membership-for-authenticated-user": lambda s: s.viewer("/user/memberships/orgs/acme", py=True),
    "apps/delete-token": lambda s: s.revoke(py=True),
    "apps/revoke-installation-access-token": lambda s: s.raw("DELETE", "/installation/token"),
}


GITHUB3: dict[str, Callable[[Scene], Any]] = {
    "apps/get-authenticated": lambda s: s.app3.authenticated_app().slug,
    "apps/list-installations": lambda s: consumed(s.app3.app_installations()),
    "apps/get-installation": lambda s: s.app3.app_installation(s.stage.installation.id),
    "apps/get-repo-installation": lambda s: s.app3.app_installation_for_repository("acme", "server"),
    "apps/get-org-installation": lambda s: s.app3.app_installation_for_organization("acme"),
    "apps/get-user-installation": lambda s: s.app3.app_installation_for_user("acme"),
    "apps/create-installation-access-token": lambda s: s.raw3(
        "POST", f"/app/installations/{s.stage.installation.id}/access_tokens", {"repositories": ["server"]}, app=True
    ),
    "apps/create-from-manifest": lambda s: s.raw3("POST", f"/app-manifests/{s.code()}/conversions"),
    "apps/get-webhook-config-for-app": lambda s: s.raw3("GET", f"{HOOK}/config", app=True),
    "apps/update-webhook-config-for-app": lambda s: s.raw3("PATCH", f"{HOOK}/config", {"secret": "x"}, app=True),
    "apps/list-webhook-deliveries": lambda s: consumed(s.raw3("GET", f"{HOOK}/deliveries", app=True)),
    "apps/get-webhook-delivery": lambda s: s.raw3("GET", f"{HOOK}/deliveries/{s.delivery()}", app=True),
    "apps/redeliver-webhook-delivery": lambda s: s.raw3("POST", f"{HOOK}/deliveries/{s.delivery()}/attempts", app=True),
    "apps/list-repos-accessible-to-installation": lambda s: s.raw3("GET", "/installation/repositories"),
    "checks/create": lambda s: s.run3(),
    "checks/update": lambda s: s.run3().update(status="completed", conclusion="success"),
    "checks/get": lambda s: s.gh.check_run(s.run3().id),
    "checks/list-annotations": lambda s: consumed(s.run3().output.annotations()),
    "checks/list-for-ref": lambda s: consumed(s.gh.commit(s.sha).check_runs()),
    "checks/list-suites-for-ref": lambda s: consumed(s.gh.commit(s.sha).check_suites()),
    "checks/create-suite": lambda s: s.gh.create_check_suite(s.sha),
    "checks/get-suite": lambda s: s.gh.check_suite(s.suite()),
    "checks/list-for-suite": lambda s: consumed(s.gh.check_suite(s.suite()).check_runs()),
    "checks/rerequest-run": lambda s: s.raw3("POST", f"{REPO}/check-runs/{s.run3().id}/rerequest"),
    "checks/rerequest-suite": lambda s: s.gh.check_suite(s.suite()).rerequest(),
    "git/create-blob": lambda s: s.gh.create_blob("text", "utf-8"),
    "git/get-blob": lambda s: s.gh.blob(s.gh.create_blob("text", "utf-8")),
    "git/create-tree": lambda s: s.gh.create_tree([{"path": "b", "mode": "100644", "type": "blob", "content": "b"}]),
    "git/get-tree": lambda s: consumed(s.gh.tree("001-a").tree),
    "git/create-commit": lambda s: s.gh.create_commit(
        "m", s.gh.tree("001-a").sha, [], {"name": "Ada", "email": "a@b.invalid"}
    ),
    "git/get-commit": lambda s: s.gh.git_commit(s.sha).message,
    "git/create-ref": lambda s: s.gh.create_ref("refs/heads/x", s.sha),
    "git/get-ref": lambda s: s.gh.ref("heads/x").object.sha,
    "git/list-matching-refs": lambda s: consumed(s.raw3("GET", f"{REPO}/git/matching-refs/heads/")),
    "git/update-ref": lambda s: s.gh.ref("heads/x").update(s.stage.repository.head(), force=True),
    "git/delete-ref": lambda s: s.gh.ref("heads/x").delete(),
    "issues/list-for-repo": lambda s: consumed(s.gh.issues()),
    "issues/create": lambda s: s.gh.create_issue("New", body="Text"),
    "issues/get": lambda s: s.gh.issue(s.issue.number).title,
    "issues/update": lambda s: s.gh.issue(s.issue.number).edit(title="Talk again"),
    "issues/list-comments": lambda s: consumed(s.gh.issue(s.issue.number).comments()),
    "issues/list-comments-for-repo": lambda s: consumed(s.raw3("GET", f"{REPO}/issues/comments")),
    "issues/create-comment": lambda s: s.gh.issue(s.issue.number).create_comment("x"),
    "issues/get-comment": lambda s: s.gh.issue(s.issue.number).comment(s.comment.id).body,
    "issues/update-comment": lambda s: s.gh.issue(s.issue.number).comment(s.made_comment()).edit("y"),
    "issues/delete-comment": lambda s: s.gh.issue(s.issue.number).comment(s.made_comment()).delete(),
    "issues/list-labels-for-repo": lambda s: consumed(s.gh.labels()),
    "reactions/create-for-issue": lambda s: s.raw3("POST", f"{REPO}/issues/2/reactions", {"content": "eyes"}),
    "reactions/list-for-issue": lambda s: consumed(s.raw3("GET", f"{REPO}/issues/2/reactions")),
    "reactions/delete-for-issue": lambda s: s.raw3("DELETE", f"{REPO}/issues/2/reactions/{s.reaction('2')}"),
    "reactions/create-for-issue-comment": lambda s: s.raw3(
        "POST", f"{REPO}/issues/comments/{s.comment.id}/reactions", {"content": "eyes"}
    ),
    "reactions/list-for-issue-comment": lambda s: consumed(
        s.raw3("GET", f"{REPO}/issues/comments/{s.comment.id}/reactions")
    ),
    "reactions/delete-for-issue-comment": lambda s: s.raw3(
        "DELETE", f"{REPO}/issues/comments/{s.comment.id}/reactions/{s.reaction(f'comments/{s.comment.id}')}"
    ),
    "pulls/list": lambda s: consumed(s.gh.pull_requests()),
    "pulls/get": lambda s: s.gh.pull_request(1).mergeable,
    "pulls/list-files": lambda s: consumed(s.gh.pull_request(1).files()),
    "pulls/list-commits": lambda s: consumed(s.gh.pull_request(1).commits()),
    "pulls/list-reviews": lambda s: consumed(s.gh.pull_request(1).reviews()),
    "pulls/create-review": lambda s: s.gh.pull_request(1).create_review("x", event="COMMENT"),
    "pulls/update": lambda s: s.gh.pull_request(1).update(title="New title"),
    "pulls/create": lambda s: s.gh.create_pull(
        "B", "main", s.world.push(s.stage.repository, "002-b", {"b": "b"}) and "002-b"
    ),
    "pulls/merge": lambda s: s.gh.pull_request(1).merge(),
    "rate-limit/get": lambda s: s.stage.github3().rate_limit(),
    "repos/get": lambda s: s.stage.github3().repository("acme", "server").full_name,
    "repos/get-branch": lambda s: s.gh.branch("001-a").commit.sha,
    "repos/list-branches": lambda s: consumed(s.gh.branches()),
    "repos/get-commit": lambda s: s.gh.commit(s.sha).files,
    "repos/list-commits": lambda s: consumed(s.gh.commits()),
    "repos/compare-commits-with-basehead": lambda s: s.gh.compare_commits("main", "001-a").status,
    "repos/get-content": lambda s: s.gh.file_contents("README.md").decoded,
    "repos/create-or-update-file-contents": lambda s: s.gh.create_file("new.md", "New", b"text"),
    "repos/get-branch-rules": lambda s: s.raw3("GET", f"{REPO}/rules/branches/main"),
    "repos/create-repo-ruleset": lambda s: s.administer3(f"{REPO}/rulesets", ruleset(7, organization=False)),
    "repos/create-org-ruleset": lambda s: s.administer3("/orgs/acme/rulesets", ruleset(7, organization=True)),
    "repos/get-collaborator-permission-level": lambda s: s.raw3("GET", f"{REPO}/collaborators/ada/permission"),
    "repos/list-pull-requests-associated-with-commit": lambda s: consumed(
        s.gh.commit(s.sha).associated_pull_requests()
    ),
    "graphql": lambda s: s.raw3("POST", "/graphql", VIEWER),
    "users/get-by-username": lambda s: s.stage.github3().user("ada").name,
    "users/get-authenticated": lambda s: s.viewer("/user", py=False),
    "apps/list-installations-for-authenticated-user": lambda s: s.viewer("/user/installations", py=False),
    "apps/list-installation-repos-for-authenticated-user": lambda s: s.viewer(
        f"/user/installations/{s.stage.installation.id}/repositories", py=False
    ),
    "orgs/get-membership-for-authenticated-user": lambda s: s.viewer("/user/memberships/orgs/acme", py=False),
    "apps/delete-token": lambda s: s.revoke(py=False),
    "apps/revoke-installation-access-token": lambda s: s.raw3("DELETE", "/installation/token"),
}


CLIENTS = {"PyGithub": PYGITHUB, "github3": GITHUB3}
OFF_THE_DESCRIPTION = {"graphql": "its own schema, executed by graphql-core"}
"""What OpenAPI does not describe."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one operation looked like through one client."""

    client: str
    """Empty when it worked, else why not."""
    request: list[str]
    """What the description has against the request."""
    answer: list[str]
    """What the description has against the answer."""


def drive(stage: Stage, client: str) -> dict[str, Word]:
    """Every operation through one client."""
    scene, words = Scene(stage), {}
    for operation, call in CLIENTS[client].items():
        mark = stage.world.requests.mark
        failed = ""
        try:
            call(scene)
        except Exception as error:  # noqa: BLE001 -- whatever a client raises is what the table shows
            failed = f"{type(error).__name__}: {error}"[:200]
        seen = [request for request in stage.world.requests.since(mark) if request.operation == operation]
        if not failed and (not seen or seen[-1].status >= 400 or client not in seen[-1].headers["user-agent"]):
            failed = "it was not asked for" if not seen else f"status {seen[-1].status}"
        sent = [problem for request in seen for problem in contracts.asked_problems(request)]
        answered = [problem for request in seen for problem in contracts.answer_problems(request)]
        words[operation] = Word(failed, sent, answered)
    return words


def _how(call: Callable[[Scene], Any]) -> str:
    """By the client's own model, or, where it has none, by its bare session."""
    return "✓ session" if {"raw", "raw3", "viewer", "revoke"} & set(call.__code__.co_names) else "✓"


def main() -> int:
    """Print the table; 1 when anything is not as it should be."""
    verdicts = {}
    for client in CLIENTS:
        with World() as world:
            verdicts[client] = drive(begin(world), client)
            world.settle()
    lines, wrong = (
        ["| operation | PyGithub | github3.py | OpenAPI request | OpenAPI answer |", "|---|---|---|---|---|"],
        0,
    )
    for operation in sorted(verdicts["PyGithub"]):
        words = [verdicts[client][operation] for client in CLIENTS]
        sent = [problem for word in words for problem in word.request]
        answered = [problem for word in words for problem in word.answer]
        cells = [word.client or _how(CLIENTS[client][operation]) for client, word in zip(CLIENTS, words, strict=True)]
        if operation in OFF_THE_DESCRIPTION:
            cells += [f"– ({OFF_THE_DESCRIPTION[operation]})"] * 2
        else:
            cells += ["; ".join(problems) if problems else "✓" for problems in (sent, answered)]
        wrong += any(word.client for word in words) or bool(sent or answered)
        lines.append(f"| {operation} | {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + f"\n\n{len(lines) - 2} operations, {wrong} not as they should be\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
