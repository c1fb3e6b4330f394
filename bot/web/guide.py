"""The guide on every server: a page for each rule, and the configuration. The source is the project's own `docs/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pyromark
from markupsafe import Markup

from bot.bundled import bundled_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPTIONS = pyromark.Options.ENABLE_TABLES
_RULE = re.compile(r"\| \[(?P<id>[a-z-]+)\]\(#[a-z-]+\) \| (?P<severity>[a-z]+) \| (?P<title>.+) \|")
_LINK = re.compile(r'href="(?P<page>[a-z]+)\.md')
_HEADING = re.compile(r"<(?P<level>h[2-4])>(?P<text>.*?)</h")
_ID_AS_CODE = re.compile(r"<code>(?P<id>[a-z-]+)</code>")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: its heading, and its text as HTML."""

    heading: str
    text: Markup

    @property
    def anchor(self) -> str:
        """The heading as a part of an address: `how-to-fix`."""
        return _anchor(self.heading)


@dataclass(frozen=True, slots=True)
class RulePage:
    """The page of one rule."""

    id: str
    severity: str
    """`error`, `warning`, `notice`, or `off`: the rule's own, without configuration."""
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """The pages that need no report and no login."""

    introduction: Markup
    """What holds for all rules."""
    rules: Mapping[str, RulePage]
    configuration: tuple[Section, ...]
    """The first section has no heading."""


@lru_cache
def guide(base: str) -> Guide:
    """The pages with links below `base`, the path of the site (empty for the root)."""
    text = bundled_text("docs/rules.md")
    about = {match["id"]: match for match in map(_RULE.fullmatch, text.splitlines()) if match}
    introduction, *pages = _divided(text, "## ")
    rules = {
        name: RulePage(name, about[name]["severity"], about[name]["title"], _sections(body, "### ", base, about)[1:])
        for name, body in pages
    }
    prose = introduction[1].partition("| rule | severity |")[0]
    return Guide(
        _html(_without_title(prose), base, about),
        rules,
        _sections(_without_title(bundled_text("docs/configuration.md")), "## ", base, about),
    )


def _without_title(text: str) -> str:
    """The text below its title and the comment for whoever edits it."""
    return re.sub(r"\A# .*?-->\s*", "", text, flags=re.DOTALL)


def _sections(text: str, mark: str, base: str, rules: Mapping[str, object]) -> tuple[Section, ...]:
    return tuple(Section(heading, _html(body, base, rules)) for heading, body in _divided(text, mark))


def _divided(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """The text in front of the first heading, then every heading of this level with the text below it."""
    heading, lines, fenced = "", list[str](), False
    for line in text.splitlines(keepends=True):
        fenced ^= line.startswith("```")
        if line.startswith(mark) and not fenced:
            yield heading, "".join(lines)
            heading, lines = line.removeprefix(mark).strip(), []
        else:
            lines.append(line)
    yield heading, "".join(lines)


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading, which links in the documentation use: `commandsprefix`."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"<[^>]*>", "", heading).lower()).strip().replace(" ", "-")


def _html(text: str, base: str, rules: Mapping[str, object]) -> Markup:
    """Our own Markdown as HTML. The name of a rule leads to the page of the rule."""

    def linked(match: re.Match[str]) -> str:
        name = match["id"]
        return f'<a href="{base}/rules/{name}">{match[0]}</a>' if name in rules else match[0]

    page = pyromark.html(text, options=_OPTIONS)
    page = _HEADING.sub(lambda match: f'<{match["level"]} id="{_anchor(match["text"])}">{match["text"]}</h', page)
    page = _LINK.sub(lambda match: f'href="{base}/{match["page"]}', page)
    # A wide table scrolls by itself, with the keyboard, too; the page does not.
    page = page.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    page = page.replace("<pre>", '<pre tabindex="0">')
    return Markup(_ID_AS_CODE.sub(linked, page))  # noqa: S704  our own documentation, escaped by the renderer
