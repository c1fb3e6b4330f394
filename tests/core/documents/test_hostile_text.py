"""No line that somebody can push makes a reader of documents slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.change.trees import Document
from bot.core.documents.placeholders import find_placeholders
from bot.core.documents.spec import read_spec
from bot.core.documents.tasks import read_tasks
from bot.core.documents.untouched import is_untouched
from bot.core.markdown import parse
from bot.core.text.identifiers import requirement_ids
from bot.core.yardstick.constitution import read_constitution
from bot.core.yardstick.template import read_template
from tests.core import templates
from tests.effort import bounded_work

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 480_000
"""Characters: 230 thousand million steps for anything quadratic, 480,000 for what is not."""

UNITS = {
    "brackets": "[",
    "spans": "[ab]",
    "open spans": "[abcdefgh ",
    "ticks": "`",
    "uneven ticks": "`a``b```c",
    "pipes": "|",
    "rows": "| [a b] |\n",
    "blanks": " ",
    "blank lines": "\n",
    "tree": "│",
    "tree with words": "│ x ",
    "tasks": "- [ ] T001 [P] [US1] x `a/b.py` FR-001–FR-200\n",
    "sections": "## Phase 1\n",
    "principles": "### I. [X]\n### II. Name (NON-NEGOTIABLE)\n",
    "questions": "NEEDS CLARIFICATION ",
    "asked": "[NEEDS CLARIFICATION: x] ",
    "fields": "**F**: NEEDS CLARIFICATION\n",
    "comments": "<!-- ACTION REQUIRED: x -->\n",
    "open comments": "<!-- ",
    "prefixes": "FR-",
    "letters": "FR-AAAAAAAAAAAAAAAAAAAAAA",
    "lists of ids": "FR-001/002/003/",
    "braces": "{",
    "dots": "a.",
    "dashes": "a-",
    "slashes": "a/",
    "colons": "a:",
    "stars": "*",
    "fences": "```\nspecs/[###-feature]/\n",
    "items": "- **[a]**: b\n",
    "roman": "I",
    "numerals": "一",
    "versions": "Version: ",
    "quotes": "> ",
    "no-break spaces": "\u00a0",
    "markers": "NON-NEGOTIABLE",
    "parentheses": "(",
}
READERS: dict[str, Callable[[str], object]] = {
    "template": lambda text: read_template(text, "t.md"),
    "placeholders": lambda text: find_placeholders("p.md", parse(text), read_template(templates.CUSTOMISED, "t.md")),
    "constitution": lambda text: read_constitution(Document("c.md", text), "c.md"),
    "spec": lambda text: read_spec(Document("s.md", text)),
    "tasks": lambda text: read_tasks(Document("t.md", text)),
    "ids": lambda text: list(requirement_ids(text[:20_000])),
    "untouched": lambda text: is_untouched("spec.md", text, text),
}


ABOVE = ["", "# Plan: x\n\n## Technical Context\n\n", "# C\n\n## Core Principles\n\n"]


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("above", ABOVE)
def test_a_large_document_of_one_repeated_unit_is_read_to_its_end(unit: str, above: str) -> None:
    text = above + UNITS[unit] * (SIZE // len(UNITS[unit]))
    for reader in READERS.values():
        with bounded_work():
            reader(text)
