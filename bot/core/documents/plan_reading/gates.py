"""Read the lines about the whole gate: `Gate result: PASS`, `No violations.`, `Post-design re-check: PASS`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.documents.plan import Phase, Verdict
from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading import vocabulary as words
from bot.core.documents.plan_reading.headings import after_separator, is_phase
from bot.core.documents.plan_reading.joining import leading_numeral
from bot.core.documents.plan_reading.naming import is_gate_label, is_status_label, name_of
from bot.core.documents.plan_reading.sections import visible
from bot.core.documents.plan_reading.statement_words import DEVIATES
from bot.core.documents.plan_reading.tracking import is_none
from bot.core.documents.plan_reading.verdict import Sign

if TYPE_CHECKING:
    from bot.core.documents.plan_reading.collected import Collected
    from bot.core.documents.plan_reading.naming import ItemName
    from bot.core.documents.plan_reading.verdict import Reading
    from bot.core.markdown import Text

_LOOKED_AT = 300
_MANY_WORDS = 4
_INSTRUCTION = re.compile(r"[\W_]*gates?\s*[:：]\s*(?:must|should)\b", re.IGNORECASE)
_LEAD = " *_>✅🟢✓\ufe0f—-→"


def is_gate(text: Text) -> bool:
    """Whether a paragraph or bullet is about the whole gate, or is the template's instruction about it."""
    shown = visible(text)[:_LOOKED_AT]
    if _INSTRUCTION.match(shown):
        return True
    named = name_of(text)
    if (named.separated and _labels(named)) or denies_breaches(text):
        return True
    start = len(shown) - len(shown.lstrip(_LEAD))
    if words.WHOLE.match(shown, start) or words.NOTHING_TO_CHECK.match(shown, start):
        return True
    return is_gate_label(named.name) and verdict.lead(shown[named.rest :]) is not None


def denies_breaches(text: Text) -> bool:
    """Whether the line is a label about breaches that says that there is none: `Justified deviations: none`."""
    shown = visible(text)[:_LOOKED_AT]
    label = _LABEL.match(shown)
    if label is None or not DEVIATES.search(label["label"]) or leading_numeral(label["label"])[0] is not None:
        return False
    return is_none(shown[label.end() :])


_LABEL = re.compile(r"(?P<label>[^:：\n]{3,60})[:：]\s*")


def closes(text: Text) -> bool:
    """Whether a paragraph is about the gate although it is below a principle with its own status."""
    named = name_of(text)
    rest = visible(text)[named.rest :].lstrip(_LEAD)
    if named.separated and is_gate_label(named.name):
        return not is_status_label(named.name) or words.WHOLE.match(rest[:_LOOKED_AT]) is not None
    return named.separated and is_phase(named.name) and len(named.name.split()) <= _MANY_WORDS


def read_gate(text: Text, collected: Collected) -> None:
    """Add the verdict of the line. The template's instruction adds none."""
    shown = visible(text)
    if _INSTRUCTION.match(shown[:_LOOKED_AT]):
        return
    named = name_of(text)
    if denies_breaches(text):
        # "Violations: none" speaks for the whole check, "Justified deviations: none" only for the justified ones.
        every = {token.sign for token in verdict.signs(named.name)} <= {Sign.FAIL, Sign.CLEAN}
        collected.gate(Verdict.PASS, text.place(0)[0], labelled=False, whole=every)
        return
    phase = Phase.POST if words.AGAIN.search(named.name or shown[:80]) else None
    has_exceptions = collected.take_exceptions(text, phase)
    labelled = named.separated and _labels(named)
    at = named.rest if labelled else 0
    found = _stated(shown[at:]) if labelled else verdict.lead(shown, strict=False)
    if found is not None:
        said = verdict.signs(shown[at + found.start : at + found.end])
        passed = next((token.sign for token in said if token.sign not in verdict.MARKS), None) is Sign.PASS
        # `PASS (one justified deviation)`: the gate is passed, the deviation is an item's affair.
        line = text.place(at + found.start)[0]
        passing = Verdict.PASS if passed else found.verdict
        collected.gate(passing, line, labelled=labelled, whole=not has_exceptions, phase=phase)
        return
    head = shown[:_LOOKED_AT]
    start = len(head) - len(head.lstrip(_LEAD))
    nothing = words.NOTHING_TO_CHECK.match(head, start)
    whole = nothing or words.WHOLE.search(head)
    if whole is not None:
        line = text.place(whole.start())[0]
        passing = Verdict.NA if nothing else Verdict.PASS
        collected.gate(passing, line, labelled=False, whole=not has_exceptions, phase=phase)


def _stated(rest: str) -> Reading | None:
    """The text after the label, with or without a dash: `GATE: re-checked after design - PASS, no violations`."""
    return verdict.lead(rest, strict=False) or after_separator(rest) or verdict.slot(rest)


def _labels(named: ItemName) -> bool:
    return is_gate_label(named.name) or (is_phase(named.name) and len(named.name.split()) <= _MANY_WORDS)
