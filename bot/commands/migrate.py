"""`plangate migrate`: the Procfile's release step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import bootstrap, settings

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes: nothing but the environment."""
    parser.epilog = "The database is in PLANGATE_DIRECTORY. Running this twice does nothing more."


def run(_: argparse.Namespace) -> int:
    """Bring the database up to date, and say what was done."""
    server = settings.from_environment()
    done = bootstrap.prepare(server)
    steps = ", ".join(str(number) for number in done)
    print(f"{server.database}: " + (f"migrations {steps}" if done else "up to date"))  # noqa: T201  its output
    return 0
