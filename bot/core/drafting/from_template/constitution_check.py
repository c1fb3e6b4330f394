"""The Constitution Check of a draft: every principle listed, none of them answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.documents.plan import Join
from bot.core.documents.plan_reading.joining import Joiner, tokens
from bot.core.drafting.from_template.plan_facts import address, cell
from bot.core.markdown import Heading, Item, Table
from bot.core.text.lexicon import Pattern, anywhere, without_blanks
from bot.core.yardstick.constitution import MAX_PRINCIPLES, ConstitutionState
from bot.core.yardstick.principles import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.core.markdown import Block, Markdown
    from bot.core.yardstick.constitution import Constitution
    from bot.core.yardstick.template import Template

_MAX_ASK = 400
_COLON = re.compile(r"\s*[:：]\s+|\s+[—–]\s+|：|\n")
_BOX = re.compile(r"^(\s*(?:[-*+]|\d{1,3}[.)])\s+)\[[^\s\]]\]")
_STATUS = Pattern(
    rf"verdict|result|pass|compliance|✅|{anywhere('document_status')}|{without_blanks('status')}", re.IGNORECASE
)
_VERDICT = re.compile(r"[\s*_`]*(?:✅|❌|⚠|☑|✔|pass|fail|n/?a|yes|no|ok|tbd|todo|pending|\[[ xX]\])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gate:
    """The section of the Constitution Check in the draft."""

    rows: tuple[str, ...]
    """The table with one row per principle; empty where there is no principle to answer."""
    dropped: frozenset[int]
    """Lines of the template (1-based) that the table stands for."""
    line: int | None
    """The line that the table replaces; None to add it at the section's end."""
    verdicts: int


def titles(constitution: Constitution, template: Template) -> tuple[tuple[str, str], ...]:
    """Every principle with its place; the principles that the template lists if there is no constitution."""
    if constitution.state is ConstitutionState.FILLED and constitution.principles:
        name = constitution.path.rsplit("/", 1)[-1]
        return tuple((principle.title, address(name, principle.line)) for principle in constitution.principles)
    return tuple((name, "") for name in template.principles[:MAX_PRINCIPLES])


def no_principles(constitution: Constitution) -> str:
    """The sentence that replaces the table if there is nothing to answer."""
    if constitution.state is ConstitutionState.TEMPLATE:
        return "N/A: this repository's constitution is still the template, so there is no principle to answer."
    if constitution.state is ConstitutionState.MISSING:
        return "N/A: this repository has no constitution, so there is no principle to answer."
    return "N/A: this repository's constitution lists no principles."


def build_gate(document: Markdown, section: Heading, template: Template, constitution: Constitution) -> Gate:
    """The check's section: the template's table with a row for each principle, or a table that replaces its list."""
    listed = titles(constitution, template)
    names = _Names(constitution, template)
    blocks = document.section(section)
    table = next((block for block in blocks if isinstance(block, Table) and _lists(block, names)), None)
    if table is not None and listed:
        return _refilled(table, listed, names)
    headings = [block for block in blocks if isinstance(block, Heading) and names.has(block.title)]
    if headings:
        return Gate((), frozenset(), None, len(headings))
    if not listed:
        return Gate((), frozenset(), None, 0)
    items = tuple(_items(blocks, names))
    dropped = frozenset(line for item in items for line in range(item.line, item.end_line + 1))
    asks = _asks(items, document, names)
    version = f" (constitution {cell(constitution.version)})" if constitution.version else ""
    header = [f"Principle{version}", *(["Asks"] if asks else []), "Status", "Notes"]
    rows = [_row(header, len(header)), "|" + "---|" * len(header)]
    for title, place in listed:
        requirement = [asks.get(title, asks.get(title.casefold(), ""))] if asks else []
        rows.append(_row([_named(title, place), *requirement], len(header)))
    return Gate(tuple(rows), dropped, min(dropped, default=None), len(listed))


def _asks(items: Sequence[Item], document: Markdown, names: _Names) -> dict[str, str]:
    """The template's words about each principle in its list, which the table replaces."""
    asks: dict[str, list[str]] = {}
    for item in items:
        name, _, requirement = _parted(item.text.text)
        below = (block for block in document.within(item.line + 1, item.end_line) if isinstance(block, Item))
        words = [words for words in (requirement, *(block.text.text for block in below)) if words.strip()]
        if words:
            asks.setdefault(names.key(name) or name.casefold(), []).extend(words)
    return {key: cell(" ".join(words), _MAX_ASK) for key, words in asks.items()}


def _parted(words: str) -> tuple[str, str, str]:
    """An entry's name, and the text after its colon."""
    match = _COLON.search(words[:400])
    return (words[: match.start()], ":", words[match.end() :]) if match else (words, "", "")


def unticked(line: str) -> str:
    """The line with its box empty: nobody has answered it."""
    return _BOX.sub(r"\1[ ]", line)


def _named(title: str, place: str) -> str:
    return f"{cell(title)} <!-- {place} -->" if place else cell(title)


class _Names:
    """Whether a text names a principle of the constitution, or one that the template lists."""

    def __init__(self, constitution: Constitution, template: Template) -> None:
        self._joiner = Joiner(constitution)
        self._listed = tuple(name.casefold() for name in template.principles[:MAX_PRINCIPLES])
        self._by_template = constitution.state is not ConstitutionState.FILLED or not constitution.principles

    def key(self, words: str) -> str | None:
        """The principle's title; the template's own name for it, in lower case, where there is no constitution."""
        joined = self._joiner.join(words[:200])
        if joined is not None:
            part = tokens(words)
            # Overlapping words are enough only if the shorter name is a part of the longer one.
            sure = joined.join is not Join.LOOSE or part <= tokens(joined.principle.name)
            return joined.principle.title if sure else None
        plain = words.strip(" *_").casefold()
        return next((name for name in self._listed if plain.startswith(name)), None) if self._by_template else None

    def has(self, words: str) -> bool:
        """Also true for an entry with a numeral that the constitution lacks: a principle of an older constitution."""
        if self.key(words) is not None:
            return True
        plain = words.strip(" *_").casefold()
        return name_of(words).id is not None and any(plain.startswith(name) for name in self._listed)


def _lists(table: Table, names: _Names) -> bool:
    return any(row and names.has(row[0].text.text) for row in table.rows)


def _items(blocks: Sequence[Block], names: _Names) -> Iterator[Item]:
    for block in blocks:
        if isinstance(block, Item) and block.depth == 0 and names.has(_parted(block.text.text)[0]):
            yield block


def _refilled(table: Table, listed: tuple[tuple[str, str], ...], names: _Names) -> Gate:
    """The template's own table: its columns and its gates, a row for each principle, and no answers."""
    width = max(len(table.header), 2)
    statuses = {index for index, header in enumerate(table.header) if index and _STATUS.search(header.text.text)} or {1}
    rows = [_row([header.raw for header in table.header], width), "|" + "---|" * width]
    by_title: dict[str, list[str]] = {}
    others: list[list[str]] = []
    for row in table.rows:
        cells = [_kept(header.raw, index in statuses) if index else header.raw for index, header in enumerate(row)]
        if row and names.has(row[0].text.text):
            by_title.setdefault(names.key(row[0].text.text) or row[0].text.text.casefold(), cells)
        else:
            others.append(cells)
    for title, place in listed:
        old_cells = by_title.get(title) or by_title.get(title.casefold()) or []
        rows.append(_row([_named(title, place), *old_cells[1:]], width))
    rows += [_row(cells, width) for cells in others]
    return Gate(tuple(rows), frozenset(range(table.line, table.end_line + 1)), table.line, len(listed) + len(others))


def _kept(raw: str, is_status: bool) -> str:
    """A cell's own words, without placeholders and answers."""
    if "[" in raw and "](" not in raw:
        return ""
    return "" if is_status or _VERDICT.match(raw) else raw


def _row(cells: list[str], width: int) -> str:
    padded = [*cells, *[""] * width][:width]
    return "|" + "|".join(f" {text} " if text else " " for text in padded) + "|"
