"""`plangate serve`: run web and worker, supervised, with the settings of `config/server.env.example`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.host import bootstrap, settings

if TYPE_CHECKING:
    import argparse

EXAMPLES = (
    "plangate serve",
    "PLANGATE_PORT=8080 plangate serve",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the settings are in the environment."""
    parser.epilog = "Settings are in the environment: config/server.env.example explains each."


def run(_: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    return bootstrap.serve(settings.from_environment())
