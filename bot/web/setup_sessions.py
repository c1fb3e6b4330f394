"""Sessions of the setup page: browsers that presented the printed token, and their OAuth-style states.

Sessions are in memory and bounded; a restart creates a new token.
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
"""GitHub limits the whole flow to an hour:
https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest"""
_MOST = 64
"""The most browsers and the most states; the oldest are dropped. Only the holder of the token creates any."""


def new_token() -> str:
    """A token for the printed address: 256 random bits."""
    return secrets.token_urlsafe(32)


class SetupSessions:
    """The token, the browsers that presented it, and one state for each time that the form was shown."""

    def __init__(self, token: str, now: Callable[[], float] = time.monotonic) -> None:
        self._token = token
        self._now = now
        self._lock = threading.Lock()
        self._browsers: list[str] = []
        self._states: dict[str, tuple[str, float]] = {}

    def enter(self, token: str) -> str | None:
        """A cookie value for a browser that presents the token; None for a wrong token."""
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode()):
            return None
        browser = secrets.token_urlsafe(32)
        with self._lock:
            self._browsers = [*self._browsers, browser][-_MOST:]
        return browser

    def knows(self, browser: str) -> bool:
        """Whether the cookie belongs to an admitted browser; compared in constant time."""
        cookie = browser.encode("utf-8", "replace")
        with self._lock:
            admitted = list(self._browsers)
        # All cookies are compared, so that the time does not depend on the matching one.
        return sum(hmac.compare_digest(cookie, browser_cookie.encode()) for browser_cookie in admitted) > 0

    def state(self, browser: str) -> str:
        """A new state parameter for this browser's way to GitHub and back."""
        state = secrets.token_urlsafe(32)
        with self._lock:
            self._states[state] = (browser, self._now() + STATE_SECONDS)
            while len(self._states) > _MOST:
                del self._states[next(iter(self._states))]
        return state

    def take(self, state: str, browser: str) -> bool:
        """Whether this browser got the state within the last hour. The state is used up in any case."""
        with self._lock:
            owner, until = self._states.pop(state, ("", 0.0))
        return self._now() <= until and hmac.compare_digest(owner.encode(), browser.encode("utf-8", "replace"))
