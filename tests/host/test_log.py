"""A log line stays one line, has its keys in one order, and shows no secret."""

from __future__ import annotations

import io
import logging
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import log
from bot.log import Log, RecurringFault, redacted
from tests.effort import bounded_work

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = 'tricky "secret"\nof two lines'


class Lines:
    """What was written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def read(self) -> list[str]:
        """The lines without their time."""
        return [line.split(" ", 1)[1] for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    lines = Lines()
    log.configure("info", hidden=[SECRET, "short", "short and longer"], to=lines.stream)
    yield lines
    root.handlers[:] = before
    root.setLevel(level)
    for name in ("bot", "psycopg"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_what_a_pool_of_connections_says_is_left_to_us(lines: Lines) -> None:
    logging.getLogger("psycopg.pool").warning("error connecting in 'pool-1': refused\n\tIs the server running?")
    logging.getLogger("psycopg.pool").error("broken")
    assert lines.read() == ["error psycopg.pool broken"]


def test_a_line_reads_as_a_sentence_with_its_keys(lines: Lines) -> None:
    Log("worker").info("done", seconds=0.12345, delivery="72d3162e-cc78", attempt=2, error="it's late")
    assert lines.read() == ['info worker done delivery=72d3162e-cc78 attempt=2 seconds=0.123 error="it\'s late"']


def test_what_lasts_is_told_at_once_then_once_a_minute_and_when_it_is_over(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    away = RecurringFault(Log("worker"))
    away.clear()
    for second in range(90):
        clock[0] = 1_000.0 + second
        away.report("cannot look", error=f"away {second}")
    away.clear()
    away.clear()
    away.report("cannot look", error="away again")
    assert lines.read() == [
        'error worker cannot look error="away 0"',
        'error worker cannot look error="away 60"',
        "info worker recovered seconds=89.000",
        'error worker cannot look error="away again"',
    ]


def test_the_level_decides_what_is_written(lines: Lines) -> None:
    log_ = Log("web")
    log_.debug("no")
    log_.warning("yes")
    log.configure("error", to=lines.stream)
    log_.warning("no")
    log_.fault("yes, this")
    assert lines.read() == ["warning web yes", "error web yes, this"]


@given(st.text())
def test_nothing_from_outside_breaks_out_of_its_line(text: str) -> None:
    record = logging.LogRecord("bot.web", logging.INFO, "", 0, "%s", (text,), None)
    record.keys = {"delivery": text, "error": text}
    line = log._Lines([]).format(record)
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert "\x1b" not in line


def test_an_exception_is_on_the_same_line_and_redacted(lines: Lines) -> None:
    try:
        raise ValueError("token ghs_4711_abcdefghijklmnop is bad\nand more")  # noqa: TRY301
    except ValueError as error:
        Log("worker").fault("failed", trace=error, delivery="d1")
    (line,) = lines.read()
    assert line.startswith('error worker failed delivery=d1 trace="Traceback')
    assert r"ValueError: token ghs_… is bad\nand more" in line.replace("\\u2026", "…")
    assert "4711" not in line


def test_known_secrets_are_hidden_in_every_form(lines: Lines) -> None:
    Log("web").info(f"with {SECRET} in it", error=SECRET, reason="short and longer, short")
    (line,) = lines.read()
    assert "secret" not in line
    assert "longer" not in line
    assert "short" not in line


def test_what_is_too_short_for_a_secret_does_not_blot_out_the_log() -> None:
    stream = io.StringIO()
    log.configure("info", hidden=[" ", "s", "    "], to=stream)
    Log("serve").info("process died", status=1)
    assert stream.getvalue().endswith("info serve process died status=1\n")


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
        "ghs_4711_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0NzExIn0.c2lnbmF0dXJl-_x",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0abcdefghijkl_MNOPQRSTUVWXYZ",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0NzExIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\nMIIEow truncated",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "token {} is", "Authorization: Bearer {}", "https://x-access-token:{}@github.com", '"{}"']
)
def test_what_looks_like_a_secret_is_not_shown(secret: str, around: str) -> None:
    shown = redacted(around.format(secret))
    for piece in ("16C7", "4711", "11ABC", "MNOPQ", "MII", "IBAA", "c2lnb", "JSUz"):
        assert piece not in shown


@pytest.mark.parametrize(
    "text",
    [
        "host=db.internal user=plangate password=hunter2 dbname=plangate",
        "host=db.internal password='hunter2 and more' dbname=plangate",
        r"password='it\'s hunter2' dbname=plangate",
        "postgresql://db.internal/plangate?sslmode=require&password=hunter2",
        "postgresql://db.internal/plangate?password=hunter2",
        "postgresql://plangate:hunter2@db.internal/plangate",
        "GET /setup?token=hunter2 HTTP/1.1",
        "https://plangate.example.com/setup?token=hunter2",
        "GET /setup/done?code=hunter2&state=hunter2",
        "Authorization: hunter2",
        "Authorization: Digest hunter2",
        "{'Authorization': 'token hunter2'}",
        "('authorization', b'Basic hunter2==')",
        '{"Authorization": "Bearer hunter2"}',
        r"{\"authorization\": \"Bearer hunter2\"}",
        "x-access-token%3Aghs_hunter2hunter2hunter2hunter2",
        "ghs_4711_eyJhbGciOiJSUzI1NiJ9.hunter2." + "hunter2_" * 60,
    ],
)
def test_no_form_of_a_credential_is_shown(text: str) -> None:
    shown = redacted(text)
    assert "hunter2" not in shown
    assert shown != "…", "the rest of the line stays readable"


@pytest.mark.parametrize(
    "text",
    ["password authentication failed for user plangate", "authorization failed: see the log", "no token was sent"],
)
def test_what_only_speaks_of_credentials_stays_readable(text: str) -> None:
    assert redacted(text) == text


def test_a_commit_a_path_and_a_delivery_id_stay_readable() -> None:
    line = f"{'a' * 40} specs/001-x/plan.md 72d3162e-cc78-11e3-81ab-4c9367dc0958 https://github.com/acme/ferry"
    assert redacted(line) == line


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----" * 5000,
        "eyJ" * 50_000,
        "ghs_" * 50_000,
        "://" * 50_000,
        "a.b" * 50_000,
        "://:" * 40_000,
        "authorization:" * 20_000,
        "password='" * 20_000,
        "?token=" * 40_000,
        "ghs_github_pat_" * 20_000,
    ],
)
def test_a_hostile_line_takes_no_time(text: str) -> None:
    with bounded_work():
        redacted(text)


def test_other_packages_are_heard_only_when_something_is_wrong(lines: Lines) -> None:
    logging.getLogger("urllib3").info("no")
    logging.getLogger("urllib3").warning("yes")
    assert lines.read() == ["warning urllib3 yes"]
