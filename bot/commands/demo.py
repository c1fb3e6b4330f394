"""`plangate demo`: a local sandbox of GitHub, for a story or for your own repository; needs no account."""

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

_REHEARSAL_OPTIONS = ("base", "head", "show", "history", "limit", "json")

EXAMPLES = (
    "plangate demo",
    "plangate demo --repo ~/src/ferry --show 020-harbour",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Without --repo, the demo runs a story of eight steps. With --repo, it copies your repository (which is only "
        "read), opens a pull request for every head that touches specs, and shows Plangate's verdicts. "
        "Exit code 0: the demo finished, whatever the verdicts; 2: it did not."
    )
    parser.add_argument("--keep", action="store_true", help="keep both servers running at the end, until Ctrl-C")
    group = parser.add_argument_group("rehearse on your own repository")
    group.add_argument("--repo", type=Path, metavar="PATH", help="a local git repository; it is only read")
    group.add_argument(
        "--base", metavar="REF", help="the branch with which heads are compared (default: the main branch)"
    )
    group.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="REF",
        help="a branch, tag, commit or #number; repeatable (default: the newest that touch specs)",
    )
    group.add_argument(
        "--show", action="append", default=[], metavar="HEAD", help="print the whole report of this head; repeatable"
    )
    group.add_argument("--history", action="store_true", help="replay the main branch's commits that touched specs")
    group.add_argument(
        "--limit", type=_number, metavar="N", help="how many heads (default 20, with --history 200; at most 500)"
    )
    group.add_argument("--json", action="store_true", help="one document for machines, in place of the lines")


def _number(text: str) -> int:
    from bot.demo.heads import MAX_HEADS  # noqa: PLC0415  the story needs none of it

    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= MAX_HEADS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MAX_HEADS}, not {text[:20]!r}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Run the demo; the exit code is 2 when a step did not have the expected result."""
    # A plain `kill` and a closed terminal end the servers as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    screen = Screen()
    if options.repo is not None:
        return _rehearse(options, screen)
    wrong = next((name for name in _REHEARSAL_OPTIONS if getattr(options, name)), None)
    if wrong is not None:
        raise UserError(f"--{wrong} works only with your own repository: add --repo PATH.")
    return _story(screen, keep=options.keep)


def _story(screen: Screen, *, keep: bool) -> int:
    screen.title("Plangate holds a repository to its own plans.")
    screen.line("A small team works in eight steps; each step shows Plangate's reaction on GitHub.")
    screen.line("GitHub's sandbox and Plangate run on this machine, without account or network. Starting both …")
    started = time.monotonic()
    with Theatre() as theatre:
        Story(theatre, screen).play()
        screen.title(f"Demo finished in {time.monotonic() - started:.0f} s.")
        screen.line("Next, try your own repository: `plangate demo --repo PATH` judges its branches on a copy.")
        if keep:
            _keep(theatre, screen, "ada", "Push to a branch such as 002-search and look at its check run.")
    return 0


def _rehearse(options: argparse.Namespace, screen: Screen) -> int:
    from bot.demo.playbill import RehearsalOptions, rehearse  # noqa: PLC0415  not needed by the story
    from bot.demo.rehearsal import AUTHOR  # noqa: PLC0415  likewise

    def stay(theatre: Theatre) -> None:
        _keep(theatre, screen, AUTHOR, "Look at the pull requests, push to their branches, comment /plan.")

    if options.json and (options.show or options.keep):
        raise UserError("--json prints every report and exits: leave out --show and --keep.")
    if options.history and options.head:
        raise UserError("--history replays commits of the main branch: leave out --head, or name a --base.")
    rehearsal = RehearsalOptions(options.repo, _heads(options), options.json)
    return rehearse(rehearsal, screen, stay if options.keep else None)


def _heads(options: argparse.Namespace) -> HeadSelection:
    from bot.demo.heads import HeadSelection  # noqa: PLC0415  likewise

    return HeadSelection(options.base, tuple(options.head), tuple(options.show), options.history, options.limit)


def _keep(theatre: Theatre, screen: Screen, login: str, invitation: str) -> None:
    world = theatre.world
    repository = next(iter(world.hub.state.repositories.values()))
    screen.line(f"  GitHub    {world.url}/{repository.full_name}")
    screen.line(f"  clone     git clone {world.clone_url(repository, login)}")
    screen.line(f"  Plangate  {theatre.url}")
    try:
        # The line stands inside: a reader may press Ctrl-C as soon as it is read.
        screen.line(f"{invitation} Press Ctrl-C to stop both.")
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        screen.line("Stopped.")
