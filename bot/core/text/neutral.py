"""The one neutraliser: whatever was written by somebody else passes through here before anybody sees it.

Foreign text must not notify a person, link back to an issue, pull request or commit, leave the place where it was put
(code span, fence, table cell, folded block, HTML comment), or look like something that it is not. GitHub decodes
entities before it looks for mentions, so words that could become one stand in a code span instead of being escaped:
nothing inside code is ever linked
(https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls).
"""

from __future__ import annotations

import re
import unicodedata

MARKER = "plangate:v1"
"""The prefix that marks our own comments; a reader looks for `<!-- plangate:v1 kind=...`."""

_WORD = 200
_SPAN = 300
_FENCE = 60_000
# GitHub's parser knows no code span with more than 80 backticks and no fence with more than 255 (cmark-gfm).
_LONGEST_RUN = 40

# Blank letters and invisible marks that are not in the category Cf, tag characters and variation selectors included.
_INVISIBLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0}
_PLANE_14 = range(0xE0000, 0xE1000)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}

# What GitHub makes a link of: mentions and addresses (`@`), issues (`#1`, `GH-1`), commits (7 to 40 hexadecimal
# digits), bare addresses; and entities, which could spell any of them.
_LINKED = re.compile(r"[@#]|\bgh-|\b[0-9a-f]{7}|://|www\.|\b(?:mailto|xmpp):|&#?\w", re.IGNORECASE)
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~$]")
_LEADING = re.compile(r"[-+=]|\d{1,9}(?=[.)](?: |$))")
_TICKS = re.compile(r"`+")
_SPACES = re.compile(r"\s+")
_PLAIN_NAME = re.compile(r"[^A-Za-z0-9._/-]")


def visible(text: str, *, keep: str = "") -> str:
    """The text without control, format (bidi, zero-width), tag and other unseen characters.

    Line ends, tabs and separators become spaces unless `keep` names them.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_seen(char, keep) for char in text)


def _seen(char: str, keep: str) -> str:
    if " " <= char <= "~" or char in keep:
        return char
    if char.isspace():
        return " "
    code = ord(char)
    if unicodedata.category(char) in _UNSEEN or code in _INVISIBLE or code in _PLANE_14:
        return ""
    return char


def plain_line(text: str, limit: int = _SPAN) -> str:
    """One line of plain text, at most `limit` characters, for places that know no Markdown."""
    # Four times the limit is read at most, so that a line of megabytes costs nothing.
    line = _SPACES.sub(" ", visible(text[: 4 * limit])).strip()
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1].rstrip() + "…"


def neutralise(text: str, limit: int = _WORD) -> str:
    """Foreign words as words, in one line of Markdown: they read as written, and do nothing."""
    words = [_word(word) for word in plain_line(text, limit).split(" ")]
    line = " ".join(words)
    return _LEADING.sub(_escape_leading, line, count=1) if _LEADING.match(line) else line


def _word(word: str) -> str:
    if _LINKED.search(word):
        return code_span(word)
    # A pipe is spelt as an entity: a table row is divided into cells before anything else is read.
    return _SPECIAL.sub(r"\\\g<0>", word).replace("|", "&#124;")


def _escape_leading(match: re.Match[str]) -> str:
    first = match.group()
    return first + "\\" if first[0].isdigit() else "\\" + first


def code_span(text: str, limit: int = _SPAN) -> str:
    """The text to the letter in a code span that it cannot end."""
    line = plain_line(text, limit)
    if not line:
        return "(empty)"
    longest = max((len(run) for run in _TICKS.findall(line)), default=0)
    if longest > _LONGEST_RUN:
        return html_code(line, limit)
    ticks = "`" * (longest + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def code_cell(text: str, limit: int = _SPAN) -> str:
    """A code span for a table cell. A pipe would end the cell even inside a span, so such text is spelt in HTML."""
    return html_code(text, limit) if "|" in text else code_span(text, limit)


def html_code(text: str, limit: int = _SPAN) -> str:
    """The text in `<code>`, for the one place that reads no Markdown: a folded block's headline."""
    line = plain_line(text, limit) or "(empty)"
    return f"<code>{re.sub(r'[^0-9A-Za-z ./:-]', lambda match: f'&#{ord(match.group())};', line)}</code>"


def table_cell(markdown: str) -> str:
    """Markdown that is already neutral, as a cell: in one line, and without a bare pipe."""
    return re.sub(r"(?<!\\)\|", r"\\|", _SPACES.sub(" ", markdown)).strip()


def fence(text: str, info: str = "text", *, indent: str = "", limit: int = _FENCE) -> str:
    """The text in a fence longer than any run of backticks in it; at most `limit` characters, cut at a line."""
    seen = _TICKS.sub(lambda run: run.group()[:_LONGEST_RUN], visible(text[: limit + 1], keep="\n\r\t"))
    # Blanks at a line's end stay: in a document that is copied out, two of them are a line break.
    lines = re.split(r"\r\n|\r|\n", seen)
    if len(text) > limit:
        lines = [*lines[:-1], "…"]
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    ticks = "`" * max(3, longest + 1)
    while lines and not lines[-1].strip():
        lines.pop()
    body = [f"{ticks}{info}", *lines, ticks]
    return "\n".join(indent + line if line.strip() else "" for line in body)


def marker(kind: str, **fields: str) -> str:
    """The hidden first line of a comment of ours: `<!-- plangate:v1 kind=sticky feature=018-webhook-retry -->`.

    Values are percent-encoded as far as needed, so that none can end the comment or pass for another field.
    """
    parts = [f"{name}={_encoded(value)}" for name, value in {"kind": kind, **fields}.items()]
    return f"<!-- {MARKER} {' '.join(parts)} -->"


def _encoded(value: str) -> str:
    safe = _PLAIN_NAME.sub(
        lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace")), value[:_SPAN]
    )
    return safe.replace("--", "-%2D")
