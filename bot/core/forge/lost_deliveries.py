"""Find deliveries that never arrived, from GitHub's list of its attempts. Pure.

GitHub never sends a failed delivery again by itself, but on request it does, under the same id:
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ACCEPTED = 202
"""The status of our own webhook endpoint. A proxy that answers 200 in its place delivered nothing."""
GAP = "gap"
"""The name of the cursor with the age of the oldest missing delivery, in seconds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One of GitHub's attempts to deliver an event to the App."""

    id: int
    guid: str
    """The delivery's id, the same for every attempt at it."""
    event: str
    """GitHub's name of the event."""
    action: str | None
    sent_at: float
    """Seconds since the epoch (UTC)."""
    status: int
    """HTTP; 0 while it is on its way."""


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """A page of the list, the newest attempt first. `older` leads to the next page, None at the end."""

    attempts: tuple[Attempt, ...]
    older: str | None


class Hook(Protocol):
    """The App's webhook as GitHub keeps it. Both methods raise `ForgeError`."""

    def attempts(self, older: str | None = None) -> AttemptPage:
        """The attempts of the last days, the newest first."""
        ...

    def deliver_again(self, attempt: int) -> None:
        """Ask for the delivery of this attempt once more. Raises `RepositoryGone` when GitHub has forgotten it."""
        ...


@dataclass(frozen=True, slots=True)
class Missing:
    """A delivery that did not arrive."""

    guid: str
    latest: int
    """Its latest attempt."""
    since: float
    """When the first of the listed attempts was, seconds since the epoch (UTC)."""


def missing(
    attempts: Iterable[Attempt], arrived: Callable[[str], bool], is_handled: Callable[[Attempt], bool]
) -> list[Missing]:
    """The deliveries whose latest attempt failed and that are not in the queue, the oldest first.

    An answer can be lost after the delivery was kept, so whoever has it says `arrived`. `wanted` tells whether
    such an event means anything to us.
    """
    by_guid: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        by_guid.setdefault(attempt.guid, []).append(attempt)
    lost = []
    for guid, tries in by_guid.items():
        latest = max(tries, key=lambda attempt: attempt.id)
        if latest.status in (ACCEPTED, 0) or not is_handled(latest) or arrived(guid):
            continue
        lost.append(Missing(guid, latest.id, min(attempt.sent_at for attempt in tries)))
    return sorted(lost, key=lambda attempt: (attempt.since, attempt.latest))


def gap(lost: Sequence[Missing], now: float) -> float:
    """The seconds for which the oldest of these deliveries has been missing; 0 if there is none."""
    return max((now - delivery.since for delivery in lost), default=0.0)
