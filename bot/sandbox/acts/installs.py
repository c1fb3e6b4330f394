"""Install, suspend and remove the App; rename, transfer and delete repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.acts import pulls
from bot.sandbox.deliveries import new_guid
from bot.sandbox.state import Delivery, Installation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.sandbox.hub import Hub
    from bot.sandbox.state import App, Json, Repository, User


def brief(repository: Repository) -> Json:
    """A repository as installation events name it."""
    return {
        "id": repository.id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
    }


def install(  # noqa: PLR0913, PLR0917 -- each is a part of the operation
    hub: Hub,
    app: App,
    account: User,
    repositories: Iterable[Repository] | None,
    permissions: Mapping[str, str] | None,
    events: Iterable[str] | None,
) -> Installation:
    """Install on some repositories, or on all of the account."""
    state = hub.state
    owned = [repository for repository in state.repositories.values() if repository.owner is account]
    installed = owned if repositories is None else list(repositories)
    installation = Installation(
        id=state.next_id(),
        app=app,
        account=account,
        repositories={repository.id for repository in installed},
        permissions=dict(app.permissions if permissions is None else permissions),
        events=list(app.events if events is None else events),
        created_at=state.now(),
        selection="all" if repositories is None else "selected",
    )
    state.installations[installation.id] = installation
    brief_list = [brief(repository) for repository in installed]
    _tell(hub, installation, "created", repositories=brief_list, requester=None)
    return installation


def _tell(hub: Hub, installation: Installation, action: str, **fields: object) -> None:
    hub.send(
        installation,
        "installation",
        action,
        installation.account,
        {"installation": hub.shapes.installation(installation), **fields},
    )


def change_repositories(
    hub: Hub, installation: Installation, added: Iterable[Repository] = (), removed: Iterable[Repository] = ()
) -> None:
    """Add repositories to an installation, or remove some."""
    added, removed = list(added), list(removed)
    installation.repositories |= {repository.id for repository in added}
    installation.repositories -= {repository.id for repository in removed}
    fields = {
        "installation": hub.shapes.installation(installation),
        "repository_selection": installation.selection,
        "repositories_added": [brief(repository) for repository in added],
        "repositories_removed": [brief(repository) for repository in removed],
        "requester": None,
    }
    for action, changed in (("added", added), ("removed", removed)):
        if changed:
            hub.send(installation, "installation_repositories", action, installation.account, fields)


def suspend(hub: Hub, installation: Installation, *, lift: bool) -> None:
    """Suspend an installation, or end its suspension."""
    installation.suspended_at = None if lift else hub.state.now()
    _tell(hub, installation, "unsuspend" if lift else "suspend")


def accept_permissions(hub: Hub, installation: Installation) -> None:
    """Give an installation the permissions and events that its App asks for now."""
    installation.permissions = dict(installation.app.permissions)
    installation.events = list(installation.app.events)
    _tell(hub, installation, "new_permissions_accepted")


def uninstall(hub: Hub, installation: Installation) -> None:
    """Remove an installation. Its tokens end at once."""
    lost = [
        hub.state.repositories[number]
        for number in sorted(installation.repositories)
        if number in hub.state.repositories
    ]
    del hub.state.installations[installation.id]
    for value in [value for value, token in hub.state.tokens.items() if token.installation is installation]:
        del hub.state.tokens[value]
    _tell(hub, installation, "deleted", repositories=[brief(repository) for repository in lost])


def ping(hub: Hub, app: App) -> Delivery:
    """Send `ping`, the first delivery of a webhook."""
    hook = {
        "type": "App",
        "id": app.id,
        "name": "web",
        "active": True,
        "events": app.events,
        "config": {"content_type": app.content_type, "insecure_ssl": app.insecure_ssl, "url": app.webhook_url or ""},
        "updated_at": hub.shapes.app(app)["updated_at"],
        "created_at": hub.shapes.app(app)["created_at"],
        "app_id": app.id,
        "deliveries_url": f"{hub.api}/app/hook/deliveries",
    }
    payload = {"zen": "Keep it logically awesome.", "hook_id": app.id, "hook": hook}
    now = hub.state.now()
    return hub.deliveries.add(Delivery(hub.state.next_id(), new_guid(), app, "ping", None, payload, None, None, now))


def rename(hub: Hub, repository: Repository, *, name: str | None = None, owner: User | None = None) -> None:
    """Rename or transfer a repository; the old address redirects."""
    before_name, before_owner = repository.name, repository.owner
    sender = owner or before_owner
    repository.name, repository.owner = name or before_name, owner or before_owner
    hub.state.names[repository.full_name.lower()] = repository
    if owner is None:
        changes = {"changes": {"repository": {"name": {"from": before_name}}}}
        hub.emit("repository", "renamed", repository, sender, changes)
        return
    organized = before_owner.type == "Organization"
    was = {"organization": hub.organization(before_owner)} if organized else {"user": hub.shapes.user(before_owner)}
    hub.emit("repository", "transferred", repository, sender, {"changes": {"owner": {"from": was}}})
    for installation in hub.state.installations.values():
        if repository.id in installation.repositories and installation.account is not owner:
            change_repositories(hub, installation, removed=[repository])


def delete_repository(hub: Hub, repository: Repository) -> None:
    """Delete a repository; pull requests from it are closed and have no head repository."""
    hub.emit("repository", "deleted", repository, repository.owner, {})
    del hub.state.repositories[repository.id]
    for name in [name for name, named in hub.state.names.items() if named is repository]:
        del hub.state.names[name]
    for installation in hub.state.installations.values():
        installation.repositories.discard(repository.id)
    for base in hub.state.repositories.values():
        for pull in base.pulls.values():
            if pull.head is repository:
                pull.head = None
                pulls.close(hub, pull, repository.owner)
    repository.git.close()
