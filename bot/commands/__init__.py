"""One module a command: its arguments, one call, and what is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_folder(parser: argparse.ArgumentParser) -> None:
    """The folder that most commands on the desk take."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder")
