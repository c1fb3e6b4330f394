"""What the plan's Documentation tree promises, and what it takes back with a reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.change.feature import ARTIFACTS
from bot.core.documents.plan import Promise
from bot.core.markdown import Fence, Item, Paragraph
from bot.core.text.lexicon import Pattern, whole_words, with_blanks, without_blanks

if TYPE_CHECKING:
    from bot.core.markdown import Markdown

MAX_PROMISES = 200
MAX_REASON = 300
_NAMES = "|".join(re.escape(name.rstrip("/")) for name in ARTIFACTS)
_TREE_LINE = re.compile(rf"^[\s│├└─┬|`+*>\\-]*(?P<name>(?:\./)?(?:{_NAMES}))(?P<slash>/?)(?![\w.-])(?P<rest>.*)$")
_NOT_NEEDED = rf"(?:{with_blanks('not_needed')})(?!\s+(?:yet|until|by|here)\b)|{without_blanks('not_needed')}"
_DENIAL = Pattern(rf"(?:#|//|<!--|—|–|-|:|\(|←|<-)?\s*(?P<word>{_NOT_NEEDED})(?!\w)", re.IGNORECASE)
_ASIDE = Pattern(rf"(?:^|[\s(—–:-])(?P<word>n/a)(?!\w)|[(（—–:]\s*(?P<said>{_NOT_NEEDED})(?!\w)", re.IGNORECASE)
"""A promise taken back after the description of the file: `research.md  # Phase 0 (not needed: no unknowns)`."""
_OPTIONAL = Pattern(
    rf"(?P<word>{whole_words('optional')})(?=\s*(?:$|[)）\].,;:，。；：、—–-])|\s+(?:to|until|for|if|when|only|unless|in)\b)",
    re.IGNORECASE,
)
"""A tree line that promises nothing: `quickstart.md  # optional`, `contracts/  # Phase 1 output, if applicable`."""
_OWN_LINE = re.compile(
    rf"^\W*(?P<name>(?:{_NAMES}))(?P<slash>/?)`?\**\s*[:：—–-]+\s*\**\s*(?P<rest>.+)$", re.IGNORECASE | re.DOTALL
)
_NOT_BY_PLAN = re.compile(r"not\s+created\s+by\s+[/$]?\S+", re.IGNORECASE)


def read_promises(markdown: Markdown) -> tuple[Promise, ...]:
    """Every tree line and every `X: N/A - reason` line about one of the seven artifacts, in order."""
    found: list[Promise] = []
    tree_seen = False
    for block in markdown.blocks:
        if len(found) >= MAX_PROMISES:
            break
        if isinstance(block, Fence):
            here = _tree(block, own=not tree_seen)
            tree_seen = tree_seen or len(here) > 1
            found += here
        elif isinstance(block, Item | Paragraph):
            match = _OWN_LINE.match(block.text.text[:1000])
            if match and (reason := _denied(match["rest"])) is not None:
                found.append(_promise(markdown, match["name"], block.line, reason))
    return tuple(sorted(found, key=lambda promise: promise.line))


def _tree(block: Fence, *, own: bool) -> list[Promise]:
    """The lines of a tree; a tree that names a single artifact and no plan.md is the source tree, not this one."""
    found: list[Promise] = []
    for index, line in enumerate(block.lines[:2000]):
        match = _TREE_LINE.match(line[:400])
        if match is None:
            continue
        name = _artifact(match["name"])
        start = match.start("name") + 1
        rest = _NOT_BY_PLAN.sub("", match["rest"])
        end = start + len(match["name"]) + len(match["slash"]) - 1
        found.append(Promise(name, block.first + index, start, end, _denied(rest) or _optional(rest)))
    several = len({promise.artifact for promise in found}) > 1
    return found if own and several else []


def _denied(rest: str) -> str | None:
    """The reason in a line that takes the artifact back, or at least its word for that, such as `N/A`."""
    shown = rest.strip().lstrip("#").strip()
    match = _DENIAL.match(shown)
    if match is None:
        match = _ASIDE.search(shown[:MAX_REASON])
        if match is None:
            return None
    start = match.start("word") if match["word"] else match.start("said")
    return shown[start:].strip(" -—–()*")[:MAX_REASON]


def _optional(note: str) -> str | None:
    """The words by which a tree line leaves open whether there will be the file."""
    match = _OPTIONAL.search(note[:MAX_REASON])
    return match["word"] if match is not None else None


def _artifact(name: str) -> str:
    bare = name.removeprefix("./")
    return "contracts/" if bare.lower() == "contracts" else bare.lower()


def _promise(markdown: Markdown, name: str, line: int, reason: str) -> Promise:
    column = markdown.source(line).lower().find(name.lower())
    start = column + 1 if column >= 0 else None
    return Promise(_artifact(name), line, start, start + len(name) - 1 if start else None, reason)
