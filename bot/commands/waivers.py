"""`plangate waivers`: list every waiver that was given, those that ended included."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.core.text.neutral import plain_line
from bot.host import bootstrap, settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bot.core.forge.ports import Store
    from bot.core.forge.stored import Waiver

EXAMPLES = (
    "plangate waivers",
    "plangate waivers --json",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(options: argparse.Namespace) -> int:
    """Print them, by repository and time."""
    storage = bootstrap.open_existing(settings.from_environment())
    with closing(storage.queue):
        for name, waiver in _waivers(storage.store()):
            shown = json.dumps(_object(name, waiver)) if options.json else _line(name, waiver)
            sys.stdout.write(f"{shown}\n")
    return 0


def _waivers(store: Store) -> Iterator[tuple[str, Waiver]]:
    for installation in store.installations():
        for repository in store.repositories(installation.id):
            name = f"{repository.owner}/{repository.name}"
            yield from ((name, waiver) for waiver in store.waivers(repository.id))


def _object(name: str, waiver: Waiver) -> dict[str, Any]:
    given_at = datetime.fromtimestamp(waiver.given_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**asdict(waiver), "repository": name, "given_at": given_at, "until": waiver.until or None}


def _line(name: str, waiver: Waiver) -> str:
    day = datetime.fromtimestamp(waiver.given_at, UTC).date().isoformat()
    end = f" until {waiver.until}" if waiver.until else ""
    about = f"{name}#{waiver.number} {waiver.rule} in {waiver.folder}"
    return plain_line(f"{day} {about} by {waiver.by} ({waiver.role}){end}: {waiver.reason}", 1_000)
