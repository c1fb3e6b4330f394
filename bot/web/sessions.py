"""Sessions in cookies: signed and encrypted by Fernet, so that no server keeps them and every host reads them.

The keys follow from the App's client secret and the day. A cookie of the previous day is still read, an older one
is not, and a new client secret ends all sessions. https://cryptography.io/en/latest/fernet/
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400
LOGIN_SECONDS = 600.0
"""How long a person may take at GitHub; GitHub's code is valid as long."""
_LONGEST = 4_096
"""Characters of a cookie, as many as browsers keep."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is logged in."""

    account: int
    login: str
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    """The token that every form of this person holds."""
    until: float
    """Seconds since the epoch (UTC)."""


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A person who was sent to GitHub and has not returned."""

    state: str
    verifier: str = field(repr=False)
    """That of PKCE."""
    to: str
    """The page to show afterwards: a path below the public address."""
    until: float


_Kept = TypeVar("_Kept", Session, LoginAttempt)


class CookieBox:
    """Writes and reads the values of cookies."""

    def __init__(self, secret: str, now: Callable[[], float]) -> None:
        self._secret = secret.encode()
        self.now = now

    def write(self, kept: Session | LoginAttempt) -> str:
        """The value as a cookie."""
        today = int(self.now() // DAY)
        fernet = Fernet(self._key(type(kept).__name__, today))
        return fernet.encrypt_at_time(json.dumps(asdict(kept)).encode(), int(self.now())).decode()

    def read(self, cookie: str | None, kind: type[_Kept]) -> _Kept | None:
        """The value in a cookie; None for none, a forged one, and one that has ended."""
        if not cookie or len(cookie) > _LONGEST:
            return None
        today = int(self.now() // DAY)
        keys = [Fernet(self._key(kind.__name__, day)) for day in (today, today - 1)]
        try:
            kept = kind(**json.loads(MultiFernet(keys).decrypt(cookie.encode("utf-8", "replace"))))
        except (InvalidToken, ValueError, TypeError):
            return None
        return kept if self.now() < kept.until else None

    def _key(self, kind: str, day: int) -> bytes:
        """The key of one kind of cookie on one day."""
        derivation = HKDF(SHA256(), 32, salt=None, info=f"plangate cookie {kind} {day}".encode())
        return base64.urlsafe_b64encode(derivation.derive(self._secret))
