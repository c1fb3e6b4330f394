"""`plangate worker`: the worker alone. Its settings are in the environment: `config/server.env.example`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.host import bootstrap, settings

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes: nothing but the environment."""
    parser.epilog = "Settings are in the environment: config/server.env.example explains each."


def run(_: argparse.Namespace) -> int:
    """Until SIGTERM or Ctrl-C."""
    return bootstrap.run_worker(settings.from_environment())
