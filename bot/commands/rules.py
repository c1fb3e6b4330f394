"""`plangate rules`: list the rules, or print the page of one rule."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from bot.commands import output_width, wrapped
from bot.core.forge.errors import UserError
from bot.core.judging.rule import by_id
from bot.core.text.nearest import nearest
from bot.rules import RULES

if TYPE_CHECKING:
    import argparse

EXAMPLES = (
    "plangate rules",
    "plangate rules missing-artifact",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("rule", nargs="?", metavar="ID", help="print the page of this rule (default: list all)")


def run(options: argparse.Namespace) -> int:
    """Print the list or one page."""
    sys.stdout.write(_page(options.rule) if options.rule else _list())
    return 0


def _list() -> str:
    width = max(len(rule.id) for rule in RULES)
    lines = [f"{rule.id:<{width}}  {rule.severity.value:<7}  {rule.title.rstrip('.')}" for rule in RULES]
    return "\n".join([*lines, "", "`plangate rules ID` prints the page of one rule.", ""])


def _page(name: str) -> str:
    rule = by_id(RULES).get(name)
    if rule is None:
        close = nearest(name, [existing.id for existing in RULES])
        raise UserError(
            f"There is no rule `{name}`. " + (f"Did you mean `{close}`?" if close else "`plangate rules` lists them.")
        )
    page = f"{rule.id}\n\n{rule.page.strip()}\n"
    return _reflowed(page, output_width()) if sys.stdout.isatty() else page


_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_TEXT = re.compile(r"^(?P<mark>(?:[0-9]+\.|-) )?[^|#\s].*(?:\n(?!(?:[0-9]+\.|-) ).+)*", re.MULTILINE)
"""A paragraph or an item of a list, over all of its lines."""


def _reflowed(page: str, cells: int) -> str:
    """The page with its paragraphs in lines of so many cells; examples and tables stay as they are."""

    def flowed(text: re.Match[str]) -> str:
        indent = " " * len(text["mark"] or "")
        first, *others = wrapped(" ".join(text[0].split()), cells - len(indent))
        return "\n".join([first, *(f"{indent}{line}" for line in others)])

    parts = _FENCED.split(page)
    return "".join(part if part.startswith("```") else _TEXT.sub(flowed, part) for part in parts)
