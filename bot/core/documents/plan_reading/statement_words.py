"""Patterns that tell reasons, repairs, amendments, approvals and pointers from other words, made from the lexicon."""

from __future__ import annotations

import re

from bot.core.text.lexicon import Pattern, anywhere, whole_words, with_blanks, without_blanks, word_starts

_I = re.IGNORECASE

REASON_LABEL = Pattern(anywhere("reason"), _I)
ALTERNATIVE_LABEL = Pattern(anywhere("alternative"), _I)
REPAIR_LABEL = Pattern(anywhere("repair"), _I)
APPROVAL_LABEL = Pattern(anywhere("approval"), _I)
APPROVAL = Pattern(rf"{whole_words('approved')}(?!\s+(?:design|default|construction))", _I)
REPAIR = Pattern(whole_words("mends"), _I)
"""The text says that this feature mends the breach."""
MENDS_ALONE = Pattern(rf"\W*(?:to\s+be\s+)?{whole_words('repair', 'resolved')}", _I)
"""What stands behind an arrow: `VIOLATION → FIX`."""
EXISTING = Pattern(whole_words("existing"), _I)
AMENDMENT = Pattern(whole_words("amendment"), _I)
VERSION = re.compile(r"(?<![\w.])v?(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)(?![\w.]*\d)", _I)
POINTER = Pattern(whole_words("pointer"), _I)
"""The item says where its reason stands."""
BECAUSE = Pattern(rf"{whole_words('because')}(?!\s+(?:v?\d|the\s+\w+\s+(?:release|version)))", _I)
"""Words that argue; they lower an error to a warning and never raise anything."""
ACCEPTED = Pattern(whole_words("accepted"), _I)
"""In the slot of a FAIL these soften it: somebody knows of it."""
FORMERLY = Pattern(
    rf"(?:(?<!\w)(?:{with_blanks('formerly')})|{without_blanks('formerly')})\s*[:=：]?\W{{0,8}}$",
    _I,
)
"""Before a status word: it is the status of before."""
UNCHANGED = Pattern(anywhere("unchanged"), _I)
"""The whole status of a re-check: the one of before stands."""
NOTICED = Pattern(anywhere("notice"), _I)
"""A partial word that only asks to look at something."""
DEVIATES = Pattern(word_starts("violation", "deviation"), _I)
"""In a heading: what stands below it is about a breach."""
BREAKING = r"breaking(?!\s+(?:change|api|the|any))"
"""Source of a pattern: a status that admits a breach."""
REMARK = Pattern(rf"\W*{anywhere('remark')}\W*", _I)
"""A name that announces a remark: a warning sign before it admits nothing."""
EXCEPTING = Pattern(whole_words("excepting"), _I)
"""In a sentence about the whole gate: the principle beside it is not passed."""
NEGATION = Pattern(whole_words("negation"), _I)
"""Anywhere in a text: no, not, without."""
NEGATED = Pattern(rf"[\s\ufe0f*_]*{whole_words('negation')}", _I)
"""Right behind a mark: what is named is not there."""
DENIED = Pattern(
    rf"(?:(?<!\w)(?:{with_blanks('negation')})\s+|(?:{without_blanks('negation')}))$",
    _I,
)
"""Right before a word that says a fail: it is denied."""
