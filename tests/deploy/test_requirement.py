"""The script for the day on which the App is down lifts our requirement everywhere, nobody else's, and restores it."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import pytest

from bot.core.hosting.ruleset import ruleset
from bot.sandbox.validation import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/requirement.py"
OWNER = "owner"
REPOSITORIES = 130
"""More than a page of GitHub's lists."""


def requiring(*checks: str, enforcement: str = "active", organization: bool = False) -> dict[str, Any]:
    """A ruleset like the one of our recipe, for these checks."""
    wanted = ruleset(7, organization=organization) | {"enforcement": enforcement}
    wanted["rules"][0]["parameters"]["required_status_checks"] = [{"context": check} for check in checks]
    return wanted


class GitHub(ThreadingHTTPServer):
    """The rulesets of an organization and of its repositories, for whoever has the owner's token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rulesets: dict[str, dict[int, dict[str, Any]]] = {
            "/orgs/acme": {1: requiring("plangate", organization=True)}
        }
        for number in range(REPOSITORIES):
            self.rulesets[f"/repos/acme/r{number}"] = {}
        self.changes = 0
        self.refused = ""

    def answer(self, method: str, target: str, body: Any) -> tuple[int, Any]:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        first = (int(query.get("page", "1")) - 1) * int(query.get("per_page", "30"))
        page = slice(first, first + int(query.get("per_page", "30")))
        if method == "GET" and parts.path == "/orgs/acme/repos":
            return 200, [{"full_name": name.removeprefix("/repos/")} for name in list(self.rulesets)[1:]][page]
        matched = re.fullmatch(r"(/(?:orgs/acme|repos/acme/\w+))/rulesets(?:/(\d+))?", parts.path)
        if matched is None or parts.path == self.refused:
            return 404, {}
        there = self.rulesets[matched[1]]
        if not matched[2]:
            summaries = [{"id": number, "enforcement": each["enforcement"]} for number, each in there.items()]
            return 200, summaries[page]
        if method == "PUT":
            self.changes += 1
            there[int(matched[2])] |= body
            operation = "repos/create-org-ruleset" if "orgs" in matched[1] else "repos/create-repo-ruleset"
            jsonschema_rs.Draft4Validator(schemas()[operation]).validate(there[int(matched[2])])
        return 200, there[int(matched[2])]


class _Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        assert isinstance(self.server, GitHub)
        length = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(length)) if length else None
        status: int = 401
        document: Any = {}
        if self.headers["Authorization"] == f"Bearer {OWNER}":
            status, document = self.server.answer(self.command, self.path, body)
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = _answer  # noqa: N815  names of the standard library

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(github: GitHub, folder: Path, *words: str, token: str = OWNER) -> tuple[int, str]:
    """Exit code and output of the script, as an administrator runs it."""
    variables = {**os.environ, "GH_TOKEN": token, "GH_API": f"http://127.0.0.1:{github.server_port}"}
    command = [sys.executable, "-I", str(SCRIPT), *words]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_our_check_is_required_nowhere_and_everything_comes_back(github: GitHub, tmp_path: Path) -> None:
    github.rulesets["/repos/acme/r0"] = {
        2: requiring("plangate", "build"),
        3: requiring("build"),
        4: requiring("plangate", enforcement="disabled"),
    }
    signed = requiring("plangate")
    signed["rules"].append({"type": "required_signatures"})
    github.rulesets[f"/repos/acme/r{REPOSITORIES - 1}"] = {5: signed}
    before = copy.deepcopy(github.rulesets)
    code, said = run(github, tmp_path, "lift", "acme")
    assert (code, github.changes, github.rulesets) == (0, 0, before)
    assert "3 rulesets would change: add --write" in said
    code, said = run(github, tmp_path, "lift", "acme", "--write")
    assert code == 0, said
    assert github.rulesets["/orgs/acme"][1] == requiring("plangate", enforcement="disabled", organization=True)
    assert github.rulesets["/repos/acme/r0"][2] == requiring("build")
    assert github.rulesets["/repos/acme/r0"][3] == requiring("build")
    (left,) = github.rulesets[f"/repos/acme/r{REPOSITORIES - 1}"][5]["rules"]
    assert left == {"type": "required_signatures"}
    assert github.changes == 3
    code, said = run(github, tmp_path, "restore", "acme", "--write")
    assert (code, github.rulesets) == (0, before), said
    assert list(tmp_path.iterdir()) == []


def test_lifting_twice_does_not_forget_what_was_there(github: GitHub, tmp_path: Path) -> None:
    before = copy.deepcopy(github.rulesets)
    assert run(github, tmp_path, "lift", "acme", "--write")[0] == 0
    code, said = run(github, tmp_path, "lift", "acme", "--write")
    assert (code, said) == (1, "requirement-acme.json is there: the requirement is lifted already. Restore it first.\n")
    assert run(github, tmp_path, "restore", "acme", "--write")[0] == 0
    assert github.rulesets == before


def test_a_refused_change_can_be_restored_later(github: GitHub, tmp_path: Path) -> None:
    before = copy.deepcopy(github.rulesets)
    assert run(github, tmp_path, "lift", "acme", "--write")[0] == 0
    github.refused = "/orgs/acme/rulesets/1"
    code, said = run(github, tmp_path, "restore", "acme", "--write")
    assert (code, said) == (1, "GitHub refused PUT /orgs/acme/rulesets/1 with 404.\n")
    github.refused = ""
    assert run(github, tmp_path, "restore", "acme", "--write")[0] == 0
    assert github.rulesets == before


@pytest.mark.parametrize(
    ("words", "token", "sentence"),
    [
        (("lift", "acme"), "stranger", "GitHub refused GET /orgs/acme/repos?type=all&per_page=100&page=1 with 401.\n"),
        (("lift", "acme"), "", "GH_TOKEN is not set: it must be the token of an owner of the organization.\n"),
        (
            ("restore", "acme"),
            "owner",
            "requirement-acme.json is not there: run this where the requirement was lifted.\n",
        ),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    github: GitHub, tmp_path: Path, words: tuple[str, ...], token: str, sentence: str
) -> None:
    assert run(github, tmp_path, *words, token=token) == (1, sentence)
    assert github.changes == 0


def test_the_page_shows_the_commands_that_work(github: GitHub, tmp_path: Path) -> None:
    before = copy.deepcopy(github.rulesets)
    page = (ROOT / "docs/how-to.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python3 deploy/requirement\.py ([^#\n]*)", page, re.MULTILINE)
    changes = []
    for words in commands:
        code, said = run(github, tmp_path, *words.split())
        assert code == 0, said
        changes.append(github.changes)
    assert changes == [0, 1, 2]
    assert github.rulesets == before
