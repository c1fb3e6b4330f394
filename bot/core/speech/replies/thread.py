"""The one reply of an issue or pull request: a plan or a status, and below it the last command's answer, folded."""

from __future__ import annotations

import re

from bot.core.text.neutral import MARKER, html_code, marker

MAX_COMMENT = 65_536
"""Characters that a comment may have."""

_SPLIT = f"<!-- {MARKER} part=last -->"
_QUOTED_SPLIT = _SPLIT.replace("=", "-")
"""Where somebody wrote our mark. It is changed and not cut out, or the code span around it could come apart."""
_CUT = "\n\n… cut here: a comment holds 65,536 characters.\n\n"
_DEFINED = re.compile(r"^\[([a-z0-9]{1,20})\]: ", re.MULTILINE)
_ROOM_FOR_LAST = 16_000
"""Characters that the last command's answer has at most, so that a plan above it keeps its room."""


def reply_marker(number: int) -> str:
    """The hidden first line of the reply to issue or pull request `number`."""
    return marker("plan", issue=str(number))


def compose(number: int, main: str | None, last: tuple[str, str] | None = None) -> str:
    """The reply's whole text, at most `MAX_COMMENT` characters.

    `main` is the plan or the status; `last` is a command as it was written and what is answered to it. A denial or a
    help text never takes the plan's place: they stand below it.
    """
    head = reply_marker(number)
    body = (main or "").replace(_SPLIT, _QUOTED_SPLIT).strip()
    if last is None:
        return _bounded(f"{head}\n{body}" if body else head, "") + "\n"
    command, answer = last
    answer = _own_links(answer.replace(_SPLIT, _QUOTED_SPLIT).strip())
    if not body:
        return _bounded(f"{head}\n{_SPLIT}\n{answer}", "") + "\n"
    if len(answer) > _ROOM_FOR_LAST:
        answer = answer[:_ROOM_FOR_LAST].rsplit("\n", 1)[0] + _CUT.rstrip()
    folded = (
        f"\n\n{_SPLIT}\n<details><summary>Last command: {html_code(command, 100)}</summary>\n\n{answer}\n\n</details>"
    )
    return _bounded(f"{head}\n{body}", folded) + "\n"


def _own_links(answer: str) -> str:
    """The answer with link names of its own: in one comment the first definition of a name would hold for both."""
    for name in dict.fromkeys(_DEFINED.findall(answer)):
        answer = answer.replace(f"][{name}]", f"][last-{name}]").replace(f"\n[{name}]: ", f"\n[last-{name}]: ")
    return answer


def main_of(existing: str) -> str | None:
    """The plan or status in a reply of ours as it stands on GitHub, None where it has only an answer."""
    text = existing.replace("\r\n", "\n")
    if not text.startswith(f"<!-- {MARKER} kind=plan "):
        return None
    body = text.partition("\n")[2].rpartition(_SPLIT)[0] if _SPLIT in text else text.partition("\n")[2]
    return body.strip() or None


def _bounded(first: str, second: str) -> str:
    """Both texts within the limit. What is written here is bounded by its makers; this is the last guard."""
    room = MAX_COMMENT - len(second) - 1
    if len(first) <= room:
        return first + second
    return first[: room - len(_CUT)].rsplit("\n", 1)[0] + _CUT.rstrip() + second
