"""`plangate demo`: a GitHub of its own on this machine, for a story or for your own repository; no account."""

from __future__ import annotations

import argparse
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.forge.errors import UserError
from bot.demo.screen import Screen
from bot.demo.story import Story
from bot.demo.theatre import Theatre

if TYPE_CHECKING:
    from bot.demo.heads import HeadSelection

_OF_A_REHEARSAL = ("base", "head", "show", "history", "limit", "json")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.epilog = (
        "Without --repo a story of seven steps is played. With it, a copy of your repository is made (yours is only "
        "read), every head that touches specs becomes a pull request, and Plangate says what it would have said. "
        "Exits with 0 when that went well, whatever the verdicts are, else with 2."
    )
    parser.add_argument("--keep", action="store_true", help="leave both servers running at the end, until Ctrl-C")
    group = parser.add_argument_group("rehearse on your own repository")
    group.add_argument("--repo", type=Path, metavar="PATH", help="a local git repository; it stays as it is")
    group.add_argument("--base", metavar="REF", help="what heads are compared with (default: the main branch)")
    group.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="REF",
        help="a branch, tag, commit or #number; repeatable (default: the newest that touch specs)",
    )
    group.add_argument("--show", action="append", default=[], metavar="HEAD", help="its whole report; repeatable")
    group.add_argument("--history", action="store_true", help="replay the main branch's commits that touched specs")
    group.add_argument("--limit", type=_number, metavar="N", help="how many (default 20, with --history 200; most 500)")
    group.add_argument("--json", action="store_true", help="one document for machines, in place of the lines")


def _number(text: str) -> int:
    from bot.demo.heads import MAX_HEADS  # noqa: PLC0415  the story needs none of it

    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= MAX_HEADS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MAX_HEADS}, not {text[:20]!r}")
    return int(text)


def run(given: argparse.Namespace) -> int:
    """Play it; 2 when something did not go as told."""
    # A plain `kill`, or a closed terminal, ends the servers as well as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    screen = Screen()
    if given.repo is not None:
        return _rehearse(given, screen)
    wrong = next((name for name in _OF_A_REHEARSAL if getattr(given, name)), None)
    if wrong is not None:
        raise UserError(f"--{wrong} belongs to a rehearsal on your own repository: add --repo PATH.")
    return _story(screen, keep=given.keep)


def _story(screen: Screen, *, keep: bool) -> int:
    screen.title("Plangate holds a repository to its own plans.")
    screen.line("You see a small team at work in seven steps, and what Plangate says to each on GitHub's pages.")
    screen.line("Both run on this machine: no account, no network. Starting them …")
    started = time.monotonic()
    with Theatre() as theatre:
        Story(theatre, screen).play()
        screen.title(f"Everything went as told, in {time.monotonic() - started:.0f} seconds.")
        screen.line("Your own repository next: plangate demo --repo PATH judges its branches, on a copy.")
        if keep:
            _keep(theatre, screen, "ada", "Push to a branch such as 002-search and look at its check run.")
    return 0


def _rehearse(given: argparse.Namespace, screen: Screen) -> int:
    from bot.demo.playbill import RehearsalOptions, rehearse  # noqa: PLC0415  the story needs none of it
    from bot.demo.rehearsal import AUTHOR  # noqa: PLC0415  likewise

    def stay(theatre: Theatre) -> None:
        _keep(theatre, screen, AUTHOR, "Look at the pull requests, push to their branches, comment /plan.")

    if given.json and (given.show or given.keep):
        raise UserError("--json holds every report and ends by itself: leave out --show and --keep.")
    if given.history and given.head:
        raise UserError("--history replays commits of the main branch: leave out --head, or name a --base.")
    return rehearse(RehearsalOptions(given.repo, _wanted(given), given.json), screen, stay if given.keep else None)


def _wanted(given: argparse.Namespace) -> HeadSelection:
    from bot.demo.heads import HeadSelection  # noqa: PLC0415  likewise

    return HeadSelection(given.base, tuple(given.head), tuple(given.show), given.history, given.limit)


def _keep(theatre: Theatre, screen: Screen, login: str, invitation: str) -> None:
    world = theatre.world
    repository = next(iter(world.hub.state.repositories.values()))
    screen.line(f"  GitHub    {world.url}/{repository.full_name}")
    screen.line(f"  clone     git clone {world.clone_url(repository, login)}")
    screen.line(f"  Plangate  {theatre.url}")
    screen.line(f"{invitation} Ctrl-C ends both.")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        screen.line("Ended.")
