"""The project's principles, read from its constitution in whatever form it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.change.trees import Readability
from bot.core.markdown import Heading, Item, Paragraph, Style, Table, parse
from bot.core.text.lexicon import Pattern, anywhere, whole_words, word_starts
from bot.core.yardstick.principles import MAX_NAME, STRENGTH, SYMBOLS, PrincipleName, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.core.change.trees import Document
    from bot.core.markdown import Markdown, Text

MAX_PRINCIPLES = 100
"""The most that a constitution is read to have; the longest of 118 public ones has 28."""

_PRINCIPLES = Pattern(anywhere("principles"))
_CORE = Pattern(rf"^principles$|{word_starts('core')}")
_GENERIC = Pattern(rf"^{anywhere('not_principles')}(?!\w)")
_TOKEN = re.compile(r"\[[A-Z][A-Z0-9_]{3,60}\]")
_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6}){1,3}"
_VERSION = Pattern(
    rf"[\s>*_|-]*(?:constitution[ _])?{anywhere('version')}"
    rf"[\s*_]*[:：][\s*_`]*v?(?P<first>{_NUMBER})(?:\s*(?:→|->|=>)\s*v?(?P<last>{_NUMBER}))?",
    re.IGNORECASE,
)
_SAYS_SO = re.compile(r"\b(?:this|the) (?:principle|article|rule) (?:is|remains) ", re.IGNORECASE)


class ConstitutionState(StrEnum):
    """Whether the constitution is missing, unfilled or filled."""

    FILLED = "filled"
    TEMPLATE = "template"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Principle:
    """One principle. `id` is its numeral as written (`I`, `1`), None when it has none."""

    id: str | None
    name: str
    """Without numeral and without the marker of its strength."""
    non_negotiable: bool
    line: int
    sentence: str = ""
    """The first sentence of its own text, at most 160 characters; empty where it has none."""

    exception_line: int | None = None
    """The 1-based line on which the constitution says when an exception may be made; None where it does not."""

    @property
    def title(self) -> str:
        """As people cite it: `VI. Data Protection (NON-NEGOTIABLE)`."""
        head = f"{self.id}. {self.name}" if self.id else self.name
        return f"{head} (NON-NEGOTIABLE)" if self.non_negotiable else head


@dataclass(frozen=True, slots=True)
class Constitution:
    """The constitution as it stands at the base."""

    path: str
    state: ConstitutionState
    version: str | None = None
    principles: tuple[Principle, ...] = ()


def read_constitution(document: Document | None, path: str) -> Constitution:
    """The constitution at `path`; state `missing` when there is no document, never an exception.

    HTML comments never count: the unfilled template names its examples in them, amended ones their changes.
    """
    if document is None or document.reading is not Readability.WHOLE:
        return Constitution(path, ConstitutionState.MISSING)
    markdown = parse(document.text)
    parts = [*_in_first_form(markdown)][:MAX_PRINCIPLES]
    principles = tuple(_principles(markdown, parts))
    state = ConstitutionState.FILLED if principles or _says_something(markdown) else ConstitutionState.TEMPLATE
    return Constitution(path, state, _version(markdown), principles)


@dataclass(frozen=True, slots=True)
class _PrincipleLines:
    """A principle's name and the lines of its text."""

    words: str
    named: PrincipleName
    line: int
    end_line: int


def _in_first_form(document: Markdown) -> Iterator[_PrincipleLines]:
    """The principles, in the first form that the document has.

    Headings below a principles section (and numbered ones that go on elsewhere), else numbered headings wherever they
    stand, else entries of lists below a principles section, else rows of a table there.
    """
    sections = _principle_sections(document)
    inside = [heading for section in sections for heading in _children(document, section)]
    level = inside[0].level if inside else None
    lines = {heading.line for heading in inside}
    for heading in document.headings:
        named = name_of(heading.title)
        goes_on = bool(named.strong and named.id and heading.level == level)
        if heading.line in lines or goes_on:
            yield _PrincipleLines(heading.title, named, heading.line, heading.end_line)
    if lines:
        return
    numbered = _numbered_sections(document)
    listed_principles = [principle for section in sections for principle in _listed(document, section)]
    core = len(listed_principles) > 1 and any(_is_core(section) for section in sections)
    if not listed_principles and not numbered:
        listed_principles = [principle for section in sections for principle in _tabled(document, section)]
    yield from listed_principles if core or not numbered else numbered


def _principle_sections(document: Markdown) -> list[Heading]:
    """The sections whose titles announce principles. If some say "core", only those."""
    sections: list[Heading] = []
    for index, heading in enumerate(document.headings):
        nested = bool(sections) and heading.line <= sections[-1].end_line
        if (heading.level == 1 and not index) or nested or heading.level > 3:  # noqa: PLR2004  deeper is a principle's own
            continue
        # "Article II: Core Principles" holds them; "II. Design Principles" is one.
        holds = _is_core(heading) or not name_of(heading.title).strong
        if holds and _PRINCIPLES.search(heading.title[:MAX_NAME].casefold()):
            sections.append(heading)
    core = [heading for heading in sections if _is_core(heading)]
    others = [heading for heading in sections if heading not in core and any(_numbered(_direct(document, heading)))]
    return sorted(core + others, key=lambda heading: heading.line) if core else sections


def _is_core(heading: Heading) -> bool:
    return bool(_CORE.search(name_of(heading.title).name.casefold()))


def _direct(document: Markdown, section: Heading) -> list[Heading]:
    below = _below(document, section)
    level = min((heading.level for heading in below), default=0)
    return [heading for heading in below if heading.level == level]


def _below(document: Markdown, section: Heading) -> list[Heading]:
    return [block for block in document.section(section) if isinstance(block, Heading)]


def _numbered(headings: Iterable[Heading]) -> Iterator[Heading]:
    return (heading for heading in headings if name_of(heading.title).id is not None)


def _children(document: Markdown, section: Heading) -> list[Heading]:
    """The principles among the headings below a section.

    The direct children with numerals, if there are several. Else the headings one level further down (below groups)
    whose numerals only principles have. Else all direct children without a generic title.
    """
    children = _direct(document, section)
    numbered = [*_numbered(children)]
    if len(numbered) > 1:
        return numbered
    deeper = [heading for heading in _below(document, section) if name_of(heading.title).strong]
    if len(deeper) > 1 and not numbered:
        return [heading for heading in deeper if heading.level == deeper[0].level]
    return [heading for heading in children if not _GENERIC.match(name_of(heading.title).name.casefold())]


def _numbered_sections(document: Markdown) -> list[_PrincipleLines]:
    """Numbered headings of one level without a principles section around them: Articles, `## I. Name`, `## 1. Name`."""
    by_level: dict[int, list[_PrincipleLines]] = {}
    for heading in document.headings:
        named = name_of(heading.title)
        if named.id is not None and not _GENERIC.match(named.name.casefold()):
            numbered = _PrincipleLines(heading.title, named, heading.line, heading.end_line)
            by_level.setdefault(heading.level, []).append(numbered)
    for level in sorted(by_level):
        strong = [numbered for numbered in by_level[level] if numbered.named.strong]
        if len(strong) > 1:
            return strong
    first = by_level.get(2, [])
    return first if len(first) > 2 else []  # noqa: PLR2004  two numbers make no list


def _listed(document: Markdown, section: Heading) -> Iterator[_PrincipleLines]:
    """Principles as entries of a list or as bold paragraphs: `1. **Name**: …`, `- **I. Name**: …`, `**I. Name**`."""
    blocks = document.section(section)
    for block in blocks:
        if not isinstance(block, (Item, Paragraph)) or (isinstance(block, Item) and block.depth):
            continue
        name = _strong_start(block.text)
        number = str(block.number) if isinstance(block, Item) and block.number is not None else None
        if name is None:
            continue
        named = name_of(name)
        if isinstance(block, Item) or named.id is not None:
            named = PrincipleName(
                named.id or number, named.name, named.marked or _marked_after(block.text), named.strong
            )
            yield _PrincipleLines(name, named, block.line, block.end_line)


def _tabled(document: Markdown, section: Heading) -> Iterator[_PrincipleLines]:
    """Principles as rows of a table with a column for them: `| I | **Name** | what it asks |`."""
    for table in document.section(section):
        if not isinstance(table, Table):
            continue
        titles = [cell.text.text.strip()[:MAX_NAME].casefold() for cell in table.header]
        column = next((index for index, title in enumerate(titles) if _PRINCIPLES.search(title)), None)
        for row in table.rows:
            if column is None or len(row) <= column or not row[column].text.text.strip():
                continue
            words = row[column].text.text
            numeral = row[0].text.text.strip(" *_.") if column else ""
            named = name_of(f"{numeral}. {words}" if _NUMERAL.fullmatch(numeral) else words)
            marked = named.marked or any(STRENGTH.search(cell.text.text[:_LINE]) for cell in row)
            named = PrincipleName(named.id, named.name, marked, named.strong)
            yield _PrincipleLines(words, named, row[column].line, row[column].line)


_NUMERAL = re.compile(r"[IVXLC]{1,6}|P?[0-9]{1,3}")


def _strong_start(text: Text) -> str | None:
    """The bold words that a text begins with."""
    first = next(text.marked(Style.STRONG), None)
    return first[0].strip(" :：") or None if first is not None and first[1].start == 0 else None


def _marked_after(text: Text) -> bool:
    """Whether a marker of strength follows the bold name."""
    first = next(text.marked(Style.STRONG))[1]
    return bool(STRENGTH.match(text.text[first.end : first.end + 60].lstrip(" (（[—–-:：")))


def _principles(document: Markdown, principles: Sequence[_PrincipleLines]) -> Iterator[Principle]:
    legend = _legend(document, {part.line for part in principles})
    inside = [_says_non_negotiable(document, part) for part in principles]
    everywhere = len(principles) > 2 and all(inside)  # noqa: PLR2004  a label under every principle tells them not apart
    general = _general_exception_clause(document)
    for part, in_body in zip(principles, inside, strict=True):
        if not part.named.name or _is_token(part.named.name):
            continue
        marked = part.named.marked or bool(legend & set(part.words)) or (in_body and not everywhere)
        clause = _exception_clause(document, part) or general
        yield Principle(part.named.id, part.named.name, marked, part.line, _sentence(document, part), clause)


def _sentence(document: Markdown, principle: _PrincipleLines) -> str:
    """The first sentence below the principle's name."""
    for block in document.within(principle.line, principle.end_line):
        if block.line > principle.line and isinstance(block, (Item, Paragraph)):
            text = " ".join(block.text.text[: 4 * _LONGEST_SENTENCE].split())
            end = _SENTENCE_END.search(text)
            return (text[: end.end()] if end else text)[:_LONGEST_SENTENCE].strip()
    return ""


def _exception_clause(document: Markdown, principle: _PrincipleLines) -> int | None:
    """The line of a principle's own text that says when an exception may be made."""
    lines = enumerate(document.lines[principle.line : principle.end_line], start=principle.line + 1)
    return next((number for number, line in lines if _grants_exceptions(line)), None)


def _general_exception_clause(document: Markdown) -> int | None:
    """The line that says when an exception from a NON-NEGOTIABLE principle may be made."""
    lines = enumerate(document.lines, start=1)
    return next((number for number, line in lines if STRENGTH.search(line[:_LINE]) and _grants_exceptions(line)), None)


def _grants_exceptions(line: str) -> bool:
    """A sentence names an exception and what it takes: `Exceptions require the written consent of two maintainers`."""
    return any(
        (exception := _EXCEPTION.search(sentence)) is not None
        and (terms := _TERMS.search(sentence, exception.end())) is not None
        and not _NEGATION.search(sentence[: terms.end() + _NEXT_WORD])
        for sentence in _SENTENCES.split(line[:_LINE])
    )


_LINE = 1000
_NEXT_WORD = 6
"""Characters in which `not` may stand behind `may`."""
_SENTENCES = re.compile(r"(?<=[.!?;])\s|(?<=[。！？])")
_EXCEPTION = Pattern(whole_words("deviation"), re.IGNORECASE)
_TERMS = Pattern(whole_words("granted"), re.IGNORECASE)
_NEGATION = Pattern(whole_words("negation"), re.IGNORECASE)
_LONGEST_SENTENCE = 160
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")


def _is_token(name: str) -> bool:
    """Whether the words are the template's own: `[PRINCIPLE_1_NAME]`, in any language."""
    return name.startswith("[") and name.endswith("]")


def _legend(document: Markdown, lines: set[int]) -> set[str]:
    """The symbols that the document's legend explains as non-negotiable, in a sentence or a table."""
    symbols = set(SYMBOLS)
    match: set[str] = set()
    for number, line in enumerate(document.lines, start=1):
        if number not in lines and (symbols_here := symbols & set(line)) and STRENGTH.search(line):
            match |= symbols_here
    return match


def _says_non_negotiable(document: Markdown, principle: _PrincipleLines) -> bool:
    """Whether the principle's text calls it non-negotiable: a marker on a line, or `This principle is …`."""
    for block in document.within(principle.line, principle.end_line):
        if block.line == principle.line and isinstance(block, Heading):
            continue
        if not isinstance(block, (Heading, Item, Paragraph)):
            continue
        for sentence in block.text.text[:2000].split("\n"):
            marker = STRENGTH.search(sentence)
            if marker is None:
                continue
            rest = (sentence[: marker.start()] + sentence[marker.end() :]).strip(" .:：()（）!*_—–-")
            label = sentence[: marker.start()].rstrip(" *_(")
            if not rest or label.endswith((":", "：")) or _SAYS_SO.search(sentence[: marker.start()]):
                return True
            behind = sentence[marker.end() :].lstrip("*_ ").casefold()
            if marker.start() == 0 and behind.startswith(("rule", "requirement", ":", "：", "—", "–", "- ")):
                return True
    return False


def _says_something(document: Markdown) -> bool:
    """Whether the text has words of its own, not only the template's tokens."""
    texts = [block.text.text for block in document.blocks if isinstance(block, (Paragraph, Item))]
    own = [text for text in texts if text.strip() and not _TOKEN.search(text)]
    tokens = sum(1 for text in texts if _TOKEN.search(text))
    headings = sum(1 for heading in document.headings if _TOKEN.search(heading.title))
    return len(own) > tokens + headings


def _version(document: Markdown) -> str | None:
    """The version that stands beside the date of ratification, else the last one given."""
    inside = {n for comment in document.comments for n in range(comment.line, comment.end_line + 1)}
    version: str | None = None
    for number, line in enumerate(document.lines, start=1):
        if number not in inside and (match := _VERSION.match(line[:400])):
            version = match["last"] or match["first"]
            if "ratified" in line.casefold():
                return version
    return version
