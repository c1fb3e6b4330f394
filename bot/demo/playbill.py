"""Run a rehearsal: copy the repository, judge its heads, print the results."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bot
from bot.demo.heads import copy_wanted
from bot.demo.ledger import Ledger
from bot.demo.mirror import Mirror, megabytes, open_original
from bot.demo.rehearsal import Rehearsal
from bot.demo.theatre import Theatre
from bot.progress import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.demo.heads import HeadSelection, Programme
    from bot.demo.mirror import Original
    from bot.demo.rehearsal import HeadResult
    from bot.demo.screen import Screen

SCHEMA = 1
"""Version of the JSON; grows when a field is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class RehearsalOptions:
    """The arguments of a rehearsal."""

    folder: Path
    selection: HeadSelection
    as_json: bool = False


def rehearse(options: RehearsalOptions, screen: Screen, stay: Callable[[Theatre], None] | None) -> int:
    """Rehearse; return 0 when every head has a verdict, else 2. `stay` is called last, while both servers run."""
    with ProgressLine("heads") as progress:
        original = open_original(options.folder)
        progress.say(f"Copying {megabytes(original.size)} of history …")
        with Mirror() as mirror:
            programme = copy_wanted(mirror, original, options.selection)
            progress.say("Starting a GitHub and a Plangate on this machine …")
            with Theatre() as theatre:
                rehearsal = Rehearsal(theatre, mirror, programme, original.name)
                results = _play(rehearsal, options, original, screen, progress)
                progress.erase()
                _show(results, options, screen)
                if stay is not None:
                    stay(theatre)
    return 0 if all(result.run is not None for result in results) else 2


def _play(
    rehearsal: Rehearsal, options: RehearsalOptions, original: Original, screen: Screen, progress: ProgressLine
) -> list[HeadResult]:
    ledger = Ledger(screen, progress, rehearsal.programme)
    heads = rehearsal.programme.heads
    if not options.as_json:
        ledger.begin(original)
    rehearsal.prepare()
    results: list[HeadResult] = []
    ledger.start()
    try:
        for result in rehearsal.play():
            results.append(result)
            if not options.as_json:
                ledger.show(result)
            if len(results) < len(heads):
                ledger.estimate(len(results))
    except KeyboardInterrupt:
        progress.erase()
        if not options.as_json:
            screen.line(f"Stopped after {len(results)} of {len(heads)}.")
        raise
    progress.erase()
    settled = rehearsal.settled(results)
    if options.as_json:
        sys.stdout.write(json.dumps(_document(rehearsal.programme, original, settled), indent=2) + "\n")
    else:
        ledger.later(results, settled)
        ledger.end(settled, options.folder)
    return settled


def _show(results: list[HeadResult], options: RehearsalOptions, screen: Screen) -> None:
    """Print the whole reports of the heads that were named with --show."""
    for result in results:
        if result.run is not None and any(result.head.called(name) for name in options.selection.shown):
            screen.heading(result.head.name)
            screen.check_run(result.run, open_text=True)


def _document(programme: Programme, original: Original, results: list[HeadResult]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "plangate": bot.__version__,
        "repository": original.name,
        "base": {"name": programme.base_name, "sha": programme.base},
        "specs": list(programme.roots),
        "found": programme.touching,
        "heads": [_shape(result) for result in results],
    }


def _shape(result: HeadResult) -> dict[str, Any]:
    head, run, cost = result.head, result.run, result.cost
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
        "problem": result.problem,
        "summary": run.summary if run is not None else None,
        "text": run.text if run is not None else None,
        "annotations": list(run.annotations) if run is not None else [],
        "milliseconds": round(cost.seconds * 1000) if cost is not None else None,
        "api": {"reads": cost.reads, "writes": cost.writes, "tokens": cost.tokens} if cost is not None else None,
    }
