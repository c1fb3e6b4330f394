"""Calls in processes of their own: what exceeds a limit ends, and nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.adapters.isolation import MOST_AT_ONCE, Isolation, Limits, OverLimitError
from bot.core.change.trees import Readability
from tests.processes import until

if TYPE_CHECKING:
    from bot.core.judging.metering import Meter

LIMITS = Limits(document_seconds=0.2, reading_seconds=0.5, call_seconds=2, memory=128 * 1024 * 1024)


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    # One server forks for all of a process, so these tests and those of judging load the same modules.
    return Isolation(LIMITS, "bot.app.judging", "bot.app.preloaded", __name__)


_is_warm = False


def warm_up(mark: Path) -> None:
    """Leave a mark in the process and one on the disk."""
    global _is_warm  # noqa: PLW0603  the state of a process
    _is_warm = True
    mark.touch()


def is_warm(_: Meter) -> bool:
    return _is_warm


def waiting_process(isolation: Isolation) -> int:
    """The id of the process that waits for the next call."""
    isolation.prepare()
    (spare,) = isolation._spares
    assert spare.process.pid is not None
    return spare.process.pid


def is_running(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False
    return "State:\tZ" not in status


def burn() -> int:
    number = 0
    while True:
        number += 1


def added(_: Meter, first: int, second: int) -> int:
    return first + second


def process_id(_: Meter) -> int:
    return os.getpid()


def others_at_work(_: Meter, folder: Path) -> int:
    """How many processes work at this moment, this one included."""
    mark = folder / str(os.getpid())
    mark.touch()
    time.sleep(0.2)
    count = len(list(folder.iterdir()))
    mark.unlink()
    return count


def spinning(_: Meter) -> int:
    return burn()


def hoarding(_: Meter) -> int:
    return len([bytes(1024 * 1024) for _ in range(1024)])


def aborting(meter: Meter) -> object:
    return meter.read("specs/001/plan.md", os.abort)


def failing(_: Meter) -> None:
    raise ValueError("no such thing")


def signalled(_: Meter) -> str:
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(os.getpid(), number)
    return "still here"


def reading_hoarding(meter: Meter) -> object:
    return meter.read("large.md", lambda: len([bytes(1024 * 1024) for _ in range(1024)]))


def reading_four(meter: Meter) -> list[object]:
    """Four documents that never end, and a small one before and after them."""
    return [
        meter.read("small.md", lambda: "read"),
        *(meter.read(f"{number}.md", burn) for number in range(4)),
        meter.read("last.md", lambda: "read"),
    ]


def talking(_: Meter) -> bytes:
    return bytes(40 * 1024 * 1024)


def test_a_call_answers_from_another_process_and_tells_its_cost(isolation: Isolation) -> None:
    answer = isolation.call(added, 2, 3)
    assert answer.result == 5
    assert 0 < answer.seconds < LIMITS.call_seconds
    assert isolation.call(process_id).result != os.getpid()


def test_one_process_waits_for_the_next_call_and_works_on_no_other(isolation: Isolation) -> None:
    first = waiting_process(isolation)
    assert isolation.call(process_id).result == first
    second = waiting_process(isolation)
    assert second != first
    assert isolation.call(process_id).result == second


def test_a_process_warms_up_while_it_waits(tmp_path: Path) -> None:
    mark = tmp_path / "warm"
    isolation = Isolation(LIMITS, "bot.app.judging", "bot.app.preloaded", __name__, warm_up=partial(warm_up, mark))
    isolation.prepare()
    until(mark.exists)
    assert isolation.call(is_warm).result


def test_a_process_that_was_killed_while_it_waited_costs_no_call(isolation: Isolation) -> None:
    os.kill(waiting_process(isolation), signal.SIGKILL)
    assert isolation.call(added, 2, 3).result == 5


@pytest.mark.parametrize("end", ["sys.exit()", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_no_process_outlives_the_worker(end: str) -> None:
    program = (
        "import os, signal, sys; from bot.adapters.isolation import *; isolation = Isolation(Limits());"
        f"isolation.prepare(); print(isolation._spares[0].process.pid, flush=True); {end}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    until(lambda: not is_running(int(done.stdout)))


@pytest.mark.parametrize("function", [spinning, hoarding, talking])
def test_a_call_over_its_limits_ends(isolation: Isolation, function: object) -> None:
    with pytest.raises(OverLimitError) as over:
        isolation.call(function)  # type: ignore[arg-type]
    assert over.value.path == ""
    assert isolation.call(added, 1, 1).result == 2


def test_a_process_that_dies_names_the_document_that_it_was_reading(isolation: Isolation) -> None:
    with pytest.raises(OverLimitError) as over:
        isolation.call(aborting)
    assert over.value.path == "specs/001/plan.md"


def test_a_mistake_of_ours_is_no_limit(isolation: Isolation) -> None:
    with pytest.raises(RuntimeError, match="ValueError: no such thing"):
        isolation.call(failing)


def test_a_signal_to_the_group_does_not_pass_for_a_limit(isolation: Isolation) -> None:
    assert isolation.call(signalled).result == "still here"


def test_documents_are_read_until_the_time_is_used_up(isolation: Isolation) -> None:
    costly, over = Readability.TOO_COSTLY, Readability.OVER_BUDGET
    small, first, *others, last = isolation.call(reading_four).result
    assert (small, first, last) == ("read", costly, over)
    assert set(others) <= {costly, over}


def test_a_document_that_takes_too_much_memory_is_left_out(isolation: Isolation) -> None:
    assert isolation.call(reading_hoarding).result is Readability.TOO_COSTLY


def test_only_so_many_calls_work_at_once(isolation: Isolation, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2 * MOST_AT_ONCE) as pool:
        calls = [pool.submit(isolation.call, others_at_work, tmp_path) for _ in range(2 * MOST_AT_ONCE)]
    assert max(call.result().result for call in calls) <= MOST_AT_ONCE


@pytest.mark.slow
def test_a_killed_call_harms_no_other(isolation: Isolation) -> None:
    results: dict[int, object] = {}

    def work(number: int) -> None:
        try:
            results[number] = isolation.call(
                spinning if number % 2 else added, *(() if number % 2 else (number, 1))
            ).result
        except OverLimitError:
            results[number] = "over"

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {0: 1, 1: "over", 2: 3, 3: "over", 4: 5, 5: "over"}


def test_a_long_temporary_folder_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    program = "from bot.adapters.isolation import *; print(Isolation(Limits()).call(isinstance, int).result)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "False\n", done.stderr
    assert list(folder.iterdir()) == []
