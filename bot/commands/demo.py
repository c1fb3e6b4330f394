"""`plangate demo`: the whole story on a GitHub of its own, on this machine; no account, no network."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from bot.demo.screen import Screen
from bot.demo.story import Story
from bot.demo.theatre import Theatre

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("--keep", action="store_true", help="leave both servers running at the end, until Ctrl-C")


def run(given: argparse.Namespace) -> int:
    """Play it; 2 when a step did not go as told."""
    # A plain `kill` ends the servers as well as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    screen = Screen()
    screen.title("Plangate holds a repository to its own plans.")
    screen.line("Starting a GitHub and a Plangate on this machine …")
    started = time.monotonic()
    with Theatre() as theatre:
        Story(theatre, screen).play()
        screen.title(f"Everything went as told, in {time.monotonic() - started:.0f} seconds.")
        if given.keep:
            _keep(theatre, screen)
    return 0


def _keep(theatre: Theatre, screen: Screen) -> None:
    world = theatre.world
    repository = next(iter(world.hub.state.repositories.values()))
    screen.line(f"  GitHub    {world.url}/{repository.full_name}")
    screen.line(f"  clone     git clone {world.clone_url(repository, 'ada')}")
    screen.line(f"  Plangate  {theatre.url}")
    screen.line("Push to a branch such as 002-search and look at its check run. Ctrl-C ends both.")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        screen.line("Ended.")
