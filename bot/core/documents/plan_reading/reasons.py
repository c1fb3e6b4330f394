"""Whether a text gives a reason, and whether a table cell has content."""

from __future__ import annotations

import re

from bot.core.documents.plan_reading import vocabulary as words
from bot.core.text.lexicon import Pattern, anywhere

_FEWEST_WORDS = 3
_FEWEST_IDEOGRAPHS = 6
_WORD = re.compile(r"[^\W\d_]{2,}")
_IDEOGRAPH = Pattern(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PLACEHOLDER = re.compile(r"[\[<{][^\]>}]*[\]>}]?\s*")
_UNSAID = re.compile(
    r"(?:(?:to|will)\s+be\s+\w+(?:\s+(?:later|soon))?|\?+|\.{2,}|x+|(?:see|as|same\s+as)\s+(?:above|below|before)|same|ditto|idem|yes|no"
    r"|required|needed|because)[.\s]*",
    re.IGNORECASE,
)
_PUT_OFF = Pattern(rf"(?:{anywhere('pending', 'later', 'reason')})[.:：\s。]*", re.IGNORECASE)
"""Only a word for "pending" or "later", or the label of a reason without one."""


def enough(text: str) -> bool:
    """Whether the text can be a reason: three words, or six characters of a script without blanks."""
    if len(_WORD.findall(text)) >= _FEWEST_WORDS:
        return True
    return not text.isascii() and sum(1 for _ in _IDEOGRAPH.finditer(text)) >= _FEWEST_IDEOGRAPHS


def says_something(cell: str) -> bool:
    """Whether a cell has content: not empty, a dash, a bare N/A, a placeholder or "TBD"."""
    text = cell.strip(" *_`.\n\t")
    if not text.strip("-—–_/.… "):
        return False
    if _PLACEHOLDER.fullmatch(text) or _UNSAID.fullmatch(text) or _PUT_OFF.fullmatch(text):
        return False
    none = words.NONE.match(text.strip(" ()[]"))
    if none is not None:
        return enough(text.strip(" ()[]")[none.end() :])
    return True
