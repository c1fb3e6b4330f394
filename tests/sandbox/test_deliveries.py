from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from bot.sandbox.git import ZERO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.world import World
    from tests.sandbox.scene import Stage


class Receiver:
    """A webhook receiver that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing to say."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhook"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def events(self) -> list[str]:
        return sorted(headers["x-github-event"] for headers, _ in self.got)


@pytest.fixture
def receiver(world: World) -> Iterator[Receiver]:
    receiver = Receiver()
    world.app.webhook_url, world.app.webhook_secret = receiver.url, "It's a Secret to Everybody"
    yield receiver
    world.settle()
    receiver.server.shutdown()
    receiver.server.server_close()


def test_a_delivery_is_signed_over_its_raw_body_and_has_all_headers(stage: Stage, receiver: Receiver) -> None:
    stage.world.open_issue(stage.repository, "Ünïcode")
    stage.world.settle()
    headers, body = receiver.got[-1]
    key = b"It's a Secret to Everybody"
    assert headers["x-hub-signature-256"] == "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature"] == "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest()
    assert headers["x-github-event"] == "issues"
    assert headers["x-github-hook-installation-target-id"] == str(stage.world.app.id)
    assert headers["x-github-hook-installation-target-type"] == "integration"
    assert len(headers["x-github-delivery"]) == 36
    assert headers["user-agent"].startswith("GitHub-Hookshot/")
    assert json.loads(body)["issue"]["title"] == "Ünïcode"


def test_a_form_delivery_carries_the_payload_in_one_field(stage: Stage, receiver: Receiver) -> None:
    stage.world.app.content_type = "form"
    stage.world.open_issue(stage.repository, "A & B")
    stage.world.settle()
    headers, body = receiver.got[-1]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert json.loads(parse_qs(body.decode())["payload"][0])["issue"]["title"] == "A & B"


def test_a_real_push_becomes_deliveries(stage: Stage, receiver: Receiver, tmp_path: Path) -> None:
    receiver.got.clear()

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("clone", "--quiet", stage.world.clone_url(stage.repository, "ada"), "work")
    (tmp_path / "work/plan.md").write_text("# Plan\n")
    for command in ("checkout -b 001-a", "add plan.md", "commit -m Plan", "push origin 001-a"):
        git("-C", "work", *command.split())
    stage.world.settle()
    assert receiver.events == ["check_suite", "create", "push"]
    push = stage.world.sent("push")[-1].payload
    assert (push["ref"], push["before"], push["created"]) == ("refs/heads/001-a", ZERO, True)
    assert push["commits"][0]["added"] == ["plan.md"]
    assert push["pusher"]["name"] == push["sender"]["login"] == "ada"
    stage.world.open_pull_request(stage.repository, "001-a")
    git("-C", "work", "commit", "--amend", "-m", "Plan again")
    git("-C", "work", "push", "--force", "origin", "001-a")
    assert stage.world.sent("push")[-1].payload["forced"]
    moved = stage.world.sent("pull_request", "synchronize")[-1].payload
    assert moved["after"] == moved["pull_request"]["head"]["sha"] == stage.repository.refs["refs/pull/1/head"]
    git("-C", "work", "push", "origin", "--delete", "001-a")
    assert stage.world.sent("delete")[-1].payload["ref"] == "001-a"
    assert stage.world.sent("pull_request", "closed")


def test_nobody_pushes_without_the_right(stage: Stage, tmp_path: Path) -> None:
    stage.world.user("eve", "read", stage.repository)
    url = stage.world.clone_url(stage.repository, "eve")
    subprocess.run(["git", "clone", "--quiet", url, "work"], cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(
        ["git", "push", "origin", "main:stolen"], cwd=tmp_path / "work", check=False, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "403" in done.stderr
    assert stage.repository.branch("stolen") is None


def test_a_branch_just_cut_has_no_commits_of_its_own_and_no_second_suite(stage: Stage) -> None:
    suites = len(stage.world.sent("check_suite"))
    stage.world.branch(stage.repository, "001-a")
    push = stage.world.sent("push")[-1].payload
    assert (push["created"], push["commits"]) == (True, [])
    stage.world.branch(stage.repository, "002-b")
    assert len(stage.world.sent("check_suite")) == suites + 1, "one suite a commit and App"


def test_many_tags_at_once_are_not_told(stage: Stage) -> None:
    head = stage.repository.head()
    before = len(stage.world.deliveries.log)
    from bot.sandbox.acts import pushes  # noqa: PLC0415 -- only here below the World's surface

    pushes.update_ref(
        stage.world.hub, stage.repository, stage.repository.owner, {f"refs/tags/v{n}": head for n in range(4)}
    )
    assert len(stage.world.deliveries.log) == before
    pushes.update_ref(stage.world.hub, stage.repository, stage.repository.owner, {"refs/tags/v9": head})
    assert [delivery.event for delivery in stage.world.deliveries.log[before:]] == ["create", "push"]


def test_a_failed_delivery_is_listed_and_sent_again_under_its_guid(stage: Stage, receiver: Receiver) -> None:
    receiver.status = 500
    stage.world.open_issue(stage.repository, "Lost")
    stage.world.settle()
    client, hook = stage.app_github3(), f"{stage.world.url}/app/hook/deliveries"
    [failed] = client.session.get(hook, params={"status": "failure"}).json()[:1]
    assert failed["status_code"] == 500
    receiver.status = 202
    client.session.post(f"{hook}/{failed['id']}/attempts")
    stage.world.settle()
    guids = [headers["x-github-delivery"] for headers, _ in receiver.got]
    assert guids[-1] == failed["guid"] == guids[-2]
    [again] = client.session.get(hook, params={"status": "success", "per_page": 1}).json()
    assert (again["redelivery"], again["status_code"]) == (True, 202)


def test_deliveries_are_forgotten_after_three_days(stage: Stage, receiver: Receiver) -> None:
    stage.world.open_issue(stage.repository, "Old")
    stage.world.settle()
    assert receiver.got
    stage.world.advance(3 * 86_400 + 1)
    assert stage.app_github3().session.get(f"{stage.world.url}/app/hook/deliveries").status_code == 401, "an old JWT"
    stage.world.advance(-2)
    assert stage.world.deliveries.of(stage.world.app)


def test_held_deliveries_come_late_doubled_and_out_of_order(stage: Stage, receiver: Receiver) -> None:
    receiver.got.clear()
    stage.world.deliveries.hold = True
    stage.world.open_issue(stage.repository, "First")
    stage.world.open_issue(stage.repository, "Second")
    stage.world.settle()
    assert receiver.got == []
    first, second = stage.world.deliveries.held
    stage.world.deliveries.release([second])
    stage.world.settle()
    stage.world.deliveries.release([first, first])
    stage.world.settle()
    titles = [json.loads(body)["issue"]["title"] for _, body in receiver.got]
    assert titles == ["Second", "First", "First"]


def test_a_suspended_installation_hears_nothing(stage: Stage) -> None:
    stage.world.suspend(stage.installation)
    before = len(stage.world.deliveries.log)
    stage.world.open_issue(stage.repository, "Unheard")
    assert len(stage.world.deliveries.log) == before
    stage.world.suspend(stage.installation, lift=True)
    stage.world.open_issue(stage.repository, "Heard")
    assert [delivery.event for delivery in stage.world.deliveries.log[before:]] == ["installation", "issues"]


def test_an_event_needs_the_permission_and_the_subscription(world: World) -> None:
    repository = world.create_repository("ada", "notes", {"a": "b"})
    world.install("ada", [repository], permissions={"metadata": "read", "checks": "write"}, events=["push", "issues"])
    world.push(repository, "main", {"a": "c"})
    world.open_issue(repository, "No right to hear this")
    assert [delivery.event for delivery in world.deliveries.log] == ["installation", "check_suite"]
