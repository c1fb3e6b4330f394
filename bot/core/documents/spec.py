"""The parts of spec.md that rules and reports use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.documents import spec_words as words
from bot.core.documents.clarifications import clarifications
from bot.core.documents.plan_reading.structure import relative_links
from bot.core.documents.untouched import keeps_examples
from bot.core.markdown import Heading, Item, Paragraph, Style, Table, parse
from bot.core.text.brackets import brackets
from bot.core.text.identifiers import REQUIREMENT
from bot.core.yardstick.parts import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.change.trees import Document
    from bot.core.markdown import Block, Markdown, Text

MAX_ENTRIES = 2_000
"""Stories, requirements or entities that are read of one spec."""
MAX_SUMMARY = 400
"""Characters of the summary."""
_MAX_TEXT = 600
_MAX_NAME = 120

_FIELD = re.compile(
    r"\s*(?:[-*+]\s+|\|\s*)?[*_]{0,2}([^*_:：|]{2,30}?)\s*(?:[*_]{0,2}\s*[:：]|[*_]{0,2}\s*\|)[*_\s]*(.*)"
)
_QUOTES = re.compile(r"""^["“「]+|["”」]+$""")
_LIST_OF_IDS = re.compile(r"\s*(?:[/,、–—-]|\.\.|to|through|and|&)\s*(?:[A-Z]{2,3}-)?[0-9]")
_SENTENCE = re.compile(r"(?<=[.!?。！？])(?:\s+|(?<=[。！？]))")
_DEFINES = re.compile(r"\s*(?:[(（\[][^)）\]]{0,120}[)）\]]\s*)?(?:[:：—–|]|-\s)")


@dataclass(frozen=True, slots=True)
class Story:
    """A user story. `id` is `US1` and so on."""

    id: str
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """A numbered requirement or criterion: `FR-001`, `SC-002`, `NFR-3`."""

    id: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Spec:
    """A parsed spec; lines are 1-based."""

    path: str
    title: str | None = None
    status: str | None = None
    status_line: int | None = None
    branch: str | None = None
    branch_line: int | None = None
    summary: str | None = None
    """The first sentence or two of the primary story (or the Input), for the skeleton."""
    summary_line: int | None = None
    entities: tuple[str, ...] = ()
    entities_line: int | None = None
    """The heading of Key Entities."""
    stories: tuple[Story, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    """In order, one entry for each place that defines one: an id that stands here twice is used twice."""
    clarifications: tuple[tuple[str, int], ...] = ()
    """Open `[NEEDS CLARIFICATION: ...]` markers, text and line; never mentions in checklists, prose or code."""
    links: tuple[tuple[str, int], ...] = ()
    unfilled: bool = False
    """It is the template, untouched."""


def read_spec(document: Document) -> Spec:
    """The spec. Total: never raises for any text."""
    markdown = parse(document.text)
    status, branch = _header(markdown)
    summary = _summary(markdown)
    entities_line, entities = _entities(markdown)
    return Spec(
        path=document.path,
        title=_title(markdown),
        status=status[0] if status else None,
        status_line=status[1] if status else None,
        branch=branch[0] if branch else None,
        branch_line=branch[1] if branch else None,
        summary=summary[0] if summary else None,
        summary_line=summary[1] if summary else None,
        entities=entities,
        entities_line=entities_line,
        stories=tuple(_stories(markdown))[:MAX_ENTRIES],
        requirements=tuple(_requirements(markdown))[:MAX_ENTRIES],
        clarifications=tuple((asked.text, asked.line) for asked in clarifications(markdown)),
        links=relative_links(markdown),
        unfilled=keeps_examples("spec.md", markdown),
    )


def _open(text: str) -> bool:
    """Whether a text is a placeholder or contains one."""
    return any(brackets(text)) or "$ARGUMENTS" in text


def _title(document: Markdown) -> str | None:
    if not document.headings or document.headings[0].level != 1:
        return None
    title = words.TITLE.sub("", document.headings[0].title).strip()
    return None if not title or _open(title) else title[:_MAX_NAME]


def _header(document: Markdown) -> tuple[tuple[str, int] | None, tuple[str, int] | None]:
    """Status and branch with their lines, from the lines above the first section."""
    status: tuple[str, int] | None = None
    branch: tuple[str, int] | None = None
    for line in lines_of(document):
        if not line.head:
            break
        shown = " ".join(line.text[:1000].split())
        for piece in (shown,) if shown.startswith("|") else shown.split(" | "):
            field = _FIELD.match(piece)
            if field is None:
                continue
            label, value = field[1].strip().casefold(), field[2].strip(" |*_`[]").strip()
            if not value or "###" in value:
                continue
            if words.STATUS.fullmatch(label) and status is None:
                status = value[:_MAX_NAME], line.number
            elif words.BRANCH.fullmatch(label) and branch is None:
                branch = value.split("`")[0].split(" ")[0][:250], line.number
    return status, branch


def _summary(document: Markdown) -> tuple[str, int] | None:
    """The start of the primary story, else of the first story, else of the Input line."""
    headings = document.headings
    stories = [heading for heading in headings if words.PRIMARY.search(heading.title.casefold())]
    stories += [heading for heading in headings if words.STORY.match(heading.title)]
    for heading in stories:
        for block in document.section(heading):
            if isinstance(block, Heading):
                break
            if isinstance(block, (Paragraph, Item)) and (sentences := _sentences(block.text.text)):
                return sentences, block.line
            break
    for line in lines_of(document):
        if line.head and (field := words.INPUT.match(line.text[:20_000])):
            sentences = _sentences(_QUOTES.sub("", words.SAID.sub("", field[1].strip())))
            return (sentences, line.number) if sentences else None
    return None


def _sentences(text: str) -> str | None:
    """The first sentence, or two if they are short; None for a placeholder."""
    plain = " ".join(text[: MAX_SUMMARY * 4].split())
    if not plain or _open(plain):
        return None
    sentences = ""
    for sentence in _SENTENCE.split(plain)[:2]:
        if sentences and len(sentences) + len(sentence) >= MAX_SUMMARY:
            break
        sentences = f"{sentences} {sentence}".strip()
    return sentences if len(sentences) <= MAX_SUMMARY else f"{sentences[: MAX_SUMMARY - 1].rstrip()}…"


def _entities(document: Markdown) -> tuple[int | None, tuple[str, ...]]:
    """Line and names of the Key Entities. The line is None without such a section or without entities."""
    for heading in document.headings:
        if words.ENTITIES.search(heading.title[:_MAX_NAME].casefold()):
            blocks = document.section(heading)
            names = tuple(dict.fromkeys(_entity_names(blocks)))[:MAX_ENTRIES]
            return (heading.line if names else None), names
    for block in document.blocks:
        if isinstance(block, Paragraph) and words.ENTITIES.search(_strong(block.text).casefold()):
            after = document.within(block.line + 1, block.end_line + 200)
            names = tuple(dict.fromkeys(_entity_names(_until_heading(after))))[:MAX_ENTRIES]
            return (block.line if names else None), names
    return None, ()


def _until_heading(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    end = next((i for i, block in enumerate(blocks) if isinstance(block, (Heading, Paragraph))), len(blocks))
    return blocks[:end]


def _entity_names(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Names from sub-headings, else from lists, tables and bold paragraphs."""
    level = min((block.level for block in blocks if isinstance(block, Heading)), default=0)
    for block in blocks:
        if level:
            if isinstance(block, Heading) and block.level == level:
                yield from _entity(block.title)
        elif isinstance(block, Item) and block.depth == 0:
            yield from _entity(
                _strong(block.text) or re.split(r"[:：]|\s[—–-]\s|[(（]", block.text.text, maxsplit=1)[0]
            )
        elif isinstance(block, Table):
            for row in block.rows:
                yield from _entity(row[0].text.text) if row else ()
        elif isinstance(block, Paragraph) and (name := _strong(block.text)):
            yield from _entity(name)


def _entity(label: str) -> Iterator[str]:
    name = " ".join(label.split()).strip(" *_`:：")
    if name and len(name) <= _MAX_NAME and not words.NONE.match(name) and not _open(name):
        yield name


def _strong(text: Text) -> str:
    """The bold words or the code span at the start of a text; empty if it starts otherwise."""
    for mark in text.marks:
        if mark.style in {Style.STRONG, Style.CODE} and mark.start == 0:
            return text.text[: mark.end].strip(" :：")
    return ""


def _stories(document: Markdown) -> Iterator[Story]:
    for block in document.blocks:
        label = block.title if isinstance(block, Heading) else ""
        if isinstance(block, (Item, Paragraph)) and _strong(block.text).startswith(("US", "User Story")):
            label = block.text.text.split("\n", 1)[0]
        match = words.STORY.match(label[:_MAX_TEXT]) if label else None
        if match is None:
            continue
        title = words.PRIORITY.sub("", match[2]).strip(" -—–:：*")
        yield Story(f"US{int(match[1])}", title[:_MAX_NAME], block.line)


def _requirements(document: Markdown) -> Iterator[Requirement]:
    """Places that define a requirement: a list entry, paragraph, heading or row that begins with its id."""
    section, claims = "", False
    for block in document.blocks:
        if isinstance(block, Heading):
            if block.level <= 2:  # noqa: PLR2004  the level of a section
                section, claims = block.title.casefold(), False
            claims = claims or bool(words.CLAIMS.search(block.title.casefold()))
            section = f"{section} {block.title.casefold()}" if block.level > 2 else section  # noqa: PLR2004
        if words.MENTIONS.search(section[-_MAX_TEXT:]):
            continue
        if isinstance(block, Table):
            for row in block.rows if claims else ():
                if row and (found := REQUIREMENT.fullmatch(row[0].text.text.strip())):
                    yield Requirement(found[0], " ".join(cell.text.text for cell in row[1:])[:_MAX_TEXT], row[0].line)
        elif isinstance(block, (Item, Paragraph, Heading)):
            found = REQUIREMENT.match(block.text.text.lstrip())
            if found and _defines(block.text, found.end()):
                text = block.text.text.lstrip()[found.end() :].lstrip(" :：—–-)*").strip()
                yield Requirement(found[0], " ".join(text.split())[:_MAX_TEXT], block.line)


def _defines(text: Text, end: int) -> bool:
    """Whether the words after an id are its text and not further ids."""
    after = text.text.lstrip()[end:]
    if _LIST_OF_IDS.match(after):
        return False
    bold = any(mark.style is Style.STRONG and mark.start == 0 for mark in text.marks)
    return bold or bool(_DEFINES.match(after))
