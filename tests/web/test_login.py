"""Login by GitHub: who sees what, and every way in that must stay shut."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from bot.adapters.github.viewer import LoginRefused, ViewersGitHub
from bot.core.forge.errors import ForgeError, UserError
from bot.host.settings import read
from bot.sandbox.acts.oauth import challenge_of
from bot.sandbox.faults import Fault
from bot.sandbox.kinds import Kind
from bot.sandbox.world import World
from bot.web.login import own_path
from bot.web.sessions import CookieBox, LoginAttempt, Session
from bot.web.verdict_rows import excerpt
from tests.stage import Stage, plan
from tests.web.hosted import SITE, Hosted, Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.state import Repository

SESSION = "__Host-plangate_session"
ATTEMPT = "__Host-plangate_login"


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with Stage(tmp_path) as stage:
        yield Hosted(stage, pages="login", hsts_seconds=31_536_000)


@pytest.fixture
def ferry(hosted: Hosted) -> Repository:
    """A private repository that ada can read, with a verdict."""
    return hosted.repository(private=True)


@pytest.fixture
def path(hosted: Hosted, ferry: Repository) -> str:
    """The path of a verdict in it."""
    hosted.stage.world.user("ada", "read", ferry)
    return hosted.page(ferry, hosted.pull_request(ferry, plan("FAIL")).head_sha)


class TestWhoSees:
    def test_who_can_read_the_repository_logs_in_and_reads(self, hosted: Hosted, path: str) -> None:
        ada = Person(hosted, "ada")
        page = ada.open(path)
        assert page.status_code == 200
        assert "I. Library First" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert ada.get(f"{path}/report.json").status_code == 200
        assert ada.get(path.rpartition("/")[0]).headers["Location"] == path, "the head leads to its latest page"

    def test_nobody_else_learns_whether_there_is_a_page(self, hosted: Hosted, path: str) -> None:
        bob = Person(hosted, "bob")
        hidden, nothing = bob.open(path), bob.open(f"{path[:-16]}{'0' * 16}")
        assert (hidden.status_code, nothing.status_code) == (404, 404)
        assert "Library" not in hidden.text
        assert hidden.text.replace(path, "") == nothing.text.replace(f"{path[:-16]}{'0' * 16}", "")
        for further in (f"{path}/report.json", f"{path}/wrong", path.rpartition("/")[0]):
            assert bob.get(further).status_code == 404
        assert bob.post(f"{path}/wrong", csrf=bob.csrf(), finding="x").status_code == 404

    def test_who_is_logged_out_is_sent_to_the_login_and_nothing_more(self, hosted: Hosted, path: str) -> None:
        eve, mark = Person(hosted, "eve"), hosted.stage.world.requests.mark
        for address in (path, "/verdicts/1/abc/def", f"{path}/report.json", f"{path}/wrong"):
            answer = eve.get(address)
            assert (answer.status_code, answer.headers["Location"]) == (303, f"/login?to={address}")
        assert eve.post(f"{path}/wrong", finding="x").headers["Location"] == f"/login?to={path}/wrong"
        assert not hosted.stage.requests(mark), "GitHub is not asked, so the time tells nothing"

    def test_a_public_page_needs_no_login(self, hosted: Hosted) -> None:
        repository = hosted.repository()
        path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
        assert Person(hosted, "eve").get(path).status_code == 200
        assert Person(hosted, "ada").open(path).status_code == 200

    def test_a_public_page_leads_to_the_login_while_github_does_not_answer(self, hosted: Hosted) -> None:
        repository = hosted.repository()
        path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
        hosted.stage.world.faults.add(Fault("GET /repos/acme/ferry", times=None))
        assert Person(hosted, "eve").get(path).status_code == 303
        hosted.stage.world.faults.clear()

    def test_github_is_asked_once_in_five_minutes_and_believed_afterwards(
        self, hosted: Hosted, ferry: Repository, path: str
    ) -> None:
        ada, world = Person(hosted, "ada"), hosted.stage.world
        ada.open(path)
        mark = world.requests.mark
        for _ in range(3):
            assert ada.get(f"{path}/report.json").status_code == 200
        assert not hosted.stage.requests(mark)
        ferry.roles.clear()
        world.advance(301.0)
        assert ada.get(path).status_code == 404
        assert [request.path for request in hosted.stage.requests(mark)] == [f"/repositories/{ferry.id}"]

    def test_a_renamed_repository_keeps_its_pages(self, hosted: Hosted, ferry: Repository, path: str) -> None:
        hosted.stage.world.rename(ferry, "barge")
        assert Person(hosted, "ada").open(path).status_code == 200

    def test_without_an_answer_of_github_nothing_is_shown(self, hosted: Hosted, path: str) -> None:
        ada = Person(hosted, "ada")
        ada.open("/login")
        hosted.stage.world.faults.add(Fault("GET /repositories/*", times=None))
        page = ada.get(path)
        assert (page.status_code, "GitHub does not say" in page.text) == (503, True)
        hosted.stage.world.faults.clear()

    def test_a_repository_without_the_app_is_not_shown(self, hosted: Hosted, ferry: Repository, path: str) -> None:
        installation = next(iter(hosted.stage.world.hub.state.installations.values()))
        hosted.stage.world.remove_repositories(installation, ferry)
        assert Person(hosted, "ada").open(path).status_code == 404


class TestExcerpts:
    def test_who_is_logged_in_sees_the_lines_and_no_line_is_stored(
        self, hosted: Hosted, ferry: Repository, path: str
    ) -> None:
        ada = Person(hosted, "ada")
        ada.open("/login")
        mark = hosted.stage.world.requests.mark
        page = ada.get(path).text
        lines = page.partition('<pre class="excerpt"')[2].partition("</pre>")[0]
        assert "<mark>| I. Library First | FAIL | the index is a library |</mark>" in lines
        assert "|---|---|---|" in lines
        asked = [f"{request.method} {request.path}" for request in hosted.stage.requests(mark)]
        assert asked == [f"GET /repositories/{ferry.id}", "POST /graphql"], "one request for all documents"
        stored = hosted.stage.store.verdict_page(ferry.id, *path.split("/")[3:])
        assert stored is not None
        assert "|---|---|---|" not in stored.page

    def test_without_them_the_page_is_complete(self, hosted: Hosted, path: str) -> None:
        ada = Person(hosted, "ada")
        ada.open("/login")
        hosted.stage.world.faults.add(Fault("graphql", times=None))
        page = ada.get(path)
        assert (page.status_code, 'class="excerpt"' in page.text) == (200, False)
        assert "I. Library First is violated" in page.text
        hosted.stage.world.faults.clear()

    def test_on_a_public_page_nobody_gets_them_without_a_login(self, hosted: Hosted) -> None:
        repository = hosted.repository()
        path = hosted.page(repository, hosted.pull_request(repository, plan("FAIL")).head_sha)
        assert 'class="excerpt"' not in Person(hosted, "eve").get(path).text
        ada = Person(hosted, "ada")
        ada.open("/login")
        assert 'class="excerpt"' in ada.get(path).text

    @pytest.mark.parametrize(("line", "shown"), [(1, ["1", "2"]), (3, ["2", "3"]), (4, []), (0, []), (-1, [])])
    def test_an_excerpt_ends_with_its_document(self, line: int, shown: list[str]) -> None:
        assert re.findall(r'class="nr">(\d+)<', excerpt(line, "<a>\nb\r\nc")) == shown

    def test_an_excerpt_is_text_of_bounded_length(self) -> None:
        assert "<script" not in excerpt(1, "<script>" + "x" * 10_000)
        assert len(excerpt(1, "x" * 10_000)) < 400


class TestSession:
    def test_the_cookie_is_for_this_host_and_hidden_from_scripts(self, hosted: Hosted) -> None:
        ada = Person(hosted, "ada")
        start = ada.get("/login")
        done = ada.get(ada.approve(start.headers["Location"]))
        for name, answer in ((f"{ATTEMPT}_[0-9a-f]{{8}}", start), (SESSION, done)):
            cookie = next(line for line in answer.headers.getlist("Set-Cookie") if re.match(f"{name}=g", line))
            for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
                assert part in cookie.split("; ")
            assert "Domain" not in cookie
            value = cookie.partition("=")[2].partition(";")[0]
            assert b"ada" not in base64.urlsafe_b64decode(value), "it is encrypted"

    def test_it_ends_with_githubs_token_after_eight_hours(self, hosted: Hosted, path: str) -> None:
        ada = Person(hosted, "ada")
        ada.open(path)
        hosted.stage.world.advance(28_700.0)
        assert ada.get(path).status_code == 200
        hosted.stage.world.advance(200.0)
        assert ada.get(path).headers["Location"].startswith("/login?to=/verdicts/")

    def test_a_token_that_github_took_back_leads_to_a_new_login(self, hosted: Hosted, path: str) -> None:
        ada = Person(hosted, "ada")
        ada.open(path)
        hosted.stage.world.hub.state.app_user_tokens.clear()
        hosted.stage.world.advance(301.0)
        answer = ada.get(path)
        assert answer.headers["Location"] == f"/login?to={path}"
        assert f"{SESSION}=;" in answer.headers["Set-Cookie"]
        assert ada.open(path).status_code == 200

    def test_logging_out_ends_it_here_and_at_github_so_that_a_copy_is_worth_nothing(
        self, hosted: Hosted, path: str
    ) -> None:
        ada = Person(hosted, "ada")
        ada.open(path)
        cookie = ada.browser.get_cookie(SESSION, domain=urlsplit(SITE).netloc)
        assert cookie is not None
        answer = ada.post("/logout", csrf=ada.csrf())
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert not hosted.stage.world.hub.state.app_user_tokens
        thief = Person(hosted, "eve")
        thief.browser.set_cookie(SESSION, cookie.value, domain=urlsplit(SITE).netloc, secure=True)
        assert thief.get(path).status_code == 303

    @pytest.mark.parametrize("cookie", ["x", "gAAAAA" + "A" * 200, "g" * 5_000, "\x00", "gAAAAAé"])
    def test_a_forged_cookie_is_nobody(self, hosted: Hosted, path: str, cookie: str) -> None:
        eve = Person(hosted, "eve")
        answer = eve.browser.get(path, base_url=SITE, headers={"Cookie": f"{SESSION}={quote(cookie)}"})
        assert answer.status_code == 303

    def test_keys_change_with_the_day_and_the_secret_and_serve_one_purpose(self) -> None:
        day = [100 * 86_400.0]
        box = CookieBox("secret", lambda: day[0])
        session = Session(1, "ada", "ghu_x", "csrf", 102.5 * 86_400)
        cookie = box.write(session)
        assert box.read(cookie, Session) == session
        assert box.read(cookie, LoginAttempt) is None
        assert CookieBox("another", lambda: day[0]).read(cookie, Session) is None
        day[0] += 86_400.0
        assert box.read(cookie, Session) == session
        day[0] += 86_400.0
        assert box.read(cookie, Session) is None, "its key is no longer derived"
        assert "ghu_x" not in repr(session)


def test_no_cache_keeps_a_page_with_a_name_on_it(hosted: Hosted) -> None:
    ada, eve = Person(hosted, "ada"), Person(hosted, "eve")
    ada.open("/login")
    for path in ("/", "/rules", "/configuration", "/nothing"):
        mine, open_to_all = ada.get(path), eve.get(path)
        assert mine.headers["Cache-Control"] == "no-store"
        assert ">ada<" in mine.text
        assert "Cookie" in open_to_all.headers["Vary"]
    assert "Cache-Control" not in eve.get("/rules").headers
    sheet = ada.get("/static/plain.css")
    sheet.close()
    assert "no-store" not in sheet.headers["Cache-Control"]


class TestForms:
    def test_every_form_of_a_session_needs_its_token(self, hosted: Hosted, path: str) -> None:
        ada = Person(hosted, "ada")
        finding = ada.open(path).text.partition('name="finding" value="')[2].partition('"')[0]
        for form in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "é"}):
            assert ada.post("/logout", **form).status_code == 403
            assert ada.post(f"{path}/wrong", finding=finding, **form).status_code == 403
        assert not hosted.stage.store.false_alarms()
        assert ada.post(f"{path}/wrong", finding=finding, csrf=ada.csrf()).status_code == 303
        assert hosted.stage.store.false_alarms() == {"unjustified-violation": 1}

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_a_form_of_another_site_is_refused_with_or_without_a_session(
        self, hosted: Hosted, path: str, site: str
    ) -> None:
        ada = Person(hosted, "ada")
        ada.open(path)
        for person, address in ((ada, "/logout"), (Person(hosted, "eve"), f"{path}/wrong")):
            answer = person.browser.post(
                address, base_url=SITE, data={"csrf": ada.csrf()}, headers={"Sec-Fetch-Site": site}
            )
            assert answer.status_code == 403
            assert "another site" in answer.text

    def test_a_large_form_is_refused(self, hosted: Hosted, path: str) -> None:
        ada = Person(hosted, "ada")
        ada.open(path)
        assert ada.post("/logout", csrf=ada.csrf(), more="x" * 100_000).status_code == 413
        assert ada.get(path).status_code == 200


class TestWayBack:
    def test_the_request_to_github_holds_state_and_challenge(self, hosted: Hosted) -> None:
        queries = [parse_qs(urlsplit(Person(hosted, "ada").get("/login").headers["Location"]).query) for _ in range(2)]
        for query in queries:
            assert query["redirect_uri"] == [f"{SITE}/login/done"]
            assert query["client_id"] == [hosted.stage.world.app.client_id]
            assert query["code_challenge_method"] == ["S256"]
            assert len(query["code_challenge"][0]) == len(challenge_of("x"))
        assert queries[0]["state"] != queries[1]["state"]
        assert queries[0]["code_challenge"] != queries[1]["code_challenge"]

    def test_it_works_once_and_in_its_own_browser(self, hosted: Hosted) -> None:
        ada, eve = Person(hosted, "ada"), Person(hosted, "eve")
        back = ada.approve(ada.get("/login").headers["Location"])
        eve.get("/login")
        assert eve.get(back).status_code == 400, "another browser has another state"
        assert ada.get(back).status_code == 303
        again = ada.get(back)
        assert (again.status_code, "used already" in again.text) == (400, True)

    def test_a_replayed_cookie_does_not_revive_a_code(self, hosted: Hosted) -> None:
        ada = Person(hosted, "ada")
        start = ada.get("/login")
        name, _, attempt = start.headers["Set-Cookie"].partition(";")[0].partition("=")
        back = ada.approve(start.headers["Location"])
        assert ada.get(back).status_code == 303
        eve = Person(hosted, "eve")
        eve.browser.set_cookie(name, attempt, domain=urlsplit(SITE).netloc, secure=True)
        answer = eve.get(back)
        assert (answer.status_code, "did not accept the code" in answer.text) == (400, True)

    @pytest.mark.parametrize("query", ["", "state=x", "code=abc", "state=%00&code=abc", "state=x&code=a&error=y"])
    def test_a_forged_way_back_is_refused(self, hosted: Hosted, query: str) -> None:
        ada = Person(hosted, "ada")
        ada.get("/login")
        answer = ada.get(f"/login/done?{query}")
        assert answer.status_code == 400
        assert SESSION not in str(answer.headers)

    def test_two_pages_opened_at_once_both_lead_back(self, hosted: Hosted) -> None:
        ada = Person(hosted, "ada")
        starts = [ada.get(f"/login?to=/boards/acme{n}").headers["Location"] for n in (1, 2)]
        for n, start in enumerate(starts, 1):
            assert ada.get(ada.approve(start)).headers["Location"] == f"/boards/acme{n}"

    def test_below_a_path_the_login_leads_back_below_it(self, tmp_path: Path) -> None:
        with Stage(tmp_path / "below") as stage:
            site = f"{SITE}/gate"
            ada = Person(Hosted(stage, pages="login", site=site), "ada")
            assert ada.get("/boards/acme").headers["Location"] == "/gate/login?to=/boards/acme"
            start = ada.get("/login?to=/boards/acme").headers["Location"]
            back = ada.approve(start)
            assert back.startswith("/gate/login/done?")
            assert ada.get(back.removeprefix("/gate")).headers["Location"] == "/gate/boards/acme"

    def test_who_does_not_approve_is_told_so(self, hosted: Hosted) -> None:
        ada = Person(hosted, "ada")
        state = parse_qs(urlsplit(ada.get("/login").headers["Location"]).query)["state"][0]
        answer = ada.get(f"/login/done?error=access_denied&state={state}")
        assert (answer.status_code, "did not approve" in answer.text) == (400, True)

    def test_ten_minutes_at_github_are_too_many(self, hosted: Hosted) -> None:
        ada = Person(hosted, "ada")
        back = ada.approve(ada.get("/login").headers["Location"])
        hosted.stage.world.advance(601.0)
        assert ada.get(back).status_code == 400

    def test_while_github_does_not_answer_nobody_is_logged_in(self, hosted: Hosted) -> None:
        ada = Person(hosted, "ada")
        back = ada.approve(ada.get("/login").headers["Location"])
        hosted.stage.world.faults.add(Fault("GET /user"))
        answer = ada.get(back)
        assert (answer.status_code, "does not answer" in answer.text) == (503, True)

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/", "//evil.example/", "/\\evil.example", "/verdicts//evil.example", "/boards/a\n",
            "/verdicts/1/../..", "/verdicts/%2e%2e/x", "/login", "verdicts/1/a/b", "/verdicts/1/a/b?x",
            "/verdicts/" + "a" * 999,
        ],
    )  # fmt: skip
    def test_a_login_leads_to_no_other_place_than_our_pages(self, hosted: Hosted, address: str) -> None:
        assert own_path(address) == "/"
        ada = Person(hosted, "ada")
        start = ada.get(f"/login?to={quote(address)}")
        assert ada.get(ada.approve(start.headers["Location"])).headers["Location"] == "/"


def test_with_public_pages_there_is_no_login(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        hosted = Hosted(stage)
        for address in ("/login", "/login/done"):
            assert hosted.browser.get(address).status_code == 404
        assert hosted.browser.post("/logout").status_code == 404
        assert "Log in" not in hosted.browser.get("/").text


class TestHost:
    def test_a_missing_secret_is_named_with_its_settings(self) -> None:
        settings = read({"PLANGATE_PAGES": "login", "PLANGATE_CLIENT_ID": "Iv1"})
        with pytest.raises(UserError, match="PLANGATE_CLIENT_SECRET"):
            settings.login_secret()
        missing = read({"PLANGATE_CLIENT_ID": "Iv1", "PLANGATE_CLIENT_SECRET_FILE": "/nowhere/secret"})
        with pytest.raises(UserError, match="/nowhere/secret"):
            missing.login_secret()

    def test_the_secret_can_be_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("hush\n")
        settings = read({"PLANGATE_CLIENT_ID": "Iv1", "PLANGATE_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
        assert settings.login_secret() == "hush"

    @pytest.mark.parametrize("kind", list(Kind))
    def test_every_kind_of_github_lets_people_in(self, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
        with World(kind=kind) as world:
            if kind is Kind.RESIDENCY:
                monkeypatch.setenv("http_proxy", world.address)
            github = ViewersGitHub(world.url, world.api, world.app.client_id, world.app.client_secret)
            repository = world.create_repository("acme", "ferry", {"a.md": "one\ntwo\n"}, private=True)
            world.install("acme", [repository])
            world.user("ada", "read", repository)
            token = world.approved_token("ada")
            assert github.account(token).login == "ada"
            assert github.by_id(repository.id, token) == github.by_name("acme/ferry", token)
            head = repository.head() or ""
            assert github.documents("acme/ferry", head, ["a.md", "b.md"], token) == {"a.md": "one\ntwo\n"}
            with pytest.raises(LoginRefused):
                github.token("x", "y", f"{SITE}/login/done")

    def test_a_github_that_is_away_is_an_error_and_not_an_answer(self) -> None:
        github = ViewersGitHub("http://127.0.0.1:1", "http://127.0.0.1:1", "a", "b")
        with pytest.raises(ForgeError):
            github.by_id(1, "token")
        with pytest.raises(ForgeError):
            github.token("code", "verifier", SITE)
