"""What a reader would get of a page: Markdown made into HTML and taken apart again."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_QUIET = {"code", "pre"}


@dataclass
class Shown:
    """Text that GitHub would look through for mentions and links, everything else apart."""

    loud: list[str] = field(default_factory=list)
    """Runs of text outside code."""
    quiet: list[str] = field(default_factory=list)
    """Runs of text inside code."""
    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    open_at_end: list[str] = field(default_factory=list)

    def rows(self) -> int:
        """Table rows."""
        return self.tags.count("tr")


class _Taker(HTMLParser):
    def __init__(self, shown: Shown) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = shown
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown.tags.append(tag)
        self.shown.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in {"br", "hr", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        (self.shown.quiet if _QUIET & set(self.open) else self.shown.loud).append(data)

    def handle_comment(self, data: str) -> None:
        self.shown.comments.append(data)


def show(markdown: str) -> Shown:
    """The page as HTML, taken apart."""
    shown = Shown()
    taker = _Taker(shown)
    taker.feed(_READER.render(markdown))
    taker.close()
    shown.open_at_end = taker.open
    return shown
