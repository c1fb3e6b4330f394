"""The rule book as one page: every rule's own docstring, with a table in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.judging.rule import Rule

_HEAD = """\
# Rules

<!-- Generated from the docstrings in `bot/rules/`; `tests/rules/test_registry.py` compares, UPDATE=1 writes. -->

Each rule is one file in `bot/rules/`, and its page is that file's docstring; `plangate rules ID` prints it. The
severity in the table is the rule's own, and each page says when a finding is softer. An admin sets a level for a rule
in `app.yml` (`rules: {<id>: error | warning | notice | off}`): it takes the place of the rule's own severity, and what
a condition makes softer stays softer. Then come the caps, which only ever lower:

| what is found | at most |
|---|---|
| in a feature that the change touches and does not own | warning, new lines or a template under code only |
| in a legacy feature | notice |
| on an old line | warning, unless code comes with a missing or unfilled plan, or a broken NON-NEGOTIABLE |
| an error about a principle or section that came to the base later | notice, until the branch is updated |
| in a merge group | errors only |

A finding about a principle that is newer than the branch says so, with its severity once the branch is updated; so
does the title of a run that passes. A principle with a new numeral, text or strength counts as old. An item that may be
about an old principle is judged by it.
"""


def rule_book(rules: Sequence[Rule]) -> str:
    """The whole book in Markdown, with a line end; anchors are the rules' ids."""
    table = ["| rule | severity | what it reports |", "|---|---|---|"]
    table += [
        f"| [{rule.id}](#{rule.id}) | {rule.severity.value if rule.on else 'off'} | {rule.title} |" for rule in rules
    ]
    pages = ["\n".join([f"## {rule.id}", "", _deeper(rule.page)]) for rule in rules]
    return "\n".join([_HEAD, *table, ""]) + "\n" + "\n\n".join(pages) + "\n"


def _deeper(page: str) -> str:
    """The page one level down, so that its headings stand below the rule's own; lines in fences are left alone."""
    lines: list[str] = []
    fenced = False
    for line in page.strip().split("\n"):
        fenced ^= line.startswith("```")
        lines.append(f"#{line}" if line.startswith("## ") and not fenced else line)
    return "\n".join(lines)
