from __future__ import annotations

import re
from html.parser import HTMLParser
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
    answer = requests.get(f"{stage.world.url}{path}", headers=BROWSER, timeout=5)
    assert answer.status_code == 200, path
    assert "Nothing here is on github.com" in answer.text
    return answer.text


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
    said = stage.world.sent("issue_comment", "created")[-1].payload
    assert (said["comment"]["body"], said["sender"]["login"]) == ("/plan why", "ada")


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
    answer = requests.post(url, data={"as": "ada", "body": "no"}, headers=headers, timeout=5)
    assert answer.status_code == 403
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
