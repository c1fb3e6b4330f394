"""The texts of a review with suggestions. The lines in a suggestion are the file's own, to the letter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.speech.render.footer import version
from bot.core.speech.render.markdown import Links
from bot.core.text.neutral import MARKER, marker
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.judging.findings import Finding
    from bot.core.judging.suggestions import Suggestion
    from bot.core.speech.render.context import RenderContext

_KEY = re.compile(rf"<!-- {MARKER} kind=suggestion key=(?P<key>[0-9a-f]+) -->")
_TICKS = re.compile(r"`+")
_EMPTY_CELL = re.compile(r"\|\s*\|")
_SHORTEST_FENCE = 3


def review_marker(head_sha: str) -> str:
    """The hidden first line of the review on a head."""
    return marker("suggestions", head=head_sha)


def suggestion_key(body: str) -> str | None:
    """The key of the suggestion in a comment of ours; None if it holds none."""
    found = _KEY.match(body)
    return found["key"] if found is not None else None


def review_text(head_sha: str, suggestions: Sequence[Suggestion], context: RenderContext) -> str:
    """The text above the suggestions: what they are, how to accept all, and that the verdict stands without them."""
    one = len(suggestions) == 1
    promise = (
        " No reason is made up: a cell for which the plan has no words stays empty." if _has_rows(suggestions) else ""
    )
    accept = (
        "**Commit suggestion** accepts it. Resolve it if you do not want it"
        if one
        else "**Commit suggestion** accepts one. For all: **Files changed**, **Add suggestion to batch** on each,"
        " **Commit suggestions**. Resolve what you do not want"
    )
    run = f"[check run]({context.check_run_url})" if context.check_run_url else "check run"
    return "\n".join(
        [
            review_marker(head_sha),
            f"**{count(len(suggestions), 'fix', 'fixes')} that you can commit from here.**{promise}",
            "",
            f"{accept}; it is not suggested again.",
            "",
            f"<sub>The verdict is in the {run} and stands on its own. · {version(context)}</sub>",
        ]
    )


def _has_rows(suggestions: Sequence[Suggestion]) -> bool:
    return any(suggestion.adds for suggestion in suggestions)


def suggestion_text(suggestion: Suggestion, context: RenderContext) -> str:
    """A comment: the findings that it settles, how, and the suggestion."""
    links = Links(context)
    says = [_title(finding, links, context) for finding in suggestion.findings]
    fixes = [links.prose(finding.fix).strip() for finding in suggestion.findings]
    does = [_adds(suggestion)] if suggestion.adds else list(dict.fromkeys(fixes))
    return "\n".join(
        [
            marker("suggestion", key=suggestion.key),
            "\\\n".join([*says, *does]),
            "",
            _block(suggestion.lines),
            *(["", links.definitions()] if links.definitions() else []),
        ]
    )


def _title(finding: Finding, links: Links, context: RenderContext) -> str:
    url = context.rule_url(finding.rule)
    rule = f" · [{finding.rule}]({url})" if url else ""
    return f"**{links.prose(finding.title).strip()}**{rule}"


def _adds(suggestion: Suggestion) -> str:
    """That rows are added, and what is left to fill."""
    rows = len(suggestion.findings)
    added = suggestion.lines[len(suggestion.replaced) :]
    what = f"Adds {'a row' if rows == 1 else f'{rows} rows'} to Complexity Tracking"
    if any(_EMPTY_CELL.search(line) for line in added):
        return f"{what}. Its empty cells are for you to fill." if rows == 1 else f"{what}. Fill the empty cells."
    return f"{what}, in the plan's own words."


def _block(lines: tuple[str, ...]) -> str:
    """The fenced suggestion. Its fence is longer than any run of backticks in it."""
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return "\n".join([f"{fence}suggestion", *lines, fence])
