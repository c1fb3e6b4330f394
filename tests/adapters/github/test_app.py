"""The App's own credential: JWTs that GitHub takes, tokens that are scoped and kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import jwt
import pytest

from bot.adapters.github.app import GitHubApp
from bot.core.forge.errors import ForgeError, RepositoryGone, UserError
from bot.core.forge.rights import JUDGE
from bot.sandbox.faults import Fault
from bot.sandbox.world import World
from tests.stage import WorldClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.state import Installation, Repository

HOUR = 3_600


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def repository(world: World) -> Repository:
    return world.create_repository("acme", "ferry", {"README.md": "#"})


@pytest.fixture
def installation(world: World, repository: Repository) -> Installation:
    return world.install("acme", [repository])


@pytest.fixture
def app(world: World) -> GitHubApp:
    return GitHubApp(world.app.id, world.app.private_key, WorldClock(world), world.url)


def tokens(world: World) -> int:
    """How many tokens were asked for."""
    return sum(request.is_token for request in world.requests)


class TestTokens:
    def test_a_token_is_good_for_one_repository_and_the_rights_asked_for(
        self, world: World, app: GitHubApp, installation: Installation, repository: Repository
    ) -> None:
        token = app.token(installation.id, repository.id, JUDGE)
        known = world.hub.state.tokens[token.value]
        assert known.permissions == dict(JUDGE)
        assert set(known.repositories or ()) == {repository.id}
        assert token.expires_at == pytest.approx(world.now() + HOUR, abs=5)

    def test_it_is_kept_until_five_minutes_before_its_end(
        self, world: World, app: GitHubApp, installation: Installation, repository: Repository
    ) -> None:
        first = app.token(installation.id, repository.id, JUDGE)
        world.advance(54 * 60)
        assert app.token(installation.id, repository.id, dict(sorted(JUDGE.items(), reverse=True))) == first
        world.advance(2 * 60)
        assert app.token(installation.id, repository.id, JUDGE) != first
        assert tokens(world) == 2

    def test_other_rights_and_other_repositories_get_their_own(
        self, world: World, app: GitHubApp, installation: Installation, repository: Repository
    ) -> None:
        other = world.create_repository("acme", "boat", {"README.md": "#"})
        world.add_repositories(installation, other)
        found = {
            app.token(installation.id, repository.id, JUDGE).value,
            app.token(installation.id, repository.id, {"metadata": "read"}).value,
            app.token(installation.id, other.id, JUDGE).value,
        }
        assert len(found) == 3

    def test_many_threads_get_the_same_one_afterwards(
        self, app: GitHubApp, installation: Installation, repository: Repository
    ) -> None:
        found: list[str] = []
        barrier = threading.Barrier(8)

        def ask() -> None:
            barrier.wait(5)
            found.append(app.token(installation.id, repository.id, JUDGE).value)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert len(found) == 8
        last = app.token(installation.id, repository.id, JUDGE)
        assert app.token(installation.id, repository.id, JUDGE) == last

    def test_a_removed_installation_is_gone(self, world: World, app: GitHubApp, installation: Installation) -> None:
        world.uninstall(installation)
        with pytest.raises(RepositoryGone):
            app.token(installation.id, None, JUDGE)

    def test_what_the_app_was_not_granted_is_refused_in_a_sentence(
        self, app: GitHubApp, installation: Installation, repository: Repository
    ) -> None:
        with pytest.raises(ForgeError, match="422 while we asked for a token"):
            app.token(installation.id, repository.id, {"administration": "write"})


class TestJwt:
    def test_it_is_back_dated_and_short(self, world: World, app: GitHubApp, installation: Installation) -> None:
        app.token(installation.id, None, JUDGE)
        claims = jwt.decode(app._jwt(), options={"verify_signature": False})
        now = world.now()
        assert claims["iat"] == pytest.approx(now - 60, abs=3)
        assert now < claims["exp"] <= now + 480
        assert claims["exp"] - claims["iat"] <= 600
        assert claims["iss"] == str(world.app.id)

    def test_it_is_signed_once_in_seven_minutes(self, world: World, app: GitHubApp) -> None:
        first = app._jwt()
        world.advance(6 * 60)
        assert app._jwt() == first
        world.advance(2 * 60)
        assert app._jwt() != first

    def test_github_takes_it_on_every_call(self, world: World, app: GitHubApp) -> None:
        for _ in range(3):
            assert app.call("GET", "/app", "looked at the App")["id"] == world.app.id
            world.advance(5 * 60)

    @pytest.mark.parametrize("key", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    def test_a_key_that_is_none_is_refused_in_a_sentence(self, world: World, key: str) -> None:
        with pytest.raises(UserError, match="private key"):
            GitHubApp(1, key, WorldClock(world))


class TestBadDays:
    @pytest.mark.parametrize("fault", [Fault(status=502), Fault(cut=True), Fault(after=True, cut=True)])
    def test_no_answer_is_an_error_that_may_pass(self, world: World, app: GitHubApp, fault: Fault) -> None:
        world.faults.add(fault)
        with pytest.raises(ForgeError, match="while we looked at the App"):
            app.call("GET", "/app", "looked at the App")

    def test_a_limit_names_its_time(self, world: World, app: GitHubApp) -> None:
        world.faults.add(Fault(status=429, message="slow down", headers={"Retry-After": "17"}))
        with pytest.raises(ForgeError) as caught:
            app.call("GET", "/app", "looked at the App")
        assert caught.value.retry_after == 17
