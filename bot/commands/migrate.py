"""`plangate migrate`: the Procfile's release step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.host import settings, storage

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes: nothing but the environment."""
    parser.epilog = (
        "The database is in PLANGATE_DIRECTORY, or the one of PLANGATE_DATABASE_URL, which then takes over all that is "
        "in the folder's. Running this twice does nothing more."
    )


def run(_: argparse.Namespace) -> int:
    """Bring the database up to date, and say what was done."""
    for line in storage.migrate_all(settings.from_environment()):
        print(line)  # noqa: T201  its output
    return 0
