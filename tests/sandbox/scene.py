"""What most tests of the sandbox begin with: a repository, the App on it, and both clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import github
import github3.apps
import github3.session
from github3 import GitHub

if TYPE_CHECKING:
    from github.Repository import Repository as PyGithubRepository

    from bot.sandbox.state import Installation, Repository
    from bot.sandbox.world import World


@dataclass
class Stage:
    """A private repository of an organization with the App installed, and a person who may write."""

    world: World
    repository: Repository
    installation: Installation

    def token(self, **permissions: str) -> str:
        return self.world.token(self.installation, permissions=permissions or None).value

    def pygithub(self, token: str | None = None) -> github.Github:
        return github.Github(
            base_url=self.world.url,
            auth=github.Auth.Token(token or self.token()),
            seconds_between_requests=None,
            seconds_between_writes=None,
            retry=None,
        )

    def pygithub_repository(self, token: str | None = None) -> PyGithubRepository:
        return self.pygithub(token).get_repo(self.repository.full_name)

    def github3(self, token: str | None = None) -> GitHub:
        session = github3.session.GitHubSession()
        session.base_url = self.world.url
        session.app_installation_token_auth({"token": token or self.token(), "expires_at": "2999-01-01T00:00:00Z"})
        return GitHub(session=session)

    def app_github3(self) -> GitHub:
        session = github3.session.GitHubSession()
        session.base_url = self.world.url
        client = GitHub(session=session)
        client.login_as_app(self.world.app.private_key.encode(), str(self.world.app.id))
        return client

    def app_pygithub(self) -> github.GithubIntegration:
        auth = github.Auth.AppAuth(self.world.app.id, self.world.app.private_key)
        return github.GithubIntegration(
            auth=auth, base_url=self.world.url, seconds_between_requests=None, seconds_between_writes=None, retry=None
        )

    def graphql(self, query: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
        requester = self.pygithub(token).requester
        _, body = requester.requestJsonAndCheck("POST", "/graphql", input={"query": query, "variables": variables})
        assert isinstance(body, dict)
        return body


def begin(world: World) -> Stage:
    """The App on a private repository of an organization, where ada may write."""
    world.organization("acme")
    repository = world.create_repository("acme", "server", {"README.md": "# Server\n"}, private=True)
    world.user("ada", "write", repository)
    return Stage(world, repository, world.install("acme", [repository]))
