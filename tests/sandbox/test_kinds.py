"""Every kind of GitHub has its API at its own address."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from bot.sandbox.kinds import Kind
from bot.sandbox.world import World


def asked(world: World, address: str) -> requests.Response:
    proxies = {"http": world.address} if world.hub.kind is Kind.RESIDENCY else None
    return requests.get(address, proxies=proxies, timeout=5)


@pytest.mark.parametrize(
    ("kind", "path"), [(Kind.GITHUB, ""), (Kind.SERVER, "/api/v3"), (Kind.RESIDENCY, "http://api.acme.ghe.com")]
)
def test_a_repository_is_read_at_the_address_that_it_names_itself(kind: Kind, path: str) -> None:
    with World(kind=kind) as world:
        world.create_repository("ada", "notes", {"a.md": "a"})
        response = asked(world, f"{world.api}/repos/ada/notes")
        shape: dict[str, Any] = response.json()
        assert world.api.endswith(path)
        assert shape["url"] == f"{world.api}/repos/ada/notes"
        assert shape["html_url"] == f"{world.url}/ada/notes"
        assert ("X-GitHub-Enterprise-Version" in response.headers) == (kind is Kind.SERVER)


@pytest.mark.parametrize("kind", [Kind.SERVER, Kind.RESIDENCY])
def test_the_api_is_not_where_the_pages_are(kind: Kind) -> None:
    with World(kind=kind) as world:
        world.create_repository("ada", "notes", {"a.md": "a"})
        assert asked(world, f"{world.url}/repos/ada/notes").status_code == 404


@pytest.mark.parametrize("kind", list(Kind))
def test_pages_follow_each_other(kind: Kind) -> None:
    with World(kind=kind) as world:
        repository = world.create_repository("ada", "notes", {"a.md": "a"})
        world.branch(repository, "b")
        first = asked(world, f"{world.api}/repos/ada/notes/branches?per_page=1")
        second = asked(world, first.links["next"]["url"])
        assert [branch["name"] for branch in (*first.json(), *second.json())] == ["b", "main"]
