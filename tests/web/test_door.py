"""What a sender of deliveries is told, and that nothing else happens."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from bot.core.forge.errors import StorageError
from bot.web.door import BODY_LIMIT, Door, Recipient
from tests.adapters.payloads import APP_ID, comment, pull_request, push
from tests.effort import bounded_work

if TYPE_CHECKING:
    from bot.core.forge.ports import NewJob

OLD, NEW = "the old secret", "the new secret"


class Kept:
    """Where jobs are put; refuses when it is told to."""

    def __init__(self) -> None:
        self.jobs: dict[str, NewJob] = {}
        self.broken = False

    def put(self, job: NewJob) -> bool:
        if self.broken:
            raise StorageError("plangate.db: database or disk is full: free some space on its disk.")
        known = job.delivery in self.jobs
        self.jobs.setdefault(job.delivery, job)
        return not known


class Body(io.BytesIO):
    """A body that knows how far it was read."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 < size <= BODY_LIMIT, "never without a bound"
        return super().read(size)


class Visitor:
    """Knocks at the door."""

    def __init__(self, *secrets: str) -> None:
        self.kept = Kept()
        self.door = Door(Recipient(secrets, APP_ID, "plangate"), self.kept.put)
        self.headers: dict[str, str] = {}
        self.on_loop = False
        """Whether the door responds on an event loop, as it is served, or as a WSGI application."""

    def knock(self, body: bytes, *, secret: str = OLD, **changes: str | None) -> tuple[int, dict[str, Any]]:
        """Send a push, with some of the environment changed (None removes a variable)."""
        self.body = Body(body)
        signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/webhook",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_X_GITHUB_EVENT": "push",
            "HTTP_X_GITHUB_DELIVERY": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "HTTP_X_HUB_SIGNATURE_256": signature,
            "wsgi.input": self.body,
        }
        environ |= changes
        environ = {name: value for name, value in environ.items() if value is not None}
        said: list[int] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            said.append(int(status.split(maxsplit=1)[0]))
            self.headers = dict(headers)

        if self.on_loop:
            status, headers, answer = asyncio.run(self.door.respond(environ, len(body)))
            start_response(str(int(status)), headers)
        else:
            answer = b"".join(self.door(environ, start_response))
        assert self.headers["Content-Type"] == "application/json"
        assert int(self.headers["Content-Length"]) == len(answer)
        return said[0], json.loads(answer)

    def refused(self, body: bytes, **changes: Any) -> tuple[int, str]:
        """A refusal, in one sentence, with nothing kept."""
        status, answer = self.knock(body, **changes)
        assert self.kept.jobs == {}
        error: str = answer["error"]
        assert error.endswith(".")
        assert "\n" not in error
        return status, error


@pytest.fixture(params=["WSGI", "event loop"])
def visitor(request: pytest.FixtureRequest) -> Visitor:
    visitor = Visitor(OLD)
    visitor.on_loop = request.param == "event loop"
    return visitor


def wire(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def test_a_delivery_is_accepted_with_its_id_and_known_the_second_time(visitor: Visitor) -> None:
    delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
    assert visitor.knock(wire(push())) == (202, {"delivery": delivery, "outcome": "accepted"})
    assert visitor.knock(wire(push())) == (202, {"delivery": delivery, "outcome": "known"})
    assert visitor.kept.jobs[delivery].name == "BranchPushed"
    assert visitor.kept.jobs[delivery].serial == "repository:42"


def test_form_encoded_deliveries_mean_the_same(visitor: Visitor) -> None:
    form = urlencode({"payload": json.dumps(push())}).encode()
    status, _ = visitor.knock(form, CONTENT_TYPE="application/x-www-form-urlencoded; charset=utf-8")
    plain = Visitor(OLD)
    plain.knock(wire(push()))
    assert status == 202
    assert visitor.kept.jobs == plain.kept.jobs


def test_the_push_and_the_pull_request_of_one_git_push_become_one_job(visitor: Visitor) -> None:
    visitor.knock(wire(push()))
    visitor.knock(wire(pull_request("synchronize")), HTTP_X_GITHUB_EVENT="pull_request", HTTP_X_GITHUB_DELIVERY="d2")
    one, two = visitor.kept.jobs.values()
    assert (one.serial, one.coalesce) == (two.serial, two.coalesce)
    assert one.coalesce is not None


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_both_secrets_count_while_one_replaces_the_other(secret: str) -> None:
    visitor = Visitor(NEW, OLD)
    assert visitor.knock(wire(push()), secret=secret)[0] == 202


def test_what_is_irrelevant_is_accepted_and_kept_nowhere(visitor: Visitor) -> None:
    visitor.kept.broken = True
    for event, payload in [("ping", {"zen": "x"}), ("star", {}), ("issue_comment", comment("nice"))]:
        status, answer = visitor.knock(wire(payload), HTTP_X_GITHUB_EVENT=event)
        assert (status, answer["outcome"]) == (202, "ignored")


@pytest.mark.parametrize("signature", ["sha256=" + "0" * 64, "sha256=", "sha1=abc", "nonsense", "sha256=é"])
def test_a_wrong_signature_is_refused(visitor: Visitor, signature: str) -> None:
    assert visitor.refused(wire(push()), HTTP_X_HUB_SIGNATURE_256=signature)[0] == 401


def test_a_missing_signature_is_refused_before_the_body_is_read(visitor: Visitor) -> None:
    assert visitor.refused(wire(push()), HTTP_X_HUB_SIGNATURE_256=None) == (401, "X-Hub-Signature-256 is missing.")
    assert visitor.body.tell() == 0


def test_nothing_is_parsed_before_its_signature_is_verified(visitor: Visitor) -> None:
    assert visitor.refused(b"{", secret="somebody else's")[0] == 401
    assert visitor.refused(b"{")[0] == 400


@pytest.mark.parametrize("header", ["HTTP_X_GITHUB_EVENT", "HTTP_X_GITHUB_DELIVERY"])
@pytest.mark.parametrize("value", [None, "", "a b", "../../x", "x\ny", "x" * 101, "ü"])
def test_headers_that_name_nothing_are_refused(visitor: Visitor, header: str, value: str | None) -> None:
    status, error = visitor.refused(wire(push()), **{header: value})
    assert status == 400
    assert "X-GitHub-Delivery must name" in error


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "multipart/form-data; a=b", "application/jsonx"])
def test_other_content_types_are_refused(visitor: Visitor, content_type: str | None) -> None:
    assert visitor.refused(wire(push()), CONTENT_TYPE=content_type)[0] == 415


def test_a_form_without_a_payload_is_refused(visitor: Visitor) -> None:
    status, error = visitor.refused(b"x=1", CONTENT_TYPE="application/x-www-form-urlencoded")
    assert (status, error) == (400, "The form has no field `payload`.")


def test_truncated_json_is_refused(visitor: Visitor) -> None:
    assert visitor.refused(wire(push())[:-20]) == (400, "The payload is not JSON.")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(visitor: Visitor, method: str) -> None:
    assert visitor.refused(b"", REQUEST_METHOD=method)[0] == 405
    assert visitor.headers["Allow"] == "POST"


def test_without_a_secret_nothing_is_taken_in() -> None:
    visitor = Visitor()
    status, error = visitor.refused(wire(push()), secret="")
    assert status == 503
    assert "No webhook secret is set" in error


def test_when_the_disk_takes_nothing_github_is_told_to_come_again(visitor: Visitor) -> None:
    visitor.kept.broken = True
    status, error = visitor.refused(wire(push()))
    assert status == 503
    assert "deliver it again" in error
    assert "plangate.db" not in error, "our paths are not for strangers"


class TestSize:
    def test_githubs_largest_delivery_is_read(self, visitor: Visitor) -> None:
        body = b'{"x":"' + b"y" * (BODY_LIMIT - 8) + b'"}'
        assert len(body) == BODY_LIMIT
        assert visitor.knock(body)[0] == 202
        assert visitor.knock(body, CONTENT_LENGTH=None)[0] == 202

    @pytest.mark.parametrize("length", [str(BODY_LIMIT + 1), "30000000", "9" * 13, "9" * 100_000])
    def test_a_larger_one_is_refused_by_its_announcement(self, visitor: Visitor, length: str) -> None:
        assert visitor.refused(b"{}", CONTENT_LENGTH=length) == (413, "The body is larger than 25 MB.")
        assert visitor.body.tell() == 0

    def test_a_larger_one_that_announces_nothing_is_read_no_further_than_the_limit(self, visitor: Visitor) -> None:
        assert visitor.refused(b"x" * 30_000_000, CONTENT_LENGTH=None)[0] == 413
        assert visitor.body.tell() == BODY_LIMIT + 1

    @pytest.mark.parametrize("length", ["-1", "1.5", "0x10", "²", "1_000", "ten"])
    def test_a_length_that_is_no_number_is_refused(self, visitor: Visitor, length: str) -> None:
        assert visitor.refused(wire(push()), CONTENT_LENGTH=length)[0] == 400

    def test_no_more_is_read_than_was_announced(self, visitor: Visitor) -> None:
        assert visitor.refused(wire(push()), CONTENT_LENGTH="10")[0] == 401
        assert visitor.body.tell() == 10

    def test_a_body_that_ends_early_is_not_what_was_signed(self, visitor: Visitor) -> None:
        whole = wire(push())
        signature = "sha256=" + hmac.new(OLD.encode(), whole, hashlib.sha256).hexdigest()
        refused = visitor.refused(whole[:50], CONTENT_LENGTH=str(len(whole)), HTTP_X_HUB_SIGNATURE_256=signature)
        assert refused[0] == 401


def test_a_deeply_nested_body_is_refused_at_once(visitor: Visitor) -> None:
    with bounded_work():
        assert visitor.refused(b'{"a":' * 1_000_000)[0] == 400
