"""A whole rehearsal from the arguments to the end: copy, play, print."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bot
from bot.demo.heads import copy_wanted
from bot.demo.ledger import Ledger, Progress
from bot.demo.mirror import Mirror, megabytes, open_original
from bot.demo.rehearsal import Rehearsal
from bot.demo.theatre import Theatre

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.demo.heads import Programme, Wanted
    from bot.demo.mirror import Original
    from bot.demo.rehearsal import Told
    from bot.demo.screen import Screen

SCHEMA = 1
"""Of the JSON; grows when a field goes or changes its meaning."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    folder: Path
    wanted: Wanted
    as_json: bool = False


def rehearse(asked: Asked, screen: Screen, stay: Callable[[Theatre], None] | None) -> int:
    """Rehearse; 0 when every head has a verdict, else 2. `stay` is called at the end, with both servers running."""
    progress = Progress(screen)
    try:
        original = open_original(asked.folder)
        progress.say(f"Copying {megabytes(original.size)} of history …")
        with Mirror() as mirror:
            programme = copy_wanted(mirror, original, asked.wanted)
            progress.say("Starting a GitHub and a Plangate on this machine …")
            with Theatre() as theatre:
                rehearsal = Rehearsal(theatre, mirror, programme, original.name)
                told = _play(rehearsal, asked, original, screen, progress)
                progress.end()
                _show(told, asked, screen)
                if stay is not None:
                    stay(theatre)
    finally:
        progress.end()
    return 0 if all(one.run is not None for one in told) else 2


def _play(rehearsal: Rehearsal, asked: Asked, original: Original, screen: Screen, progress: Progress) -> list[Told]:
    ledger = Ledger(screen, progress, rehearsal.programme)
    heads = rehearsal.programme.heads
    if not asked.as_json:
        ledger.begin(original)
    rehearsal.prepare()
    told: list[Told] = []
    ledger.start()
    try:
        for one in rehearsal.play():
            told.append(one)
            if not asked.as_json:
                ledger.tell(one)
            if len(told) < len(heads):
                ledger.estimate(len(told))
    except KeyboardInterrupt:
        progress.end()
        if not asked.as_json:
            screen.line(f"Ended after {len(told)} of {len(heads)}.")
        raise
    progress.end()
    settled = rehearsal.settled(told)
    if asked.as_json:
        sys.stdout.write(json.dumps(_document(rehearsal.programme, original, settled), indent=2) + "\n")
    else:
        ledger.later(told, settled)
        ledger.end(settled, asked.folder)
    return settled


def _show(told: list[Told], asked: Asked, screen: Screen) -> None:
    """The whole reports of the heads that were named."""
    for one in told:
        if one.run is not None and any(one.head.called(name) for name in asked.wanted.shown):
            screen.heading(one.head.name)
            screen.check_run(one.run, open_text=True)


def _document(programme: Programme, original: Original, told: list[Told]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "plangate": bot.__version__,
        "repository": original.name,
        "base": {"name": programme.base_name, "sha": programme.base},
        "specs": list(programme.roots),
        "found": programme.found,
        "heads": [_shape(one) for one in told],
    }


def _shape(told: Told) -> dict[str, Any]:
    head, run, cost = told.head, told.run, told.cost
    return {
        "head": head.name,
        "sha": head.sha,
        "base": head.base,
        "number": head.number,
        "merged_by": head.landed,
        "title": head.title,
        "folders": list(head.folders),
        "conclusion": run.conclusion if run is not None else None,
        "verdict": run.title if run is not None else None,
        "problem": told.problem,
        "summary": run.summary if run is not None else None,
        "text": run.text if run is not None else None,
        "annotations": list(run.annotations) if run is not None else [],
        "milliseconds": round(cost.seconds * 1000) if cost is not None else None,
        "api": {"reads": cost.reads, "writes": cost.writes, "tokens": cost.tokens} if cost is not None else None,
    }
