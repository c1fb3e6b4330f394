"""Limit what reading one document costs: the core asks before each document, the shell measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.change.trees import Readability

T = TypeVar("T")


class Meter(Protocol):
    """Decides whether a document is read, and stops a reading that costs too much."""

    def read(self, path: str, parse: Callable[[], T]) -> T | Readability:
        """The parsed document, or why it was not read: `TOO_COSTLY` or `OVER_BUDGET`."""


@runtime_checkable
class ReadsAhead(Meter, Protocol):
    """A meter that is told of many readings before the first, so that it can do them at once."""

    def expect(self, readings: Mapping[str, Callable[[], object]]) -> None:
        """Prepare for the first reading of each of these documents, by their paths. Each can be pickled."""


class Unlimited:
    """Reads every document, whatever it costs."""

    def read(self, path: str, parse: Callable[[], T]) -> T | Readability:  # noqa: ARG002  one signature for all meters
        """See `Meter.read`."""
        return parse()


UNLIMITED = Unlimited()
