"""Print check runs and comments on a terminal as GitHub's pages show them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from bot.core.text.neutral import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bot.demo.theatre import Cost
    from bot.sandbox.state import CheckRun, Comment

WIDTH = 118
"""Most cells of a line."""
_WIDE = 110
"""Cells that a terminal needs to show verdict and folder in one line."""
_MARKS = {"success": ("✓", "green"), "failure": ("✗", "red"), "neutral": ("■", "yellow")}
_LEVELS = {"failure": ("✗", "red"), "warning": ("!", "yellow"), "notice": ("i", "cyan")}
_FOLDED = re.compile(r"<details><summary>(.*?)</summary>\n(.*?)</details>", re.DOTALL)
_TARGETS = re.compile(r"^\[[^\]\n]+\]: \S+$", re.MULTILINE)
_COMMENTS = re.compile(r"\A<!-- [^\n]* -->\n")
_TAGS = re.compile(r"</?(?:sub|code)>")
_FOLDS = re.compile(r"<details><summary>(.*?)</summary>|</details>")
_SHOWN_LINES = 14
"""The most lines of a folded part that are shown."""


class Screen:
    """Prints the story."""

    def __init__(self) -> None:
        console = Console(highlight=False, soft_wrap=False)
        self._console = Console(highlight=False, width=min(console.width, WIDTH)) if console.width > WIDTH else console

    @property
    def console(self) -> Console:
        """The terminal."""
        return self._console

    def title(self, text: str) -> None:
        """Print a title."""
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def line(self, text: str) -> None:
        """Print a plain line."""
        self._console.print(Text(text))

    def step(self, number: int, total: int, text: str) -> None:
        """Print the next step of the story."""
        self._console.print()
        self._console.rule(Text(f" {number} of {total} ", style="bold cyan"), align="left", style="cyan")
        self._console.print(Text(text, style="bold"))

    def heading(self, text: str) -> None:
        """Print the heading of a group of rows."""
        self._console.print()
        self._console.print(Text(text, style="bold cyan"))

    def row(  # noqa: PLR0913, PLR0917  the columns of a table that is printed as it grows
        self, mark: tuple[str, str], name: str, widths: tuple[int, int], verdict: str, where: str, took: str
    ) -> None:
        """Print a verdict in one line, in two on a narrow terminal, and uncut without a terminal."""
        first = Text(name)
        first.truncate(widths[0], overflow="ellipsis", pad=True)
        head = Text.assemble((f" {mark[0]} ", f"bold {mark[1]}"), (first if self._console.is_terminal else name), "  ")
        if not self._console.is_terminal:
            self._console.print(Text.assemble(head, verdict, f"  {where}  {took.strip()}"), soft_wrap=True)
            return
        room = self._console.width - len(f"{head.plain}{took}") - 4
        if self._console.width < _WIDE:
            title = Text(verdict, no_wrap=True)
            title.truncate(self._console.width - head.cell_len, overflow="ellipsis")
            self._console.print(Text.assemble(head, title))
            self._console.print(Text(f"   {where}  {took.strip()}", style="dim", no_wrap=True, overflow="ellipsis"))
            return
        title, place = Text(verdict), Text(where, style="dim")
        place_width = min(widths[1], room // 2)
        place.truncate(place_width, overflow="ellipsis", pad=True)
        title.truncate(room - place_width, overflow="ellipsis", pad=True)
        self._console.print(Text.assemble(head, title, "  ", place, "  ", (took, "dim")), no_wrap=True)

    def cost(self, cost: Cost) -> None:
        """Print time and API calls from the delivery to the verdict."""
        counted = f"{_count(cost.reads, 'read')}, {_count(cost.writes, 'write')}" + (
            f", {_count(cost.tokens, 'token')}" if cost.tokens else ""
        )
        self._console.print(
            Text(f"  {cost.seconds * 1000:.0f} ms from delivery to verdict · API: {counted}", style="dim")
        )

    def check_run(self, run: CheckRun, *, open_text: bool = False) -> None:
        """Print a check run with its annotations and buttons."""
        mark, colour = _MARKS.get(run.conclusion or "", ("!", "yellow"))
        head = Text.assemble(
            (f"{mark} ", f"bold {colour}"),
            (run.name, "bold"),
            "  ",
            (plain_line(run.title or ""), "bold"),
            overflow="ellipsis",
        )
        parts: list[RenderableType] = [*_markdown(run.summary or "")]
        if run.text and open_text:
            parts += [Text(), *_excerpt(run.text)]
        elif run.text:
            parts.append(Text("▸ draft of the plan", style="bold dim"))
        parts += list(_annotations(run))
        if run.actions:
            labels = "   ".join(f"[ {action['label']} ]" for action in run.actions)
            parts += [Text(), Text(labels, style="cyan")]
        self._console.print(Panel(Group(*parts), title=head, title_align="left", border_style=colour, padding=(1, 2)))

    def comment(self, comment: Comment, *, edited: bool = False) -> None:
        """Print a comment."""
        head = Text.assemble((f"{comment.user.login}[bot]".replace("[bot][bot]", "[bot]"), "bold"), " commented")
        if edited:
            head.append(" · edited", style="dim")
        if comment.minimized:
            head.append(f" · hidden as {comment.minimized.lower()}", style="dim")
        self._console.print(
            Panel(Group(*_markdown(comment.body)), title=head, title_align="left", border_style="blue", padding=(1, 2))
        )

    def lines(self, text: str) -> None:
        """Print dimmed lines."""
        self._console.print(Text(text, style="dim"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _markdown(text: str) -> Iterator[RenderableType]:
    """Render Markdown. Of a folded part, only the summary is shown."""
    shown = _TAGS.sub("", _TARGETS.sub("", _COMMENTS.sub("", text))).strip()
    for index, part in enumerate(_FOLDED.split(_with_links(shown, text))):
        if index % 3 == 0 and part.strip():
            yield Markdown(part.strip(), hyperlinks=False, code_theme="ansi_dark")
        elif index % 3 == 1:
            yield Text(f"▸ {part.strip()}", style="bold dim")


def _with_links(shown: str, text: str) -> str:
    """Replace reference links by their words, because a terminal cannot follow them."""
    names = {target.split("]", 1)[0][1:] for target in _TARGETS.findall(text)}
    return re.sub(
        r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)?)\]\[([^\]\s]+)\]",
        lambda link: link[1] if link[2] in names else link[0],
        shown,
    )


def _excerpt(text: str) -> Iterator[RenderableType]:
    shown = _with_links(_TAGS.sub("", _TARGETS.sub("", text)).strip(), text)
    unfolded = _FOLDS.sub(lambda fold: f"▸ {fold[1]}" if fold[1] else "", shown)
    lines = [line for line in unfolded.splitlines() if not line.startswith("````")]
    if lines and lines[0].startswith("#"):
        yield Text(lines.pop(0).lstrip("# ").replace("`", ""), style="bold")
    yield Text("\n".join(lines[:_SHOWN_LINES]), style="dim")
    if len(lines) > _SHOWN_LINES:
        yield Text(f"… and {len(lines) - _SHOWN_LINES} lines more", style="dim italic")


def _annotations(run: CheckRun) -> Iterator[RenderableType]:
    if run.annotations:
        yield Text()
    for note in run.annotations:
        mark, colour = _LEVELS.get(note["annotation_level"], ("i", "cyan"))
        place = f"{note['path']}:{note['start_line']}"
        yield Text.assemble((f"{mark} ", colour), (f"{place}  ", "bold"), plain_line(str(note.get("title") or "")))
