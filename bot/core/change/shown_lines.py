"""The lines of a changed file that its diff shows, read from a patch in Git's unified form."""

from __future__ import annotations

import re

_HUNK = re.compile(r"@@ -[0-9]{1,9}(?:,[0-9]{1,9})? \+([0-9]{1,9})(?:,[0-9]{1,9})? @@")


def shown_lines(patch: str) -> dict[int, str]:
    """The lines of the new file in the patch, added and context lines, by 1-based number, without line ends.

    Only on these can a review comment. Total: what is no patch shows nothing.
    """
    shown: dict[int, str] = {}
    number: int | None = None
    for line in patch.split("\n"):
        hunk = _HUNK.match(line)
        if hunk is not None:
            number = int(hunk[1])
        elif number is not None and line[:1] in {" ", "+"}:
            shown[number] = line[1:]
            number += 1
    return shown
