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
from bot.desk.verify import verify

if TYPE_CHECKING:
    import argparse

    from bot.core.speech.report.model import ReportJson

EXAMPLES = (
    "plangate verify report.json --repo ~/src/ferry",
    "plangate verify report.json --gate",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = (
        "Exit code 0: the repository gives the same report; 1: it does not, or with --gate something blocks; 2: the"
        " report could not be judged again, or another version of plangate wrote it and the two differ."
    )
    parser.add_argument("report", type=Path, metavar="REPORT", help="what `plangate check --format json` wrote")
    parser.add_argument(
        "--repo", type=Path, default=Path(), metavar="DIR", help="a clone that has the report's commits (default: .)"
    )
    parser.add_argument("--gate", action="store_true", help="exit 1 too when the report's conclusion is a failure")
    parser.add_argument("--head", metavar="COMMIT", help="refuse a report about another commit; a full id")
    parser.add_argument("--form-only", action="store_true", help="check the report's form, and do not judge again")


def run(options: argparse.Namespace) -> int:
    """Verify and print."""
    report = read_report(_content(options.report), plain_line(str(options.report)))
    if options.head and options.head != report["head"]:
        wanted, judged = plain_line(options.head), report["head"] or "files that are in no commit"
        raise UserError(f"The report is about {judged}, and not about {wanted}: write it for that commit.")
    code = 0
    if not options.form_only:
        verified = verify(report, options.repo)
        sys.stdout.write(verification_text(report, verified.differences, verified.unverified, bot.__version__))
        code = _code(report, differs=bool(verified.differences))
    if code or not options.gate:
        return code
    lines = blocking_lines(report)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(bool(lines))


def _code(report: ReportJson, *, differs: bool) -> int:
    if not differs:
        return 0
    return 1 if report["plangate"] == bot.__version__ else NO_VERDICT


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"{plain_line(str(path))} cannot be read: {error.strerror}.") from None
