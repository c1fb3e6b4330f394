"""The OAuth web flow of the sandbox, and what a person's token sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from bot.sandbox.acts.oauth import challenge_of

if TYPE_CHECKING:
    from bot.sandbox.world import World
    from tests.sandbox.scene import Stage

BACK = "https://gate.example/login/done"
VERIFIER = "v" * 43


def authorize(world: World, **more: str) -> str:
    """The address that the App sends a browser to."""
    world.app.callback_urls = [BACK]
    query = {"client_id": world.app.client_id, "redirect_uri": BACK, "state": "s1"} | more
    return f"{world.url}/login/oauth/authorize?{urlencode(query)}"


def code_in(response: requests.Response) -> str:
    assert response.status_code == 302, response.text
    assert response.headers["Location"].startswith(f"{BACK}?")
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query["state"] == ["s1"]
    return query["code"][0]


def exchange(world: World, code: str, **more: str) -> Any:
    form = {"client_id": world.app.client_id, "client_secret": world.app.client_secret, "code": code} | more
    response = requests.post(
        f"{world.url}/login/oauth/access_token", data=form, headers={"Accept": "application/json"}, timeout=5
    )
    assert response.status_code == 200, "GitHub sends its errors with 200, too"
    return response.json()


def approved(world: World, **more: str) -> str:
    world.sign_in("ada")
    return code_in(requests.get(authorize(world, **more), allow_redirects=False, timeout=5))


def test_a_person_is_asked_and_returns_with_a_code(world: World) -> None:
    world.user("ada")
    page = requests.get(authorize(world), headers={"Accept": "text/html"}, timeout=5)
    assert "Authorize Plangate?" in page.text
    action = re.findall(r'action="([^"]+)"', page.text)[0].replace("&amp;", "&")
    answer = requests.post(f"{world.url}{action}", data={"as": "ada", "approve": "1"}, allow_redirects=False, timeout=5)
    assert exchange(world, code_in(answer))["token_type"] == "bearer"
    refused = requests.post(f"{world.url}{action}", data={"as": "ada"}, allow_redirects=False, timeout=5)
    assert "error=access_denied" in refused.headers["Location"]


def test_a_code_works_once_and_for_ten_minutes(world: World) -> None:
    code = approved(world)
    assert exchange(world, code)["access_token"].startswith("ghu_")
    assert exchange(world, code)["error"] == "bad_verification_code"
    late = approved(world)
    world.advance(601.0)
    assert exchange(world, late)["error"] == "bad_verification_code"


def test_the_verifier_must_fit_the_challenge(world: World) -> None:
    pkce = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    assert "access_token" in exchange(world, approved(world, **pkce), code_verifier=VERIFIER)
    assert exchange(world, approved(world, **pkce), code_verifier="w" * 43)["error"] == "bad_verification_code"
    assert exchange(world, approved(world, **pkce))["error"] == "bad_verification_code"


def test_a_wrong_secret_and_a_foreign_address_are_refused(world: World) -> None:
    assert exchange(world, approved(world), client_secret="x")["error"] == "incorrect_client_credentials"
    assert requests.get(authorize(world, redirect_uri="https://evil.example/"), timeout=5).status_code == 400


def viewer(stage: Stage, login: str, path: str) -> tuple[int, Any]:
    token = stage.world.approved_token(login)
    response = requests.get(f"{stage.world.url}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    return response.status_code, response.json()


def test_a_token_sees_what_both_the_person_and_the_app_can_see(stage: Stage) -> None:
    beside = stage.world.create_repository("acme", "beside", {"a": "b"}, private=True)
    stage.world.user("ada", "read", beside)
    listed = f"/user/installations/{stage.installation.id}/repositories"
    assert viewer(stage, "ada", "/repos/acme/server")[0] == 200
    assert viewer(stage, "ada", f"/repositories/{stage.repository.id}")[1]["full_name"] == "acme/server"
    assert viewer(stage, "ada", "/repos/acme/beside")[0] == 404, "the App is not installed there"
    assert viewer(stage, "bob", "/repos/acme/server")[0] == 404
    assert [each["name"] for each in viewer(stage, "ada", listed)[1]["repositories"]] == ["server"]
    assert viewer(stage, "bob", listed)[0] == 404
    assert viewer(stage, "bob", "/user/installations")[1]["installations"] == []
    stage.world.advance(28_801.0)
    token = stage.world.approved_token("ada")
    stage.world.advance(28_801.0)
    late = requests.get(f"{stage.world.url}/user", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert late.status_code == 401


@pytest.mark.parametrize(("login", "role"), [("eve", "admin"), ("ada", "member")])
def test_who_owns_the_organization_is_told_with_the_permission_only(stage: Stage, login: str, role: str) -> None:
    stage.world.organization("acme").owners.add("eve")
    path = "/user/memberships/orgs/acme"
    assert viewer(stage, login, path)[0] == 403
    stage.installation.permissions["members"] = "read"
    assert viewer(stage, login, path)[1]["role"] == role
    assert viewer(stage, "bob", path)[0] == 404
