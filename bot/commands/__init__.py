"""One module per command: its arguments, one call, and its output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the optional argument for the working copy."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder")
