"""The lists that Plangate reads from GitHub as one page, from the table that the reading itself uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.github.lists import LATEST_LISTS, LISTS, REST_LISTS, SURVEY_LISTS

if TYPE_CHECKING:
    from bot.adapters.github.lists import ListRule

_HEAD = """\
# Lists that GitHub gives

<!-- Generated from `bot/adapters/github/lists.py`; `tests/tools/test_lists.py` compares, UPDATE=1 writes. -->

GitHub sometimes answers without an error and with less than it has: a list is null, an element of a list is null, a
list is shorter than its own count, a text is cut. Such a response must never pass for a repository that has nothing,
because the verdict would be green. Plangate believes a list by the evidence in the second column. A list without such
evidence is read in another way; if that fails as well, the job says that GitHub could not be read, and tries again.

"read once more" is one read: it is the only call that a response with a gap costs, apart from the two trees that take
the place of a comparison. "fails" means that the attempt ends without a verdict and the job is tried again later.

`tests/adapters/github/test_spoiled_responses.py` spoils every field of every recorded response in turn, and expects
that no red verdict turns green.
"""
_COLUMNS = "| list | complete by | null | empty | one short | text cut |\n|---|---|---|---|---|---|"


def lists_page() -> str:
    """The whole page in Markdown, with a line end."""
    graphql = [_row(f"`{name}`", rule) for name, rule in {**LISTS, **LATEST_LISTS}.items()]
    survey = [_row(f"`{name}`", rule) for name, rule in SURVEY_LISTS.items()]
    rest = [_row(name, rule) for name, rule in REST_LISTS.items()]
    sections = [
        ("## GraphQL", graphql),
        ("## GraphQL, in the survey of open heads", survey),
        ("## REST", rest),
    ]
    tables = ["\n".join([f"\n{heading}\n", _COLUMNS, *rows]) for heading, rows in sections]
    return "\n".join([_HEAD.rstrip("\n"), *tables]) + "\n"


def _row(name: str, rule: ListRule) -> str:
    return f"| {name} | {rule.complete} | {rule.null} | {rule.empty} | {rule.short} | {rule.cut} |"
