"""From a delivery to the jobs it asks for: signature and shape, nothing else. Pure.

Fields are read tolerantly and no delivery is refused for its schema: about a third of GitHub's own recorded payloads
do not fit the description of today. What cannot be understood is ignored; only what is no JSON object is an error.
Whatever depends on a repository's configuration is decided in the job.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec

from bot.adapters.webhook import meaning
from bot.core.forge.jobs import new_job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.forge.ports import NewJob

_FORM_FIELDS = 16
"""GitHub sends one, `payload`."""


class BadPayloadError(Exception):
    """The body is not what its content type says; the message is one sentence for the sender."""


def is_signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` fits the raw body under one of the secrets, compared in constant time.

    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    """
    given = (header or "").encode("latin-1", "replace")
    fits = False
    for secret in secrets:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(f"sha256={digest}".encode(), given)
    return fits


def payload_of_form(body: bytes) -> bytes:
    """The JSON in a form-encoded body, GitHub's default content type. Raises `BadPayloadError`."""
    try:
        fields = dict(parse_qsl(body, max_num_fields=_FORM_FIELDS))
    except ValueError:
        fields = {}
    try:
        return fields[b"payload"]
    except KeyError:
        raise BadPayloadError("The form has no field `payload`.") from None


def parse(name: str, delivery: str, body: bytes, *, app_id: int | None, app_slug: str) -> tuple[NewJob, ...]:
    """The jobs that a delivery asks for, most often one; none when it is irrelevant.

    `name` is `X-GitHub-Event`, `delivery` is `X-GitHub-Delivery`, `body` is JSON. `app_id` tells our own check runs
    from those of other Apps, `app_slug` is what a comment mentions us by. A newly opened pull request whose text holds
    a command gives two jobs; the second's delivery id ends in `/body`.

    Raises `BadPayloadError` when the body is not a JSON object.
    """
    known = meaning.KINDS.get(name)
    if known is None:
        _require_object(body)
        return ()
    decoder, translate = known
    try:
        payload = decoder.decode(body)
    except msgspec.ValidationError:
        _require_object(body)
        return ()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadPayloadError("The payload is not JSON.") from None
    found = translate(payload, meaning.Own(app_id, app_slug))
    return tuple(new_job(delivery if index == 0 else f"{delivery}/body", event) for index, event in enumerate(found))


_anything: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _require_object(body: bytes) -> None:
    try:
        _anything.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadPayloadError("The payload is not a JSON object.") from None
