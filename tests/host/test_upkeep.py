"""What docs/operations.md tells a host to do, with real processes: back up, restore, change a secret, upgrade, keep."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import bot
from bot.adapters.database import migrate, migrate_postgres
from bot.adapters.encryption import is_encrypted
from bot.sandbox.world import World
from tests.adapters.payloads import push
from tests.browser import Browser
from tests.first_start import app_of, started, told
from tests.postgres import Server, binaries
from tests.processes import (
    ROOT,
    SECRET,
    Process,
    answers,
    deliver,
    environment,
    free_port,
    request,
    signed,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
DAY = 86_400.0
UNREACHABLE = "http://127.0.0.1:9"
OLDEST = 2
"""The first schema with all tables of which the tests fill rows."""
_NEWEST = max(migrate.migrations())
_ROWS = (
    """INSERT INTO jobs (delivery, name, event, serial, state, accepted_at, not_before, ended_at)
    VALUES ('d-old', 'Push', CAST('{}' AS BLOB), 'repository:42', 'done', 4e9, 4e9, 4e9)""",
    "INSERT INTO deliveries (delivery, job) SELECT delivery, id FROM jobs",
    "INSERT INTO installations (id, account, suspended, owner_layer_seen) VALUES (99, 'acme', FALSE, FALSE)",
    "INSERT INTO repositories (id, installation, owner, name, first_seen) VALUES (42, 99, 'acme', 'ferry', 1.0)",
    """INSERT INTO waivers (repository, rule, finding, folder, tree, reason, by, number, given_at)
    VALUES (42, 'number-collision', 'f', 'specs/001-a', 't', 'printed', 'mona', 5, 1.0)""",
)
"""Rows of an early version, in the SQL that both databases understand but for the type BLOB."""
needs_postgres = pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed: `make postgres`")


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[int]:
    """`plangate serve` in the folder; its port. Without an App, deliveries are stored and wait."""
    port = free_port()
    with Process(["-m", "bot", "serve"], environment(folder, port, **more), folder / "log") as process:
        until(lambda: answers(port) or process.popen.poll() is not None)
        assert process.popen.poll() is None, (folder / "log").read_text()
        yield port
        assert process.terminate() == 0


def outcome(port: int, delivery: str) -> str:
    """What becomes of a push: `accepted`, or `known` when it is stored already."""
    status, answer = deliver(port, "push", push(), delivery)
    assert status == 202
    return str(answer["outcome"])


def other_key() -> str:
    """A private key in PEM form that GitHub does not know."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


def commands(title: str) -> str:
    """The text of a section of the page for hosts."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    return page.partition(f"## {title}\n")[2].partition("\n## ")[0]


class TestBackup:
    def test_a_backup_of_a_running_server_brings_back_what_it_had(self, tmp_path: Path) -> None:
        if shutil.which("sqlite3") is None:
            pytest.skip("the command line of SQLite is not installed")
        (command,) = re.findall(r"`(umask 077; sqlite3 [^`]*)`", commands("Backup"))
        var = tmp_path / "var"
        var.mkdir()
        with serving(var) as port:
            assert outcome(port, "before") == "accepted"
            subprocess.run(["sh", "-ec", command], cwd=tmp_path, check=True)
            assert outcome(port, "after") == "accepted"
        assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0
        for name in ("plangate.db", "plangate.db-wal", "plangate.db-shm"):
            (var / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "backup.db", var / "plangate.db")
        with serving(var) as port:
            assert [outcome(port, name) for name in ("before", "after")] == ["known", "accepted"]

    @needs_postgres
    def test_a_dump_of_the_shared_database_brings_back_what_it_had(self, tmp_path: Path) -> None:
        (dump,) = re.findall(r"`(pg_dump [^`]*)`", commands("Backup"))
        with Server() as server:
            before, after = server.database(), server.database()
            assert told_in(tmp_path, "migrate", PLANGATE_DATABASE_URL=before).returncode == 0
            with serving(tmp_path, PLANGATE_DATABASE_URL=before) as port:
                assert outcome(port, "before") == "accepted"
            tools = binaries()
            assert tools is not None
            written = subprocess.run([tools / "pg_dump", *dump.split()[1:], before], capture_output=True, check=True)
            psql = shutil.which("psql") or str(tools / "psql")
            subprocess.run([psql, "--quiet", "-v", "ON_ERROR_STOP=1", after], input=written.stdout, check=True)
            migrated = told_in(tmp_path, "migrate", PLANGATE_DATABASE_URL=after)
            assert migrated.returncode == 0, migrated.stderr
            with serving(tmp_path, PLANGATE_DATABASE_URL=after) as port:
                assert [outcome(port, name) for name in ("before", "after")] == ["known", "accepted"]


def told_in(folder: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command of the host that ends by itself."""
    words = [sys.executable, "-m", "bot", command]
    variables = environment(folder, free_port(), **more)
    return subprocess.run(words, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False)


class TestSecrets:
    def test_two_webhook_secrets_are_valid_while_one_is_changed(self, tmp_path: Path) -> None:
        secret = tmp_path / "webhook-secret"
        body = b'{"zen": "x"}'

        def statuses(port: int) -> list[int]:
            sent = (signed(body, "ping", "d", secret=name) for name in (SECRET, "the new one"))
            return [request(port, "POST", "/webhook", body, headers)[0] for headers in sent]

        with serving(tmp_path) as port:
            assert statuses(port) == [202, 401]
        secret.write_text("the new one\n")
        new = {"PLANGATE_WEBHOOK_SECRET": "", "PLANGATE_WEBHOOK_SECRET_FILE": str(secret)}
        with serving(tmp_path, PLANGATE_WEBHOOK_SECRET_PREVIOUS=SECRET, **new) as port:
            assert statuses(port) == [202, 202]
        with serving(tmp_path, **new) as port:
            assert statuses(port) == [401, 202]

    def test_a_worker_with_a_new_key_judges_what_waited_for_it(self, tmp_path: Path) -> None:
        with World(secret=SECRET) as world:
            repository = world.create_repository("acme", "ferry", {".specify/x": "x", "README.md": "# Ferry\n"})
            world.install("acme", [repository])
            key, port = tmp_path / "key.pem", free_port()
            key.write_text(other_key())
            world.app.webhook_url = f"http://127.0.0.1:{port}/webhook"
            more = {
                "PLANGATE_APP_ID": str(world.app.id),
                "PLANGATE_PRIVATE_KEY_FILE": str(key),
                "PLANGATE_GITHUB_URL": world.url,
                "PLANGATE_API_URL": world.url,
            }
            variables, log = environment(tmp_path, port, **more), tmp_path / "log"
            with Process(["-m", "bot", "serve"], variables, log) as process:
                until(lambda: answers(port))
                head = world.push(repository, "001-a", {"specs/001-a/spec.md": "# A\n"}, author="ada")
                until(lambda: " retry " in log.read_text())
                assert process.terminate() == 0
            key.write_text(world.app.private_key)
            with Process(["-m", "bot", "serve"], variables, log) as process:
                until(lambda: world.check_runs(repository, head))
                assert process.terminate() == 0

    def test_stored_secrets_are_encrypted_with_another_key_once_they_are_replaced(self, tmp_path: Path) -> None:
        first, second = "A" * 43 + "=", "B" * 42 + "A="
        with World() as world:
            with started(tmp_path, world, PLANGATE_SECRET_KEY=first) as (_, _, link):
                Browser().register(link, world)
                until(app_of(tmp_path).exists)
            files = [app_of(tmp_path) / name for name in ("private-key.pem", "webhook-secret")]
            assert all(is_encrypted(file.read_bytes()) for file in files)
            assert told(tmp_path, world, PLANGATE_SECRET_KEY=second).returncode == 2, "the files need the first key"
            for file, text in zip(files, (world.app.private_key, "the new one"), strict=True):
                file.write_text(text)
            done = told(tmp_path, world, PLANGATE_SECRET_KEY=second)
            assert done.returncode == 0, done.stdout + done.stderr
            assert all(is_encrypted(file.read_bytes()) for file in files)
            body, port = b'{"zen": "x"}', free_port()
            variables = environment(
                tmp_path / "var",
                port,
                PLANGATE_WEBHOOK_SECRET="",
                PLANGATE_SECRET_KEY=second,
                PLANGATE_GITHUB_URL=world.url,
                PLANGATE_API_URL=world.url,
            )
            with Process(["-m", "bot", "serve"], variables, tmp_path / "log") as process:
                until(lambda: answers(port))
                assert (
                    request(port, "POST", "/webhook", body, signed(body, "ping", "d", secret="the new one"))[0] == 202
                )
                assert process.terminate() == 0


def test_a_running_server_counts_what_the_alerts_ask_for(tmp_path: Path) -> None:
    with serving(tmp_path, PLANGATE_METRICS_TOKEN="t") as port:
        assert outcome(port, "d") == "accepted"
        status, page = request(port, "GET", "/metrics", headers={"Authorization": "Bearer t"})
        assert status == 200
        samples = dict(line.rsplit(" ", 1) for line in page.decode().splitlines() if line[0] != "#")
    assert samples['plangate_jobs{state="waiting"}'] == "1"
    assert samples["plangate_workers"] == "0", "no App is registered, so no worker has started"
    assert samples[f'plangate_build_info{{version="{bot.__version__}"}}'] == "1"


class TestUpgrade:
    @pytest.mark.parametrize("version", sorted({OLDEST, _NEWEST - 1}))
    def test_the_file_of_an_earlier_version_is_brought_forward_with_all_that_it_has(
        self, tmp_path: Path, version: int
    ) -> None:
        with closing(sqlite3.connect(tmp_path / "plangate.db", isolation_level=None)) as connection:
            for number, script in migrate.migrations().items():
                if number <= version:
                    connection.executescript(script)
            connection.execute(f"PRAGMA user_version = {version}")
            for statement in _ROWS:
                connection.execute(statement)
        with serving(tmp_path) as port:
            assert outcome(port, "d-old") == "known"
        with closing(sqlite3.connect(tmp_path / "plangate.db")) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (_NEWEST,)
            assert connection.execute("SELECT reason, by FROM waivers").fetchall() == [("printed", "mona")]

    @needs_postgres
    def test_the_shared_database_of_an_earlier_version_is_brought_forward_by_the_command(self, tmp_path: Path) -> None:
        with Server() as server:
            address = server.database()
            with pytest.MonkeyPatch.context() as patch:
                every = migrate_postgres.migrations()
                older = {number: script for number, script in every.items() if number < max(every)}
                patch.setattr(migrate_postgres, "migrations", lambda: older)
                migrate_postgres.migrate(address)
            with psycopg.connect(address, options="-c search_path=plangate") as connection:
                for statement in _ROWS:
                    connection.execute(statement.replace("BLOB", "bytea").encode())
            early = told_in(tmp_path, "web", PLANGATE_DATABASE_URL=address)
            assert (early.returncode, "run `plangate migrate`" in early.stderr) == (2, True), early.stderr
            assert told_in(tmp_path, "migrate", PLANGATE_DATABASE_URL=address).returncode == 0
            with serving(tmp_path, PLANGATE_DATABASE_URL=address) as port:
                assert outcome(port, "d-old") == "known"
            with psycopg.connect(address, options="-c search_path=plangate") as connection:
                assert connection.execute("SELECT reason, by FROM waivers").fetchall() == [("printed", "mona")]


class TestRetention:
    def test_a_worker_deletes_what_was_kept_long_enough_and_nothing_else(self, tmp_path: Path) -> None:
        migrate.migrate(tmp_path / "plangate.db")
        now = time.time()
        ages = {("done", 7): True, ("done", 9): False, ("dead", 29): True, ("dead", 31): False}
        with closing(sqlite3.connect(tmp_path / "plangate.db", isolation_level=None)) as connection:
            for statement in _ROWS:
                connection.execute(statement)
            for state, days in ages:
                connection.execute(
                    "INSERT INTO jobs (delivery, name, event, serial, state, accepted_at, not_before, ended_at)"
                    " VALUES (?, 'Push', X'7B7D', 'r', ?, 0, 0, ?)",
                    (f"{state}-{days}", state, now - days * DAY),
                )
            for days in (29, 31):
                connection.execute(
                    "INSERT INTO reports (repository, head_sha, digest, conclusion, report, stored_at)"
                    " VALUES (42, ?, 'sha256:1', 'success', '{}', ?)",
                    (f"report-{days}", now - days * DAY),
                )
        key = tmp_path / "key.pem"
        key.write_text(other_key())
        more = {"PLANGATE_APP_ID": "4711", "PLANGATE_PRIVATE_KEY_FILE": str(key), "PLANGATE_API_URL": UNREACHABLE}

        def kept(query: str) -> set[str]:
            with closing(sqlite3.connect(tmp_path / "plangate.db")) as connection:
                return {name for (name,) in connection.execute(query)}

        with Process(["-m", "bot", "worker"], environment(tmp_path, free_port(), **more), tmp_path / "log") as worker:
            until(lambda: "done-9" not in kept("SELECT delivery FROM jobs"))
            until(lambda: "report-31" not in kept("SELECT head_sha FROM reports"))
            assert worker.terminate() == 0
        assert kept("SELECT delivery FROM jobs WHERE delivery LIKE '%-%' AND delivery != 'd-old'") == {
            f"{state}-{days}" for (state, days), stays in ages.items() if stays
        }
        assert kept("SELECT head_sha FROM reports") == {"report-29"}
        assert kept("SELECT reason FROM waivers") == {"printed"}
