"""Rulesets of repositories and organizations: created by administrators, never by our App."""

from __future__ import annotations

from bot.sandbox.acts import rulesets
from bot.sandbox.credentials import Kind
from bot.sandbox.errors import ApiError
from bot.sandbox.routing import Call, Reply, route


@route("POST", "/repos/{owner}/{repo}/rulesets", "repos/create-repo-ruleset", "administration:write")
def create_on_repository(call: Call) -> Reply:
    """A ruleset of a repository."""
    repository = call.repository
    user = call.credential.user
    if call.credential.kind is Kind.USER and user is not None and repository.rights(user.login) != "admin":
        raise ApiError(404, "Not Found")
    ruleset = rulesets.create(call.hub, repository.owner, repository.full_name, call.body, [repository])
    return Reply(rulesets.shape(call.hub, ruleset), 201)


@route("POST", "/orgs/{org}/rulesets", "repos/create-org-ruleset")
def create_on_organization(call: Call) -> Reply:
    """A ruleset of an organization, by a person who administers every repository of it."""
    state, user = call.hub.state, call.credential.user
    owner = state.users.get(call.params["org"].lower())
    owned = [repository for repository in state.repositories.values() if repository.owner is owner]
    if owner is None or user is None or any(repository.rights(user.login) != "admin" for repository in owned):
        raise ApiError(404, "Not Found")
    return Reply(rulesets.shape(call.hub, rulesets.create(call.hub, owner, owner.login, call.body, owned)), 201)
