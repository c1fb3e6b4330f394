"""The rows of a verdict's tables as HTML. In Python, because a page may have thousands, and Jinja takes longer."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.forge.verdict_page import ArtifactRow, FeaturePart, Place, PrincipleRow, Quote

_AROUND = 1
"""Lines of an excerpt before and after the line that it is about."""
_LONGEST_LINE = 300
_CODE = re.compile(r"`([^`]+)`")
_DUE = {"off": "not due", "next": "comes next"}
_NOTHING = '<span class="faint">nothing</span>'
_NOT_THERE = '<span class="faint">not there</span>'
_STATES = {"present": "there", "template": "still the template"}


def with_code(text: str) -> Markup:
    """A sentence in which words in backticks are code."""
    return Markup(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S704  escaped in this line


def place(place: Place) -> Markup:
    """A place as a link to GitHub, or as text."""
    return Markup(_place(place))  # noqa: S704  escaped there


def principle_rows(feature: FeaturePart) -> Markup:
    """The principles of a feature, a row each."""
    return Markup("".join(map(_principle, feature.principles)))  # noqa: S704  escaped there


def artifact_rows(feature: FeaturePart) -> Markup:
    """The artifacts of a feature that are there, due, or not due for a reason; a row each."""
    shown = (row for row in feature.artifacts if row.state == "present" or row.due != "off" or row.reason)
    return Markup("".join(map(_artifact, shown)))  # noqa: S704  escaped there


def excerpt(line: int, text: str) -> Markup:
    """The line of a document (1-based) between its neighbours; empty for a line that the document does not have."""
    lines = text.split("\n")
    if not 0 < line <= len(lines):
        return Markup()
    shown = []
    for number in range(max(line - _AROUND, 1), min(line + _AROUND, len(lines)) + 1):
        words = escape(lines[number - 1].rstrip("\r")[:_LONGEST_LINE])
        tag = "mark" if number == line else "span"
        shown.append(f'<span class="nr">{number}</span> <{tag}>{words}</{tag}>')
    return Markup("\n".join(shown))  # noqa: S704  escaped in the loop


FILTERS: Mapping[str, Callable[..., Markup]] = {
    "code": with_code,
    "place": place,
    "principle_rows": principle_rows,
    "artifact_rows": artifact_rows,
}


def _place(place: Place) -> str:
    if not place.text:
        return ""
    if place.url is None:
        return f'<span class="at">{escape(place.text)}</span>'
    return f'<a class="at" href="{escape(place.url)}">{escape(place.text)}</a>'


def _quote(quote: Quote) -> str:
    return f"<q>{escape(quote.text)}</q> {_place(quote.place)}"


def _principle(row: PrincipleRow) -> str:
    verdict = escape(row.verdict)
    word = "not applicable" if verdict == "na" else verdict
    sentence = f'<div class="faint">{escape(row.sentence)}</div>' if row.sentence else ""
    assessment = f"<div>{_quote(row.assessment)}</div>" if row.assessment is not None else ""
    replaced, statements = row.replaced, row.statements
    if replaced is not None:
        assessment += f'<div class="faint">in place of {escape(replaced.kind)}: {_quote(replaced)}</div>'
    reasons = "".join(
        [f'<div><strong class="kind">{escape(each.kind)}</strong> {_quote(each)}</div>' for each in statements]
    )
    return (
        f'<tr><th scope="row" data-label="The constitution">{escape(row.title)} {_place(row.place)}{sentence}</th>'
        f'<td data-label="The plan"><span class="mark {verdict}">{word}</span>'
        f'{assessment}</td><td data-label="What speaks for it">{reasons or _NOTHING}</td></tr>\n'
    )


def _artifact(row: ArtifactRow) -> str:
    state, due = escape(row.state), escape(_DUE.get(row.due, row.due))
    counts = row.state == "present" or row.due in {"required", "recommended"}
    shown = f'<span class="mark {state}">{_STATES.get(row.state, state)}</span>' if counts else _NOT_THERE
    reason = f" <q>{escape(row.reason)}</q>" if row.reason else ""
    return (
        f'<tr><th scope="row"><code>{escape(row.name)}</code></th><td>{due} {_place(row.place)}{reason}</td>'
        f"<td>{shown}</td></tr>\n"
    )
