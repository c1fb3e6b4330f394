"""The facts from which a plan is drafted, and how a fact is written into a document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.markdown import Paragraph, parse
from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.documents.spec import Spec
    from bot.core.drafting.manifests.manifest import Evidence
    from bot.core.yardstick.constitution import Constitution
    from bot.core.yardstick.template import Template

BLANK = "NEEDS CLARIFICATION"
"""The only mark for what a person still has to write."""

MAX_SUMMARY = 600
"""Characters of a summary."""

_MAX_BODY = 65_536
_SENTENCE_END = re.compile(r"[.!?。！？](?=\s|$)")
_UNSAFE_PATH = re.compile(r"[<>\x00-\x1f]|--")
_TAG = re.compile(r"<(?=[A-Za-z/?!])")
_OPENING = re.compile(r"(?:[#>+|~-]|\d{1,9}[.)](?=\s))")


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything that is known of a feature before its plan is written."""

    feature_dir: str
    """From the repository's root, without a trailing slash: `specs/019-rate-limits`."""
    title: str
    """Foreign. The feature's name in the spec, the issue or the folder."""
    date: str
    """ISO date of the head commit or of the issue, so that drafting again changes nothing."""
    template: Template
    constitution: Constitution
    branch: str | None = None
    """The branch's name. None if there is no branch yet: it will get the folder's name."""
    spec: Spec | None = None
    summary: str | None = None
    """Foreign. The text in place of the spec's primary story: `issue_summary`."""
    summary_source: str = "first paragraph of the issue"
    paths: tuple[str, ...] = ()
    """The paths of the repository's tree, as far as it was read. Folders end in a slash."""
    manifests: Mapping[str, str] = field(default_factory=dict)
    """Text by path, of `MANIFEST_PATHS` or `wanted_manifests`."""
    present: frozenset[str] = frozenset()
    """The artifacts that exist, of the seven: `spec.md`, `contracts/`."""
    violations: tuple[str, ...] = ()
    """Foreign. The principles that the change already violates, each as the first cell of a Complexity Tracking row."""

    @property
    def name(self) -> str:
        """The folder's own name: `019-rate-limits`."""
        return self.feature_dir.rsplit("/", 1)[-1]

    @property
    def root(self) -> str:
        """The specs root."""
        return self.feature_dir.rpartition("/")[0]


def issue_summary(body: str) -> str | None:
    """The first paragraph of an issue with text of its author, on one line; None if there is none."""
    for block in parse(body[:_MAX_BODY]).blocks:
        if isinstance(block, Paragraph) and not block.quoted:
            words = plain_line(block.text.text, MAX_SUMMARY * 2)
            if any(char.isalnum() for char in words) and words.casefold() != "no response":
                return _whole_sentences(words)
    return None


def _whole_sentences(words: str) -> str:
    if len(words) <= MAX_SUMMARY:
        return words
    ends = [match.end() for match in _SENTENCE_END.finditer(words, 0, MAX_SUMMARY)]
    return words[: ends[-1]] if ends else words[: MAX_SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def inline(text: str, limit: int = MAX_SUMMARY) -> str:
    """A foreign text as one line of a document: it opens no block, no comment and no tag."""
    line = _harmless(text, limit)
    return "\\" + line if _OPENING.match(line) else line


def cell(text: str, limit: int = 200) -> str:
    """A foreign text as a table's cell."""
    return _harmless(text, limit).replace("\\|", "|").replace("|", "\\|")


def _harmless(text: str, limit: int) -> str:
    line = plain_line(text, limit).replace("<!--", "&lt;!--").replace("-->", "--&gt;").replace("```", "'''")
    return _TAG.sub(r"\\<", line)


def sourced(readings: tuple[Evidence, ...]) -> str:
    """Facts, each with its place: `Rust 1.90 <!-- rust-toolchain.toml:2 -->`."""
    values = ", ".join(dict.fromkeys(inline(reading.value, 120) for reading in readings))
    places = ", ".join(dict.fromkeys(place for reading in readings if (place := address(reading.path, reading.line))))
    return f"{values} <!-- {places} -->" if places else values


def address(path: str, line: int | None) -> str:
    """`path:line` for an HTML comment. Empty if the path would end the comment."""
    if _UNSAFE_PATH.search(path) or len(path) > MAX_SUMMARY:
        return ""
    return path if line is None else f"{path}:{line}"
