"""The webhook endpoint: verify a delivery, store its jobs, respond with 202.

The bridge hands a delivery over on its event loop, without Flask and without a thread, because both would cost more
than the rest of the response. Nothing is parsed before its signature is verified, and irrelevant events touch neither
the disk nor GitHub.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from bot.adapters.webhook.webhook import (
    BadPayloadError,
    is_signed,
    parse,
    payload_of_form,
    repository_without_installation,
)
from bot.core.forge.errors import StorageError
from bot.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future
    from wsgiref.types import StartResponse, WSGIEnvironment

    from bot.core.forge.ports import NewJob

BODY_LIMIT = 25 * 1024 * 1024
"""Bytes of GitHub's largest payload: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap"""
PATHS = frozenset({"/webhook", "/webhook/"})
_MOST_HOOKS = 1_000
"""Repositories with a webhook of their own that are remembered, so that each is logged once."""
_PATIENCE = 8.0
"""Seconds that a delivery may wait to be stored; GitHub hangs up after 10."""
_CHUNK = 64 * 1024
_LARGE = 1024 * 1024
"""Bytes of a body above which it is verified in a thread: the event loop would stand still for some milliseconds."""
_DIGITS = 12
"""The most digits of a Content-Length that are parsed."""
_DELIVERY = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,99}")
_EVENT = re.compile(r"[a-z_]{1,100}")

log = Log("web")


class Recipient(NamedTuple):
    """The App that receives the deliveries."""

    secrets: Sequence[str]
    """A delivery may be signed with any of these secrets; without a secret every delivery is refused."""
    app_id: int | None
    app_slug: str


class _RefusedError(Exception):
    """The delivery is refused; the message is one sentence for its sender."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A verified delivery and its jobs."""

    id: str
    event: str
    jobs: Sequence[NewJob]
    payload: bytes
    started: float
    """In seconds of `time.perf_counter`."""


Response = tuple[HTTPStatus, list[tuple[str, str]], bytes]
"""Status, headers and body."""


class Door:
    """The receiver of deliveries at `/webhook`: on an event loop by `respond`, or as a WSGI application."""

    def __init__(
        self,
        recipient: Recipient,
        put: Callable[[NewJob], bool],
        submit: Callable[[NewJob], Future[bool]] | None = None,
    ) -> None:
        """`put` and `submit` are those of the queue. Without `submit`, `respond` calls `put` in a thread."""
        self._recipient = recipient
        self._put = put
        self._submit = submit
        self._with_hooks: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one delivery, in JSON."""
        try:
            delivery = self._verified(environ)
            try:
                new = [self._put(job) for job in delivery.jobs]
            except StorageError as error:
                raise _not_stored(delivery, error) from None
            status, headers, body = self._accepted(delivery, is_new=any(new))
        except _RefusedError as refused:
            status, headers, body = _refusal(environ, refused)
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    async def respond(self, environ: WSGIEnvironment, size: int) -> Response:
        """Respond to one delivery, in JSON; its body of `size` bytes must be in memory.

        Other requests go on while the delivery is stored.
        """
        try:
            if size > _LARGE:
                delivery = await asyncio.to_thread(self._verified, environ)
            else:
                delivery = self._verified(environ)
            return self._accepted(delivery, is_new=await self._stored(delivery))
        except _RefusedError as refused:
            return _refusal(environ, refused)

    async def _stored(self, delivery: _Delivery) -> bool:
        """Whether a job of the delivery is new. Returns when all of them are stored."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return any([await self._stored_job(job) for job in delivery.jobs])
        except TimeoutError:
            error = StorageError(f"The queue did not take the delivery within {_PATIENCE} seconds.")
            raise _not_stored(delivery, error) from None
        except StorageError as error:
            raise _not_stored(delivery, error) from None

    async def _stored_job(self, job: NewJob) -> bool:
        if self._submit is None:
            return await asyncio.to_thread(self._put, job)
        new: bool = await asyncio.wrap_future(self._submit(job))
        return new

    def _verified(self, environ: WSGIEnvironment) -> _Delivery:
        started = time.perf_counter()
        if environ["REQUEST_METHOD"] != "POST":
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "Deliveries must use POST.")
        if not self._recipient.secrets:
            raise _RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "No webhook secret is set, so no signature can be verified."
            )
        event, delivery, unwrap = _announced(environ)
        body = _body(environ)
        if not is_signed(body, environ.get("HTTP_X_HUB_SIGNATURE_256"), self._recipient.secrets):
            raise _RefusedError(
                HTTPStatus.UNAUTHORIZED, "The signature does not match the body and the webhook secret."
            )
        try:
            payload = unwrap(body)
            jobs = parse(event, delivery, payload, app_id=self._recipient.app_id, app_slug=self._recipient.app_slug)
        except BadPayloadError as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from None
        return _Delivery(delivery, event, jobs, payload, started)

    def _accepted(self, delivery: _Delivery, *, is_new: bool) -> Response:
        outcome = ("accepted" if is_new else "known") if delivery.jobs else "ignored"
        if not delivery.jobs and (repository := repository_without_installation(delivery.payload)) is not None:
            self._warn_of_hook(repository, delivery.id)
        say = log.info if delivery.jobs else log.debug
        say(outcome, delivery=delivery.id, event=delivery.event, seconds=time.perf_counter() - delivery.started)
        return _response(HTTPStatus.ACCEPTED, {"delivery": delivery.id, "outcome": outcome})

    def _warn_of_hook(self, repository: str, delivery: str) -> None:
        """Log once for each repository that its own webhook sends deliveries here, which are ignored."""
        if repository in self._with_hooks or len(self._with_hooks) >= _MOST_HOOKS:
            return
        self._with_hooks.add(repository)
        log.warning(
            "ignored: the repository's own webhook sent this, not the App's. Delete that webhook in the settings of the"
            " repository or of its organization, and install the App there",
            delivery=delivery,
            repository=repository,
        )


def _not_stored(delivery: _Delivery, error: StorageError) -> _RefusedError:
    # If only the first job is stored, GitHub counts the delivery as failed, and its redelivery adds the others.
    log.fault("delivery not stored", delivery=delivery.id, error=str(error))
    return _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "The delivery could not be stored: deliver it again later.")


def _refusal(environ: WSGIEnvironment, refused: _RefusedError) -> Response:
    log.warning(str(refused), delivery=_shown(environ, "HTTP_X_GITHUB_DELIVERY"), status=int(refused.status))
    allowed = [("Allow", "POST")] if refused.status is HTTPStatus.METHOD_NOT_ALLOWED else []
    return _response(refused.status, {"error": str(refused)}, *allowed)


def _response(status: HTTPStatus, content: dict[str, str], *headers: tuple[str, str]) -> Response:
    body = json.dumps(content).encode() + b"\n"
    return status, [("Content-Type", "application/json"), *headers, ("Content-Length", str(len(body)))], body


def _announced(environ: WSGIEnvironment) -> tuple[str, str, Callable[[bytes], bytes]]:
    """The event, the delivery id, and the function that turns the body into JSON, from the headers."""
    event = environ.get("HTTP_X_GITHUB_EVENT", "")
    delivery = environ.get("HTTP_X_GITHUB_DELIVERY", "")
    if not _EVENT.fullmatch(event) or not _DELIVERY.fullmatch(delivery):
        raise _RefusedError(
            HTTPStatus.BAD_REQUEST, "X-GitHub-Event and X-GitHub-Delivery must name the event and the delivery."
        )
    match environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower():
        case "application/json":
            return event, delivery, bytes
        case "application/x-www-form-urlencoded":
            return event, delivery, payload_of_form
        case _:
            raise _RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "The content type must be application/json or application/x-www-form-urlencoded.",
            )


def _body(environ: WSGIEnvironment) -> bytes:
    """The raw body, read up to its announced length or the limit."""
    if not environ.get("HTTP_X_HUB_SIGNATURE_256"):
        raise _RefusedError(HTTPStatus.UNAUTHORIZED, "X-Hub-Signature-256 is missing.")
    announced = environ.get("CONTENT_LENGTH") or None
    if announced is not None and not (announced.isascii() and announced.isdecimal()):
        raise _RefusedError(HTTPStatus.BAD_REQUEST, "Content-Length is not a number.")
    # Without a length, the server ends the stream (`wsgi.input_terminated`, for chunked bodies). One byte more than
    # the limit is then read, to detect a body that is too large.
    remaining = BODY_LIMIT + 1 if announced is None else int(announced[-_DIGITS:])
    too_large = announced is not None and (len(announced) > _DIGITS or remaining > BODY_LIMIT)
    chunks: list[bytes] = []
    while remaining > 0 and not too_large and (chunk := environ["wsgi.input"].read(min(remaining, _CHUNK))):
        chunks.append(chunk)
        remaining -= len(chunk)
    if too_large or (announced is None and remaining <= 0):
        raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 25 MB.")
    return b"".join(chunks)


def _shown(environ: WSGIEnvironment, header: str) -> str:
    return str(environ.get(header, ""))[:100]
