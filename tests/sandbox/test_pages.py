from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.errors import ApiError
from bot.sandbox.pages.markdown import render

if TYPE_CHECKING:
    from tests.sandbox.scene import Stage

BROWSER = {"Accept": "text/html"}


@pytest.fixture
def number(stage: Stage) -> int:
    head = stage.world.push(stage.repository, "001-a", {"specs/001-a/plan.md": "# Plan\n\nNo row.\n"}, author="ada")
    pull = stage.world.open_pull_request(stage.repository, "001-a", author="ada", title="A <b>bold</b> title")
    note = {
        "path": "specs/001-a/plan.md",
        "start_line": 3,
        "end_line": 3,
        "annotation_level": "failure",
        "message": "Why?",
    }
    action = {"label": "Recheck", "description": "Check again", "identifier": "recheck"}
    output: dict[str, Any] = {
        "title": "1 violation unjustified",
        "summary": "| a |\n|---|\n| b |",
        "annotations": [note],
    }
    stage.pygithub_repository().create_check_run(
        "plangate", head, status="completed", conclusion="failure", output=output, actions=[action]
    )
    return pull.number


def look(stage: Stage, path: str) -> str:
    response = requests.get(f"{stage.world.url}{path}", headers=BROWSER, timeout=5)
    assert response.status_code == 200, path
    assert "Nothing here is on github.com" in response.text
    return response.text


def send(stage: Stage, path: str, **form: str) -> requests.Response:
    return requests.post(f"{stage.world.url}{path}", data=form, headers=BROWSER, timeout=5)


def test_every_page_can_be_looked_at(stage: Stage, number: int) -> None:
    delivery = stage.world.deliveries.log[-1]
    pages = ["/", "/acme/server", f"/acme/server/pull/{number}/files", "/-/deliveries", f"/-/deliveries/{delivery.id}"]
    assert all(look(stage, page) for page in pages)
    conversation = look(stage, f"/acme/server/pull/{number}")
    assert "A &lt;b&gt;bold&lt;/b&gt; title" in conversation
    assert "1 violation unjustified" in conversation
    checks = look(stage, f"/acme/server/pull/{number}/checks")
    assert re.search(r'class="hit"><td>3</td><td><pre>No row\.', checks), "the annotation stands on its line"
    assert "<table>" in checks
    assert "Recheck</button>" in checks


def test_a_comment_from_the_page_is_delivered(stage: Stage, number: int) -> None:
    send(stage, f"/acme/server/issues/{number}/comments", **{"as": "ada", "body": "/plan why"})
    payload = stage.world.sent("issue_comment", "created")[-1].payload
    assert (payload["comment"]["body"], payload["sender"]["login"]) == ("/plan why", "ada")


def test_the_buttons_of_a_run_work(stage: Stage, number: int) -> None:
    [run] = stage.world.check_runs(stage.repository, stage.repository.pulls[number].head_sha)
    send(stage, f"/acme/server/runs/{run.id}/rerequest", **{"as": "ada"})
    send(stage, f"/acme/server/runs/{run.id}/actions/recheck", **{"as": "ada"})
    assert stage.world.sent("check_run", "rerequested")
    pressed = stage.world.sent("check_run", "requested_action")[-1].payload
    assert pressed["requested_action"] == {"identifier": "recheck"}


def test_the_merge_button_is_held_by_the_required_check(stage: Stage, number: int) -> None:
    stage.repository.required_checks = {"plangate"}
    page = f"/acme/server/pull/{number}"
    assert "Merging is blocked" in look(stage, page)
    refused = send(stage, f"{page}/merge", **{"as": "ada"})
    assert (refused.status_code, "is expected" in refused.text) == (405, True)
    stage.repository.required_checks = set()
    assert "Merged as" in send(stage, f"{page}/merge", **{"as": "ada"}).text


def test_only_our_own_pages_may_send_a_form(stage: Stage, number: int) -> None:
    headers = {**BROWSER, "Origin": "https://elsewhere.example"}
    url = f"{stage.world.url}/acme/server/issues/{number}/comments"
    response = requests.post(url, data={"as": "ada", "body": "no"}, headers=headers, timeout=5)
    assert response.status_code == 403
    assert stage.world.comments(stage.repository, number) == []


MANIFEST = {
    "name": "Plangate of Acme",
    "url": "https://example.invalid",
    "hook_attributes": {"url": "https://example.invalid/webhook"},
    "redirect_url": "http://127.0.0.1:5000/setup/done",
    "default_permissions": {"checks": "write", "contents": "read"},
    "default_events": ["push", "check_run"],
}


def test_a_manifest_becomes_an_app_once(stage: Stage) -> None:
    back = stage.world.register_manifest(MANIFEST, state="abc")
    query = parse_qs(urlsplit(back).query)
    assert query["state"] == ["abc"]
    url = f"{stage.world.url}/app-manifests/{query['code'][0]}/conversions"
    made = requests.post(url, timeout=5)
    assert (made.status_code, made.json()["slug"]) == (201, "plangate-of-acme")
    assert made.json()["pem"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert requests.post(url, timeout=5).status_code == 404


def test_the_projects_own_manifest_is_taken(stage: Stage) -> None:
    written = yaml.safe_load((Path(__file__).parents[2] / "app.yml").read_text())
    del written["plangate"]
    back = stage.world.register_manifest({**written, "redirect_url": MANIFEST["redirect_url"]})
    assert back.startswith("http://127.0.0.1:5000/setup/done?code=")


def test_a_code_ends_after_an_hour(stage: Stage) -> None:
    code = parse_qs(urlsplit(stage.world.register_manifest(MANIFEST)).query)["code"][0]
    stage.world.advance(3601)
    assert requests.post(f"{stage.world.url}/app-manifests/{code}/conversions", timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"default_events": ["installation"]}, "Default events are not supported by permissions: installation"),
        ({"default_events": ["issues"]}, "Default events are not supported by permissions: issues"),
        ({"hook_attributes": {"active": True}}, "hook_attributes: url is required"),
        ({"url": None}, "url: an address is required"),
        ({"plangate": {}}, '"plangate" is no key of a manifest'),
    ],
)
def test_a_manifest_that_github_would_refuse(stage: Stage, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ApiError) as caught:
        stage.world.register_manifest({**MANIFEST, **change})
    assert words in caught.value.message


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


PIECES = [
    "<script>",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>",
    "[x](javascript:y)",
    "<svg onload=x>",
    "<details open ontoggle=x>",
    "</div></main></body>",
    "<!--",
    "-->",
    "<a href=' \x01java\tscript:x'>",
    "> [!NOTE]\n> x\n",
    "| a |\n|---|\n| b |\n",
    "`code`",
    "\n\n",
    "<style>",
    "&lt;script&gt;",
    "<p style=x>",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=12))
def test_no_text_brings_a_script_onto_a_page(pieces: list[str]) -> None:
    reader = Reader()
    shown = render("".join(pieces))
    reader.feed(shown)
    assert shown.count("<details") == shown.count("</details>")
    for tag, attributes in reader.tags:
        assert tag not in {"script", "style", "img", "svg", "iframe", "object", "base", "form"}
        assert not any(name.startswith("on") or name in {"style", "src"} for name in attributes)
        href = re.sub(r"[\x00-\x20]", "", attributes.get("href") or "").lower()
        assert not href.startswith(("javascript:", "data:", "vbscript:"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- [x] done", '<input type="checkbox" disabled="" checked="">'),
        ("> [!WARNING]\n> Look", 'class="markdown-alert-warning"'),
        ("| a |\n|---|\n| b |", "<table>"),
        ("<details><summary>More</summary>\n\n**b**\n\n</details>", "<summary>More</summary>"),
        ("a < b", "a &lt; b"),
    ],
)
def test_markdown_looks_as_on_github(text: str, shown: str) -> None:
    assert shown in render(text)


def test_a_file_is_shown_with_its_lines_and_as_markdown(stage: Stage, number: int) -> None:
    head = stage.repository.pulls[number].head_sha
    lines = look(stage, f"/acme/server/blob/{head}/specs/001-a/plan.md")
    assert '<tr id="L3">' in lines
    assert "<h1>Plan</h1>" in look(stage, "/acme/server/blob/001-a/specs/001-a/plan.md?preview=1")
    stage.world.push(stage.repository, "fix/deep/name", {"a.md": "deep"})
    assert "deep" in look(stage, "/acme/server/blob/fix/deep/name/a.md")
    gone = requests.get(f"{stage.world.url}/acme/server/blob/{head}/none.md", headers=BROWSER, timeout=5)
    assert gone.status_code == 404
    assert "There is no such file." in gone.text


def test_a_feature_can_be_begun_in_the_browser(stage: Stage) -> None:
    form = look(stage, "/acme/server/new/main?filename=specs/002-b/plan.md&value=%23%20Plan%0A%3Cb%3E")
    assert 'value="002-b"' in form, "the branch is the feature's"
    assert "# Plan\n&lt;b&gt;</textarea>" in form
    filled = {"as": "ada", "filename": "specs/002-b/plan.md", "value": "# Plan\r\n", "branch": "002-b", "message": ""}
    assert send(stage, "/acme/server/new/main", **filled).status_code == 200
    git_object = stage.repository.git.read(f"{stage.repository.branch('002-b')}:specs/002-b/plan.md")
    assert git_object is not None
    assert git_object.content == b"# Plan\n"
    push = stage.world.sent("push")[-1].payload
    assert (push["ref"], push["sender"]["login"]) == ("refs/heads/002-b", "ada")
    opened = send(stage, "/acme/server/pulls", **{"as": "ada", "head": "002-b", "title": ""})
    assert "<title>002-b" in opened.text
    assert stage.world.sent("pull_request", "opened")
    again = send(stage, "/acme/server/pulls", **{"as": "ada", "head": "002-b", "title": ""})
    assert (again.status_code, "already exists for acme:002-b" in again.text) == (422, True)


def test_a_file_of_a_branch_is_changed_in_the_browser(stage: Stage, number: int) -> None:
    before = stage.repository.pulls[number].head_sha
    page = "/acme/server/edit/001-a/specs/001-a/plan.md"
    assert "No row.\n</textarea>" in look(stage, page)
    send(stage, page, **{"as": "ada", "value": "# Plan\n\nA row.\n"})
    moved = stage.world.sent("pull_request", "synchronize")[-1].payload
    assert (moved["before"], moved["after"]) == (before, stage.repository.branch("001-a"))
    assert send(stage, f"/acme/server/edit/{before}/specs/001-a/plan.md", **{"as": "ada"}).status_code == 404


@pytest.mark.parametrize("path", ["", "../x", "a//b", ".git/config", "README.md"])
def test_a_new_file_needs_a_path_of_its_own(stage: Stage, path: str) -> None:
    before = dict(stage.repository.refs)
    form = {"as": "ada", "filename": path, "value": "x", "branch": "002-b"}
    assert send(stage, "/acme/server/new/main", **form).status_code == 422
    assert stage.repository.refs == before


@pytest.mark.parametrize("branch", ["a b", "x..y", "-x", "a\nb", "refs/heads/../x", "x.lock"])
def test_a_branch_that_git_refuses_is_refused_in_a_sentence(stage: Stage, branch: str) -> None:
    form = {"as": "ada", "filename": "a.md", "value": "x", "branch": branch}
    response = send(stage, "/acme/server/new/main", **form)
    assert response.status_code == 422
    assert "is no name for a branch" in response.text


def test_who_may_only_read_commits_nothing(stage: Stage) -> None:
    stage.world.user("eve", "read", stage.repository)
    form = {"as": "eve", "filename": "a.md", "value": "x", "branch": "b"}
    assert send(stage, "/acme/server/new/main", **form).status_code == 403


def test_a_pull_request_is_closed_reopened_and_made_a_draft(stage: Stage, number: int) -> None:
    for action in ("draft", "ready", "close", "reopen"):
        send(stage, f"/acme/server/pull/{number}/state", **{"as": "ada", "do": action})
    actions = [delivery.action for delivery in stage.world.deliveries.log if delivery.event == "pull_request"][1:]
    assert actions == ["converted_to_draft", "ready_for_review", "closed", "reopened"]


def test_a_check_can_be_required_from_the_merge_box(stage: Stage, number: int) -> None:
    page = f"/acme/server/pull/{number}"
    assert "is not required here" in look(stage, page)
    assert "Merging is blocked" in send(stage, "/acme/server/required", add="plangate", back=page).text
    assert "is not required here" in send(stage, "/acme/server/required", drop="plangate", back=page).text


def test_a_form_leads_to_a_page_that_looks_again_and_then_rests(stage: Stage, number: int) -> None:
    page = f"/acme/server/pull/{number}"
    landed = send(stage, f"/acme/server/issues/{number}/comments", **{"as": "ada", "body": "Hello", "back": page})
    assert f'content="1;url={page}?fresh=1"' in landed.text
    assert f'content="2;url={page}"' in look(stage, f"{page}?fresh=1")
    assert "http-equiv" not in look(stage, page)


def test_the_merge_button_has_its_three_ways(stage: Stage, number: int) -> None:
    refused = send(stage, f"/acme/server/pull/{number}/merge", **{"as": "ada", "method": "magic"})
    assert refused.status_code == 422
    assert "Merged as" in send(stage, f"/acme/server/pull/{number}/merge", **{"as": "ada", "method": "squash"}).text
    commit = stage.repository.git.commit("main")
    assert commit is not None
    assert len(commit.parents) == 1


def luminance(colour: str) -> float:
    """As https://www.w3.org/TR/WCAG22/#dfn-relative-luminance has it."""
    full = "".join(digit * 2 for digit in colour) if len(colour) == 3 else colour
    channels = [int(full[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_stands_out_in_both_themes() -> None:
    """WCAG 2.2 asks 4.5 to 1 of text."""
    style = (files("bot.sandbox.pages") / "templates/style.css").read_text()
    light = dict(re.findall(r"--(\w+):#([0-9a-f]{3,6})", style.split("@media (prefers-color-scheme:dark)")[0]))
    dark = {
        **light,
        **dict(re.findall(r"--(\w+):#([0-9a-f]{3,6})", style.split("@media (prefers-color-scheme:dark)")[1])),
    }
    for theme in (light, dark):
        for ink in ("text", "muted", "link", "good", "bad", "warn"):
            for paper in ("back", "soft"):
                brighter, darker = sorted((luminance(theme[ink]), luminance(theme[paper])), reverse=True)
                assert (brighter + 0.05) / (darker + 0.05) >= 4.5, (ink, paper, theme[ink])


class Controls(HTMLParser):
    """Controls without a name that a screen reader could say, and pictures without a text."""

    def __init__(self) -> None:
        super().__init__()
        self.nameless: list[str] = []
        self._named: set[str | None] = set()
        self._labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self._labels += tag == "label"
        if tag == "label" and "for" in has:
            self._named.add(has["for"])
        if tag in {"textarea", "select"} or (tag == "input" and has.get("type") not in {"hidden", "checkbox"}):
            named = self._labels or "aria-label" in has or has.get("id") in self._named
            self.nameless += [] if named else [f"{tag} {has}"]
        if (tag == "img" and "alt" not in has) or (has.get("role") == "img" and not has.get("aria-label")):
            self.nameless.append(f"{tag} {has}")

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"


def test_every_control_has_a_name(stage: Stage, number: int) -> None:
    pull = f"/acme/server/pull/{number}"
    for page in ("/acme/server", pull, f"{pull}/checks", "/acme/server/new/main", "/-/deliveries"):
        reader = Controls()
        reader.feed(look(stage, page))
        assert reader.nameless == [], page


class TestInstalling:
    """The App's page, where an account installs it in a browser."""

    def test_the_button_installs_on_one_repository_or_on_all(self, stage: Stage) -> None:
        world = stage.world
        app = world.create_app("gate")
        world.create_repository("acme", "client", {"README.md": "# Client\n"})
        address = f"{world.url}/apps/gate/installations/new"
        offered = requests.get(f"{world.url}/apps/gate", headers=BROWSER, timeout=5)
        assert offered.url == address
        assert "Only acme/client" in offered.text
        chosen = {"account": "acme", "repository": "client"}
        done = requests.post(address, data=chosen, headers=BROWSER, timeout=5)
        assert "Installed on <strong>acme</strong>" in done.text
        (installation,) = [each for each in world.hub.state.installations.values() if each.app is app]
        assert [world.hub.state.repositories[number].name for number in installation.repositories] == ["client"]
        created = [sent for sent in world.sent("installation", "created") if sent.app is app]
        assert [each["name"] for sent in created for each in sent.payload["repositories"]] == ["client"]
        assert "It is installed on every account" in requests.get(address, headers=BROWSER, timeout=5).text
        assert requests.post(address, data=chosen, headers=BROWSER, timeout=5).status_code == 422

    def test_an_account_accepts_what_the_app_asks_for_now(self, stage: Stage) -> None:
        installation, app = stage.installation, stage.world.app
        address = f"{stage.world.url}/apps/{app.slug}/installations/new"
        assert "Accept new permissions" not in requests.get(address, headers=BROWSER, timeout=5).text
        app.permissions = {**app.permissions, "contents": "write"}
        assert "Accept new permissions" in requests.get(address, headers=BROWSER, timeout=5).text
        accept = f"{stage.world.url}/-/installations/{installation.id}/permissions"
        assert requests.post(accept, headers=BROWSER, timeout=5).status_code == 200
        assert installation.permissions == app.permissions

    @pytest.mark.parametrize(
        "path", ["/apps/nobody", "/apps/nobody/installations/new", "/-/installations/7/permissions"]
    )
    def test_what_is_not_there(self, stage: Stage, path: str) -> None:
        verb = "POST" if path.endswith("permissions") else "GET"
        assert requests.request(verb, f"{stage.world.url}{path}", headers=BROWSER, timeout=5).status_code == 404

    def test_a_form_from_elsewhere_installs_nothing(self, stage: Stage) -> None:
        address = f"{stage.world.url}/apps/plangate/installations/new"
        origin = {**BROWSER, "Origin": "https://evil.example"}
        assert requests.post(address, data={"account": "acme"}, headers=origin, timeout=5).status_code == 403
