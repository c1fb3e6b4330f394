"""What GitHub's GraphQL answered: data, and what is wrong with them. Both who ask come through here.

An answer of status 200 may hold all, a part or nothing of what was asked for, with `errors` beside it that are limits,
absences, or failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.github.answers import error_in_graphql
from bot.core.forge.errors import ForgeError, RepositoryGone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.forge.ports import Clock

Json = dict[str, Any]

_COST = "rateLimit"
"""Comes although everything else failed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Data of which single fields may have failed, each at the `path` of one of the errors."""

    data: Json
    errors: tuple[Any, ...] = ()
    """Those that are no mere absences."""
    failed: ForgeError | None = None
    """The same as one error, None when nothing failed."""
    absences: tuple[Any, ...] = ()
    """Errors that say of something that it is not there."""


def heard(
    answer: Any, headers: Mapping[str, Any], doing: str, clock: Clock, is_absence: Callable[[Any], bool]
) -> Heard:
    """What the answer says; `is_absence` knows an error that says of something that it is not there.

    Raises `ForgeError` where nothing came, where a limit stands in the way, and where an error does not say what of
    the data it spoiled; `TooMuch` where a query for less may be answered.
    """
    told = answer if isinstance(answer, dict) else {}
    data = told.get("data") if isinstance(told.get("data"), dict) else None
    errors = told["errors"] if isinstance(told.get("errors"), list) else []
    absences = tuple(one for one in errors if is_absence(one))
    grave = tuple(one for one in errors if one not in absences)
    empty = data is None or not any(value is not None for name, value in data.items() if name != _COST)
    if data is not None and not grave and (errors or not empty):
        return Heard(data, absences=absences)
    whole = empty or not all(isinstance(one, dict) and isinstance(one.get("path"), list) for one in grave)
    failed = error_in_graphql(list(grave), headers, doing, clock, whole=whole)
    if data is None or whole or failed.limited or isinstance(failed, RepositoryGone):
        raise failed
    return Heard(data, grave, failed, absences)
