"""Tokens, browsers and states: one use each, an hour at most, and never without bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.web.setup_visits import STATE_SECONDS, Visits, new_token


def entered(visits: Visits) -> str:
    browser = visits.enter("token")
    assert browser is not None
    return browser


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert min(map(len, tokens)) >= 43


@given(st.text())
def test_no_other_text_is_the_token(text: str) -> None:
    visits = Visits("token")
    assert (visits.enter(text) is None) == (text != "token")
    assert not visits.knows(text)


@given(st.text(), st.text())
def test_no_state_is_taken_that_was_not_given(state: str, browser: str) -> None:
    visits = Visits("token")
    visits.state(entered(visits))
    assert not visits.take(state, browser)


def test_a_state_is_taken_once_by_its_own_browser() -> None:
    visits = Visits("token")
    mine, other = entered(visits), entered(visits)
    state = visits.state(mine)
    assert visits.take(state, mine)
    assert not visits.take(state, mine)
    stolen = visits.state(mine)
    assert not visits.take(stolen, other)
    assert not visits.take(stolen, mine), "whoever tried has used it up"


def test_two_tabs_of_one_browser_each_have_their_own() -> None:
    visits = Visits("token")
    browser = entered(visits)
    first, second = visits.state(browser), visits.state(browser)
    assert visits.take(first, browser)
    assert visits.take(second, browser)


def test_a_state_ends_after_githubs_hour() -> None:
    now = [0.0]
    visits = Visits("token", lambda: now[0])
    browser = entered(visits)
    first, second = visits.state(browser), visits.state(browser)
    now[0] = STATE_SECONDS
    assert visits.take(first, browser)
    now[0] = STATE_SECONDS + 0.1
    assert not visits.take(second, browser)


def test_the_oldest_are_forgotten() -> None:
    visits = Visits("token")
    first = entered(visits)
    old = visits.state(first)
    newest = [visits.state(first) for _ in range(64)]
    assert not visits.take(old, first)
    assert visits.take(newest[0], first)
    for _ in range(64):
        entered(visits)
    assert not visits.knows(first)
