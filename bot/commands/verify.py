"""`plangate verify`: judge again what a JSON report is about, and compare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import bot
from bot.commands import NO_VERDICT
from bot.core.forge.errors import UserError
from bot.core.speech.report.reading import MAX_BYTES, read_report
from bot.core.speech.report.verification import blocking_lines, verification_text
from bot.core.text.neutral import plain_line
from bot.desk.verify import Expected, verify

if TYPE_CHECKING:
    import argparse

EXAMPLES = (
    "plangate verify report.json --repo ~/src/ferry",
    "plangate verify report.json --gate",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Exit code 0: the repository gives the same report; 1: it does not, or with --gate something blocks; 2: the"
        " report could not be judged again, or a difference does not show that it is wrong."
    )
    parser.add_argument("report", type=Path, metavar="REPORT", help="what `plangate check --format json` wrote")
    parser.add_argument(
        "--repo", type=Path, default=Path(), metavar="DIR", help="a clone that has the report's commits (default: .)"
    )
    parser.add_argument("--head", metavar="COMMIT", help="refuse a report about another commit; a full id")
    parser.add_argument("--base", metavar="REF", help="refuse a report that was compared with another commit")
    parser.add_argument("--branch", metavar="NAME", help="refuse a report about another branch")
    parser.add_argument(
        "--gate",
        action="store_true",
        help="exit 1 when the conclusion is a failure, and 2 when something that may soften it is not verified",
    )
    parser.add_argument(
        "--trust", action="store_true", help="with --gate: the report is the App's own, and what it says holds"
    )


def run(options: argparse.Namespace) -> int:
    """Verify and print."""
    report = read_report(_content(options.report), plain_line(str(options.report)))
    expected = Expected(options.head or None, options.base or None, options.branch or None)
    verified = verify(report, options.repo, expected)
    found, unverified = verified.differences, verified.unverified
    told = verification_text(report, found, unverified, verified.not_compared, verified.doubt, bot.__version__)
    sys.stdout.write(told)
    if found:
        return NO_VERDICT if verified.doubt else 1
    if not options.gate:
        return 0
    if unverified and not options.trust:
        sys.stdout.write("no verdict: a gate needs what is not verified; --head, --base and --branch name the change\n")
        return NO_VERDICT
    lines = blocking_lines(report)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(bool(lines))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{plain_line(str(path))} cannot be read: {error.strerror}.") from None
