"""The external id of a check run: what was judged, and digests of what the run says.

    v1/pr/12/<report>/<text>      the verdict on pull request 12 (`v1/head/…` on a branch, `v1/group/…` in the queue)
    v1/pr/12/config/<text>        the check run `plangate config`
    v1/none/<delivery>            "no verdict"

GitHub returns the id with every run, so the job of a re-run needs nothing from the store. Pure.
"""

from __future__ import annotations

_VERSION = "v1"
_NO_VERDICT = f"{_VERSION}/none/"


def verdict_id(number: int | None, report: str, text: str, *, merge_group: bool = False) -> str:
    """The id of a verdict. `report` is a digest of the report, `text` one of everything that a reader sees."""
    kind = "group" if merge_group else "head"
    return f"{_VERSION}/{_subject(number, kind)}/{report}/{text}"


def config_id(number: int | None, text: str) -> str:
    """The id of a run of `plangate config` on a pull request, or on a merge group if `number` is None."""
    return f"{_VERSION}/{_subject(number, 'group')}/config/{text}"


def no_verdict_id(delivery: str) -> str:
    """The id of a run that says that there is no verdict."""
    return f"{_NO_VERDICT}{delivery}"


def is_no_verdict(external_id: str) -> bool:
    """Whether the run says that there is no verdict."""
    return external_id.startswith(_NO_VERDICT)


def says_the_same(first: str, second: str) -> bool:
    """Whether two external ids stand for the same text. The run of a branch also serves its pull request."""
    return first.split("/")[-2:] == second.split("/")[-2:] and first.startswith(f"{_VERSION}/")


def number_of(external_id: str | None) -> int | None:
    """The pull request of one of our runs, from its external id. None for a branch or a merge group."""
    parts = (external_id or "").split("/")
    if len(parts) < 3 or parts[:2] != [_VERSION, "pr"]:  # noqa: PLR2004  version, kind, number
        return None
    return int(parts[2]) if parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 19 else None  # noqa: PLR2004


def _subject(number: int | None, kind: str) -> str:
    return f"pr/{number}" if number is not None else kind
