"""The first start: until an App is registered, only the setup page is served.

The page is for the operator who started the server: its address contains a token that is printed to the terminal only.
Without PLANGATE_URL the server does not know its address and serves no page; `plangate setup` then registers the App.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from bot.adapters import credentials
from bot.bundled import bundled_text
from bot.core.forge.errors import UserError
from bot.core.hosting.kinds import GitHubKind, kind_of
from bot.core.hosting.registration import RegistrationOptions, installing, permission_reasons
from bot.core.hosting.ruleset import PLACEHOLDER
from bot.host.serving import configure_process, is_listening, listen, refuse_port_in_use
from bot.host.settings import PREFIX, with_registered
from bot.host.supervise import die_with_parent
from bot.web.setup import SetupPage
from bot.web.setup_sessions import new_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.credentials import AppCredentials
    from bot.host.settings import Settings
    from bot.web.bridge import Bridge

_LOOPBACK = "127.0.0.1"
_THREADS = 4
_TICK = 0.1
_LAST_PAGE = 1.0
"""Seconds for the last page to reach the browser before the server ends."""


def wait_for_app(settings: Settings) -> Settings | None:
    """Serve the setup page at the server's address until an App is registered; None after a signal to stop.

    Returns the settings with the App's credentials. `plangate setup` may register the App meanwhile. Raises
    `UserError`.
    """
    page = None
    instructions = (
        f"no App is registered yet. Run `plangate setup` with the same settings, and this server continues; or set"
        f" {PREFIX}URL to the public address of this server and restart it to register in a browser."
    )
    if settings.url is not None:
        page = _setup_page(
            settings, settings.url, settings.url, RegistrationOptions(), "Plangate continues by itself in a moment."
        )
        page = replace(page, goes_on=True)
        instructions = (
            f"no App is registered yet. Open this address in your browser, and keep it secret:\n  {page.link}"
        )
    refuse_port_in_use(settings.host, settings.port)
    done = _serve(settings, settings.host, settings.port, page, lambda: print(f"plangate: {instructions}", flush=True))  # noqa: T201
    return with_registered(settings) if done else None


def register(
    settings: Settings, address: str, wanted: RegistrationOptions, port: int | None, announce: Callable[[str], None]
) -> AppCredentials | None:
    """Serve the setup page on the loopback interface until an App is registered; None when it was interrupted.

    `announce` gets the address to open. Without `port` a free port is chosen. Raises `UserError`, and `StorageError`
    when credentials could not be stored.
    """
    credentials.refuse_unwritable(settings.directory)
    port_number = _free_port() if port is None else port
    refuse_port_in_use(_LOOPBACK, port_number)
    browser_address = f"http://{_LOOPBACK}:{port_number}"
    page = _setup_page(settings, address, browser_address, wanted, "These steps stand in your terminal, too.")
    if not _serve(settings, _LOOPBACK, port_number, page, lambda: announce(page.link)):
        return None
    return credentials.read(settings.directory, settings.encryption_key())


def next_steps(app: AppCredentials, settings: Settings, wanted: RegistrationOptions) -> list[tuple[str, ...]]:
    """The next steps after registration, each with the lines that explain it."""
    where = wanted.organization or PLACEHOLDER
    or_command = "" if wanted.checks_only else ", or comment /plan on an issue"
    return [
        (f"Install it: {installing(app.page)}",),
        _start(app, settings),
        (f"Push a branch such as 001-search with specs/001-search/spec.md{or_command}.",),
        ("Check everything: plangate doctor",),
        (f"When you trust the verdicts, require the check: plangate doctor --require {where}",),
    ]


def _start(app: AppCredentials, settings: Settings) -> tuple[str, ...]:
    """How to start the server, and what it needs."""
    place = credentials.folder(settings.directory)
    needs = (
        f"It needs {' and '.join(_needs(app, settings))}, and runs as this user.",
        f"It listens on {settings.listening}: let a TLS proxy pass {app.address} on to it.",
    )
    if settings.database_url is None:
        return ("Start it: plangate serve", *needs)
    if settings.encryption_key() is not None:
        copied = f"Copy {place} to the same folder of every host, and set the same {PREFIX}SECRET_KEY there"
        return (copied, "Start plangate web and plangate worker there.", *needs)
    return (
        f"Set on every host: {PREFIX}APP_ID={app.app_id} and {PREFIX}APP_SLUG={app.slug}",
        f"and {PREFIX}PRIVATE_KEY and {PREFIX}WEBHOOK_SECRET, from the files in {place}",
        "Start plangate web and plangate worker there.",
        *needs,
    )


def _needs(app: AppCredentials, settings: Settings) -> list[str]:
    """The settings that a server needs apart from its defaults."""
    needs = [f"{PREFIX}URL={app.address}", f"{PREFIX}DIRECTORY={settings.directory.absolute()}"]
    if kind_of(settings.github_url) is not GitHubKind.CLOUD:
        needs.append(f"{PREFIX}GITHUB_URL={settings.github_url}")
    kept = {"SECRET_KEY": settings.encryption_key(), "DATABASE_URL": settings.database_url}
    return [*needs, *(f"the same {PREFIX}{name}" for name, given in kept.items() if given is not None)]


def _setup_page(
    settings: Settings, address: str, browser_address: str, wanted: RegistrationOptions, next_step: str
) -> SetupPage:
    text = bundled_text("app.yml")
    written: Any = yaml.safe_load(text)
    if not isinstance(written, dict):
        raise UserError("app.yml contains no manifest: restore the file from this version of Plangate.")
    return SetupPage(
        token=new_token(),
        written=written,
        reasons=permission_reasons(text),
        address=address,
        browser_address=browser_address,
        github_url=settings.github_url,
        api_url=settings.api_url,
        ca_file=settings.ca_file,
        directory=settings.directory,
        wanted=wanted,
        next_step=next_step,
        secret_key=settings.encryption_key(),
        listening=settings.listening,
    )


def _serve(settings: Settings, host: str, port: int, page: SetupPage | None, announce: Callable[[], None]) -> bool:
    """Serve until an App is registered (True) or a signal arrives (False)."""
    done, ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not is_listening(host, port):
            if ended.wait(_TICK):
                return
        announce()
        while not credentials.is_there(settings.directory):
            if ended.wait(_TICK):
                return
        if not ended.wait(_LAST_PAGE):
            done.set()
            os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=watch, name="setup", daemon=True)
    watcher.start()
    try:
        listen(host, port, partial(_load, settings, os.getpid(), page))
    finally:
        ended.set()
        watcher.join()
    return done.is_set()


def _load(settings: Settings, parent: int, page: SetupPage | None) -> Bridge:
    """Load the application in the child process of the server, which must not outlive the server."""
    from bot.web.bridge import Bridge  # noqa: PLC0415  only for this process
    from bot.web.setup import application  # noqa: PLC0415  likewise

    die_with_parent(parent)
    configure_process(settings)
    return Bridge(application(page), _THREADS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
