"""Rulesets that require checks on the default branch.

https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.errors import ApiError
from bot.sandbox.state import Ruleset, iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.hub import Hub
    from bot.sandbox.state import Json, Repository, User

_DEFAULT, _ALL = "~DEFAULT_BRANCH", "~ALL"


def create(hub: Hub, owner: User, source: str, body: Json, repositories: Iterable[Repository]) -> Ruleset:
    """Create a ruleset on those of the repositories that its conditions name. Raises `ApiError` 422.

    The sandbox knows conditions by name, the default branch, and enforcement `active` or `disabled`.
    """
    conditions = body.get("conditions") or {}
    refs, names = (set(conditions.get(kind, {}).get("include", [])) for kind in ("ref_name", "repository_name"))
    organized = "/" not in source
    if organized and "repository_name" not in conditions:
        raise ApiError(422, "Invalid request.\n\nAn organization's conditions name the repositories.")
    ruleset = Ruleset(hub.state.next_id(), owner, source, body, hub.state.now())
    for repository in repositories:
        branch = {_DEFAULT, _ALL, f"refs/heads/{repository.default_branch}"}
        is_named = not organized or bool(names & {_ALL, repository.name})
        if body["enforcement"] == "active" and is_named and refs & branch:
            repository.rulesets[ruleset.id] = ruleset
    return ruleset


def rules_of(ruleset: Ruleset) -> list[Json]:
    """The rules as a branch shows them."""
    source = {
        "ruleset_source_type": "Organization" if ruleset.of_organization else "Repository",
        "ruleset_source": ruleset.source,
        "ruleset_id": ruleset.id,
    }
    return [rule | source for rule in ruleset.body.get("rules", [])]


def shape(hub: Hub, ruleset: Ruleset) -> Json:
    """The ruleset as REST shows it."""
    place = f"orgs/{ruleset.source}" if ruleset.of_organization else f"repos/{ruleset.source}"
    created = iso(ruleset.created_at)
    return {
        "target": "branch",
        **ruleset.body,
        "id": ruleset.id,
        "source_type": "Organization" if ruleset.of_organization else "Repository",
        "source": ruleset.source,
        "_links": {"self": {"href": f"{hub.api}/{place}/rulesets/{ruleset.id}"}},
        "created_at": created,
        "updated_at": created,
    }
