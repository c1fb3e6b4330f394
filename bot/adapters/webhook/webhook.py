"""Verify a delivery and translate it into jobs. Pure.

No delivery is rejected for its schema, because about a third of GitHub's own recorded payloads do not match GitHub's
current description. A payload without the needed fields is ignored; only a body that is not a JSON object is an error.
Whatever depends on a repository's configuration is decided in the job.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec

from bot.adapters.webhook import meaning
from bot.adapters.webhook.payloads import Repository  # noqa: TC001  msgspec reads it
from bot.core.forge.job_keys import new_job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.forge.ports import NewJob

_FORM_FIELDS = 16
"""Most form fields that are parsed. GitHub sends one, `payload`."""


class BadPayloadError(Exception):
    """The body does not match its content type. The message is one sentence for the sender."""


def is_signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` matches the raw body for one of the secrets, compared in constant time.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    signature = (header or "").encode("latin-1", "replace")
    fits = False
    for secret in secrets:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(f"sha256={digest}".encode(), signature)
    return fits


def payload_of_form(body: bytes) -> bytes:
    """Return the JSON in a form-encoded body, GitHub's default content type. Raises `BadPayloadError`."""
    try:
        fields = dict(parse_qsl(body, max_num_fields=_FORM_FIELDS))
    except ValueError:
        fields = {}
    try:
        return fields[b"payload"]
    except KeyError:
        raise BadPayloadError("The form has no field `payload`.") from None


def parse(name: str, delivery: str, body: bytes, *, app_id: int | None, app_slug: str) -> tuple[NewJob, ...]:
    """Return the jobs for a delivery: usually one, none when the delivery is irrelevant.

    `name` is `X-GitHub-Event`, `delivery` is `X-GitHub-Delivery`, `body` is JSON. `app_id` distinguishes our check runs
    from those of other Apps; `app_slug` is the name by which a comment mentions the App. A new pull request whose body
    has a command gives two jobs; the delivery id of the second one ends in `/body`.

    Raises `BadPayloadError` when the body is not a JSON object.
    """
    kind = meaning.KINDS.get(name)
    if kind is None:
        _require_object(body)
        return ()
    decoder, translate = kind
    try:
        payload = decoder.decode(body)
    except msgspec.ValidationError:
        _require_object(body)
        return ()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadPayloadError("The payload is not JSON.") from None
    events = translate(payload, meaning.AppIdentity(app_id, app_slug))
    return tuple(new_job(delivery if index == 0 else f"{delivery}/body", event) for index, event in enumerate(events))


class _Origin(msgspec.Struct):
    """The fields that say who sent a delivery; a repository's own webhook names no installation."""

    repository: Repository | None = None
    installation: dict[str, msgspec.Raw] | None = None


def repository_without_installation(body: bytes) -> str | None:
    """Return `owner/name` for a delivery of a repository's own webhook; None for a delivery of the App's webhook.

    https://docs.github.com/webhooks/types-of-webhooks
    """
    try:
        origin = msgspec.json.decode(body, type=_Origin)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return origin.repository.full_name if origin.repository is not None and origin.installation is None else None


_anything: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _require_object(body: bytes) -> None:
    try:
        _anything.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadPayloadError("The payload is not a JSON object.") from None
