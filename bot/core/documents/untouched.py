"""Whether a document is still the template that it was copied from: such a file counts as missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.markdown import Fence, parse
from bot.core.text.brackets import brackets, mask_code
from bot.core.yardstick.parts import lines_of

if TYPE_CHECKING:
    from bot.core.markdown import Markdown

_TOKENS = {
    "spec.md": (
        "[feature name]",
        "[###-feature-name]",
        "$arguments",
        "[brief title]",
        "[describe this user journey",
        "[describe the main user journey",
        "[specific capability, e.g.",
        "[key interaction, e.g.",
        "[initial state]",
        "[boundary condition]",
        "[entity 1]",
        "[measurable metric, e.g.",
    ),
    "tasks.md": (
        "[feature name]",
        "[###-feature-name]",
        "[title] (priority",
        "[entity1] model",
        "[service] in src/",
        "[endpoint/feature]",
        "[name].py",
        "[brief description of what this story delivers]",
        "create project structure per implementation plan",
        "txxx [p] documentation updates",
        "[language] project with [framework] dependencies",
        "contract test post /api/users in",
        "userservice crud in src/services",
    ),
}
"""Words of the stock templates, in lower case."""
_ENOUGH = 5
"""So many of them, the title among them, are not left over by chance."""
_TITLE = re.compile(r"\[[^\[\]]*feature[^\[\]]*\]|\[[A-Z][A-Z _-]{2,40}\]", re.IGNORECASE)
_KEPT = 0.95
"""Share of the document's lines that stand in the template as well."""
_HOLES = 0.5
"""Share of the document's own lines that are placeholders."""


def is_untouched(name: str, text: str, template: str | None = None) -> bool:
    """Whether the artifact `name` (`spec.md`) with this `text` is still a copy of its template.

    It is if nearly all its lines are in `template`; without a template, if it keeps the stock template's title and
    most of its examples; or if its title and most of its lines are placeholders.
    """
    document = parse(text)
    if template is not None and _copied(document, parse(template)):
        return True
    return keeps_examples(name, document)


def keeps_examples(name: str, document: Markdown) -> bool:
    """The part of `is_untouched` that needs no template, for a parsed document."""
    if not _title_is_open(document):
        return False
    shown = "\n".join(document.lines).casefold()
    if sum(token in shown for token in _TOKENS.get(name, ())) >= _ENOUGH:
        return True
    return _mostly_holes(document)


def _words(document: Markdown) -> list[str]:
    """The lines with words, without differences that formatters make."""
    return [plain for line in lines_of(document) if (plain := " ".join(line.text.split()).strip("|-:* "))]


def _copied(document: Markdown, template: Markdown) -> bool:
    own, template_lines = _words(document), set(_words(template))
    return not own or (bool(template_lines) and sum(line in template_lines for line in own) >= _KEPT * len(own))


def _title_is_open(document: Markdown) -> bool:
    title = document.headings[0].title if document.headings else ""
    return bool(_TITLE.search(title))


def _mostly_holes(document: Markdown) -> bool:
    headings = {heading.line for heading in document.headings}
    fenced = {n for b in document.blocks if isinstance(b, Fence) for n in range(b.line, b.end_line + 1)}
    lines = [line for line in lines_of(document) if line.number not in headings | fenced and line.text.strip("|-: *")]
    holes = sum(1 for line in lines if any(brackets(mask_code(line.text))))
    return not lines or holes >= _HOLES * len(lines)
