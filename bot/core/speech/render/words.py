"""A sentence of a rule as plain text, for places that know no Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.text.neutral import plain_line, visible
from bot.core.text.prose import At, Code, CommandOffer, Name, Pull, label

if TYPE_CHECKING:
    from bot.core.text.prose import Prose


def words(prose: Prose, quote: str = "`") -> str:
    """A sentence without Markdown. Code with a space in it is quoted, since its ends would not show otherwise."""
    parts = []
    for piece in prose:
        match piece:
            case str():
                parts.append(piece)
            case Name(text):
                parts.append(plain_line(text))
            case Code(text):
                shown = plain_line(text)
                parts.append(f"{quote}{shown}{quote}" if " " in shown else shown)
            case At():
                parts.append(plain_line(label(piece)))
            case Pull():
                parts.append(piece.label)
            case CommandOffer(before, command, after):
                parts.append(f"{before}{quote}{command}{quote}{after}")
    return visible("".join(parts)).strip()
