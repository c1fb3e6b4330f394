"""A delivery is believed by its signature, and means what its shape says."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.webhook import meaning
from bot.adapters.webhook.webhook import BadPayloadError, is_signed, parse, payload_of_form
from bot.core.forge import events
from bot.core.forge.events import (
    BranchPushed,
    ButtonPressed,
    CommandPosted,
    InstallationChanged,
    MergeGroupDestroyed,
    MergeGroupRequested,
    Place,
    PullRequestChange,
    PullRequestChanged,
    RepositoriesChanged,
    RerunRequested,
    SuiteRequested,
)
from tests.adapters.payloads import APP_ID, BOT, PERSON, SHA, about, check_run, comment, pull_request, push
from tests.effort import bounded_work

# https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
SECRET = "It's a Secret to Everybody"
SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def heard(name: str, payload: Any, app_id: int | None = APP_ID) -> list[events.Event]:
    jobs = parse(name, "d-1", json.dumps(payload).encode(), app_id=app_id, app_slug="plangate")
    return [events.decode(job.event) for job in jobs]


def only(name: str, payload: Any) -> events.Event:
    (event,) = heard(name, payload)
    return event


class TestSignature:
    def test_githubs_own_example_is_believed(self) -> None:
        assert is_signed(b"Hello, World!", SIGNATURE, [SECRET])

    def test_either_of_two_secrets_may_have_signed_while_one_replaces_the_other(self) -> None:
        assert is_signed(b"Hello, World!", SIGNATURE, ["the new one", SECRET])

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "sha256=",
            SIGNATURE.removeprefix("sha256="),
            SIGNATURE.upper(),
            SIGNATURE + "0",
            "sha1=ff",
            "é",
            "\u20ac",
        ],
    )
    def test_anything_else_in_the_header_is_not(self, header: str | None) -> None:
        assert not is_signed(b"Hello, World!", header, [SECRET])

    def test_a_changed_body_is_not(self) -> None:
        assert not is_signed(b"Hello, World?", SIGNATURE, [SECRET])

    def test_without_a_secret_nothing_is(self) -> None:
        assert not is_signed(b"Hello, World!", SIGNATURE, [])


class TestForm:
    def test_the_payload_comes_out_as_it_went_in(self) -> None:
        text = json.dumps({"zen": "Grüße & =+%"})
        assert payload_of_form(urlencode({"payload": text}).encode()) == text.encode()

    @pytest.mark.parametrize("body", [b"", b"x=1", b"&" * 1000, b"a=1&" * 1000 + b"payload=%7B%7D", b"payload"])
    def test_a_form_without_it_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadPayloadError, match="no field `payload`"):
            payload_of_form(body)


class TestMeaning:
    def test_a_push_to_a_branch(self) -> None:
        event = only("push", push(before="0" * 40))
        assert isinstance(event, BranchPushed)
        assert (event.branch, event.before, event.after) == ("001-error-report", "0" * 40, SHA)
        assert event.repository == events.RepositoryRef(42, "acme", "ferry", "main")
        assert (event.installation, event.sender) == (99, "mona")

    def test_a_branch_with_slashes_and_unicode_keeps_its_name(self) -> None:
        event = only("push", push("feat/001-grüße/x"))
        assert isinstance(event, BranchPushed)
        assert event.branch == "feat/001-grüße/x"

    @pytest.mark.parametrize("change", list(PullRequestChange))
    def test_every_change_of_a_pull_request_that_is_judged(self, change: PullRequestChange) -> None:
        event = heard("pull_request", pull_request(change.value, changes={"title": {"from": "x"}}))[0]
        assert isinstance(event, PullRequestChanged)
        assert (event.number, event.change, event.head_repository) == (5, change, "acme/ferry")

    def test_a_pull_request_of_a_fork_that_is_gone(self) -> None:
        head = {"ref": "x", "sha": SHA, "repo": None}
        event = only("pull_request", pull_request("closed", pull_request={"head": head}))
        assert isinstance(event, PullRequestChanged)
        assert event.head_repository is None

    @pytest.mark.parametrize("sender", [PERSON, BOT])
    def test_who_pushed_or_opened_does_not_matter(self, sender: dict[str, Any]) -> None:
        assert heard("push", push(sender=sender))
        assert heard("pull_request", pull_request(sender=sender, pull_request={"user": sender}))

    @pytest.mark.parametrize(
        "text", ["/plan", "hello\n/plan status", "hi\r\n  /plan\r\n", "@plangate plan", "@PlanGate x"]
    )
    def test_a_comment_with_a_line_that_may_be_a_command(self, text: str) -> None:
        event = only("issue_comment", comment(text))
        assert isinstance(event, CommandPosted)
        assert (event.text, event.place, event.on_pull_request) == (text, Place.COMMENT, False)
        assert (event.number, event.comment, event.node) == (12, 1001, "IC_1")
        assert (event.sender, event.author) == ("mona", "author")

    def test_a_comment_on_a_pull_request_says_so(self) -> None:
        event = only("issue_comment", comment("/plan", issue={"pull_request": {"url": "x"}}))
        assert isinstance(event, CommandPosted)
        assert event.on_pull_request

    def test_a_review(self) -> None:
        review = {"id": 3, "node_id": "PRR", "body": "/plan check", "user": PERSON}
        event = only("pull_request_review", {**pull_request("submitted"), "review": review})
        assert isinstance(event, CommandPosted)
        assert (event.place, event.comment, event.on_pull_request) == (Place.REVIEW, 3, True)

    def test_a_new_issue_with_a_command_in_its_text(self) -> None:
        issue = {"number": 9, "body": "Please\n/plan", "node_id": "I_9", "user": PERSON}
        event = only("issues", about(action="opened", issue=issue))
        assert isinstance(event, CommandPosted)
        assert (event.place, event.comment, event.node) == (Place.BODY, None, "I_9")

    def test_a_new_pull_request_with_a_command_in_its_text_asks_for_two_things(self) -> None:
        body = json.dumps(pull_request("opened", pull_request={"body": "/plan"})).encode()
        jobs = parse("pull_request", "d-1", body, app_id=APP_ID, app_slug="plangate")
        assert [(job.delivery, job.name) for job in jobs] == [
            ("d-1", "PullRequestChanged"),
            ("d-1/body", "CommandPosted"),
        ]

    def test_re_run_of_our_run_and_of_our_suite(self) -> None:
        run = only("check_run", check_run())
        assert isinstance(run, RerunRequested)
        assert (run.external_id, run.check_run, run.head_branch) == ("pr:5", 77, "001-error-report")
        suite = {"head_sha": SHA, "head_branch": None, "app": {"id": APP_ID}}
        again = only("check_suite", about(action="rerequested", check_suite=suite))
        assert isinstance(again, RerunRequested)
        assert (again.head_sha, again.check_run) == (SHA, None)

    def test_the_suite_that_comes_with_a_push(self) -> None:
        event = only("check_suite", requested())
        assert isinstance(event, SuiteRequested)
        assert (event.branch, event.head_sha, event.before) == ("001-error-report", SHA, "c" * 40)
        born = only("check_suite", requested(before=None))
        assert isinstance(born, SuiteRequested)
        assert born.before is None

    def test_a_suite_and_its_push_are_one_job(self) -> None:
        told = [("check_suite", requested()), ("push", push())]
        first, second = (
            parse(name, name, json.dumps(payload).encode(), app_id=APP_ID, app_slug="plangate")[0]
            for name, payload in told
        )
        assert (first.serial, first.coalesce) == (second.serial, second.coalesce)

    def test_a_button_on_our_run(self) -> None:
        event = only("check_run", check_run("requested_action", requested_action={"identifier": "recheck"}))
        assert isinstance(event, ButtonPressed)
        assert event.identifier == "recheck"

    def test_merge_groups(self) -> None:
        group = {
            "head_sha": SHA,
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-5-x",
            "base_sha": "c" * 40,
            "base_ref": "refs/heads/main",
        }
        asked = only("merge_group", about(action="checks_requested", merge_group=group))
        assert isinstance(asked, MergeGroupRequested)
        assert asked.base_ref == "refs/heads/main"
        gone = only("merge_group", about(action="destroyed", merge_group=group, reason="merged"))
        assert isinstance(gone, MergeGroupDestroyed)
        assert gone.reason == "merged"

    def test_the_app_is_installed_and_gets_more_repositories(self) -> None:
        installation = {"id": 99, "account": {"login": "acme", "type": "Organization"}}
        one = {"id": 1, "name": "a", "full_name": "acme/a"}
        installed = only("installation", {"action": "created", "installation": installation, "repositories": [one]})
        assert isinstance(installed, InstallationChanged)
        assert (installed.account, installed.repositories[0].full_name) == ("acme", "acme/a")
        added = {
            "action": "added",
            "installation": installation,
            "repositories_added": [one],
            "repositories_removed": [],
        }
        more = only("installation_repositories", added)
        assert isinstance(more, RepositoriesChanged)
        assert (len(more.added), more.removed) == (1, ())


def requested(**changes: Any) -> dict[str, Any]:
    """GitHub asks for checks on a head."""
    suite = {"head_sha": SHA, "head_branch": "001-error-report", "before": "c" * 40, "app": {"id": APP_ID}}
    return about(action="requested", check_suite={**suite, **changes})


IGNORED: dict[str, tuple[str, Any]] = {
    "a ping": ("ping", {"zen": "x", "hook_id": 1}),
    "an unknown event": ("star", about(action="created")),
    "a tag": ("push", push(ref="refs/tags/v1")),
    "a branch of the merge queue": ("push", push("gh-readonly-queue/main/pr-5-abc")),
    "creation, which the push tells as well": ("create", about(ref="001-x", ref_type="branch")),
    "deletion, which the push tells as well": ("delete", about(ref="001-x", ref_type="branch")),
    "a push that was not sent to an App": ("push", {k: v for k, v in push().items() if k != "installation"}),
    "a label": ("pull_request", pull_request("labeled")),
    "an assignee": ("pull_request", pull_request("assigned")),
    "an edit of the text alone": ("pull_request", pull_request("edited", changes={"body": {"from": "x"}})),
    "an edit that says nothing": ("pull_request", pull_request("edited", changes=None)),
    "a comment without a command": ("issue_comment", comment("I like /plan very much")),
    "a path in a comment": ("issue_comment", comment("/ is the root")),
    "a command in an indented code block": ("issue_comment", comment("    /plan")),
    "somebody else's mention": ("issue_comment", comment("@plangate-fan hello\n@bob plan")),
    "an edited comment": ("issue_comment", comment("/plan", "edited")),
    "a deleted comment": ("issue_comment", comment("/plan", "deleted")),
    "a bot's comment": ("issue_comment", comment("/plan", sender=BOT)),
    "a bot's comment that a person touched": ("issue_comment", comment("/plan", comment={"user": BOT})),
    "a comment through our App": (
        "issue_comment",
        comment("/plan", comment={"performed_via_github_app": {"id": APP_ID}}),
    ),
    "an empty review": (
        "pull_request_review",
        {**pull_request("submitted"), "review": {"id": 3, "body": None, "user": PERSON}},
    ),
    "an edited issue": ("issues", about(action="edited", issue={"number": 9, "body": "/plan", "user": PERSON})),
    "an issue that somebody moved here": (
        "issues",
        about(
            action="opened",
            issue={"number": 9, "body": "/plan start", "user": {"login": "eve", "type": "User"}},
            changes={"old_issue": {"number": 3}},
        ),
    ),
    "another App's run": ("check_run", check_run(app=1)),
    "our own run's completion": ("check_run", check_run("completed")),
    "a button without a name": ("check_run", check_run("requested_action")),
    "a suite on a fork's commit": ("check_suite", requested(head_branch=None)),
    "a suite on a commit of the merge queue": ("check_suite", requested(head_branch="gh-readonly-queue/main/pr-5-x")),
    "a suite on a tag": ("check_suite", requested(head_branch="refs/tags/v1")),
    "a suite of another App on a push": ("check_suite", requested(app={"id": 1})),
    "our own suite's completion": ("check_suite", {**requested(), "action": "completed"}),
    "another App's suite": (
        "check_suite",
        about(action="rerequested", check_suite={"head_sha": SHA, "app": {"id": 1}}),
    ),
    "an id of the wrong type": ("push", push(repository={"id": "42", "full_name": "acme/ferry"})),
    "an id beyond all bounds": ("push", push(repository={"id": 10**30, "full_name": "acme/ferry"})),
    "a name that is no name": ("push", push(repository={"id": 42, "full_name": "../../etc/passwd"})),
    "a commit that is none": ("push", push(after="HEAD; rm -rf /")),
    "a branch that is too long": ("push", push("x" * 5000)),
    "nothing at all": ("push", {}),
}


@pytest.mark.parametrize("case", IGNORED.values(), ids=IGNORED.keys())
def test_what_is_irrelevant_asks_for_nothing(case: tuple[str, Any]) -> None:
    name, payload = case
    assert heard(name, payload) == []


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"7", b"null", b'{"a":', b"\xff{}", b"{}x", b'{"a":' * 200_000, b"[" * 200_000]
)
@pytest.mark.parametrize("name", ["push", "star", "installation"])
def test_what_is_no_json_object_is_refused(name: str, body: bytes) -> None:
    with pytest.raises(BadPayloadError, match=r"^The payload is not "):
        parse(name, "d", body, app_id=None, app_slug="plangate")


def test_a_comment_is_kept_up_to_githubs_own_limit() -> None:
    event = only("issue_comment", comment("/plan\n" + "x" * 100_000))
    assert isinstance(event, CommandPosted)
    assert len(event.text) == meaning.TEXT_LIMIT


@pytest.mark.parametrize(
    "text", [" " * 65_000, "\n" * 65_000, " /" * 30_000, "@a" * 30_000, "   \r" * 16_000, "@" + "a" * 65_000]
)
def test_a_hostile_comment_takes_no_time(text: str) -> None:
    with bounded_work():
        assert heard("issue_comment", comment(text)) == []


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@given(st.data())
def test_no_payload_is_more_than_ignored(data: st.DataObject) -> None:
    """Whatever GitHub may change, a delivery in another shape is none of our errors."""
    name, payload = data.draw(
        st.sampled_from(
            [
                ("push", push()),
                ("pull_request", pull_request("opened", pull_request={"body": "/plan"})),
                ("issue_comment", comment("/plan")),
                ("check_run", check_run("requested_action", requested_action={"identifier": "x"})),
                ("check_suite", requested()),
            ]
        )
    )
    body = json.loads(json.dumps(payload))
    place = body
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    for event in heard(name, body):
        assert events.decode(events.encode(event)) == event


@given(st.binary(max_size=200), st.sampled_from([*meaning.KINDS, "ping"]))
def test_no_bytes_are_more_than_refused(body: bytes, name: str) -> None:
    with contextlib.suppress(BadPayloadError):
        assert parse(name, "d", body, app_id=None, app_slug="plangate") == ()
