"""`plangate doctor` beside a real GitHub: what is wrong is named with its remedy, and nothing is changed."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.holders import Holders
from bot.adapters.database.migrate_postgres import migrate as migrate_postgres
from bot.cli import main
from bot.core.forge.job_keys import new_job
from bot.core.forge.lost_deliveries import GAP
from bot.core.forge.rights import CHECK
from bot.host import bootstrap, doctor, storage
from bot.host.settings import from_environment
from bot.sandbox.faults import Fault
from bot.sandbox.world import World
from tests.core.forge.test_events import EXAMPLES
from tests.processes import Process, environment, free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import Server

URL = "https://plangate.example"


class Line(NamedTuple):
    level: str
    said: str
    remedy: str


class Host:
    """Whoever runs Plangate, with everything in order."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.patch, self._capsys = folder, patch, capsys
        self.world = World()
        self.var = folder / "var"
        self.key = folder / "key.pem"
        self.key.write_text(self.world.app.private_key)
        self.key.chmod(0o600)
        for name in [name for name in os.environ if name.startswith("PLANGATE_")]:
            patch.delenv(name)
        self.set(
            DIRECTORY=str(self.var),
            APP_ID=str(self.world.app.id),
            PRIVATE_KEY_FILE=str(self.key),
            WEBHOOK_SECRET="sandbox-secret",
            GITHUB_URL=self.world.url,
            API_URL=self.world.url,
            URL=URL,
        )
        storage.prepare(from_environment())
        repository = self.world.create_repository("acme", "ferry", {"README.md": "# Ferry\n"})
        self.installation = self.world.install("acme", [repository])
        self.world.push(repository, "001-a", {"specs/001-a/spec.md": "# A\n"}, author="ada")
        # Nobody is at that address, so what became of the deliveries is said, not tried.
        self.world.app.webhook_url = f"{URL}/webhook"
        for delivery in self.world.deliveries.log:
            delivery.status, delivery.status_code = "OK", 202
        self.worker = Holders(self.var / "workers")
        self.worker.hold("here-1-abc")

    def set(self, **settings: str) -> None:
        for name, value in settings.items():
            self.patch.setenv(f"PLANGATE_{name}", value)

    def asks(self) -> tuple[int, dict[str, list[Line]]]:
        """The exit code, and what was said under each name."""
        code = main(["doctor", "--json"])
        shown = json.loads(self._capsys.readouterr().out)
        assert shown["ok"] is (code == 0)
        lines: dict[str, list[Line]] = {}
        for one in shown["checks"]:
            lines.setdefault(one["name"], []).append(Line(one["level"], one["said"], one["remedy"]))
        return code, lines

    def hears(self, name: str, level: str, *words: str) -> None:
        """One line of that name is of that level and holds these words; the exit code follows from the levels."""
        code, lines = self.asks()
        found = [
            one
            for one in lines[name]
            if one.level == level and all(word in f"{one.said}. {one.remedy}" for word in words)
        ]
        assert found, lines[name]
        assert found[0].remedy or level == "ok" or name in {"clock", "github", "settings", "key", "database"}
        assert code == any(one.level == "error" for every in lines.values() for one in every)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Host]:
    host = Host(tmp_path, monkeypatch, capsys)
    yield host
    host.worker.close()
    host.world.close()


def test_where_all_is_well_it_says_so_and_has_written_nothing(host: Host) -> None:
    code, lines = host.asks()
    assert {one.level for every in lines.values() for one in every} == {"ok"}, lines
    assert code == 0
    assert {one.method for one in host.world.requests.since(0)} == {"GET"}
    names = [
        "settings",
        "folder",
        "database",
        "github",
        "clock",
        "key",
        "permissions",
        "events",
        "webhook",
        "deliveries",
    ]
    assert list(lines) == [*names, "installed", "workers", "queue", "gap"]


def test_the_lines_for_a_person(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    host.world.app.events.remove("push")
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert " ✓ clock        within 1 s of GitHub's" in lines or " ✓ clock        within 2 s of GitHub's" in lines
    page = f"{host.world.url}/settings/apps/plangate/permissions"
    assert f" ✗ events       the App does not receive push. Subscribe at {page}." in lines
    assert lines[-2:] == ["", "1 error."]


class TestHere:
    def test_a_setting_that_makes_no_sense(self, host: Host) -> None:
        host.set(PORT="eighty")
        host.hears("settings", "error", "PLANGATE_PORT is 'eighty'")

    def test_no_app(self, host: Host) -> None:
        host.set(APP_ID="", PRIVATE_KEY_FILE="", WEBHOOK_SECRET="")
        host.hears("settings", "error", "no App is registered. Run `plangate setup`.")

    def test_half_an_app(self, host: Host) -> None:
        host.set(APP_ID="", WEBHOOK_SECRET="")
        host.hears("settings", "error", "PLANGATE_APP_ID and PLANGATE_WEBHOOK_SECRET not set")

    def test_a_folder_that_others_may_look_into(self, host: Host) -> None:
        host.var.chmod(0o755)
        host.hears("folder", "warning", f"chmod 700 {host.var}")

    def test_a_folder_that_is_none(self, host: Host) -> None:
        host.set(DIRECTORY=str(host.key))
        host.hears("folder", "error", "cannot be written to")

    def test_before_the_first_start(self, host: Host, tmp_path: Path) -> None:
        host.set(DIRECTORY=str(tmp_path / "new"))
        host.hears("database", "warning", "does not exist yet")
        assert not (tmp_path / "new").exists(), "it only looks"

    def test_a_folder_that_cannot_be_made(self, host: Host) -> None:
        host.set(DIRECTORY=str(host.key / "var"))
        host.hears(
            "folder", "error", f"{host.key}/var cannot be created in {host.key}. Make the server's user its owner"
        )

    def test_a_disk_that_fills_and_one_that_is_full(self, host: Host) -> None:
        host.patch.setattr(doctor, "_SPACE", 10**18)
        host.var.chmod(0o755)
        host.hears("folder", "warning", f"MB are left on the disk of {host.var}. Free space on it.")
        host.hears("folder", "warning", "chmod 700")
        host.patch.setattr(doctor, "NEARLY_FULL", 10**18)
        host.hears("folder", "error", "MB are left")

    def test_a_database_of_another_version(self, host: Host) -> None:
        with closing(sqlite3.connect(host.var / "plangate.db")) as connection:
            connection.execute("PRAGMA user_version = 99")
        host.hears("database", "error", "was written by a newer Plangate (schema 99")
        with closing(sqlite3.connect(host.var / "plangate.db")) as connection:
            connection.execute("PRAGMA user_version = 1")
        host.hears("database", "error", "has schema 1, this Plangate needs", "run `plangate migrate` first")

    def test_a_database_that_is_damaged(self, host: Host) -> None:
        for file in host.var.glob("plangate.db*"):
            file.unlink()
        (host.var / "plangate.db").write_bytes(b"no database" * 500)
        host.hears("database", "error", "it is damaged")

    def test_nobody_works(self, host: Host) -> None:
        host.worker.close()
        host.hears("workers", "error", "none is running. Start `plangate serve`")

    def test_a_dead_worker_is_none_and_its_trace_stays(self, host: Host) -> None:
        host.worker.close()
        (host.var / "workers" / "here-2-abc.lock").touch()
        host.hears("workers", "error", "none is running")
        assert (host.var / "workers" / "here-2-abc.lock").exists(), "it only looks"

    def test_a_door_is_no_worker(self, host: Host) -> None:
        host.worker.close()
        host.patch.setattr(storage, "WORKER_STARTS", 0.3)
        with closing(storage.announce_presence(from_environment(), "web")):
            host.hears("workers", "error", "none is running")

    def test_a_worker_that_is_starting_is_waited_for_with_a_word(self, host: Host) -> None:
        host.worker.close()
        said: list[str] = []

        def announce(sentence: str) -> None:
            said.append(sentence)
            host.worker.hold("here-3-abc")

        with closing(storage.announce_presence(from_environment(), "serve")):
            checks = doctor.examine(from_environment, announce)
        assert said == ["The worker may be starting: waiting up to 10 s for it."]
        assert [(check.level, check.said) for check in checks if check.name == "workers"] == [("ok", "1 is running")]

    def test_a_dead_letter_and_a_job_that_waits_for_ever(self, host: Host) -> None:
        with closing(bootstrap.open_queue(from_environment())) as queue:
            queue.put(new_job("d1", EXAMPLES["sweep"]))
            job = queue.lease("here-1-abd")
            assert job is not None
            queue.bury(job, "it would not end")
        host.hears("queue", "warning", "1 dead letter. List them with `plangate deliveries list --state dead`")

    def test_an_old_job_hides_no_dead_letter(self, host: Host) -> None:
        with closing(bootstrap.open_queue(from_environment())) as queue:
            queue.put(new_job("d1", EXAMPLES["sweep"]))
            job = queue.lease("here-1-abd")
            assert job is not None
            queue.bury(job, "it would not end")
            queue.put(new_job("d2", EXAMPLES["sweep"]))
        with closing(sqlite3.connect(host.var / "plangate.db")) as connection:
            connection.execute("UPDATE jobs SET accepted_at = accepted_at - 3600")
            connection.commit()
        host.hears("queue", "error", "the oldest delivery has waited for 60 min; 1 dead letter. Check that a")

    def test_a_gap(self, host: Host) -> None:
        opened = storage.open_storage(from_environment(), SystemClock())
        with closing(opened.queue):
            opened.store().set_cursor(GAP, "300.0")
            host.hears("gap", "warning", "a delivery has been missing for 5 min")
            opened.store().set_cursor(GAP, "86400.0")
            host.hears("gap", "error", "a delivery has been missing for 24 h")


def test_pages_for_people_who_log_in_need_the_client_secret(host: Host) -> None:
    host.set(PAGES="login")
    host.hears("login", "error", "people cannot log in", "PLANGATE_CLIENT_SECRET")
    host.set(CLIENT_ID="Iv1", CLIENT_SECRET="hush")
    host.hears("login", "ok", "client id Iv1")


class TestWhichGitHub:
    def test_a_server_and_the_address_of_its_api(self, host: Host) -> None:
        host.hears("github", "ok", f"GitHub Enterprise Server at {host.world.url}, API {host.world.url}")

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("https://github.com", "github.com at https://github.com, API https://api.github.com"),
            ("https://acme.ghe.com", "with data residency at https://acme.ghe.com, API https://api.acme.ghe.com"),
            ("https://git.example", "GitHub Enterprise Server at https://git.example, API https://git.example/api/v3"),
        ],
    )
    def test_every_kind_is_named(self, host: Host, address: str, words: str) -> None:
        host.set(GITHUB_URL=address, API_URL="")
        host.patch.setenv("HTTPS_PROXY", "http://user:hunter2@127.0.0.1:9")
        host.patch.setenv("NO_PROXY", "")
        _, lines = host.asks()
        (line,) = lines["github"]
        assert words in line.said
        assert "through the proxy 127.0.0.1:9" in line.said
        assert "hunter2" not in line.said

    def test_a_file_without_authorities(self, host: Host) -> None:
        host.set(CA_FILE=str(host.key))
        host.hears("github", "error", "which has no certificates in PEM form")


class TestAtGitHub:
    def test_nobody_there(self, host: Host) -> None:
        host.set(API_URL="http://127.0.0.1:9")
        host.hears("key", "error", "GitHub did not answer")
        host.hears("clock", "error", "http://127.0.0.1:9 does not answer: Connection refused. Check that GitHub can be")

    def test_a_clock_that_is_behind(self, host: Host) -> None:
        host.world.advance(30)
        host.hears("clock", "warning", "s behind GitHub's. Set the clock")
        host.world.advance(970)
        host.hears("clock", "error", "s behind GitHub's. GitHub rejects our credentials")
        host.hears("key", "error", "GitHub answered 401", "If the clock is right, generate a new key")

    def test_a_clock_that_is_ahead(self, host: Host) -> None:
        host.world.advance(-100)
        host.hears("clock", "error", "s ahead of GitHub's. GitHub rejects our credentials")

    def test_a_key_that_is_none_and_one_that_is_open(self, host: Host) -> None:
        host.key.chmod(0o644)
        host.hears("key", "warning", f"other users can read {host.key}. Run chmod 600")
        host.key.write_text("-----BEGIN RSA PRIVATE KEY-----\nno\n-----END RSA PRIVATE KEY-----\n")
        host.hears("key", "error", "The App's private key cannot be read")
        host.key.unlink()
        host.hears("key", "error", "which cannot be read: ")

    def test_another_apps_id(self, host: Host) -> None:
        host.set(APP_ID="99")
        host.hears("key", "error", "GitHub has no App 99. Set PLANGATE_APP_ID")

    def test_another_name(self, host: Host) -> None:
        host.set(APP_SLUG="gate")
        host.hears("slug", "warning", "is called plangate", "Set PLANGATE_APP_SLUG to plangate.")

    def test_permissions_and_events_that_lack(self, host: Host) -> None:
        app = host.world.app
        app.permissions = {**app.permissions, "checks": "read"}
        del app.permissions["merge_queues"]
        app.events.remove("merge_group")
        host.hears(
            "permissions", "error", "lacks checks: write, merge_queues: read", "/settings/apps/plangate/permissions"
        )
        host.hears("events", "error", "does not receive merge_group")

    def test_more_permissions_than_are_used(self, host: Host) -> None:
        app = host.world.app
        host.installation.permissions = app.permissions = {**app.permissions, "contents": "write"}
        host.hears("permissions", "ok", "contents: write for /plan start and commit")
        app.permissions = {**app.permissions, "administration": "write"}
        host.hears("permissions", "warning", "administration: write, which Plangate does not use")
        host.hears("installed", "warning", "acme has not accepted administration: write", "/settings/installations/")

    def test_an_app_for_checks_only_is_as_it_was_chosen(self, host: Host) -> None:
        app = host.world.app
        host.installation.permissions = app.permissions = dict(CHECK)
        app.events = ["check_run", "check_suite", "pull_request", "push"]
        host.hears("permissions", "ok", "those of setup --checks-only: verdicts without comments and commands")
        host.hears("events", "ok", "those of setup --checks-only")
        app.events.remove("push")
        host.hears("events", "error", "does not receive push")
        app.permissions = {**CHECK, "checks": "read"}
        host.hears("permissions", "error", "lacks checks: write")

    def test_an_account_that_has_not_accepted_comments(self, host: Host) -> None:
        host.installation.permissions = dict(CHECK)
        host.hears(
            "installed", "warning", "acme has not accepted issues: write", "without comments and commands. The owner"
        )

    def test_where_deliveries_go(self, host: Host) -> None:
        app = host.world.app
        app.webhook_url = "https://old.example/webhook"
        host.hears("webhook", "error", f"points to https://old.example/webhook, not to {URL}/webhook")
        host.set(URL="")
        host.hears("webhook", "warning", "Set PLANGATE_URL")
        app.webhook_url = "https://old.example/"
        host.hears("webhook", "error", "Set an address that ends in /webhook")
        app.webhook_url = None
        host.hears("webhook", "error", "the App has no webhook")

    def test_a_webhook_that_anybody_could_forge(self, host: Host) -> None:
        host.world.app.webhook_secret, host.world.app.insecure_ssl = None, "1"
        host.hears("webhook", "error", "has no secret on GitHub")
        host.hears("webhook", "warning", "GitHub does not verify our certificate")

    def test_deliveries_that_fail(self, host: Host) -> None:
        log = host.world.deliveries.log
        assert log
        for one in log:
            one.status_code = 401
        host.hears("deliveries", "error", f"{len(log)} with 401. The secrets differ")
        log[-1].status_code = 202
        host.hears("deliveries", "warning", "the last one arrived")

    def test_accounts(self, host: Host) -> None:
        host.world.suspend(host.installation)
        host.hears("installed", "warning", "suspended by acme")
        host.world.uninstall(host.installation)
        host.hears(
            "installed", "warning", f"on no account. Install the App: {host.world.url}/apps/plangate/installations/new"
        )

    @pytest.mark.parametrize(
        ("operation", "name"),
        [
            ("apps/get-webhook-config-for-app", "webhook"),
            ("apps/list-webhook-deliveries", "deliveries"),
            ("apps/list-installations", "installed"),
            ("apps/get-authenticated", "key"),
        ],
    )
    def test_one_question_that_github_does_not_answer_leaves_the_others(
        self, host: Host, operation: str, name: str
    ) -> None:
        host.world.faults.add(Fault(operation, 500, times=None))
        _, lines = host.asks()
        assert [(one.level, "500" in one.said) for one in lines[name]] == [("error", True)]
        assert lines["workers"][0].level == "ok"


class TestTheRuleset:
    """`--require`: the command for an administrator."""

    @pytest.mark.parametrize(("where", "path"), [("acme/ferry", "repos/acme/ferry"), ("acme", "orgs/acme")])
    def test_it_requires_the_check_of_this_app(
        self, host: Host, capsys: pytest.CaptureFixture[str], where: str, path: str
    ) -> None:
        assert main(["doctor", "--require", where]) == 0
        first, *body = capsys.readouterr().out.splitlines()
        at = host.world.url.removeprefix("http://")
        assert first == f"gh api --method POST --hostname {at} {path}/rulesets --input - <<'JSON'"
        assert body.pop() == "JSON"
        (rule,) = json.loads("\n".join(body))["rules"]
        required = rule["parameters"]["required_status_checks"]
        assert required == [{"context": "plangate", "integration_id": host.world.app.id}]

    @pytest.mark.parametrize("where", ["", "a b", "acme/ferry/x", "$(id)", "acme/`id`", "-x"])
    @pytest.mark.usefixtures("host")
    def test_what_is_no_name_is_refused(self, capsys: pytest.CaptureFixture[str], where: str) -> None:
        assert main(["doctor", f"--require={where}"]) == 2
        assert "such as acme or acme/ferry" in capsys.readouterr().err


def test_what_a_real_server_looks_like(tmp_path: Path, host: Host) -> None:
    host.worker.close()
    port, log = free_port(), tmp_path / "log"
    given = {name: value for name, value in os.environ.items() if name.startswith("PLANGATE_")}
    with Process(["-m", "bot", "serve"], environment(host.var, port, **given | {"PLANGATE_PORT": str(port)}), log):
        until(lambda: "worker working" in log.read_text())
        _, lines = host.asks()
        assert lines["workers"] == [Line("ok", "1 is running", "")]


def test_on_the_shared_database_a_worker_that_is_starting_is_waited_for(host: Host, postgres: Server) -> None:
    address = postgres.database()
    migrate_postgres(address)
    host.set(DATABASE_URL=address, DIRECTORY=str(host.folder / "elsewhere"))
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        closing(storage.open_storage(from_environment(), SystemClock()).queue) as queue,
    ):
        host.set(PORT=str(door.getsockname()[1]))

        def announce(_: str) -> None:
            queue.lease("there-1-abc")

        checks = doctor.examine(from_environment, announce)
    assert [(check.level, check.said) for check in checks if check.name == "workers"] == [("ok", "1 is running")]


def test_on_the_shared_database(host: Host, postgres: Server) -> None:
    address = postgres.database()
    host.set(DATABASE_URL=address, DIRECTORY=str(host.folder / "elsewhere"))
    host.hears("database", "error", "run `plangate migrate`")
    migrate_postgres(address)
    host.hears("workers", "error", "none is running")
    with closing(storage.open_storage(from_environment(), SystemClock()).queue) as queue:
        queue.lease("there-1-abc")
        host.hears("workers", "ok", "1 is running")
        host.hears("queue", "ok", "empty")
    host.set(DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:9/none")
    code, lines = host.asks()
    assert code == 1
    assert lines["database"][0].level == "error"
    assert "hunter2" not in str(lines)
