"""`plangate setup` on the command line, in a terminal beside a browser."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from bot.core.forge.rights import CHECK
from bot.sandbox.world import World
from tests.browser import Browser, link_in
from tests.first_start import app_of, setting_up, told, unregistered
from tests.processes import Process, free_port, request, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting but the folder, in this process."""
    for name in [name for name in os.environ if name.startswith("PLANGATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PLANGATE_DIRECTORY", str(tmp_path / "var"))


class TestOnTheCommandLine:
    def test_it_serves_the_page_here_and_ends_with_what_comes_next(self, tmp_path: Path, world: World) -> None:
        words = ["--url", "https://plangate.example", "--org", "acme", "--name", "Acme Gate", "--with-commits"]
        with setting_up(tmp_path, world, *words) as process:
            log = tmp_path / "setup-log"
            link = link_in(log.read_text())
            assert link.startswith("http://127.0.0.1:"), "the page is this machine's own"
            browser = Browser()
            form = browser.form(link)
            assert form.action.startswith(f"{world.url}/organizations/acme/settings/apps/new?state=")
            assert form.manifest["name"] == "Acme Gate"
            assert form.manifest["hook_attributes"]["url"] == "https://plangate.example/webhook"
            assert form.manifest["default_permissions"]["contents"] == "write"
            assert browser.get(world.register_manifest(form.manifest, state=form.state)).status == 200
            assert process.popen.wait(20) == 0
        said = log.read_text()
        assert re.search(r"^\d\d\d\d-|\binfo\b|\bweb\b.*address=", said, re.MULTILINE) is None, "no line of the log"
        assert "acme-gate is registered (id " in said
        assert f"Install it: {world.url}/apps/acme-gate/installations/new\n" in said
        assert "Start it: plangate serve\n" in said
        needs = ["PLANGATE_URL=https://plangate.example", f"PLANGATE_DIRECTORY={tmp_path / 'var'}"]
        assert f"It needs {' and '.join([*needs, f'PLANGATE_GITHUB_URL={world.url}'])}, and runs as this user" in said
        assert "let a TLS proxy pass https://plangate.example on to it." in said
        assert "specs/001-search/spec.md, or comment /plan on an issue.\n" in said
        assert "require the check: plangate doctor --require acme\n" in said
        assert json.loads((app_of(tmp_path) / "app.json").read_text())["address"] == "https://plangate.example"

    @pytest.mark.slow
    def test_an_app_for_checks_only_promises_no_command(self, tmp_path: Path, world: World) -> None:
        with setting_up(tmp_path, world, "--url", "https://plangate.example", "--checks-only") as process:
            log, browser = tmp_path / "setup-log", Browser()
            form = browser.form(link_in(log.read_text()))
            assert form.manifest["default_permissions"] == dict(CHECK)
            done = browser.get(world.register_manifest(form.manifest, state=form.state))
            assert process.popen.wait(20) == 0
        assert "This App answers no commands." in done.text
        for said in (log.read_text(), done.text):
            assert "/plan " not in said
            assert "001-search" in said

    def test_a_server_that_waits_goes_on_by_itself(self, tmp_path: Path, world: World) -> None:
        port, log = free_port(), tmp_path / "log"
        with Process(["-m", "bot", "serve"], unregistered(tmp_path, port, world, PLANGATE_URL=""), log):
            until(lambda: "Run `plangate setup` with the same settings" in log.read_text())
            assert request(port, "GET", "/setup")[0] == 404, "it does not know where it is, so it has no such page"
            with setting_up(tmp_path, world, "--url", f"http://127.0.0.1:{port}") as process:
                Browser().register(link_in((tmp_path / "setup-log").read_text()), world)
                assert process.popen.wait(20) == 0
            until(lambda: "plangate: ready at" in log.read_text())

    def test_where_there_is_an_app_nothing_is_changed(self, tmp_path: Path, world: World) -> None:
        with setting_up(tmp_path, world, "--url", "https://plangate.example") as process:
            Browser().register(link_in((tmp_path / "setup-log").read_text()), world)
            assert process.popen.wait(20) == 0
        before = {file: file.read_bytes() for file in app_of(tmp_path).iterdir()}
        again = told(tmp_path, world, "--url", "https://elsewhere.example")
        assert (again.returncode, again.stderr) == (0, "")
        assert again.stdout.startswith("Nothing to do: plangate (id ")
        assert {file: file.read_bytes() for file in app_of(tmp_path).iterdir()} == before
        in_settings = told(tmp_path / "other", world, PLANGATE_APP_ID="4711")
        assert (in_settings.returncode, "in the settings" in in_settings.stdout) == (0, True)

    def test_ctrl_c_breaks_it_off_and_keeps_nothing(self, tmp_path: Path, world: World) -> None:
        with setting_up(tmp_path, world, "--url", "https://plangate.example") as process:
            process.popen.send_signal(signal.SIGINT)
            assert process.popen.wait(20) == 1
        assert "Interrupted: no credentials were stored.\n" in (tmp_path / "setup-log").read_text()
        assert not app_of(tmp_path).exists()

    def test_a_worker_alone_says_what_to_run(self, tmp_path: Path, world: World) -> None:
        ended = told(tmp_path, world, command="worker")
        assert ended.returncode == 2
        assert ended.stderr == "plangate: No App is set up: run `plangate setup`, or set PLANGATE_APP_ID.\n"

    def test_where_nothing_can_be_kept_nobody_is_sent_to_a_browser(self, tmp_path: Path, world: World) -> None:
        (tmp_path / "a-file").touch()
        refused = told(tmp_path, world, "--url", "https://a.example", PLANGATE_DIRECTORY=str(tmp_path / "a-file"))
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr == (
            f"plangate: Plangate cannot write the App's credentials to {tmp_path}/a-file: File exists."
            " Free some space, or make it writable.\n"
        )

    @pytest.mark.usefixtures("clean")
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (
                [],
                "plangate: Name the public address of your server: plangate setup --url https://plangate.example.com\n",
            ),
            (["--url", "http://plangate.example"], "plangate: The address of this server must be such as https://"),
            (["--url", "https://a.example/?x=1"], "plangate: The address of this server must be such as https://"),
            (["--url", "https://a b"], "plangate: The address of this server must be such as https://"),
            (["--url", "https://a.example", "--org", "../x"], "plangate: An organization is named by letters, digits"),
            (["--url", "https://a.example", "--name", "x" * 35], "plangate: An App's name has at most 34 printable"),
        ],
    )
    def test_what_it_cannot_begin_with_is_one_sentence(
        self, tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["setup", *words]) == 2
        shown = capsys.readouterr()
        assert (shown.out, shown.err.startswith(said)) == ("", True)
        assert list(tmp_path.iterdir()) == []
