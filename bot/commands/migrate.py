"""`plangate migrate`: the Procfile's release step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.host import settings, storage
from bot.progress import ProgressLine

if TYPE_CHECKING:
    import argparse

EXAMPLES = (
    "plangate migrate",
    "PLANGATE_DATABASE_URL=postgresql://db/plangate plangate migrate",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the settings are in the environment."""
    parser.epilog = (
        "Migrates the database in PLANGATE_DIRECTORY, or the one of PLANGATE_DATABASE_URL, into which all rows of the "
        "database in the folder are then moved. A second run does nothing."
    )


def run(_: argparse.Namespace) -> int:
    """Migrate the database and print the steps."""
    with ProgressLine("rows") as progress:
        lines = storage.migrate_all(settings.from_environment(), progress.step)
    for line in lines:
        print(line)  # noqa: T201  the command's output
    return 0
