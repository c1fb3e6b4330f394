"""`plangate web`: run only the web process, with the settings of `config/server.env.example`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.host import bootstrap, settings

if TYPE_CHECKING:
    import argparse

EXAMPLES = (
    "plangate web",
    "PLANGATE_HOST=0.0.0.0 plangate web",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the settings are in the environment."""
    parser.epilog = "Settings are in the environment: config/server.env.example explains each."


def run(_: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    return bootstrap.run_web(settings.from_environment())
