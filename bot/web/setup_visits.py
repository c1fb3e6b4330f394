"""Who may register the App: whoever brings the printed token, and the states that were handed to their browsers.

All of it is in memory and bounded; a restart makes a new token.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

STATE_SECONDS = 3600.0
"""GitHub gives the whole flow an hour:
https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest"""
_MOST = 64
"""Browsers, and states, that are remembered; the oldest are forgotten. Only the token's holder makes any."""


def new_token() -> str:
    """What the printed address carries: 256 random bits."""
    return secrets.token_urlsafe(32)


class Visits:
    """One token, the browsers that brought it, and one state for each time that they are shown the form."""

    def __init__(self, token: str, now: Callable[[], float] = time.monotonic) -> None:
        self._token = token
        self._now = now
        self._lock = threading.Lock()
        self._browsers: list[str] = []
        self._states: dict[str, tuple[str, float]] = {}

    def enter(self, token: str) -> str | None:
        """The value of the cookie of a browser that brought the token; None when it is not the token."""
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode()):
            return None
        browser = secrets.token_urlsafe(32)
        with self._lock:
            self._browsers = [*self._browsers, browser][-_MOST:]
        return browser

    def knows(self, browser: str) -> bool:
        """Whether that cookie is of a browser that brought the token; compared in constant time."""
        given = browser.encode("utf-8", "replace")
        with self._lock:
            known = list(self._browsers)
        # Every one is compared, so that the time tells nothing of which it was.
        return sum(hmac.compare_digest(given, one.encode()) for one in known) > 0

    def state(self, browser: str) -> str:
        """A state for this browser to take to GitHub and back."""
        state = secrets.token_urlsafe(32)
        with self._lock:
            self._states[state] = (browser, self._now() + STATE_SECONDS)
            while len(self._states) > _MOST:
                del self._states[next(iter(self._states))]
        return state

    def take(self, state: str, browser: str) -> bool:
        """Whether this browser was given that state, within the hour; it is used up, whoever brought it."""
        with self._lock:
            given, until = self._states.pop(state, ("", 0.0))
        return self._now() <= until and hmac.compare_digest(given.encode(), browser.encode("utf-8", "replace"))
