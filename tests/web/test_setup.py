"""The first start, over real sockets: an App is registered in a browser, by nobody but who was shown the address."""

from __future__ import annotations

import html
import http.client
import json
import re
import threading
from stat import S_IMODE
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from werkzeug.test import Client

from bot.adapters import credentials
from bot.adapters.database.holders import Holders
from bot.bundled import bundled_text
from bot.core.hosting.registration import RegistrationOptions, permission_reasons
from bot.core.hosting.ruleset import ruleset_command
from bot.sandbox.faults import Fault
from bot.sandbox.world import World
from bot.web.setup import SetupPage, application
from tests.adapters.payloads import push
from tests.browser import Browser, form_of
from tests.first_start import app_of, started, unregistered
from tests.processes import Process, answers, deliver, free_port, request, signed, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


class TestTheFlow:
    def test_from_nothing_to_an_app_that_takes_deliveries(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (serve, port, link):
            browser = Browser()
            form = browser.form(link)
            assert form.action.startswith(f"{world.url}/settings/apps/new?state=")
            assert form.manifest["hook_attributes"] == {"url": f"http://127.0.0.1:{port}/webhook", "active": True}
            assert "plangate" not in form.manifest, "only GitHub's own keys are ever posted to it"

            done = browser.get(world.register_manifest(form.manifest, state=form.state))
            assert done.status == 200
            assert "plangate is registered" in done.text
            assert f"{world.url}/apps/plangate/installations/new" in done.text

            until(lambda: "plangate: ready at" in (tmp_path / "log").read_text())
            until(lambda: "worker working" in (tmp_path / "log").read_text())
            secret = (app_of(tmp_path) / "webhook-secret").read_text()
            assert signed_push(port, secret) == 202
            assert serve.terminate() == 0

    @pytest.mark.slow
    def test_github_itself_gets_its_deliveries_through(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            Browser().register(link, world)
            until(lambda: answers(port))
            app = next(one for one in world.hub.state.apps.values() if one is not world.app)
            repository = world.create_repository("acme", "ferry", {"README.md": "# Ferry\n"})
            world.install("acme", [repository], app=app)
            world.push(repository, "001-a", {"specs/001-a/spec.md": "# A\n"}, author="ada")
            world.settle()
            of_the_app = [one for one in world.deliveries.log if one.app is app and one.event == "push"]
            assert [one.status_code for one in of_the_app] == [202]

    def test_what_it_keeps_is_its_owners_alone_and_shown_to_nobody(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            browser = Browser()
            form = browser.form(link)
            back = world.register_manifest(form.manifest, state=form.state)
            done = browser.get(back)
            until(lambda: answers(port))
        folder = app_of(tmp_path)
        assert S_IMODE(folder.stat().st_mode) == 0o700
        assert {file.name: S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == dict.fromkeys(
            ("app.json", "client-secret", "private-key.pem", "webhook-secret"), 0o600
        )
        secret = (folder / "webhook-secret").read_text()
        client_secret = (folder / "client-secret").read_text()
        key = (folder / "private-key.pem").read_text().splitlines()[1]
        code = parse_qs(urlsplit(back).query)["code"][0]
        said = done.text + (tmp_path / "log").read_text()
        for hidden in (secret, client_secret, key, code, form.state):
            assert hidden not in said
        assert [path.name for path in (tmp_path / "var").iterdir() if path.name.startswith(".app")] == []

    @pytest.mark.slow
    def test_the_door_alone_goes_on_as_well(self, tmp_path: Path, world: World) -> None:
        holders = tmp_path / "var" / "workers"
        with started(tmp_path, world, "web") as (_, port, link):
            worker = Holders(holders)
            worker.hold("w1")
            Browser().register(link, world)
            until(lambda: answers(port))
            worker.close()

    @pytest.mark.slow
    def test_a_restart_knows_the_app(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (serve, port, link):
            Browser().register(link, world)
            until(lambda: answers(port))
            assert serve.terminate() == 0
        port, log = free_port(), tmp_path / "again"
        with Process(["-m", "bot", "serve"], unregistered(tmp_path, port, world, PLANGATE_URL=""), log):
            until(lambda: answers(port))
            assert "token=" not in log.read_text()
            secret = (app_of(tmp_path) / "webhook-secret").read_text()
            assert signed_push(port, secret) == 202

    def test_what_is_typed_on_the_page_is_asked_for(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, _port, link):
            browser = Browser()
            browser.get(link)
            page = link.partition("?")[0]
            form = browser.form(f"{page}?name=Gate+%3Cof%3E+%22Acme%22&organization=acme&commits=on")
            assert form.action.startswith(f"{world.url}/organizations/acme/settings/apps/new?state=")
            assert form.manifest["name"] == 'Gate <of> "Acme"'
            assert form.manifest["default_permissions"]["contents"] == "write"
            for wrong in (
                "?name=x&organization=a/b",
                f"?name={'x' * 35}",
                "?name=a%00b",
                "?name=x&organization=..%2F..",
            ):
                refused = browser.get(f"{page}{wrong}")
                assert refused.status == 400, wrong
                assert "a/b" not in refused.text


def signed_push(port: int, secret: str) -> int:
    """How a push that GitHub would have signed with this secret is answered."""
    body = json.dumps(push()).encode()
    return request(port, "POST", "/webhook", body, signed(body, "push", "delivery-1", secret=secret))[0]


class TestWhoMay:
    def test_before_there_is_an_app_nothing_else_is_served(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, _link):
            status, answer = deliver(port, "push", push(), "d1")
            assert (status, list(answer)) == (503, ["error"])
            assert request(port, "GET", "/healthz")[0] == 200
            assert request(port, "GET", "/readyz")[0] == 503
            assert request(port, "GET", "/metrics")[0] == 404
            assert b"not set up yet" in request(port, "GET", "/")[1]

    def test_without_the_token_nobody_gets_a_form(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            here = f"http://127.0.0.1:{port}/setup"
            token = link.partition("token=")[2]
            wrong = ["", "?token=", f"?token={token[:-1]}", f"?token={token}x", "?token=%00", "?token=%F0%9F%92%A9"]
            for given in [*wrong, f"?token={'x' * 5000}", f"?TOKEN={token}", "/done?code=a&state=b", "/done"]:
                refused = Browser().get(here + given)
                assert refused.status == 403, given
                assert "manifest" not in refused.text
            assert Browser().get(here, Cookie="plangate_setup=").status == 403
            assert Browser().get(here, Cookie=f"plangate_setup={token}").status == 403, "the cookie is another secret"
            assert Browser().post(f"{here}/keep").status == 403
            assert Browser().get(link).status == 200, "all that has not used it up"

    def test_the_token_does_not_stay_in_the_address(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            shown = Browser().get(link)
            assert shown.address == f"http://127.0.0.1:{port}/setup"
            assert link.partition("token=")[2] not in shown.text

    def test_every_page_is_kept_by_nobody_framed_by_nobody_and_runs_nothing(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            for address in (link, f"http://127.0.0.1:{port}/setup", f"http://127.0.0.1:{port}/"):
                headers = Browser().get(address).headers
                assert headers["Cache-Control"] == "no-store"
                assert headers["Referrer-Policy"] == "no-referrer"
                policy = headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self' ")
                assert f"form-action 'self' {world.url};" in policy
                assert "frame-ancestors 'none'" in policy

    def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            parts = urlsplit(link)
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=100)
            line.request("GET", f"{parts.path}?{parts.query}")
            answer = line.getresponse()
            assert (answer.status, answer.headers["Location"]) == (303, "setup")
            assert "HttpOnly" in answer.headers["Set-Cookie"]
            assert "SameSite=Lax" in answer.headers["Set-Cookie"]
            line.close()

    def test_no_address_comes_from_the_host_header(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            browser = Browser()
            browser.get(link)
            false = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
            shown = browser.get(f"http://127.0.0.1:{port}/setup", **false)
            manifest = form_of(shown.text).manifest
            assert manifest["redirect_url"] == f"http://127.0.0.1:{port}/setup/done"
            assert "evil.example" not in shown.text
            assert "evil.example" not in str(shown.headers)

    @pytest.mark.slow
    def test_once_there_is_an_app_the_page_is_gone_for_ever(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            browser = Browser()
            form = browser.form(link)
            browser.get(world.register_manifest(form.manifest, state=form.state))
            for address in (
                link,
                f"http://127.0.0.1:{port}/setup",
                f"http://127.0.0.1:{port}/setup/done?code=a&state=b",
            ):
                until(lambda address=address: gone(browser, address))  # type: ignore[misc]
            until(lambda: answers(port))
            for path in ("/setup", "/setup/done", "/setup/keep"):
                assert request(port, "GET", path)[0] == 404

    @pytest.mark.slow
    def test_two_browsers_at_once_make_one_app(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            browsers = [Browser() for _ in range(4)]
            ways = []
            for browser in browsers:
                form = browser.form(link)
                ways.append(world.register_manifest(form.manifest, state=form.state))
            # GitHub takes its time, so that all of them are on their way at once.
            world.faults.add(Fault("apps/create-from-manifest", 0, delay=0.3, times=None))
            statuses: list[int] = []

            def come_back(browser: Browser, way: str) -> None:
                statuses.append(browser.get(way).status)

            threads = [threading.Thread(target=come_back, args=pair) for pair in zip(browsers, ways, strict=True)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(statuses) == [200, 404, 404, 404]
            until(lambda: answers(port))
        assert len([one for one in world.requests.since(0) if one.operation == "apps/create-from-manifest"]) == 1


def gone(browser: Browser, address: str) -> bool:
    """The door restarts meanwhile, so nobody may answer for a moment."""
    try:
        return browser.get(address).status in {403, 404}
    except OSError:
        return False


class TestWhatGoesWrong:
    def test_a_state_works_once_in_its_own_browser_only(self, tmp_path: Path, world: World) -> None:
        with started(tmp_path, world) as (_, port, link):
            mine, other = Browser(), Browser()
            form = mine.form(link)
            other.form(link)
            here = f"http://127.0.0.1:{port}/setup/done"
            assert other.get(f"{here}?code=abc&state={form.state}").status == 400, "it was given to another browser"
            assert mine.get(f"{here}?code=abc&state={form.state}").status == 400, "that has used it up"
            again = mine.form(link)
            assert mine.get(f"{here}?code=abc&state={again.state}").status == 502, "GitHub does not know the code"
            assert mine.get(f"{here}?code=abc&state={again.state}").status == 400, "so has that"
            assert mine.get(f"{here}?code=abc").status == 400
            assert mine.get(f"{here}?code=abc&state={'x' * 4000}").status == 400
            assert Browser().register(link, world).status == 200

    @pytest.mark.parametrize(
        "code", ["", "a/../../user", "..%2F..%2Fuser", "a%0D%0AX-Evil:1", "%00", "é", "a b", "x" * 201, "?x=1", "%23"]
    )
    def test_a_strange_code_never_reaches_github(self, tmp_path: Path, world: World, code: str) -> None:
        client, state = inside(tmp_path, world)
        answer = client.get(f"/setup/done?code={code}&state={state}")
        assert answer.status_code == 400
        assert not list(world.requests.since(0))
        assert not credentials.is_there(tmp_path / "var")

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("apps/create-from-manifest", 404, "Not Found"),
            Fault("apps/create-from-manifest", 500, "<script>alert(1)</script>"),
            Fault("apps/create-from-manifest", 422, "no"),
            Fault("apps/create-from-manifest", cut=True),
            Fault("apps/create-from-manifest", 500, after=True),
        ],
        ids=["404", "500", "422", "cut", "answer lost"],
    )
    def test_when_github_fails_it_says_so_keeps_nothing_and_can_be_done_again(
        self, tmp_path: Path, world: World, fault: Fault
    ) -> None:
        client, _ = inside(tmp_path, world)
        world.faults.add(fault)
        failed = client.get(way_back(client, world))
        assert failed.status_code == 502
        assert "Start again" in failed.text
        assert "<script>" not in failed.text
        assert not credentials.is_there(tmp_path / "var")
        assert client.get(way_back(client, world)).status_code == 200
        assert credentials.is_there(tmp_path / "var")

    def test_a_disk_that_refuses_in_the_last_moment_loses_nothing(self, tmp_path: Path, world: World) -> None:
        var, aside = tmp_path / "var", tmp_path / "aside"

        def break_the_folder() -> None:
            var.rename(aside)
            var.write_text("no folder")

        with started(tmp_path, world) as (_, port, link):
            browser = Browser()
            world.faults.add(Fault("apps/create-from-manifest", 0, meanwhile=break_the_folder))
            failed = browser.register(link, world)
            assert failed.status == 503
            assert "its key is not stored" in failed.text
            assert "Store them now" in failed.text
            assert Browser().get(link).status == 503, "the one that is in hand comes first"
            assert browser.post(f"http://127.0.0.1:{port}/setup/keep").status == 503
            var.unlink()
            aside.rename(var)
            assert [path.name for path in var.iterdir() if "app" in path.name] == [], "nothing half written"
            kept = browser.post(f"http://127.0.0.1:{port}/setup/keep")
            assert kept.status == 200
            until(lambda: answers(port))

    def test_a_folder_that_takes_nothing_is_told_before_github_is_asked(self, tmp_path: Path, world: World) -> None:
        client, state = inside(tmp_path, world)
        (tmp_path / "var").rmdir()
        (tmp_path / "var").write_text("no folder")
        assert client.get("/setup").status_code == 503
        assert client.get(f"/setup/done?code=abc&state={state}").status_code == 503
        assert not list(world.requests.since(0))


def test_the_page_says_why_each_permission_is_needed(tmp_path: Path, world: World) -> None:
    client, _ = inside(tmp_path, world)
    reasons = permission_reasons(bundled_text("app.yml"))
    assert reasons.keys() == yaml.safe_load(bundled_text("app.yml"))["default_permissions"].keys()
    page = html.unescape(client.get("/setup").text)
    for name, reason in reasons.items():
        assert re.search(rf"<code>{name}: \w+</code> <span class=\"faint\">{re.escape(reason)}</span>", page)


def test_the_last_page_leads_on_to_a_required_check(tmp_path: Path, world: World) -> None:
    client, _ = inside(tmp_path, world)
    page = html.unescape(client.get(way_back(client, world, "?name=Gate&organization=acme")).text)
    steps = re.findall(r"<li><h2>([^<]+)</h2>", page)
    assert steps == ["Install it", "Start the server", "See a first verdict", "Check everything", "Require the check"]
    assert "<code>PLANGATE_URL=https://plangate.example</code>" in page
    assert "<code>001-search</code>" in page
    (command,) = re.findall(r"<pre><code>(gh api .*?)</code></pre>", page, re.DOTALL)
    app = next(reversed(world.hub.state.apps))
    assert command == ruleset_command(app, "acme", urlsplit(world.url).netloc)


def test_a_server_that_goes_on_by_itself_need_not_be_started(tmp_path: Path, world: World) -> None:
    client, _ = inside(tmp_path, world, goes_on=True)
    page = client.get(way_back(client, world)).text
    assert "plangate serve" not in page
    assert "Install it on your repositories" in page


@pytest.mark.parametrize(
    ("chosen", "levels"),
    [
        ("comments", {"contents": "read", "pull_requests": "write", "issues": "write"}),
        ("commits", {"contents": "write", "pull_requests": "write", "issues": "write"}),
        ("checks", {"contents": "read", "pull_requests": "read", "issues": None}),
    ],
)
def test_what_the_app_may_do_is_chosen_on_the_page(
    tmp_path: Path, world: World, chosen: str, levels: dict[str, str | None]
) -> None:
    client, _ = inside(tmp_path, world)
    shown = client.get(f"/setup?name=Gate&organization=&permissions={chosen}").text
    asked = form_of(shown).manifest["default_permissions"]
    assert {name: asked.get(name) for name in levels} == levels
    assert re.findall(r'value="(\w+)" checked', shown) == [chosen]


def inside(folder: Path, world: World, *, goes_on: bool = False) -> tuple[Client, str]:
    """The pages without a process, a browser that has brought the token, and a state of its own."""
    page = SetupPage(
        token="the token",
        written=yaml.safe_load(bundled_text("app.yml")),
        reasons=permission_reasons(bundled_text("app.yml")),
        address="https://plangate.example",
        browser_address="http://localhost",
        github_url=world.url,
        api_url=world.url,
        directory=folder / "var",
        wanted=RegistrationOptions(),
        next_step="Plangate goes on by itself.",
        patience=1.0,
        goes_on=goes_on,
    )
    client = Client(application(page))
    client.get("/setup?token=the+token")
    return client, form_of(client.get("/setup").text).state


def way_back(client: Client, world: World, options: str = "") -> str:
    """Agree at GitHub to what the page asks for: where that leads."""
    form = form_of(client.get(f"/setup{options}").text)
    return world.register_manifest(form.manifest, state=form.state).removeprefix("http://localhost")
