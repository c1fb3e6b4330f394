"""A rate limit or an outage that comes as a page: status and headers count before the body, on every endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot.adapters.github.app import GitHubApp
from bot.adapters.github.hook import GitHubHook
from bot.adapters.github.repository import GitHubRepositories
from bot.core.forge.errors import ForgeError
from bot.core.forge.events import RepositoryRef
from bot.core.forge.facts import ReadRequest
from bot.core.forge.rights import ANSWER
from bot.sandbox.faults import Fault
from bot.sandbox.world import World
from tests.stage import WorldClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.forge.ports import Forge

UNICORN = "<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body>No server</body></html>"
WHOA = "<html><body><h1>Whoa there!</h1>You have exceeded a secondary rate limit.</body></html>"
ABUSE = "<html><body>You have triggered an abuse detection mechanism.</body></html>"
CUT = '{"message": "API rate limit exce'
Ask = Callable[[GitHubApp, "Forge"], object]


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def app(world: World) -> GitHubApp:
    return GitHubApp(world.app.id, world.app.private_key, WorldClock(world), world.url)


@pytest.fixture
def forge(world: World, app: GitHubApp) -> Forge:
    repository = world.create_repository("acme", "ferry", {"README.md": "#"})
    installation = world.install("acme", [repository])
    ref = RepositoryRef(id=repository.id, owner="acme", name="ferry", default_branch="main")
    return GitHubRepositories(app, WorldClock(world)).open(installation.id, ref, ANSWER)


ENDPOINTS: dict[str, tuple[str, Ask]] = {
    "token": ("apps/create-installation-access-token", lambda _, forge: forge.branches()),
    "App": ("apps/get-authenticated", lambda app, _: app.call("GET", "/app", "read the App")),
    "deliveries": ("apps/list-webhook-deliveries", lambda app, _: GitHubHook(app).attempts()),
    "read": ("graphql", lambda _, forge: forge.read(ReadRequest(default_documents=("README.md",)))),
    "list": ("repos/list-branches", lambda _, forge: forge.branches()),
    "comparison": ("repos/compare-commits-with-basehead", lambda _, forge: forge.compare("main", "main")),
    "comment": ("issues/create-comment", lambda _, forge: forge.comment(1, "hello")),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(
    ("status", "page", "headers", "wait", "limited"),
    [
        (429, UNICORN, {"Retry-After": "42"}, 42, True),
        (429, CUT, {"Retry-After": "42"}, 42, True),
        (403, UNICORN, {"Retry-After": "42"}, 42, True),
        (403, WHOA, {}, 60, True),
        (403, ABUSE, {}, 60, True),
        (503, UNICORN, {"Retry-After": "42"}, 42, False),
        (502, UNICORN, {}, None, False),
        (200, WHOA, {}, 60, True),
        (200, UNICORN, {"Retry-After": "42"}, 42, True),
        (200, UNICORN, {}, None, False),
        (200, CUT, {}, 60, True),
    ],
)
def test_what_a_page_says(  # noqa: PLR0913, PLR0917  a page is all of these
    world: World,
    app: GitHubApp,
    forge: Forge,
    name: str,
    status: int,
    page: str,
    headers: dict[str, str],
    wait: float | None,
    limited: bool,
) -> None:
    operation, ask = ENDPOINTS[name]
    fault = world.faults.add(Fault(operation, status, page=page, headers=headers, times=None))
    with pytest.raises(ForgeError) as caught:
        ask(app, forge)
    assert fault.struck, "the endpoint was asked"
    assert (caught.value.retry_after, caught.value.limited) == (wait, limited)
    assert "<" not in str(caught.value)
