"""Operations of a person who approved the App: who they are, and what both can see."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from bot.sandbox.errors import ApiError
from bot.sandbox.routing import Call, Reply, route
from bot.sandbox.state import iso

if TYPE_CHECKING:
    from bot.sandbox.state import Installation, User, UserToken


@route("GET", "/user", "users/get-authenticated")
def get_viewer(call: Call) -> Reply:
    """The person who asks."""
    user = _person(call)
    nothing = dict.fromkeys(("company", "location", "email", "hireable", "bio", "twitter_username"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    dates = dict.fromkeys(("created_at", "updated_at"), iso(user.created_at))
    return Reply(call.hub.shapes.user(user) | nothing | counts | dates | {"name": user.name, "blog": ""})


@route("GET", "/user/installations", "apps/list-installations-for-authenticated-user")
def list_installations(call: Call) -> Reply:
    """The App's installations with something that the person can see."""
    token = _token(call)
    installations = [
        installation
        for installation in call.hub.state.installations.values()
        if installation.app is token.app and _sees_any(call, installation)
    ]
    return call.listed(installations, call.hub.shapes.installation, "installations")


@route(
    "GET",
    "/user/installations/{installation_id}/repositories",
    "apps/list-installation-repos-for-authenticated-user",
)
def list_repositories(call: Call) -> Reply:
    """The repositories of an installation that the person can see."""
    token = _token(call)
    installation = call.hub.state.installations.get(call.number("installation_id"))
    if installation is None or installation.app is not token.app or not _sees_any(call, installation):
        raise ApiError(404, "Not Found")
    repositories = [
        repository
        for repository in call.hub.state.repositories.values()
        if repository.id in installation.repositories and call.credential.sees(repository)
    ]
    return call.listed(
        repositories,
        lambda repository: call.hub.shapes.repository(repository, repository.rights(token.user.login)),
        "repositories",
    )


@route("GET", "/user/memberships/orgs/{org}", "orgs/get-membership-for-authenticated-user")
def membership(call: Call) -> Reply:
    """The person's membership. A token of an App needs the organization's permission `members`."""
    user, token = _person(call), call.credential.user_token
    organization = call.hub.state.users.get(call.params["org"].lower())
    if organization is None or organization.type != "Organization":
        raise ApiError(404, "Not Found")
    if token is not None and not any(
        installation.app is token.app and installation.account is organization and "members" in installation.permissions
        for installation in call.hub.state.installations.values()
    ):
        raise ApiError(403, "Resource not accessible by integration")
    owned = [repository for repository in call.hub.state.repositories.values() if repository.owner is organization]
    is_owner = user.login in organization.owners
    if not is_owner and not any(user.login in repository.roles for repository in owned):
        raise ApiError(404, "Not Found")
    shape: dict[str, object] = {
        "url": f"{call.hub.api}/orgs/{organization.login}/memberships/{user.login}",
        "state": "active",
        "role": "admin" if is_owner else "member",
        "organization_url": f"{call.hub.api}/orgs/{organization.login}",
        "organization": call.hub.organization(organization),
        "user": call.hub.shapes.user(user),
        "direct_membership": True,
        "enterprise_teams_providing_indirect_membership": [],
    }
    return Reply(shape)


@route("DELETE", "/applications/{client_id}/token", "apps/delete-token")
def revoke(call: Call) -> Reply:
    """A person's token ends now; the App proves itself by its client secret."""
    app = call.credential.app
    sent = str(call.body.get("access_token", ""))
    token = call.hub.state.app_user_tokens.get(sent)
    if app is None or not hmac.compare_digest(app.client_id, call.params["client_id"]):
        raise ApiError(404, "Not Found")
    if token is None or token.app is not app:
        raise ApiError(422, "Validation Failed")
    del call.hub.state.app_user_tokens[sent]
    return Reply(status=204)


def _person(call: Call) -> User:
    if call.credential.user is None:
        raise ApiError(401, "Requires authentication")
    return call.credential.user


def _token(call: Call) -> UserToken:
    token = call.credential.user_token
    if token is None:
        raise ApiError(403, "You must authenticate with an access token authorized to a GitHub App")
    return token


def _sees_any(call: Call, installation: Installation) -> bool:
    repositories = call.hub.state.repositories
    return any(
        number in repositories and call.credential.sees(repositories[number]) for number in installation.repositories
    )
