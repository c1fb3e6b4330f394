"""`plangate receive`: process one recorded delivery, or show its effects."""

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
"""Bytes of GitHub's largest payload: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = "Without --dry-run the delivery is queued, and the running server processes it."
    parser.add_argument("file", type=Path, metavar="FILE", help="the payload, as JSON")
    parser.add_argument(
        "--event", required=True, metavar="NAME", help="the value of X-GitHub-Event, such as pull_request"
    )
    parser.add_argument(
        "--delivery", metavar="ID", help="the value of X-GitHub-Delivery (default: a hash of the payload)"
    )
    parser.add_argument("--dry-run", action="store_true", help="read GitHub, write nothing, and print the effects")


def run(options: argparse.Namespace) -> int:
    """Queue the delivery or print its effects; the exit code is 1 when a job would not finish."""
    server = settings.from_environment()
    body = _body(options.file)
    delivery = options.delivery or f"receive-{hashlib.sha256(body).hexdigest()[:32]}"
    try:
        jobs = parse(options.event, delivery, body, app_id=server.app_id, app_slug=server.app_slug)
    except BadPayloadError as error:
        raise UserError(f"{options.file}: {error}") from None
    if not jobs:
        sys.stdout.write("nothing to do: Plangate does not react to this delivery\n")
        return 0
    if options.dry_run:
        return _dry_run(server, jobs)
    with closing(bootstrap.open_queue(server)) as queue:
        for job in jobs:
            outcome = "accepted" if queue.put(job) else "was accepted before"
            sys.stdout.write(f"{plain_line(job.delivery)} {outcome}: {job.name}\n")
    return 0


def _body(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    if len(body) > MAX_BYTES:
        raise UserError(f"{file} is larger than {MAX_BYTES} bytes, the limit of GitHub's payloads.")
    return body


def _dry_run(server: settings.Settings, jobs: Sequence[NewJob]) -> int:
    printed = 0

    def tell(effect: str, text: str) -> None:
        nonlocal printed
        printed += 1
        shown = "".join(f"    {visible(line)}\n" for line in text.splitlines())
        sys.stdout.write(f"would {plain_line(effect)}\n{shown}\n")

    outcomes = bootstrap.dry_run(server, jobs, tell)
    for outcome in outcomes:
        if not isinstance(outcome, Done):
            sys.stdout.write(f"did not finish: {plain_line(outcome.error)}\n")
    if not printed and all(isinstance(outcome, Done) for outcome in outcomes):
        sys.stdout.write("nothing would be written\n")
    return 0 if all(isinstance(outcome, Done) for outcome in outcomes) else 1
