"""Limit what reading one document costs: the core asks before each document, the shell measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.change.trees import Readability

T = TypeVar("T")


class Meter(Protocol):
    """Decides whether a document is read, and stops a reading that costs too much."""

    def read(self, path: str, parse: Callable[[], T]) -> T | Readability:
        """The parsed document, or why it was not read: `TOO_COSTLY` or `OVER_BUDGET`."""


class Unlimited:
    """Reads every document, whatever it costs."""

    def read(self, path: str, parse: Callable[[], T]) -> T | Readability:  # noqa: ARG002  one signature for all meters
        """See `Meter.read`."""
        return parse()


UNLIMITED = Unlimited()
