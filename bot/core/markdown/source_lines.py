"""Prepare a document's lines for the parser: blank out front matter and comments, keep every line and column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.markdown.blocks import Comment

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(?:[-*+>]|[0-9]{1,9}[.)])?[ \t]*(`{3,}|~{3,})")
_KEY = re.compile(r"[A-Za-z_][\w-]*:")
_FRONT_MATTER_LINES = 100


def is_plain(text: str) -> bool:
    """Whether `plain` has nothing to replace, in any line."""
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return "\r" not in text and "\0" not in text


def plain(line: str) -> str:
    """Replace characters that the parser cannot take or that would end a line; the length stays the same."""
    line = line.replace("\r", " ").replace("\0", "\ufffd")
    return line.encode("utf-8", "replace").decode()


def skip_front_matter(lines: list[str]) -> int:
    """Blank the front matter in place. Returns the 1-based line after it; 1 when there is none."""
    if lines[0].rstrip() != "---":
        return 1
    for index, line in enumerate(lines[1:_FRONT_MATTER_LINES], start=1):
        if line.rstrip() == "---":
            if not any(_KEY.match(inner) for inner in lines[1:index]):
                return 1
            lines[: index + 1] = [""] * (index + 1)
            return index + 2
        if line.startswith("#") and not line.startswith("# "):
            return 1
    return 1


def blank_comments(lines: list[str]) -> tuple[Comment, ...]:
    """Replace comments outside code with blanks of equal length, so that no column moves. Returns the comments."""
    comments: list[Comment] = []
    last_close = next((row for row in range(len(lines) - 1, -1, -1) if "-->" in lines[row]), -1)
    fence = ""
    row = 0
    while row < len(lines):
        line = lines[row]
        if opened := _FENCE.match(line):
            run = opened[1]
            if not fence:
                fence = run
            elif run[0] == fence[0] and len(run) >= len(fence) and not line[opened.end() :].strip():
                fence = ""
        if fence or "<!--" not in line:
            row += 1
            continue
        row = _blank_line(lines, row, last_close, comments)
    return tuple(comments)


def _blank_line(lines: list[str], row: int, last_close: int, comments: list[Comment]) -> int:
    """Blank the comments that begin on one line. Returns the next row to look at.

    `last_close` is the last row with `-->`.
    """
    line = lines[row]
    pieces: list[str] = []
    column = counted = done = ticks = 0
    last_tick = line.rfind("`")
    while (start := line.find("<!--", column)) >= 0:
        ticks += line.count("`", counted, start)
        counted = start
        if ticks % 2 and last_tick > start:  # in a code span
            column = start + 4
            continue
        end = line.find("-->", start + 4)
        if end < 0:
            break
        comments.append(Comment(line[start + 4 : end], row + 1, row + 1, start + 1))
        pieces += (line[done:start], " " * (end + 3 - start))
        column = counted = done = end + 3
    lines[row] = "".join(pieces) + line[done:]
    if start < 0:
        return row + 1
    return _blank_lines(lines, row, start, last_close, comments)


def _blank_lines(lines: list[str], row: int, start: int, last_close: int, comments: list[Comment]) -> int:
    """Blank a comment of several lines. Returns the row of its end, which may hold further comments."""
    if row >= last_close and lines[row][:start].strip():
        return row + 1  # CommonMark reads an unclosed comment in the middle of a line as plain text
    inner = [lines[row][start + 4 :]]
    lines[row] = lines[row][:start]
    for last in range(row + 1, len(lines)):
        end = lines[last].find("-->") if last <= last_close else -1
        if end >= 0:
            comments.append(Comment("\n".join((*inner, lines[last][:end])), row + 1, last + 1, start + 1))
            lines[last] = " " * (end + 3) + lines[last][end + 3 :]
            return last
        inner.append(lines[last])
        lines[last] = ""
    comments.append(Comment("\n".join(inner), row + 1, len(lines), start + 1))
    return len(lines)


def join_tables(lines: list[str], comments: tuple[Comment, ...]) -> list[int] | None:
    """Line numbers without the comments between two table rows, which would split the table; None for no such one."""
    dropped: set[int] = set()
    seen = before = 0
    for comment in comments:
        if comment.line <= seen:
            continue  # several comments on one line count once
        seen = comment.end_line
        inside = range(comment.line, comment.end_line + 1)
        if any(lines[line - 1].strip() for line in inside):
            continue
        if comment.line - 1 not in dropped:
            before = comment.line - 1
        if before >= 1 and "|" in lines[before - 1] and comment.end_line < len(lines):
            dropped.update(inside)
    return [line for line in range(1, len(lines) + 1) if line not in dropped] if dropped else None


def code_lines(words: str, source: bytes, offset: int) -> Iterator[tuple[str, int]]:
    """Yield a code span's words line by line with their offset in `source`; `offset` is after the opening ticks.

    https://spec.commonmark.org/0.31.2/#code-spans
    """
    if source.startswith(words.encode(), offset):
        yield words, offset
        return
    # The parser turns each line end into a space and drops the markers of enclosing blocks, one space at each end, and
    # the backslash before a pipe in a table cell.
    left_out, began, begun = b" \t\r\n", offset, 0
    for index, character in enumerate(words):
        line_end = b"\r\n" if character == " " else b""
        written = character.encode()
        while (
            (byte := source[offset : offset + 1]) and byte in left_out and not (byte in line_end or byte == written[:1])
        ):
            offset += 1
        if character == "|" and byte == b"\\":
            if begun < index:
                yield words[begun:index], began
            offset, begun = offset + 1, index
        began = offset if begun == index else began
        if byte and byte in line_end:
            yield words[begun : index + 1], began
            offset += 2 if source.startswith(b"\r\n", offset) else 1
            left_out, begun = b" \t>", index + 1
        else:
            offset += len(written)
            left_out = b""
    if begun < len(words):
        yield words[begun:], began
