"""Every list that we read from GitHub: what tells that it is complete, and what each kind of gap does.

`docs/lists.md` shows the table. `completeness` applies it to GraphQL responses and `elements_of` to REST responses, so
no list is read past it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = dict[str, Any]


class IncompleteResponse(ForgeError):  # noqa: N818  names the condition
    """GitHub answered with less than it has. Reading again later may help."""


class RestList(StrEnum):
    """A list of the REST API, by what it lists."""

    COMPARED_FILES = "files of a comparison"
    PULL_REQUEST_FILES = "files of a pull request"
    TREE = "entries of a whole tree"
    BRANCHES = "branches"
    PULL_REQUESTS = "pull requests"
    INSTALLATIONS = "installations"
    REPOSITORIES = "repositories of a token"
    DELIVERIES = "deliveries of the webhook"


def is_flag(value: Any) -> bool:
    """Whether this is true or false."""
    return isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether this is a whole number from zero."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_text(value: Any) -> bool:
    """Whether this is a text."""
    return isinstance(value, str)


def is_name(value: Any) -> bool:
    """Whether this is a text that is not empty."""
    return isinstance(value, str) and bool(value)


def is_in(*allowed: str) -> Callable[[Any], bool]:
    """Return a check that accepts these texts only."""
    return lambda value: isinstance(value, str) and value in allowed


@dataclass(frozen=True, slots=True)
class ListRule:
    """What tells that a list is complete, and what a gap in the list does."""

    complete: str
    """The evidence for an empty or a short list."""
    null: str
    """What the reader does when the list, or an element of the list, is null or missing."""
    empty: str
    """What the reader does with an empty list."""
    short: str
    """What the reader does when an element is left out."""
    cut: str
    """What the reader does when a text is cut, or a needed field of an element is missing."""
    null_nodes: bool = False
    """Whether a null node is skipped instead of counted as a gap."""
    fields: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    """The fields that an element of a REST list must have, with their checks."""


_AGAIN = "read once more, then fails"
_COUNTED = "read once more where the count differs, then fails"
_FAILS = "fails; the job tries again later"
_TREES = "compared by the trees, then fails"
_BELIEVED = "believed"

LISTS: Final[Mapping[str, ListRule]] = {
    "files": ListRule(
        "`changedFiles` of the pull request; for none, equal trees of merge base and head",
        null="read by REST: the comparison, or the pull request's files; a list that is still short fails",
        empty="the same; believed where the trees of merge base and head are equal",
        short="the same",
        cut="fails where the head lacks the path; another unknown `changeType` is read by REST",
    ),
    "entries": ListRule(
        "the object id of the tree, which is the hash of its entries", _AGAIN, _AGAIN, _AGAIN, cut=_AGAIN
    ),
    "associatedPullRequests": ListRule("`totalCount`", _AGAIN, _COUNTED, _COUNTED, cut=_AGAIN),
    "pullRequests": ListRule("`totalCount` on the first page", _AGAIN, _COUNTED, _COUNTED, cut=_AGAIN),
    "refs": ListRule("`totalCount`", _AGAIN, _COUNTED, _COUNTED, cut=_AGAIN),
    "checkSuites": ListRule(
        "none: a run of ours that is left out is written again", _AGAIN, _BELIEVED, _BELIEVED, cut=_AGAIN
    ),
    "checkRuns": ListRule(
        "none: a run of ours that is left out is written again", _AGAIN, _BELIEVED, _BELIEVED, cut=_AGAIN
    ),
    "comments": ListRule(
        "none: our comment is remembered by its id",
        null="read once more, then fails; a null comment is skipped",
        empty=_BELIEVED,
        short=_BELIEVED,
        cut=_AGAIN,
        null_nodes=True,
    ),
    "history": ListRule("none: the age of a folder decides no verdict", _AGAIN, _BELIEVED, _BELIEVED, cut=_AGAIN),
}
"""Every list of a GraphQL query, by the name of its field."""

_LATER = "the other heads count; the repository is surveyed again after a minute"
_LATER_COUNTED = "where the count differs, the repository is surveyed again after a minute"
_JUDGED = "believed: the head has no verdict, and is judged"

SURVEY_LISTS: Final[Mapping[str, ListRule]] = {
    "pullRequests": ListRule("`totalCount` on the first page", _LATER, _LATER_COUNTED, _LATER_COUNTED, cut=_LATER),
    "refs": ListRule("`totalCount` on the first page", _LATER, _LATER_COUNTED, _LATER_COUNTED, cut=_LATER),
    "commits": ListRule("one is asked for: the head of the pull request", _LATER, _JUDGED, _JUDGED, cut=_LATER),
    "parents": ListRule("one is asked for", _LATER, "the merge group is left to its own event", "the same", cut=_LATER),
    "checkSuites": ListRule("none: a verdict that is left out is reached again", _LATER, _JUDGED, _JUDGED, cut=_LATER),
    "checkRuns": ListRule("none: a verdict that is left out is reached again", _LATER, _JUDGED, _JUDGED, cut=_LATER),
}
"""Every list of the survey that looks for open heads without a verdict, by the name of its field. The survey judges
nothing, so the heads without a gap count, and one that GitHub hides for good does not hide the others."""

_NULL_SKIPPED = "read once more, then fails; a null node is skipped"
LATEST_LISTS: Final[Mapping[str, ListRule]] = {
    "reviews": ListRule(
        "none: the head that has our review is remembered", _NULL_SKIPPED, _BELIEVED, _BELIEVED, _AGAIN, null_nodes=True
    ),
    "reviewThreads": ListRule(
        "none: a thread that is left out stays open", _NULL_SKIPPED, _BELIEVED, _BELIEVED, _AGAIN, null_nodes=True
    ),
}
"""The lists of which a query reads only the latest hundred, by the name of the field."""

REST_LISTS: Final[Mapping[RestList, ListRule]] = {
    RestList.COMPARED_FILES: ListRule(
        "the trees of head and base: each entry that differs has a file in the list, where that entry was listed; "
        "where no file in the list is code, the folders are listed in which code may have changed",
        null=_TREES,
        empty="compared by the trees, unless the base has every commit of the head",
        short="where the base moved on, the merge base is read; what stays unexplained is compared by the trees",
        cut="the same",
        fields={
            "filename": is_name,
            "status": is_in("added", "removed", "modified", "renamed", "copied", "changed", "unchanged"),
        },
    ),
    RestList.PULL_REQUEST_FILES: ListRule(
        "`changedFiles` of the pull request",
        null=_FAILS,
        empty="fails where the pull request changes files",
        short="fails where `changedFiles` is larger",
        cut="fails where the head lacks the path",
        fields={
            "filename": is_name,
            "status": is_in("added", "removed", "modified", "renamed", "copied", "changed", "unchanged"),
        },
    ),
    RestList.TREE: ListRule(
        "`truncated`; where commits are compared, the object ids of all folders",
        null=_FAILS,
        empty="fails where commits are compared; else a ticked task's file counts as absent, which is reported",
        short="the same",
        cut="the same",
        fields={"path": is_name, "type": is_in("blob", "tree", "commit")},
    ),
    RestList.BRANCHES: ListRule(
        "the `Link` header and a full page; where a page follows, one list has all branches, and those of the page",
        null=_FAILS,
        empty="believed; a branch to draft on is made, and GitHub refuses a name that is taken",
        short="the same",
        cut="the same",
        fields={"name": is_name},
    ),
    RestList.PULL_REQUESTS: ListRule(
        "the `Link` header and full pages",
        null=_FAILS,
        empty="believed; one that is left out keeps its verdict until its next event, and the sweep finds one without",
        short="the same",
        cut=_FAILS,
        fields={"number": is_count, "state": is_in("open", "closed")},
    ),
    RestList.INSTALLATIONS: ListRule(
        "the `Link` header; an installation that is left out is asked for by its id",
        null=_FAILS,
        empty="each stored installation is asked for by its id",
        short="the same",
        cut=_FAILS,
        fields={"id": is_count},
    ),
    RestList.REPOSITORIES: ListRule(
        "one repository is asked for, and one must come", _FAILS, _FAILS, _FAILS, cut=_FAILS, fields={"id": is_count}
    ),
    RestList.DELIVERIES: ListRule(
        "the `Link` header; the sweep judges what a delivery that is left out was about",
        null=_FAILS,
        empty=_BELIEVED,
        short=_BELIEVED,
        cut=_FAILS,
        fields={"id": is_count, "guid": is_name, "event": is_name, "status_code": is_count},
    ),
}
"""Every list of a REST response."""


def elements_of(which: RestList, body: Any) -> list[Json]:
    """Return the elements of a REST list. Raises `IncompleteResponse` where the list has a gap: see `REST_LISTS`."""
    fields = REST_LISTS[which].fields
    if not isinstance(body, list):
        raise IncompleteResponse(f"GitHub left out the {which}")
    for element in body:
        if not isinstance(element, dict) or not all(check(element.get(name)) for name, check in fields.items()):
            raise IncompleteResponse(f"GitHub left out a part of the {which}")
    return body
