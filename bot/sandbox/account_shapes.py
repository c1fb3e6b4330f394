"""Accounts, repositories and Apps as GitHub's REST JSON, with every key of the official description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.sandbox.state import PERMISSIONS_OF, App, Installation, Repository, Token, User, iso

Json = dict[str, Any]

_USER_LINKS = (
    "followers:followers following:following{/other_user} gists:gists{/gist_id} starred:starred{/owner}{/repo}"
    " subscriptions:subscriptions organizations:orgs repos:repos events:events{/privacy}"
    " received_events:received_events"
)
_REPOSITORY_LINKS = (
    "archive:{archive_format}{/ref} assignees:assignees{/user} blobs:git/blobs{/sha} branches:branches{/branch}"
    " collaborators:collaborators{/collaborator} comments:comments{/number} commits:commits{/sha}"
    " compare:compare/{base}...{head} contents:contents/{+path} contributors:contributors deployments:deployments"
    " downloads:downloads events:events forks:forks git_commits:git/commits{/sha} git_refs:git/refs{/sha}"
    " git_tags:git/tags{/sha} hooks:hooks issue_comment:issues/comments{/number} issue_events:issues/events{/number}"
    " issues:issues{/number} keys:keys{/key_id} labels:labels{/name} languages:languages merges:merges"
    " milestones:milestones{/number} notifications:notifications{?since,all,participating} pulls:pulls{/number}"
    " releases:releases{/id} stargazers:stargazers statuses:statuses/{sha} subscribers:subscribers"
    " subscription:subscription tags:tags teams:teams trees:git/trees{/sha}"
)


def _links(table: str, api: str) -> Json:
    pairs = (entry.split(":", 1) for entry in table.split())
    return {f"{name}_url": f"{api}/{path}" for name, path in pairs}


_UNUSED_FIELDS: Json = {
    "mirror_url": None,
    "homepage": None,
    "language": None,
    "forks_count": 0,
    "forks": 0,
    "stargazers_count": 0,
    "watchers_count": 0,
    "watchers": 0,
    "size": 1,
    "is_template": False,
    "topics": [],
    "has_projects": False,
    "has_wiki": False,
    "has_pages": False,
    "has_downloads": True,
    "has_discussions": False,
    "disabled": False,
    "license": None,
    "allow_forking": True,
    "web_commit_signoff_required": False,
    "custom_properties": {},
}
"""Fields of a repository that the sandbox does not use."""


@dataclass(slots=True)
class AccountShapes:
    """Builds REST JSON with the addresses of this sandbox."""

    url: str
    """The base address, without a slash at the end."""
    api: str = ""
    """The base address of the REST API, without a slash at the end."""

    def user(self, user: User) -> Json:
        """A "simple user"."""
        # A bot's login in REST ends in `[bot]`; in GraphQL it does not.
        login = f"{user.login}[bot]" if user.type == "Bot" else user.login
        api = f"{self.api}/users/{quote(login)}"
        html = f"{self.url}/apps/{user.login}" if user.type == "Bot" else f"{self.url}/{user.login}"
        return {
            "login": login,
            "id": user.id,
            "node_id": user.node_id,
            "avatar_url": f"{self.url}/-/avatars/{user.id}",
            "gravatar_id": "",
            "url": api,
            "html_url": html,
            **_links(_USER_LINKS, api),
            "type": user.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def minimal_repository(self, repository: Repository) -> Json:
        """The short form of a repository, in installations, comparisons and check suites."""
        api = f"{self.api}/repos/{repository.full_name}"
        html = f"{self.url}/{repository.full_name}"
        return {
            "id": repository.id,
            "node_id": repository.node_id,
            "name": repository.name,
            "full_name": repository.full_name,
            "owner": self.user(repository.owner),
            "private": repository.private,
            "html_url": html,
            "description": repository.description,
            "fork": repository.parent is not None,
            "url": api,
            **_links(_REPOSITORY_LINKS, api),
        }

    def repository(self, repository: Repository, role: str | None = None, *, full: bool = False) -> Json:
        """A repository; `role` adds the reader's permissions, `full` the keys of `GET /repos/{owner}/{repo}`."""
        html = f"{self.url}/{repository.full_name}"
        issues = sum(issue.state == "open" for issue in repository.issues.values())
        body = (
            self.minimal_repository(repository)
            | _UNUSED_FIELDS
            | {
                "git_url": f"git:{html.partition(':')[2]}.git",
                "ssh_url": f"git@sandbox.invalid:{repository.full_name}.git",
                "clone_url": f"{html}.git",
                "svn_url": html,
                "default_branch": repository.default_branch,
                "open_issues_count": issues,
                "open_issues": issues,
                "has_issues": repository.has_issues,
                "archived": repository.archived,
                "visibility": "private" if repository.private else "public",
                "pushed_at": iso(repository.pushed_at),
                "created_at": iso(repository.created_at),
                "updated_at": iso(repository.pushed_at),
            }
        )
        if role is not None:
            granted = PERMISSIONS_OF[role]
            body["permissions"] = {name: name in granted for name in PERMISSIONS_OF["admin"]}
        if full:
            body |= {"subscribers_count": 0, "network_count": 0, "temp_clone_token": ""}
            body |= {"allow_merge_commit": True, "allow_squash_merge": True, "allow_rebase_merge": True}
            if repository.parent is not None:
                body |= {"parent": self.repository(repository.parent), "source": self.repository(repository.parent)}
        return body

    def app(self, app: App, *, counted: int | None = None) -> Json:
        """A GitHub App. Only `GET /app` has the count of installations (`counted`)."""
        body = {
            "id": app.id,
            "slug": app.slug,
            "node_id": app.node_id,
            "client_id": app.client_id,
            "owner": self.user(app.owner),
            "name": app.name,
            "description": "",
            "external_url": f"{self.url}/apps/{app.slug}",
            "html_url": f"{self.url}/apps/{app.slug}",
            "created_at": iso(app.created_at),
            "updated_at": iso(app.created_at),
            "permissions": app.permissions,
            "events": app.events,
        }
        return body if counted is None else body | {"installations_count": counted}

    def installation(self, installation: Installation) -> Json:
        """An installation."""
        suspended = None if installation.suspended_at is None else iso(installation.suspended_at)
        return {
            "id": installation.id,
            "account": self.user(installation.account),
            "repository_selection": installation.selection,
            "access_tokens_url": f"{self.api}/app/installations/{installation.id}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.url}/settings/installations/{installation.id}",
            "app_id": installation.app.id,
            "client_id": installation.app.client_id,
            "app_slug": installation.app.slug,
            "target_id": installation.account.id,
            "target_type": installation.account.type,
            "permissions": installation.permissions,
            "events": installation.events,
            "created_at": iso(installation.created_at),
            "updated_at": iso(installation.created_at),
            "single_file_name": None,
            "has_multiple_single_files": False,
            "single_file_paths": [],
            "suspended_by": None if suspended is None else self.user(installation.account),
            "suspended_at": suspended,
        }

    def token(self, token: Token, repositories: list[Repository] | None) -> Json:
        """An installation access token."""
        body: Json = {
            "token": token.value,
            "expires_at": iso(token.expires_at),
            "permissions": token.permissions,
            "repository_selection": token.installation.selection if token.repositories is None else "selected",
        }
        if repositories is not None:
            body["repositories"] = [self.repository(repository, "read") for repository in repositories]
        return body
