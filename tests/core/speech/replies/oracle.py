"""What GitHub would make of a reply, told by a parser of its own: words outside code, tags, code blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pyromark

TAGS = frozenset({"details", "summary", "sub", "code"})
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_LINKED = re.compile(
    r"@\w|(?<![\w&])#\d|\bGH-\d|\b[0-9a-f]{7,40}\b|(?<!\()https?://(?!github\.com/acme|redirect\.github\.com/acme|plangate\.example)",
    re.IGNORECASE,
)
_OPTIONS = pyromark.Options.ENABLE_GFM | pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH


@dataclass
class Seen:
    """What a reader is shown."""

    words: str = ""
    """Everything outside code."""
    tags: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    blocks: list[tuple[str, str]] = field(default_factory=list)
    """Info string and content of each code block."""
    links: list[str] = field(default_factory=list)
    in_code: bool = False
    """Inside `<code>`, where GitHub links nothing, either."""

    @property
    def linked(self) -> list[str]:
        """Words that GitHub would turn into a mention, a backlink or a link of their own."""
        return _LINKED.findall(self.words)


def seen(markdown: str) -> Seen:
    """The reply as it is read."""
    result = Seen()
    code: list[str] | None = None
    for event in pyromark.events(markdown, options=_OPTIONS):
        if isinstance(event, str):
            result.words += "\n"
            continue
        kind, value = next(iter(event.items()))
        if kind == "Start" and isinstance(value, dict) and "CodeBlock" in value:
            code = []
            fenced = value["CodeBlock"]
            result.blocks.append((fenced["Fenced"] if isinstance(fenced, dict) else "", ""))
        elif kind == "End" and value == "CodeBlock":
            result.blocks[-1] = (result.blocks[-1][0], "".join(code or []))
            code = None
        elif kind == "Text" and code is not None:
            code.append(str(value))
        else:
            _outside_code(kind, value, result)
    return result


def _outside_code(kind: str, value: Any, result: Seen) -> None:
    if kind == "Text" and not result.in_code:
        result.words += value
    elif kind == "End":
        result.words += "\n"
    elif kind == "Start" and isinstance(value, dict) and "Link" in value:
        result.links.append(value["Link"]["dest_url"])
    elif kind in {"Html", "InlineHtml"}:
        if value.lstrip().startswith("<!--"):
            result.comments.append(value.strip())
        else:
            result.tags.update(tag.lower() for tag in _TAG.findall(value))
            result.in_code = value.rfind("<code>") > value.rfind("</code>")
