"""Whether a text gives a reason, and whether a table cell has content."""

from __future__ import annotations

import re

from bot.core.documents.plan_reading import vocabulary as words

MAX_REASON = 300
_FEWEST_WORDS = 3
_FEWEST_IDEOGRAPHS = 6
_WORD = re.compile(r"[^\W\d_]{2,}")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_POINTER = re.compile(
    r"(?:see|cf\.?|refer(?:\s+to)?|documented\s+in|justified\s+in|listed\s+in|in)\s+(?:the\s+)?[\"'*_]*complexity(?:\s+tracking)?(?:\s+(?:below|table|section))?[\"'*_.)]*",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[\[<{][^\]>}]*[\]>}]?\s*")
_UNSAID = re.compile(
    r"(?:tbd|tbc|todo|to\s+be\s+\w+|pending|\?+|\.{2,}|x+|same|ditto|idem|yes|no|required|needed)[.\s]*", re.IGNORECASE
)


def inline_reason(evidence: str) -> str | None:
    """The reason in the item's own words, beside name and status; None if the words are too few."""
    rest = _POINTER.sub(" ", evidence[: 4 * MAX_REASON])
    rest = re.sub(r"\s+", " ", rest).strip(" -—–:：|*_().,;[]（）")
    return rest[:MAX_REASON] if enough(rest) else None


def enough(text: str) -> bool:
    """Whether the text can be a reason: three words, or six characters of a script without blanks."""
    return len(_WORD.findall(text)) >= _FEWEST_WORDS or len(_IDEOGRAPH.findall(text)) >= _FEWEST_IDEOGRAPHS


def says_something(cell: str) -> bool:
    """Whether a cell has content: not empty, a dash, a bare N/A, a placeholder or "TBD"."""
    text = cell.strip(" *_`.\n\t")
    if not text.strip("-—–_/.… "):
        return False
    if _PLACEHOLDER.fullmatch(text) or _UNSAID.fullmatch(text):
        return False
    none = words.NONE.match(text.strip(" ()[]"))
    if none is not None:
        return enough(text.strip(" ()[]")[none.end() :])
    return True
