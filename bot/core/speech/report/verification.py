"""What `plangate verify` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.core.forge.check_run_output import Conclusion
from bot.core.judging.findings import Severity
from bot.core.text.neutral import plain_line
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.speech.report.comparing import Difference
    from bot.core.speech.report.model import ReportJson

MOST_DIFFERENCES = 20
"""Differences that are listed; the others are counted."""
_SHORT_SHA = 10
_SHORT_DIGEST = 15


def verification_text(  # noqa: PLR0913, PLR0917  the result has these parts
    given: ReportJson,
    found: Sequence[Difference],
    unverified: Sequence[str],
    not_compared: Sequence[str],
    doubt: str,
    engine_version: str,
) -> str:
    """The result in lines: the verdict first, then each difference, then what was not verified."""
    lines = [_refused(len(found), doubt, engine_version) if found else _verified(given, engine_version)]
    lines += [
        f"  {difference.place}: the report says {_quoted(difference.given)},"
        f" the repository gives {_quoted(difference.judged)}"
        for difference in found[:MOST_DIFFERENCES]
    ]
    if len(found) > MOST_DIFFERENCES:
        lines.append(f"  and {len(found) - MOST_DIFFERENCES} more")
    if unverified:
        lines += ["not verified, taken from the report:", *(f"  {plain_line(line)}" for line in unverified)]
    if not_compared:
        lines.append(f"not compared, because only one side can look it up: {plain_line(', '.join(not_compared))}")
    return "".join(f"{line}\n" for line in lines)


def blocking_lines(report: ReportJson) -> list[str]:
    """A line for each finding that blocks and the conclusion; none if the report's conclusion lets pass."""
    if report["conclusion"] in {Conclusion.SUCCESS, Conclusion.NEUTRAL}:
        return []
    everything = [*report["findings"], *(finding for feature in report["features"] for finding in feature["findings"])]
    lines = [
        plain_line(f"{finding['path']}:{finding['line'] or 1}: error {finding['rule']} {finding['message']}")
        for finding in everything
        if finding["severity"] is Severity.ERROR
    ]
    return [*lines, f"{report['conclusion']}: {count(len(lines), 'finding blocks', 'findings block')}"]


def _verified(given: ReportJson, engine_version: str) -> str:
    version = plain_line(given["plangate"])
    other = "" if version == engine_version else f", as plangate {version} did"
    subject = (given["head"] or "the files as they stand")[: _SHORT_SHA if given["head"] else None]
    against = f" against {given['base'][:_SHORT_SHA]}" if given["base"] is not None else ""
    digest = given["digest"][:_SHORT_DIGEST]
    return f"verified: plangate {engine_version} gives this report for {subject}{against}{other}: {digest}"


def _refused(differences: int, doubt: str, engine_version: str) -> str:
    fields = count(differences, "field differs", "fields differ")
    if doubt:
        return f"not decided: {fields}. {doubt}"
    return f"refused: {fields} from what plangate {engine_version} gives"


def _quoted(value: Any) -> str:
    if value is None:
        return "nothing"
    return plain_line(json.dumps(value, ensure_ascii=False))
