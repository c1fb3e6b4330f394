"""Did you mean: the choice nearest to a mistyped word."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_LONGEST = 80


def nearest(word: str, choices: Collection[str]) -> str | None:
    """The only choice that begins with the word, else the most similar one; None when none is similar."""
    bare = word.lstrip("-")
    beginning = [choice for choice in choices if len(bare) > 1 and choice.lstrip("-").startswith(bare)]
    if len(beginning) == 1:
        return beginning[0]
    return next(iter(difflib.get_close_matches(word[:_LONGEST], choices, n=1, cutoff=0.6)), None)
