"""`plangate worker`: run only the worker, with the settings of `config/server.env.example`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.host import bootstrap, settings

if TYPE_CHECKING:
    import argparse

EXAMPLES = (
    "plangate worker",
    "PLANGATE_DIRECTORY=/var/lib/plangate plangate worker",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the settings are in the environment."""
    parser.epilog = "Settings are in the environment: config/server.env.example explains each."


def run(_: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C."""
    return bootstrap.run_worker(settings.from_environment())
