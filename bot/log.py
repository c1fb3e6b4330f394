"""Structured log lines: one line an occurrence, the same keys everywhere, no secret in any of them.

A line is `time level room message key=value …`, values quoted as JSON where they are not plain words, so neither a
line break nor an escape sequence from outside can forge a second line.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from typing import TYPE_CHECKING, TextIO, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType


class Keys(TypedDict, total=False):
    """Every key that a line may have, in the order in which it shows them."""

    delivery: str
    """GitHub's delivery id: follows one delivery through web and worker."""
    event: str
    """Our name of the event, or GitHub's where it was ignored."""
    action: str
    installation: int
    repository: str
    number: int
    """Of the issue or pull request."""
    head: str
    """The commit that is judged."""
    check_run: int
    conclusion: str
    calls: int
    """Requests to GitHub, those for tokens apart."""
    writes: int
    """Those of them that write."""
    attempt: int
    holder: str
    status: int
    """HTTP."""
    seconds: float
    """How long it took, or how long until it is done again."""
    address: str
    process: str
    pid: int
    count: int
    reason: str
    error: str


_ORDER = tuple(Keys.__annotations__)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@#+-]*")
_ROOT = "bot"
_TELL_AGAIN = 60.0
"""Seconds."""
_SHORTEST_SECRET = 4
"""Characters. To blot out every `s` of a log would hide all but the secret, which the gaps would spell."""

_SECRETS = (
    # GitHub's tokens have no fixed length, and the newer ones hold a JWT:
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    (re.compile(r"\b(gh[a-z]_|github_pat_)[A-Za-z0-9_.-]{4,}"), r"\1…"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), "eyJ…"),
    (
        re.compile(
            r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        r"\1…",
    ),
    (re.compile(r"(://[^/\s:@]{0,200}:)[^/\s@]{1,2000}@"), r"\1…@"),
    (re.compile(r"(?i)(authorization['\": =]{1,6}(?:bearer|token|basic) )[^\s'\"]+"), r"\1…"),
)


class Log:
    """The log of one room: `log = Log("worker")`, `log.info("done", delivery=…, seconds=…)`."""

    def __init__(self, room: str) -> None:
        self._logger = logging.getLogger(f"{_ROOT}.{room}")

    def debug(self, message: str, **keys: Unpack[Keys]) -> None:
        """Of interest to who looks for a fault."""
        self._say(logging.DEBUG, message, keys)

    def info(self, message: str, **keys: Unpack[Keys]) -> None:
        """As it should be."""
        self._say(logging.INFO, message, keys)

    def warning(self, message: str, **keys: Unpack[Keys]) -> None:
        """Not as it should be, and dealt with."""
        self._say(logging.WARNING, message, keys)

    def fault(self, message: str, *, trace: BaseException | None = None, **keys: Unpack[Keys]) -> None:
        """Somebody has to look at it. `trace` adds where an unexpected exception came from."""
        self._say(logging.ERROR, message, keys, trace)

    def _say(self, level: int, message: str, keys: Keys, trace: BaseException | None = None) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", message, extra={"keys": keys}, exc_info=trace)


class Lasting:
    """A trouble that is met again and again: told of at once, then once a minute, and when it is over."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._since: float | None = None
        self._told = 0.0

    def met(self, message: str, **keys: Unpack[Keys]) -> None:
        """It is there, or still there."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
        elif now - self._told < _TELL_AGAIN:
            return
        self._told = now
        self._log.fault(message, **keys)

    def over(self) -> None:
        """All is well, again or as before."""
        since, self._since = self._since, None
        if since is not None:
            self._log.info("well again", seconds=time.monotonic() - since)


class _Lines(logging.Formatter):
    def __init__(self, hidden: Iterable[str]) -> None:
        super().__init__()
        # The longest first, so that a secret that begins with another is hidden whole.
        worth_hiding = {secret for secret in hidden if len(secret.strip()) >= _SHORTEST_SECRET}
        self._hidden = sorted(worth_hiding, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        room = record.name.removeprefix(f"{_ROOT}.")
        keys: dict[str, object] = getattr(record, "keys", {})
        parts = [
            f"{when}.{int(record.msecs):03d}Z",
            record.levelname.lower(),
            room,
            _quoted(record.getMessage(), " ,;'"),
        ]
        parts += [f"{key}={_value(keys[key])}" for key in _ORDER if key in keys]
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(f"trace={json.dumps(_trace(*record.exc_info))}")
        return self.redacted(" ".join(parts))

    def redacted(self, line: str) -> str:
        for secret in self._hidden:
            line = line.replace(secret, "…").replace(json.dumps(secret)[1:-1], "…")
        return redacted(line)


def redacted(text: str) -> str:
    """The text without anything that looks like a token, a JWT, a private key or a password in an address."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _trace(kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> str:
    return "".join(traceback.format_exception(kind, error, where)).rstrip()


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return _quoted(str(value), "")


def _quoted(text: str, also_plain: str) -> str:
    """As it is if it is words, else as JSON, whose escapes keep it on its line."""
    if _PLAIN.fullmatch(text) or (also_plain and _PLAIN.fullmatch("".join(c for c in text if c not in also_plain))):
        return text
    return json.dumps(text)


def configure(level: str, *, hidden: Iterable[str] = (), to: TextIO | None = None) -> None:
    """Write lines of this level and above, to standard error where nothing else is named.

    `hidden` are secrets that must never be shown.
    """
    lines = logging.StreamHandler(to or sys.stderr)
    lines.setFormatter(_Lines(hidden))
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(logging.WARNING)  # what other packages say is of interest only when something is wrong
    # Whenever its pool cannot connect, we are told by an error and say so ourselves, with what to look at.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    logging.getLogger(_ROOT).setLevel(level.upper())
