"""The texts of a review with suggestions. The lines in a suggestion are the file's own, to the letter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.speech.render.footer import version
from bot.core.speech.render.markdown import Links
from bot.core.text.neutral import MARKER, marker
from bot.core.text.wording import count

if TYPE_CHECKING:
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


def review_text(head_sha: str, fixes: int, context: RenderContext) -> str:
    """The text above the suggestions: what they are, how to accept all, and that the verdict stands without them."""
    one = fixes == 1
    them, what = ("it", "it") if one else ("them", "what")
    promise = f"No reason in {them} is made up: the words are the plan's, and a cell without words stays empty."
    accept = (
        "**Commit suggestion** accepts it."
        if one
        else (
            "**Commit suggestion** accepts one. For all: **Files changed**, **Add suggestion to batch** on each,"
            " **Commit suggestions**."
        )
    )
    run = f"[check run]({context.check_run_url})" if context.check_run_url else "check run"
    return "\n".join(
        [
            review_marker(head_sha),
            f"**{count(fixes, 'fix', 'fixes')} that you can commit from here.** {promise}",
            "",
            f"{accept} Resolve {what} you do not want; it is not suggested again.",
            "",
            f"<sub>The verdict is in the {run} and stands on its own. · {version(context)}</sub>",
        ]
    )


def suggestion_text(suggestion: Suggestion, context: RenderContext) -> str:
    """A comment: the findings that it settles, what it does to the lines, and the suggestion."""
    links = Links(context)
    says = [_title(finding, links, context) for finding in suggestion.findings]
    does = _does(suggestion)
    return "\n".join(
        [
            marker("suggestion", key=suggestion.key),
            "\\\n".join([*says, *([does] if does else [])]),
            "",
            _block(suggestion.lines),
            *(["", links.definitions()] if links.definitions() else []),
        ]
    )


def _title(finding: Finding, links: Links, context: RenderContext) -> str:
    url = context.rule_url(finding.rule)
    rule = f" · [{finding.rule}]({url})" if url else ""
    return f"**{links.prose(finding.title).strip()}**{rule}"


def _does(suggestion: Suggestion) -> str:
    """What is not seen at a glance: that lines go, or that a row is added and what is left to fill."""
    if not suggestion.lines:
        lines = len(suggestion.replaced)
        return "Removes the line." if lines == 1 else f"Removes the {lines} lines."
    if not suggestion.adds:
        return ""
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
