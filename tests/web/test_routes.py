"""Forged, hostile and oversized requests to every route: each ends with a page or a status, and the site stays up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.web.access import Access, access_of
from tests.stage import Stage, plan
from tests.web.hosted import SITE, Hosted, Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = (
    "..",
    "%2e%2e",
    "%00",
    "a" * 5_000,
    "%F0%9F%98%80",
    "%ff",
    "<script>",
    "'",
    "1e9",
    "-1",
    str(2**63),
    "9" * 400,
)
METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with Stage(tmp_path) as stage:
        hosted = Hosted(stage, pages="login", hsts_seconds=60)
        repository = hosted.repository(private=True)
        stage.world.user("ada", "read", repository)
        hosted.pull_request(repository, plan("FAIL"))
        yield hosted


def filled(path: str, word: str) -> str:
    return re.sub(r"<[^>]+>", word, path)


def routes(hosted: Hosted) -> list[tuple[str, str]]:
    return [*access_of(hosted.site.pages)]


@pytest.mark.parametrize("login", [None, "ada"])
def test_hostile_paths_and_queries_are_answered_and_nothing_breaks(hosted: Hosted, login: str | None) -> None:
    person = Person(hosted, login or "eve")
    if login is not None:
        person.open("/login")
    for method, path in routes(hosted):
        if path == "/logout":
            continue
        for word in HOSTILE:
            for address in (filled(path, word), f"{filled(path, '1')}?{word}={word}&to=//{word}"):
                answer = person.browser.open(address, method=method, base_url=SITE)
                assert answer.status_code < 500, (method, address)
                assert "script-src" not in answer.headers["Content-Security-Policy"]
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Strict-Transport-Security"] == "max-age=60"
                assert "<script" not in answer.text
                location = answer.headers.get("Location", "/")
                assert location.startswith(("/", f"{hosted.stage.world.url}/login/oauth/authorize?", SITE)), location
                assert not location.startswith("//")
    assert person.get("/healthz").status_code == 200


def test_other_methods_are_refused(hosted: Hosted) -> None:
    eve = Person(hosted, "eve")
    for path in {path for _, path in routes(hosted)}:
        for method in METHODS:
            assert eve.browser.open(filled(path, "1"), method=method, base_url=SITE).status_code in {404, 405}


def test_oversized_bodies_are_refused_on_every_route(hosted: Hosted) -> None:
    ada = Person(hosted, "ada")
    ada.open("/login")
    for method, path in routes(hosted):
        if method == "POST":
            form = {"csrf": ada.csrf(), "finding": "x" * 200_000}
            answer = ada.browser.post(filled(path, "1"), base_url=SITE, data=form)
            assert answer.status_code == 413, path
    assert ada.get("/boards").status_code == 200, "she is still logged in"


def test_a_route_for_readers_opens_for_nobody_who_is_logged_out_or_cannot_read(hosted: Hosted) -> None:
    eve, bob = Person(hosted, "eve"), Person(hosted, "bob")
    bob.open("/login")
    run = next(iter(hosted.stage.world.hub.state.repositories.values())).runs.values()
    page = next(run.details_url for run in run if "/verdicts/" in run.details_url).removeprefix(SITE).split("/")
    values = {"int:repository": page[2], "head": page[3], "digest": page[4], "owner": "acme", "name": "ferry"}
    guarded = {Access.READER, Access.READER_OF_SOME}
    tried = 0
    for (method, path), access in access_of(hosted.site.pages).items():
        if access not in guarded:
            continue
        tried += 1
        address = re.sub(r"<([^>]+)>", lambda match: values[match[1]], path)
        sent = eve.browser.open(address, method=method, base_url=SITE)
        assert (sent.status_code, sent.headers["Location"]) == (303, f"/login?to={address}")
        form = {"csrf": bob.csrf()} if method == "POST" else None
        assert bob.browser.open(address, method=method, base_url=SITE, data=form).status_code == 404, address
    assert tried == 7


def test_forged_headers_name_no_other_place(hosted: Hosted) -> None:
    eve = Person(hosted, "eve")
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Host": "evil.example"}
    for method, path in routes(hosted):
        answer = eve.browser.open(filled(path, "1"), method=method, base_url=SITE, headers=headers)
        assert "evil.example" not in f"{answer.headers}{answer.text}", path
