"""Patterns for headings, labels and column titles of a plan, made from the words of the lexicon."""

from __future__ import annotations

import re

from bot.core.text.lexicon import Pattern, anywhere, whole_words, with_blanks, without_blanks, word_starts

_I = re.IGNORECASE

CONSTITUTION = Pattern(anywhere("constitution"), _I)
CHECKING = Pattern(whole_words("check"), _I)
AGAIN = Pattern(word_starts("after"), _I)
BEFORE = Pattern(word_starts("before"), _I)
TRACKING = Pattern(anywhere("complexity"), _I)
TRACKS = Pattern(whole_words("tracking"), _I)
GATE_HEAD = Pattern(anywhere("gate_head"), _I)
GATE_WORD = Pattern(anywhere("gate_head", "gate_word"), _I)
"""A label of these words only, with at least one head among them, speaks for the whole gate."""
GATE_LABEL = Pattern(anywhere("gate_result"), _I)
"""The whole label for the whole gate."""
NOTHING_TO_CHECK = Pattern(anywhere("nothing_to_check"), _I)
"""There is nothing to hold the plan to."""
WHOLE = Pattern(whole_words("whole_gate"), _I)
"""Beginnings of a sentence that speaks for the whole gate."""
TOTAL = Pattern(rf"\W*{anywhere('total')}", _I)
STATUS_LABEL = Pattern(anywhere("status", "document_status"), _I)
_STATUS = ("status", "document_status", "status_column")
STATUS_HEADER = Pattern(
    rf"(?:.*\s)?(?:{with_blanks(*_STATUS)})(?:\s*[?？])?(?:\s*\(.*\))?|.*(?:{without_blanks(*_STATUS)})(?:\s*[?？])?",
    _I,
)
APPLIES_HEADER = Pattern(rf".*{anywhere('applies')}.*", _I)
NUMBER_HEADER = Pattern(rf"\W*{anywhere('number')}\W*", _I)
UNIT_HEADER = Pattern(rf"\W*{anywhere('number')}\W*|.*{anywhere('unit')}.*", _I)
VIOLATION_HEADER = Pattern(rf".*{anywhere('violation')}.*", _I)
WHY_HEADER = Pattern(rf".*{anywhere('why_column')}.*", _I)
ALTERNATIVE_HEADER = Pattern(rf".*{anywhere('alternative_column')}.*", _I)
WHY_LABEL = Pattern(anywhere("reason"), _I)
ALTERNATIVE_LABEL = Pattern(anywhere("alternative"), _I)
YES_NO = Pattern(anywhere("yes_no"), _I)
NO = Pattern(anywhere("negation"), _I)
NONE = Pattern(rf"(?:{with_blanks('none')})(?!\w)|[（(]?(?:{without_blanks('none')})[)）]?", _I)
NONE_NEEDED = Pattern(
    rf"(?:\W*(?:{with_blanks('status', 'document_status')}|result|note|status\s+quo)\W+)?(?:✅\ufe0f?\s*)?"
    rf"(?:{with_blanks('none_needed')})|.{{0,14}}(?:{without_blanks('none_needed')})",
    _I,
)
SKIPPED_HEADING = Pattern(rf".*{anywhere('aside')}.*", _I)
REPAIRS = Pattern(whole_words("repairs"), _I)
LATER = Pattern(whole_words("later"), _I)
"""Work that is still to come."""
PRINCIPLE = rf"(?:{anywhere('principle')}|article|gate|rule|section)"
"""Source of a pattern: the word in front of a principle's numeral."""
DIGITS = f"(?:{without_blanks('digits')}){{1,3}}"
"""Source of a pattern: a numeral of one-sign words."""
NUMERAL = rf"(?:[IVXLC]{{1,7}}|\d{{1,3}}(?:\.\d{{1,3}})?|{DIGITS})"
"""Source of a pattern: a numeral of a principle."""
