"""The App as itself: installations, scoped tokens, the manifest's conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.acts.manifests import CODE_SECONDS
from bot.sandbox.credentials import allows, mint
from bot.sandbox.errors import ApiError
from bot.sandbox.routing import Call, Reply, route

if TYPE_CHECKING:
    from bot.sandbox.state import Installation, Repository

_MOST_REPOSITORIES = 500


@route("GET", "/app", "apps/get-authenticated")
def get_app(call: Call) -> Reply:
    """The App that asks."""
    app = call.app
    installed = [installation for installation in call.hub.state.installations.values() if installation.app is app]
    return Reply(call.hub.shapes.app(app, counted=len(installed)))


@route("GET", "/app/installations", "apps/list-installations")
def list_installations(call: Call) -> Reply:
    """Every installation of the App."""
    app = call.app
    return call.listed(
        [installation for installation in call.hub.state.installations.values() if installation.app is app],
        call.hub.shapes.installation,
    )


def _installation(call: Call) -> Installation:
    installation = call.hub.state.installations.get(call.number("installation_id"))
    if installation is None or installation.app is not call.app:
        raise ApiError(404, "Not Found")
    return installation


@route("GET", "/app/installations/{installation_id}", "apps/get-installation")
def get_installation(call: Call) -> Reply:
    """One installation."""
    return Reply(call.hub.shapes.installation(_installation(call)))


def _for_repository(call: Call) -> Reply:
    repository = call.hub.state.repository(f"{call.params['owner']}/{call.params['repo']}")
    installation = None if repository is None else call.hub.state.installation_of(call.app, repository)
    if installation is None:
        raise ApiError(404, "Not Found")
    return Reply(call.hub.shapes.installation(installation))


route("GET", "/repos/{owner}/{repo}/installation", "apps/get-repo-installation")(_for_repository)


def _for_account(call: Call) -> Reply:
    login = (call.params.get("org") or call.params["username"]).lower()
    mine = (installation for installation in call.hub.state.installations.values() if installation.app is call.app)
    found = next((installation for installation in mine if installation.account.login.lower() == login), None)
    if found is None:
        raise ApiError(404, "Not Found")
    return Reply(call.hub.shapes.installation(found))


route("GET", "/orgs/{org}/installation", "apps/get-org-installation")(_for_account)
route("GET", "/users/{username}/installation", "apps/get-user-installation")(_for_account)


@route("POST", "/app/installations/{installation_id}/access_tokens", "apps/create-installation-access-token")
def create_token(call: Call) -> Reply:
    """A token, narrowed to repositories and permissions. 422 when more is asked than the installation has."""
    installation = _installation(call)
    if installation.suspended_at is not None:
        raise ApiError(403, "This installation has been suspended")
    permissions = _narrowed(installation, call.body.get("permissions"))
    repositories = _chosen(call, installation)
    ids = None if repositories is None else frozenset(repository.id for repository in repositories)
    return Reply(call.hub.shapes.token(mint(call.hub.state, installation, ids, permissions), repositories), 201)


def _narrowed(installation: Installation, requested: dict[str, str] | None) -> dict[str, str]:
    if not requested:
        return dict(installation.permissions)
    if any(not allows(installation.permissions, f"{name}:{level}") for name, level in requested.items()):
        raise ApiError(422, "The permissions requested are not granted to this installation.")
    return {"metadata": "read", **requested}


def _chosen(call: Call, installation: Installation) -> list[Repository] | None:
    names, ids = call.body.get("repositories"), call.body.get("repository_ids")
    if names is None and ids is None:
        return None
    state = call.hub.state
    repositories = [state.repository(f"{installation.account.login}/{name}") for name in names or []]
    repositories += [state.repositories.get(number) for number in ids or []]
    chosen = [
        repository
        for repository in repositories
        if repository is not None and repository.id in installation.repositories
    ]
    if len(chosen) != len(repositories) or not chosen or len(chosen) > _MOST_REPOSITORIES:
        message = (
            "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
        raise ApiError(422, message)
    return chosen


@route("GET", "/installation/repositories", "apps/list-repos-accessible-to-installation")
def list_accessible(call: Call) -> Reply:
    """The repositories of the token."""
    repositories = [
        repository for repository in call.hub.state.repositories.values() if call.credential.installed_on(repository)
    ]
    shown, headers = call.page(repositories)
    body: dict[str, Any] = {
        "total_count": len(repositories),
        "repository_selection": call.token.installation.selection,
        "repositories": [call.hub.shapes.repository(repository, "read") for repository in shown],
    }
    return Reply(body, headers=headers)


@route("DELETE", "/installation/token", "apps/revoke-installation-access-token")
def revoke(call: Call) -> Reply:
    """The token ends now."""
    del call.hub.state.tokens[call.token.value]
    return Reply(status=204)


@route("POST", "/app-manifests/{code}/conversions", "apps/create-from-manifest")
def convert(call: Call) -> Reply:
    """The last step of the manifest flow; a code works once."""
    app = call.hub.state.manifests.pop(call.params["code"], None)
    if app is None or app.created_at + CODE_SECONDS < call.hub.state.now():
        raise ApiError(404, "Not Found")
    secrets = {
        "client_secret": app.client_secret,
        "webhook_secret": app.webhook_secret,
        "pem": app.private_key,
    }
    return Reply(call.hub.shapes.app(app) | secrets, 201)
