"""Tokens, browsers and states: one use each, an hour at most, and never without bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.web.setup_sessions import STATE_SECONDS, SetupSessions, new_token


def entered(sessions: SetupSessions) -> str:
    browser = sessions.enter("token")
    assert browser is not None
    return browser


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert min(map(len, tokens)) >= 43


@given(st.text())
def test_no_other_text_is_the_token(text: str) -> None:
    sessions = SetupSessions("token")
    assert (sessions.enter(text) is None) == (text != "token")
    assert not sessions.knows(text)


@given(st.text(), st.text())
def test_no_state_is_taken_that_was_not_given(state: str, browser: str) -> None:
    sessions = SetupSessions("token")
    sessions.state(entered(sessions))
    assert not sessions.take(state, browser)


def test_a_state_is_taken_once_by_its_own_browser() -> None:
    sessions = SetupSessions("token")
    mine, other = entered(sessions), entered(sessions)
    state = sessions.state(mine)
    assert sessions.take(state, mine)
    assert not sessions.take(state, mine)
    stolen = sessions.state(mine)
    assert not sessions.take(stolen, other)
    assert not sessions.take(stolen, mine), "whoever tried has used it up"


def test_two_tabs_of_one_browser_each_have_their_own() -> None:
    sessions = SetupSessions("token")
    browser = entered(sessions)
    first, second = sessions.state(browser), sessions.state(browser)
    assert sessions.take(first, browser)
    assert sessions.take(second, browser)


def test_a_state_ends_after_githubs_hour() -> None:
    now = [0.0]
    sessions = SetupSessions("token", lambda: now[0])
    browser = entered(sessions)
    first, second = sessions.state(browser), sessions.state(browser)
    now[0] = STATE_SECONDS
    assert sessions.take(first, browser)
    now[0] = STATE_SECONDS + 0.1
    assert not sessions.take(second, browser)


def test_the_oldest_are_forgotten() -> None:
    sessions = SetupSessions("token")
    first = entered(sessions)
    old = sessions.state(first)
    newest = [sessions.state(first) for _ in range(64)]
    assert not sessions.take(old, first)
    assert sessions.take(newest[0], first)
    for _ in range(64):
        entered(sessions)
    assert not sessions.knows(first)
