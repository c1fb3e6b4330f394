"""`/metrics` counts what waits, what is dead and what never arrived, for whoever brings the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.adapters.database.migrate import migrate
from bot.adapters.database.queue_sqlite import SqliteQueue
from bot.adapters.database.sqlite import Database
from bot.core.forge.ports import NewJob
from bot.web.app import application
from bot.web.door import Recipient
from bot.web.metrics import Metrics
from tests.clocks import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.core.forge.ports import Queue

MINUTE = 60.0


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def queue(tmp_path: Path, clock: HandClock) -> Iterator[Queue]:
    migrate(tmp_path / "q.db")
    queue = SqliteQueue(Database(tmp_path / "q.db"), clock)
    yield queue
    queue.close()


def get(queue: Queue, clock: HandClock, token: str | None, header: str | None, gap: float | None = None) -> str:
    """Status and text of the page."""
    status: list[str] = []
    environ: dict[str, object] = {"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET", "SERVER_NAME": "x"}
    environ |= {"SERVER_PORT": "80", "wsgi.url_scheme": "http"}
    if header is not None:
        environ["HTTP_AUTHORIZATION"] = header
    serve = application(Recipient((), None, "plangate"), queue, Metrics(token, queue, lambda: gap, clock.now))
    parts = serve(environ, lambda said, *_: status.append(said))  # type: ignore[arg-type]
    return f"{status[0]}\n{b''.join(parts).decode()}"


def test_dead_letters_waiting_jobs_and_the_gap_are_told(queue: Queue, clock: HandClock) -> None:
    for number in range(3):
        queue.put(NewJob(f"d-{number}", "X", b"{}", f"repository:{number}"))
    job = queue.lease("someone")
    assert job is not None
    queue.bury(job, "no use")
    clock.turn(5 * MINUTE)
    told = get(queue, clock, "m-1", "Bearer m-1", 42.5).splitlines()
    assert told[0] == "200 OK"
    lines = dict(line.rsplit(" ", 1) for line in told[1:] if not line.startswith("#"))
    assert lines == {
        'plangate_jobs{state="waiting"}': "2",
        'plangate_jobs{state="running"}': "0",
        'plangate_jobs{state="done"}': "0",
        'plangate_jobs{state="dead"}': "1",
        "plangate_oldest_job_seconds": "300.0",
        "plangate_gap_seconds": "42.5",
    }


def test_an_idle_queue_has_no_oldest_job(queue: Queue, clock: HandClock) -> None:
    told = get(queue, clock, "m-1", "Bearer m-1")
    assert "plangate_oldest_job_seconds 0.0" in told
    assert "gap" not in told, "nobody has looked yet"


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer m-2", "m-1", "Bearer m-1 ", "Bearer ü"])
def test_nobody_else_sees_that_there_is_such_a_page(queue: Queue, clock: HandClock, header: str | None) -> None:
    assert get(queue, clock, "m-1", header).startswith("404")


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer None"])
def test_without_a_token_there_is_no_page(queue: Queue, clock: HandClock, header: str | None) -> None:
    assert get(queue, clock, None, header).startswith("404")
