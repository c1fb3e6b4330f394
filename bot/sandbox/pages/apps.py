"""Pages about Apps: registered from a manifest, installed on an account, given the permissions that they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.sandbox.acts import installs, manifests
from bot.sandbox.errors import ApiError
from bot.sandbox.pages.door import Page, Visit, page, show

if TYPE_CHECKING:
    from bot.sandbox.state import App, Repository


def _manifest(visit: Visit) -> Page:
    """The page that asks whether an App shall be made from a manifest."""
    manifest = manifests.parse(visit.form.get("manifest", ""))
    address = f"/-/apps/new?{urlencode({'state': visit.query.get('state', '')})}"
    shown = {"manifest": manifest, "text": visit.form.get("manifest", ""), "address": address}
    return show("manifest.html", visit, **shown, account=visit.params.get("org", ""))


page("POST", "/settings/apps/new")(_manifest)
page("POST", "/organizations/{org}/settings/apps/new")(_manifest)


@page("POST", "/-/apps/new")
def make_app(visit: Visit) -> Page:
    """Create the App, and redirect the browser with a code that works once, for an hour."""
    manifest = manifests.parse(visit.form.get("manifest", ""))
    back = manifests.register(visit.hub, manifest, visit.query.get("state", ""), visit.form.get("account", ""))
    return Page(status=302, location=back)


def _app(visit: Visit) -> App:
    """The App with the slug in the path: the newest, since the sandbox begins with one and takes the name again."""
    app = next((app for app in reversed(visit.hub.state.apps.values()) if app.slug == visit.params["slug"]), None)
    if app is None:
        raise ApiError(404, "There is no such App.")
    return app


@page("GET", "/apps/{slug}")
def about(visit: Visit) -> Page:
    """The App's public page, which offers to install it."""
    return Page(status=302, location=f"/apps/{_app(visit).slug}/installations/new")


@page("GET", "/apps/{slug}/installations/new")
def choose(visit: Visit) -> Page:
    """Choose an account, and all or one of its repositories. An account with the App is not offered again."""
    app, state = _app(visit), visit.hub.state
    installed = [installation for installation in state.installations.values() if installation.app is app]
    accounts: dict[str, list[Repository]] = {}
    for repository in state.repositories.values():
        if all(repository.owner is not installation.account for installation in installed):
            accounts.setdefault(repository.owner.login, []).append(repository)
    newest = next((each for each in installed if str(each.id) == visit.query.get("installed")), None)
    return show("install.html", visit, app=app, accounts=accounts, installed=installed, installation=newest)


@page("POST", "/apps/{slug}/installations/new")
def install(visit: Visit) -> Page:
    """Install the App as the account's owner."""
    app, state = _app(visit), visit.hub.state
    account, name = state.users.get(visit.form.get("account", "").lower()), visit.form.get("repository", "")
    if account is None or any(each.app is app and each.account is account for each in state.installations.values()):
        raise ApiError(422, "Choose an account that does not have the App yet.")
    chosen = state.repository(f"{account.login}/{name}") if name else None
    if name and chosen is None:
        raise ApiError(422, "Choose a repository of the account.")
    repositories = None if chosen is None else [chosen]
    installation = installs.install(visit.hub, app, account, repositories, None, None)
    return Page(status=303, location=f"{visit.path}?installed={installation.id}")


@page("POST", "/-/installations/{installation}/permissions")
def accept(visit: Visit) -> Page:
    """Accept what the App asks for now, as the account's owner."""
    installation = visit.hub.state.installations.get(visit.number("installation"))
    if installation is None:
        raise ApiError(404, "There is no such installation.")
    installs.accept_permissions(visit.hub, installation)
    return Page(status=303, location=f"/apps/{installation.app.slug}/installations/new?installed={installation.id}")
