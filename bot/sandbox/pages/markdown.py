"""Markdown as GitHub shows it. Only the elements and attributes on the lists below reach the page."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pyromark
from markupsafe import Markup

_OPTIONS = (
    pyromark.Options.ENABLE_GFM
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_FOOTNOTES
)
_VOID = {"br", "hr", "input"}
_TAGS = _VOID | {
    "a",
    "b",
    "blockquote",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "i",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "var",
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "blockquote": {"class"},
    "code": {"class"},
    "details": {"open"},
    "input": {"checked"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_UNSEEN = {"script", "style", "iframe", "object", "template", "title", "textarea", "xmp", "noembed", "noframes"}
_SCHEMES = {"", "http", "https", "mailto"}
_LONGEST = 262_144
_INVISIBLE = re.compile(r"[\x00-\x20]")
"""Browsers skip these inside a scheme."""


class _Cleaner(HTMLParser):
    """Writes the allowed elements, and closes each of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a known tag with its known attributes."""
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _TAGS and not self._unseen:
            self.parts.append(f"<{tag}{_attributes(tag, attrs)}>")
            if tag not in _VOID:
                self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>` is `<br>`; no other element is empty in HTML, so the slash means nothing."""
        if tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open; an end without a start is dropped."""
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in self._open and not self._unseen:
            while True:
                inner = self._open.pop()
                self.parts.append(f"</{inner}>")
                if inner == tag:
                    return

    def handle_data(self, data: str) -> None:
        """Escape a text."""
        if not self._unseen:
            self.parts.append(escape(data, quote=False))

    def finish(self) -> str:
        """Close everything; returns the whole."""
        self.close()
        self.parts += [f"</{tag}>" for tag in reversed(self._open)]
        return "".join(self.parts)


def _attributes(tag: str, attributes: list[tuple[str, str | None]]) -> str:
    allowed = [("type", "checkbox"), ("disabled", "")] if tag == "input" else []
    for name, value in attributes:
        text = value or ""
        if name not in _ATTRIBUTES.get(tag, set()) or (name == "href" and not _harmless(text)):
            continue
        if tag == "blockquote" and not text.startswith("markdown-alert-"):
            continue
        allowed.append((name, text))
    if tag == "a":
        allowed.append(("rel", "nofollow noreferrer"))
    return "".join(f' {name}="{escape(value)}"' for name, value in allowed)


def _harmless(address: str) -> bool:
    try:
        return urlsplit(_INVISIBLE.sub("", address)).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def render(text: str | None) -> Markup:
    """Markdown as safe HTML."""
    cleaner = _Cleaner()
    cleaner.feed(pyromark.html((text or "")[:_LONGEST], options=_OPTIONS))
    return Markup(cleaner.finish())  # noqa: S704 -- written by the cleaner, from its list only
