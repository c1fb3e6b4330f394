"""`plangate deliveries`: list and show accepted deliveries, and replay dead letters."""

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
"""The most deliveries that one call lists or replays."""

EXAMPLES = (
    "plangate deliveries list --state dead",
    "plangate deliveries replay --all",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help="list deliveries, the newest first")
    listing.add_argument("--state", choices=[state.value for state in JobState], help="default: all")
    listing.add_argument("--limit", type=_limit, default=50, metavar="N", help="default: 50, at most 10000")
    show = actions.add_parser("show", help="show one delivery with its event")
    show.add_argument("delivery", metavar="ID")
    replay = actions.add_parser("replay", help="queue dead letters again")
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("delivery", nargs="?", metavar="ID")
    which.add_argument("--all", action="store_true", help="every dead letter")


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST)) and 0 < int(text) <= MOST):
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST}, not {text[:20]!r}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """List, show or replay."""
    with closing(bootstrap.open_queue(settings.from_environment())) as queue:
        match options.action:
            case "list":
                sys.stdout.write(_list(queue, options.state and JobState(options.state), options.limit))
            case "show":
                sys.stdout.write(_show(_record(queue, options.delivery)))
            case _:
                sys.stdout.write(_replay(queue, None if options.all else options.delivery))
    return 0


def _record(queue: Queue, delivery: str) -> JobRecord:
    record = queue.find(delivery)
    if record is None:
        raise UserError(f"Delivery {plain_line(delivery)} was not accepted here: `plangate deliveries list` lists all.")
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
    return "\n".join([*lines, "", counts or "no delivery was accepted yet", ""])


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
    try:
        event = json.dumps(json.loads(record.event), indent=2, ensure_ascii=True)
    except (ValueError, RecursionError):
        raise UserError(f"The event of delivery {facts['delivery']} cannot be read: the database is damaged.") from None
    return "\n".join([*lines, "", event, ""])


def _replay(queue: Queue, delivery: str | None) -> str:
    dead = queue.records(JobState.DEAD, MOST) if delivery is None else [_record(queue, delivery)]
    replayed = [record.delivery for record in dead if queue.replay(record.delivery)]
    if delivery is not None and not replayed:
        raise UserError(f"Delivery {plain_line(delivery)} is not a dead letter: its state is {dead[0].state.value}.")
    return "".join(f"{plain_line(name)} is queued again\n" for name in replayed) or "there are no dead letters\n"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
