"""Structured log lines: one line per event, the same keys everywhere, secrets redacted.

A line is `time level room message key=value …`. Values that are not plain words are quoted as JSON, so that neither a
line break nor an escape sequence in foreign text can forge a second line.
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
    """Every key of a log line, in order of output."""

    delivery: str
    """GitHub's delivery id: follows one delivery through web and worker."""
    event: str
    """Our name of the event, or GitHub's name of an ignored event."""
    action: str
    installation: int
    repository: str
    number: int
    """The number of the issue or pull request."""
    head: str
    """The judged commit."""
    check_run: int
    conclusion: str
    calls: int
    """Requests to GitHub, without those for tokens."""
    writes: int
    """Requests to GitHub that write."""
    attempt: int
    holder: str
    status: int
    """HTTP status, or exit code of a process."""
    seconds: float
    """Duration, or time until the next attempt."""
    address: str
    process: str
    pid: int
    count: int
    reason: str
    error: str


_ORDER = tuple(Keys.__annotations__)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@#+-]*")
_ROOT = "bot"
_REPEAT_AFTER = 60.0
"""Seconds between two lines about one continuing fault."""
_SHORTEST_SECRET = 4
"""Characters. Redacting a one-letter secret would remove that letter everywhere and thereby reveal it."""

_SECRETS = (
    # GitHub's tokens have no fixed length, and newer ones contain a JWT:
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    (re.compile(r"\b(gh[a-z]_|github_pat_)[A-Za-z0-9_.-]{4,}"), r"\1…"),
    # Also directly after other letters, as in a percent-encoded address.
    (re.compile(r"(gh[opsur]_|github_pat_)[A-Za-z0-9_.-]{20,}"), r"\1…"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), "eyJ…"),
    (
        re.compile(
            r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----).*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        r"\1…",
    ),
    (re.compile(r"(://[^/\s:@]{0,200}:)[^/\s@]{1,2000}@"), r"\1…@"),
    (re.compile(r"""(?i)(authorization\\?['"]?[:=,]\s{0,4}\\?b?['"]?(?:[a-z]{1,20} )?)[^\s'"\\]{4,}"""), r"\1…"),
    (re.compile(r"(?i)\b(bearer )[A-Za-z0-9._~+/=-]{16,}"), r"\1…"),
    # Connection options of libpq, and the same in an address: https://www.postgresql.org/docs/current/libpq-connect.html
    (re.compile(r"""(?i)((?:password|passwd|pwd)=)(?:'(?:[^'\\]|\\.){0,2000}'|[^\s&'"\\]{1,2000})"""), r"\1…"),
    # The setup page's token, and GitHub's code and state on the way back to the page.
    (re.compile(r"""(?i)([?&](?:token|access_token|code|state|client_secret)=)[^\s&'"\\]{1,2000}"""), r"\1…"),
)


class Log:
    """The log of one room: `log = Log("worker")`, `log.info("done", delivery=…, seconds=…)`."""

    def __init__(self, room: str) -> None:
        self._logger = logging.getLogger(f"{_ROOT}.{room}")

    def debug(self, message: str, **keys: Unpack[Keys]) -> None:
        """A detail for debugging."""
        self._say(logging.DEBUG, message, keys)

    def info(self, message: str, **keys: Unpack[Keys]) -> None:
        """A normal event."""
        self._say(logging.INFO, message, keys)

    def warning(self, message: str, **keys: Unpack[Keys]) -> None:
        """A problem that was dealt with."""
        self._say(logging.WARNING, message, keys)

    def fault(self, message: str, *, trace: BaseException | None = None, **keys: Unpack[Keys]) -> None:
        """A problem that needs attention. `trace` adds the traceback of an unexpected exception."""
        self._say(logging.ERROR, message, keys, trace)

    def _say(self, level: int, message: str, keys: Keys, trace: BaseException | None = None) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", message, extra={"keys": keys}, exc_info=trace)


class RecurringFault:
    """A fault that occurs repeatedly: logged at once, then once a minute, and when it has ended."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._since: float | None = None
        self._logged = 0.0

    def report(self, message: str, **keys: Unpack[Keys]) -> None:
        """The fault has occurred, or still occurs."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
        elif now - self._logged < _REPEAT_AFTER:
            return
        self._logged = now
        self._log.fault(message, **keys)

    def clear(self) -> None:
        """The fault does not occur, or no longer."""
        since, self._since = self._since, None
        if since is not None:
            self._log.info("recovered", seconds=time.monotonic() - since)


class _Lines(logging.Formatter):
    def __init__(self, hidden: Iterable[str]) -> None:
        super().__init__()
        # The longest first, so that a secret that contains another is hidden completely.
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
    """The text without tokens, JWTs, private keys, and passwords in addresses."""
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
    """The text itself if it consists of plain words, otherwise as JSON, which escapes line breaks."""
    if _PLAIN.fullmatch(text) or (also_plain and _PLAIN.fullmatch("".join(c for c in text if c not in also_plain))):
        return text
    return json.dumps(text)


def configure(level: str, *, hidden: Iterable[str] = (), to: TextIO | None = None) -> None:
    """Log lines of this level and above, by default to standard error; `hidden` are secrets to redact."""
    lines = logging.StreamHandler(to or sys.stderr)
    lines.setFormatter(_Lines(hidden))
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(logging.WARNING)  # other packages: only what is wrong
    # Failed connections of its pool also reach us as errors, which we log with a remedy.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    logging.getLogger(_ROOT).setLevel(level.upper())
