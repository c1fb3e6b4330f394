"""Translate a GraphQL response of status 200 into its data and its errors.

The response may hold all, a part or nothing of the requested data. Its `errors` are rate limits, absences, or failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.github.error_responses import error_in_graphql
from bot.core.forge.errors import ForgeError, RepositoryGone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.forge.ports import Clock

Json = dict[str, Any]

_COST = "rateLimit"
"""A field that has a value even when every other field failed."""


@dataclass(frozen=True, slots=True)
class GraphQLResult:
    """The data of a response. Single fields may have failed; each failure has an error with the field's `path`."""

    data: Json
    errors: tuple[Any, ...] = ()
    """The errors that are failures."""
    failed: ForgeError | None = None
    """All failures as one exception; None when nothing failed."""
    absences: tuple[Any, ...] = ()
    """The errors that say that an object does not exist."""


def graphql_result(
    body: Any, headers: Mapping[str, Any], doing: str, clock: Clock, is_absence: Callable[[Any], bool]
) -> GraphQLResult:
    """Translate a response body; `is_absence` recognises an error that says that an object does not exist.

    Raises `ForgeError` when the response has no data, when it names a rate limit, and when an error does not name its
    field; `TooMuch` when a smaller query may succeed.
    """
    fields = body if isinstance(body, dict) else {}
    data = fields.get("data") if isinstance(fields.get("data"), dict) else None
    errors = fields["errors"] if isinstance(fields.get("errors"), list) else []
    absences = tuple(error for error in errors if is_absence(error))
    failures = tuple(error for error in errors if error not in absences)
    empty = data is None or not any(value is not None for name, value in data.items() if name != _COST)
    if data is not None and not failures and (errors or not empty):
        return GraphQLResult(data, absences=absences)
    unusable = empty or not all(isinstance(error, dict) and isinstance(error.get("path"), list) for error in failures)
    failed = error_in_graphql(list(failures), headers, doing, clock, unusable=unusable)
    if data is None or unusable or failed.limited or isinstance(failed, RepositoryGone):
        raise failed
    return GraphQLResult(data, failures, failed, absences)
