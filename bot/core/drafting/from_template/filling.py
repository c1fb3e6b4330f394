"""Fill the blanks of one line of a template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.drafting.from_template.plan_facts import BLANK, address, inline, sourced
from bot.core.drafting.manifests.technical import Technical, Topic
from bot.core.text.brackets import brackets, mask_code
from bot.core.text.lexicon import Pattern, anywhere, whole_words
from bot.core.yardstick.template import PlaceholderKind

if TYPE_CHECKING:
    from bot.core.drafting.from_template.plan_facts import PlanFacts
    from bot.core.text.brackets import Bracket
    from bot.core.yardstick.parts import Line

_LABEL = re.compile(r"\*\*([^*\n]{1,80}?)\s*(?:[:：]\s*\*\*|\*\*\s*[:：])")
_CELL_LABEL = re.compile(r"^\s*\|\s*[*_]{0,2}([^|*]{1,80}?)[*_]{0,2}\s*\|")
_UNSAID = re.compile(r"([:：]\s*(?:\*\*)?\s*|\|\s*)NEEDS CLARIFICATION(?=\s*(?:\||$))")

_TOPICS = (
    (Topic.LANGUAGE, Pattern(anywhere("language"))),
    (Topic.DEPENDENCIES, Pattern(anywhere("dependencies"))),
    (Topic.STORAGE, Pattern(anywhere("storage"))),
    (Topic.TESTING, Pattern(rf"^{anywhere('testing')}")),
    (Topic.PLATFORM, Pattern(anywhere("platform"))),
    (Topic.PROJECT_TYPE, Pattern(anywhere("project_type"))),
)
_DATE = Pattern(whole_words("date"))
_BRANCH = Pattern(anywhere("branch"))
_SPEC = Pattern(rf"spec|{anywhere('spec', 'link')}")
_TITLE = Pattern(anywhere("feature"))


class Filler:
    """Fills lines, and counts what it had to leave blank."""

    def __init__(self, facts: PlanFacts, technical: Technical) -> None:
        self._facts = facts
        self._technical = technical
        self.clarifications = 0

    def blank(self) -> str:
        """The mark for what a person has to write. Counts it."""
        self.clarifications += 1
        return BLANK

    def fill(self, line: Line, kind: PlaceholderKind | None, tail: str = "") -> str:
        """The line with its blanks filled. `rest` is the text after a blank that ends on a later line."""
        text = line.text.rstrip("\r")
        if kind is None:
            return _UNSAID.sub(
                lambda match: match[1] + self._field(text[: match.start()] + match[0][:1]), text, count=1
            )
        spans = [*brackets(text if line.head else mask_code(text))]
        if not spans:
            return text
        if line.head:
            return self._head(text, spans, kind)
        before, after = text[: spans[0].start], text[spans[-1].end :] + tail
        if kind is PlaceholderKind.SUMMARY:
            return before + self._summary() + after
        if kind in {PlaceholderKind.FIELD, PlaceholderKind.META, PlaceholderKind.TITLE}:
            return before + self._field(text[: spans[0].start]) + after
        return before + self.blank() + after

    def _head(self, text: str, spans: list[Bracket], kind: PlaceholderKind) -> str:
        filled, position = "", 0
        for span in spans:
            before = text[position : span.start]
            value = self._title() if kind is PlaceholderKind.TITLE else self._meta(filled + before, span)
            if "###" in span.text:
                before, value = self._placed(before, value)
            filled += before + value
            position = span.end
        return filled + text[position:]

    def _title(self) -> str:
        return inline(self._facts.title, 200).removeprefix("\\") or self._facts.name

    def _placed(self, before: str, value: str) -> tuple[str, str]:
        """The template's `specs/[###-feature]`, with the specs root of the feature's folder."""
        for root in (f"{self._facts.root}/", "specs/"):
            if before.endswith(root):
                return before[: -len(root)], self._facts.feature_dir
        return before, value

    def _meta(self, before: str, span: Bracket) -> str:
        labels = _LABEL.findall(before)
        label = labels[-1].casefold() if labels else ""
        inner = span.inner.casefold()
        for words in (label, inner):
            if "###" in inner or _BRANCH.search(words):
                return self._branch()
            if _DATE.search(words):
                return self._facts.date
            if _SPEC.search(words):
                return "[spec.md](./spec.md)"
            if _TITLE.search(words):
                return self._title()
        return self.blank()

    def _branch(self) -> str:
        """The branch if it has the folder's name, else the folder: a header that names another feature is a finding."""
        branch = self._facts.branch or ""
        return branch if branch.rsplit("/", 1)[-1] == self._facts.name else self._facts.name

    def _summary(self) -> str:
        spec = self._facts.spec
        if spec is not None and spec.summary and not spec.unfilled:
            place = address(spec.path.rsplit("/", 1)[-1], spec.summary_line)
            return inline(spec.summary) + (f" <!-- {place} -->" if place else "")
        if self._facts.summary:
            return f"{inline(self._facts.summary)} <!-- {self._facts.summary_source} -->"
        return self.blank()

    def _field(self, before: str) -> str:
        """What is known of the field whose label stands before the blank."""
        labels = _LABEL.findall(before) or _CELL_LABEL.findall(before)
        label = labels[-1].casefold().strip() if labels else before.casefold().strip(" *_-|:：")
        topic = next((topic for topic, words in _TOPICS if words.search(label[:80])), None)
        readings = self._technical.answers.get(topic, ()) if topic else ()
        return sourced(readings) if readings else self.blank()
