"""`plangate receive`: process one recorded delivery, or show its effects."""

from __future__ import annotations

import hashlib
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from bot.adapters.webhook.webhook import BadPayloadError, parse
from bot.core.forge.effects import (
    AddWaiver,
    CloseOnBoard,
    CloseThreads,
    CountUse,
    Enqueue,
    HideComment,
    PublishRun,
    React,
    RememberSuggestions,
    ReserveNumber,
    SetGoverned,
    ShowOnBoard,
    WriteComment,
    WriteFiles,
    WriteReview,
)
from bot.core.forge.errors import UserError
from bot.core.forge.outcome import Done
from bot.core.text.neutral import plain_line, visible
from bot.core.text.wording import count
from bot.host import bootstrap, settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bot.core.forge.effects import Effect
    from bot.core.forge.ports import NewJob

MAX_BYTES = 25 * 1024 * 1024
"""Bytes of GitHub's largest payload: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap"""

EXAMPLES = (
    "plangate receive push.json --event push",
    "plangate receive push.json --event push --dry-run",
)


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
    effects, outcomes = bootstrap.dry_run(server, jobs)
    for effect in effects:
        line, text = described(effect)
        shown = "".join(f"    {visible(part)}\n" for part in text.splitlines())
        sys.stdout.write(f"would {plain_line(line)}\n{shown}\n")
    unfinished = [outcome for outcome in outcomes if not isinstance(outcome, Done)]
    for outcome in unfinished:
        sys.stdout.write(f"did not finish: {plain_line(outcome.error)}\n")
    if not effects and not unfinished:
        sys.stdout.write("nothing would be written\n")
    return int(bool(unfinished))


def described(effect: Effect) -> tuple[str, str]:
    """An effect as a line that completes "would ..." and, where it writes a text, that text."""
    match effect:
        case PublishRun(run):
            output = run.output
            written = f"check run {output.name} on {run.head_sha}: {output.conclusion.value}, {output.title}"
            return f"write {written}", output.summary
        case WriteReview(review):
            text = "\n\n".join((review.body, *(comment.body for comment in review.comments)))
            many = count(len(review.comments), "suggestion", "suggestions")
            return f"review {review.number} with {many}", text
        case WriteComment(number, body):
            verb = "write a" if effect.existing is None else "fold our" if effect.minimized else "edit our"
            return f"{verb} comment on {number}", body
        case WriteFiles(commit, pull_request):
            opening = f"open a draft pull request from {pull_request.branch}" if pull_request is not None else ""
            if commit is None:
                return opening or "write no file", ""
            return f"commit to {commit.branch}{opening and ' and '}{opening}", "\n".join(commit.files)
        case _:
            return _described_without_text(effect), ""


def _described_without_text(
    effect: HideComment
    | CloseThreads
    | RememberSuggestions
    | React
    | Enqueue
    | SetGoverned
    | ReserveNumber
    | AddWaiver
    | CountUse
    | ShowOnBoard
    | CloseOnBoard,
) -> str:
    match effect:
        case HideComment(comment):
            line = f"hide our comment {comment.id} as outdated"
        case React(reaction=reaction):
            line = f"react with {reaction.value.lower()}"
        case Enqueue(delivery):
            line = f"queue the job {delivery}"
        case SetGoverned(governed):
            line = f"remember that the repository is {'' if governed else 'not '}governed"
        case ReserveNumber(offer):
            line = f"reserve number {offer.number} for issue {offer.issue}"
        case AddWaiver(waiver):
            line = f"waive {waiver.rule} in {waiver.folder}: {waiver.reason}"
        case ShowOnBoard(row):
            line = f"show {row.place} on the repository's board"
        case CloseOnBoard(place):
            line = f"show {place} as closed on the repository's board"
        case CountUse(user):
            line = f"count a use: {user}"
        case _:
            line = _described_suggestions(effect)
    return line


def _described_suggestions(effect: CloseThreads | RememberSuggestions) -> str:
    match effect:
        case CloseThreads(threads):
            return f"close {count(len(threads), 'suggestion', 'suggestions')} of ours"
        case RememberSuggestions(number):
            return f"remember the suggestions on {number}"
        case _:
            assert_never(effect)
