"""What a bad answer means, whichever client met it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.error_responses import error_in_graphql, error_of
from bot.core.forge.errors import ForgeError, HeadGone, InvalidRequest, NotThereYet, RepositoryGone


class Noon:
    """A clock that stands still."""

    def now(self) -> float:
        return 1_000_000.0


def meant(status: int, message: str = "", **headers: str) -> ForgeError:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_of(status, given, {"message": message}, "looked", Noon())


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (meant(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset="1000100"), 101),
        (meant(429, "", retry_after="30"), 30),
        (meant(403, "You have exceeded a secondary rate limit"), 60),
        (meant(429), 60),
        (meant(503, "", retry_after="5"), 5),
        (meant(403, "", x_ratelimit_remaining="0", x_ratelimit_reset="99999999999"), 3_700),
        (meant(403, "", x_ratelimit_remaining="0", x_ratelimit_reset="1"), 1),
        (meant(429, "", retry_after="nan"), 60),
        (meant(502), None),
        (meant(403, "Resource not accessible by integration"), None),
        (meant(422, "Validation Failed"), None),
    ],
)
def test_how_long_to_wait(error: ForgeError, wait: float | None) -> None:
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (meant(404, "Not Found"), NotThereYet),
        (meant(422, "No commit found for SHA: 0123456789"), HeadGone),
        (meant(410, "Gone"), RepositoryGone),
        (meant(451, "Repository access blocked"), RepositoryGone),
        (meant(403, "This installation has been suspended"), RepositoryGone),
        (meant(422, "Validation Failed"), InvalidRequest),
    ],
)
def test_what_is_not_there_yet_differs_from_what_is_gone(error: ForgeError, kind: type[ForgeError]) -> None:
    assert type(error) is kind


def test_a_write_may_have_been_done_when_github_itself_failed() -> None:
    assert meant(502).lost_answer
    assert not meant(422).lost_answer


def test_the_sentence_says_what_we_did_and_stays_short() -> None:
    assert str(meant(422, "x\n" * 5_000)).startswith("GitHub answered 422 while we looked: x x")
    assert len(str(meant(422, "x\n" * 5_000))) < 300


@pytest.mark.parametrize(
    ("errors", "kind", "wait"),
    [
        ([{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}], ForgeError, 60),
        ([{"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"}], NotThereYet, None),
        ([{"message": "Something went wrong while executing your query"}], ForgeError, None),
        (None, ForgeError, None),
        ("broken", ForgeError, None),
    ],
)
def test_graphql_errors(errors: Any, kind: type[ForgeError], wait: float | None) -> None:
    error = error_in_graphql(errors, {}, "looked", Noon())
    assert type(error) is kind
    assert error.retry_after == wait


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(st.integers(400, 599), st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3), JSON)
def test_no_answer_is_too_strange(status: int, headers: dict[str, str], body: Any) -> None:
    error = error_of(status, headers, body, "looked", Noon())
    assert isinstance(error, ForgeError)
    assert error.retry_after is None or 1 <= error.retry_after <= 3_700
    assert isinstance(error_in_graphql(body, headers, "looked", Noon()), ForgeError)
