"""`plangate renumber`: give a feature another number, in its folder's name and in its own files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.text.neutral import plain_line
from bot.core.text.wording import count
from bot.desk.renumber import renumber_copy

if TYPE_CHECKING:
    import argparse
EXAMPLES = (
    "plangate renumber specs/018-webhook-retry",
    "plangate renumber specs/018-webhook-retry 023 --write",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Without --write, the changes are shown and nothing is changed. The branch may keep its name: Plangate goes by"
        " the folder."
    )
    parser.add_argument("feature", metavar="FEATURE", help="the feature folder, such as specs/018-webhook-retry")
    parser.add_argument("number", nargs="?", metavar="NUMBER", help="the new number (default: the next free one)")
    parser.add_argument(
        "--repo", type=Path, default=Path(), metavar="DIR", help="the working copy (default: this folder)"
    )
    parser.add_argument("--write", action="store_true", help="rename the folder and rewrite the files")


def run(options: argparse.Namespace) -> int:
    """Show the changes, and carry them out with --write."""
    renumbering = renumber_copy(options.repo, options.feature, options.number)
    sys.stdout.write(renumbering.diff())
    files = count(len(renumbering.texts), "file", "files")
    if options.write:
        renumbering.save()
        sys.stdout.write(f"Renamed {plain_line(renumbering.old)} to {plain_line(renumbering.new)}, changed {files}.\n")
    else:
        sys.stdout.write(f"Nothing is changed yet ({files} would be): add --write.\n")
    return 0
