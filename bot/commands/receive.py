"""`plangate receive`: one recorded delivery again, or what it would do."""

from __future__ import annotations

import hashlib
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.webhook.webhook import BadPayloadError, parse
from bot.core.forge.errors import UserError
from bot.core.forge.outcome import Done
from bot.core.text.neutral import plain_line, visible
from bot.host import bootstrap, settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bot.core.forge.ports import NewJob

MAX_BYTES = 25 * 1024 * 1024
"""GitHub sends no more: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.epilog = "Without --dry-run it is put on the queue, and the running server works on it."
    parser.add_argument("file", type=Path, metavar="FILE", help="the payload, as JSON")
    parser.add_argument("--event", required=True, metavar="NAME", help="what X-GitHub-Event said, such as pull_request")
    parser.add_argument("--delivery", metavar="ID", help="what X-GitHub-Delivery said (default: made from the payload)")
    parser.add_argument("--dry-run", action="store_true", help="read GitHub, write nothing, and print what would be")


def run(given: argparse.Namespace) -> int:
    """Put it on the queue, or print what it would come to; 1 when that is no end."""
    server = settings.from_environment()
    body = _body(given.file)
    delivery = given.delivery or f"receive-{hashlib.sha256(body).hexdigest()[:32]}"
    try:
        jobs = parse(given.event, delivery, body, app_id=server.app_id, app_slug=server.app_slug)
    except BadPayloadError as error:
        raise UserError(f"{given.file}: {error}") from None
    if not jobs:
        sys.stdout.write("nothing to do: this delivery asks for nothing\n")
        return 0
    if given.dry_run:
        return _dry_run(server, jobs)
    with closing(bootstrap.open_queue(server)) as queue:
        for job in jobs:
            said = "accepted" if queue.put(job) else "was accepted before"
            sys.stdout.write(f"{plain_line(job.delivery)} {said}: {job.name}\n")
    return 0


def _body(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    if len(body) > MAX_BYTES:
        raise UserError(f"{file} is larger than {MAX_BYTES} bytes, and GitHub sends no such payload.")
    return body


def _dry_run(server: settings.Settings, jobs: Sequence[NewJob]) -> int:
    told = 0

    def tell(what: str, text: str) -> None:
        nonlocal told
        told += 1
        shown = "".join(f"    {visible(line)}\n" for line in text.splitlines())
        sys.stdout.write(f"would {plain_line(what)}\n{shown}\n")

    outcomes = bootstrap.dry_run(server, jobs, tell)
    for outcome in outcomes:
        if not isinstance(outcome, Done):
            sys.stdout.write(f"not to its end: {plain_line(outcome.error)}\n")
    if not told and all(isinstance(outcome, Done) for outcome in outcomes):
        sys.stdout.write("nothing would be written\n")
    return 0 if all(isinstance(outcome, Done) for outcome in outcomes) else 1
