"""Fixtures that tests in several rooms share."""

from __future__ import annotations

import signal
import time
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.sandbox.state import Repository
    from tests.postgres import Server
    from tests.stage import Stage

# The same examples in every run, whatever else the machine does: a change is told by what it breaks. New ones, and more
# of them, are looked for by `make explore`.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=500, deadline=None, print_blob=True)
settings.load_profile("steady")

_BEGAN = pytest.StashKey[float]()


def pytest_configure() -> None:
    """Let Ctrl-C reach the processes under test, also where a shell has started these tests in the background.

    Such a shell ignores it for all that it starts: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_12
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which CI stays within its time."""
    parser.addoption(
        "--seconds", type=float, metavar="N", help="start no test later than N seconds after the run began"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the cases of a test with `one_in(n)` as slow, but for its first case and one in `n` of the others."""
    begun = set[str]()
    for item in items:
        for mark in item.iter_markers("one_in"):
            test = item.nodeid.partition("[")[0]
            # The remainder of a checksum: a step would meet the same value of a parameter again and again.
            if test in begun and zlib.crc32(item.nodeid.encode()) % mark.args[0]:
                item.add_marker("slow")
            begun.add(test)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note when this process began to test."""
    session.stash[_BEGAN] = time.monotonic()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test for which no time is left."""
    seconds = item.config.getoption("--seconds")
    if seconds is not None and time.monotonic() - item.session.stash[_BEGAN] > seconds:
        pytest.skip("no time is left in this run: `make test-slow` runs every slow test")


@pytest.fixture(scope="session", autouse=True)
def _descriptions_look_at_every_world() -> None:
    """Whatever a test says to the sandbox, and hears from it, is held to GitHub's own descriptions."""
    from bot.sandbox.world import World  # noqa: PLC0415  likewise
    from tests.sandbox import contracts  # noqa: PLC0415  likewise

    World.witnesses.append(contracts.testify)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A GitHub with Plangate beside it; see `tests.stage`."""
    from tests.stage import Stage  # noqa: PLC0415  the clients take a third of a second, which most tests need not pay

    with Stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def ferry(stage: Stage) -> Repository:
    """A repository with Spec Kit in which the App is installed and has looked around."""
    from tests.stage import SPEC_KIT  # noqa: PLC0415  likewise

    repository = stage.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
    stage.install(repository)
    return repository


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of this run's own."""
    from tests.postgres import Server, binaries  # noqa: PLC0415  likewise

    if binaries() is None:
        pytest.skip("PostgreSQL is not installed: `make postgres` (Debian's package `postgresql`)")
    with Server() as server:
        yield server
