"""The canary of `plangate doctor`: red with the host's own settings, beside the host's data, and gone afterwards."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from bot.adapters.database.migrate_postgres import migrate
from bot.cli import main
from bot.demo import canary
from bot.host.settings import read
from bot.sandbox.state import CheckRun
from bot.sandbox.world import World
from tests.processes import Process, environment, free_port, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server

RED = "a planted violation turned the run red in "


def host(folder: Path, **more: str) -> dict[str, str]:
    """The settings of a host with an App of its own, on github.com."""
    return {
        "PLANGATE_APP_ID": "4711",
        "PLANGATE_PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----\nno key of the sandbox",
        "PLANGATE_WEBHOOK_SECRET": "the host's own secret",
        "PLANGATE_URL": "https://gate.acme.example",
        "PLANGATE_DIRECTORY": str(folder),
        **more,
    }


@pytest.fixture
def worlds(monkeypatch: pytest.MonkeyPatch) -> list[World]:
    """Every sandbox that was closed."""
    closed: list[World] = []
    monkeypatch.setattr(World, "witnesses", [*World.witnesses, closed.append])
    return closed


@pytest.mark.slow
def test_it_is_red_under_the_hosts_settings_and_touches_nothing_of_the_host(
    tmp_path: Path, worlds: list[World]
) -> None:
    (check,) = canary.canary(read(host(tmp_path / "var")))
    assert check.level == "ok", check
    assert check.said.startswith(RED)
    assert check.said.endswith("1 violation unjustified, specs/001-error-report/plan.md:30")
    (world,) = worlds
    (repository,) = world.hub.state.repositories.values()
    (run,) = repository.runs.values()
    assert "https://gate.acme.example/rules/unjustified-violation" in (run.summary or "")
    assert list(tmp_path.iterdir()) == [], "not even the folder of the host is made"


@pytest.mark.slow
def test_on_a_shared_database_it_has_one_of_its_own_for_the_time(tmp_path: Path, postgres: Server) -> None:
    address = postgres.database()
    migrate(address)
    before = everything(address)
    (check,) = canary.canary(read(host(tmp_path / "var", PLANGATE_DATABASE_URL=address)))
    assert check.said.startswith(RED), check
    assert everything(address) == before
    assert databases(address) == []


@pytest.mark.slow
def test_a_user_who_may_make_no_database_is_told_so(tmp_path: Path, postgres: Server) -> None:
    address = postgres.database()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE modest LOGIN")
    try:
        modest = address.replace("plangate@", "modest@", 1)
        assert modest != address
        told, check = canary.canary(read(host(tmp_path / "var", PLANGATE_DATABASE_URL=modest)))
        assert (told.level, "may not create a database" in told.said) == ("warning", True)
        assert check.said.startswith(RED)
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("DROP ROLE modest")


def everything(address: str) -> list[Any]:
    """The rows of jobs and repositories on the host."""
    queries = ("SELECT * FROM plangate.jobs", "SELECT * FROM plangate.repositories")
    with psycopg.connect(address) as connection:
        return [connection.execute(query).fetchall() for query in queries]


def databases(address: str) -> list[Any]:
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'plangate_canary_%'").fetchall()


def test_a_database_that_is_away_is_a_line_and_no_traceback(tmp_path: Path) -> None:
    address = "postgresql://somebody:hunter2@127.0.0.1:9/none"
    (check,) = canary.canary(read(host(tmp_path, PLANGATE_DATABASE_URL=address)))
    assert check.level == "error"
    assert "hunter2" not in check.said


@pytest.mark.slow
def test_ctrl_c_removes_all_that_it_made(tmp_path: Path) -> None:
    temporary = tmp_path / "t"
    temporary.mkdir()
    variables = environment(tmp_path / "var", free_port(), TMPDIR=str(temporary), PLANGATE_WEBHOOK_SECRET="")
    with Process(["-m", "bot", "doctor", "--canary"], variables, tmp_path / "log") as process:
        until(lambda: list(temporary.glob("plangate-demo-*/plangate.log")))
        process.popen.send_signal(signal.SIGINT)
        assert process.popen.wait(60) == 128 + signal.SIGINT
    assert list(temporary.iterdir()) == []
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("conclusion", "title", "level", "words"),
    [
        ("failure", "1 violation unjustified", "ok", "turned the run red"),
        ("action_required", "No version was ever readable", "ok", "turned the run red"),
        ("neutral", "Advice: 1 violation unjustified", "warning", "was seen and does not block"),
        ("success", "Nothing to judge here", "error", "was not seen"),
    ],
)
def test_what_is_said_of_the_run(conclusion: str, title: str, level: str, words: str) -> None:
    run = CheckRun(1, None, "plangate", "completed", conclusion, "", "", 0.0, 0.0, title)  # type: ignore[arg-type]
    check = canary._judged(run, 1.0)
    assert (check.level, words in check.said) == (level, True)
    assert bool(check.remedy) == (level != "ok")


def test_without_settings_there_is_no_canary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLANGATE_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("PLANGATE_PORT", "eighty")
    assert main(["doctor", "--canary"]) == 1
    assert "canary" not in capsys.readouterr().out
