"""`plangate deliveries`: what was accepted, where it stands, and the dead letters again."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.forge.errors import UserError
from bot.core.forge.ports import JobState
from bot.core.text.neutral import plain_line
from bot.host import bootstrap, settings

if TYPE_CHECKING:
    from bot.core.forge.ports import JobRecord, Queue


MOST = 10_000
"""Deliveries that are listed, or replayed, at once."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help="the newest first")
    listing.add_argument("--state", choices=[state.value for state in JobState], help="default: all")
    listing.add_argument("--limit", type=_limit, default=50, metavar="N", help="default: 50, at most 10000")
    show = actions.add_parser("show", help="one, with its event")
    show.add_argument("delivery", metavar="ID")
    replay = actions.add_parser("replay", help="let dead letters be worked on again")
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("delivery", nargs="?", metavar="ID")
    which.add_argument("--all", action="store_true", help="every dead letter")


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and 0 < int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST}, not {text[:20]!r}")
    return int(text)


def run(given: argparse.Namespace) -> int:
    """Print, or replay."""
    with closing(bootstrap.open_queue(settings.from_environment())) as queue:
        match given.action:
            case "list":
                sys.stdout.write(_list(queue, given.state and JobState(given.state), given.limit))
            case "show":
                sys.stdout.write(_show(_found(queue, given.delivery)))
            case _:
                sys.stdout.write(_replay(queue, None if given.all else given.delivery))
    return 0


def _found(queue: Queue, delivery: str) -> JobRecord:
    record = queue.find(delivery)
    if record is None:
        raise UserError(f"No delivery {plain_line(delivery)} was accepted here: `plangate deliveries list` shows them.")
    return record


def _list(queue: Queue, state: JobState | None, limit: int) -> str:
    records = queue.records(state, limit)
    counts = " · ".join(f"{count} {name.value}" for name, count in queue.counts().items())
    lines = [f"{'accepted (UTC)':<19}  {'state':<7}  tries  {'event':<20}  delivery"]
    lines += [
        f"{_time(record.accepted_at)}  {record.state.value:<7}  {record.attempts:>5}  {record.name:<20}  "
        f"{plain_line(record.delivery)}" + (f"  {plain_line(record.error)}" if record.error else "")
        for record in records
    ]
    return "\n".join([*lines, "", counts or "nothing was accepted yet", ""])


def _show(record: JobRecord) -> str:
    facts = {
        "delivery": record.delivery,
        "event": record.name,
        "state": record.state.value,
        "tries": record.attempts,
        "accepted": _time(record.accepted_at),
        "not before": _time(record.not_before) if record.not_before else "now",
        "serial key": record.serial,
        "error": record.error or "none",
    }
    lines = [f"{name + ':':<12} {plain_line(str(value))}" for name, value in facts.items()]
    return "\n".join([*lines, "", json.dumps(json.loads(record.event), indent=2, ensure_ascii=True), ""])


def _replay(queue: Queue, delivery: str | None) -> str:
    dead = queue.records(JobState.DEAD, MOST) if delivery is None else [_found(queue, delivery)]
    replayed = [record.delivery for record in dead if queue.replay(record.delivery)]
    if delivery is not None and not replayed:
        raise UserError(f"Delivery {plain_line(delivery)} is no dead letter: it is {dead[0].state.value}.")
    return "".join(f"{plain_line(name)} waits again\n" for name in replayed) or "there is no dead letter\n"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
