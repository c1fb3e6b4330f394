"""The first start: until there is an App, nothing is served but its registration.

The page is for whoever started the server: its address carries a token that is printed where that person looks, and
nowhere else. It needs to know where it is, so without PLANGATE_URL there is no page, and `plangate setup` registers.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from bot.adapters import credentials
from bot.bundled import bundled_text
from bot.core.forge.errors import UserError
from bot.core.hosting.registration import RegistrationOptions, installing
from bot.host.serving import begin, listen, refuse_taken
from bot.host.settings import PREFIX, with_registered
from bot.host.supervise import end_with
from bot.web.setup import Offer
from bot.web.setup_visits import new_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.adapters.credentials import AppCredentials
    from bot.host.settings import Settings
    from bot.web.bridge import Bridge

_LOOPBACK = "127.0.0.1"
_THREADS = 4
_TICK = 0.1
_LAST_PAGE = 1.0
"""Seconds for the last page to reach its browser before its server ends."""


def wait_for_app(settings: Settings) -> Settings | None:
    """Serve the registration at the server's own address until there is an App; None when told to stop before.

    The settings with the App's. It may also have been registered by `plangate setup` beside this. Raises `UserError`.
    """
    offer = None
    said = (
        f"no App is registered yet. Run `plangate setup` with the same settings, and this goes on by itself; or set"
        f" {PREFIX}URL to where GitHub reaches this server, and start it again, to register in a browser."
    )
    if settings.url is not None:
        offer = _offer(
            settings, settings.url, settings.url, RegistrationOptions(), "Plangate goes on by itself, in a moment."
        )
        said = f"no App is registered yet. Open this address in your browser, and give it to nobody:\n  {offer.link}"
    refuse_taken(settings.host, settings.port)
    done = _serve(settings, settings.host, settings.port, offer, lambda: print(f"plangate: {said}", flush=True))  # noqa: T201
    return with_registered(settings) if done else None


def register(
    settings: Settings, address: str, wanted: RegistrationOptions, port: int | None, announce: Callable[[str], None]
) -> AppCredentials | None:
    """Serve the registration on the loopback interface until there is an App; None when it was broken off.

    `announce` gets the address to open. `port` is any free one unless it is named. Raises `UserError`, and
    `StorageError` where nothing could be kept.
    """
    credentials.refuse_unwritable(settings.directory)
    chosen = _free_port() if port is None else port
    refuse_taken(_LOOPBACK, chosen)
    here = f"http://{_LOOPBACK}:{chosen}"
    offer = _offer(settings, address, here, wanted, "Go back to the terminal.")
    if not _serve(settings, _LOOPBACK, chosen, offer, lambda: announce(offer.link)):
        return None
    return credentials.read(settings.directory)


def next_steps(app: AppCredentials, settings: Settings) -> list[str]:
    """What to do with an App that is registered, line by line."""
    place = credentials.folder(settings.directory)
    lines = [f"Install it: {installing(app.page)}"]
    if settings.database_url is None:
        return [*lines, "Start it: plangate serve"]
    return [
        *lines,
        f"Set on every host: {PREFIX}APP_ID={app.app_id} and {PREFIX}APP_SLUG={app.slug}",
        f"and {PREFIX}PRIVATE_KEY and {PREFIX}WEBHOOK_SECRET, from the files in {place}",
    ]


def _offer(settings: Settings, address: str, browser_address: str, wanted: RegistrationOptions, goes_on: str) -> Offer:
    written: Any = yaml.safe_load(bundled_text("app.yml"))
    if not isinstance(written, dict):
        raise UserError("app.yml holds no manifest: restore it from this version of Plangate.")
    return Offer(
        token=new_token(),
        written=written,
        address=address,
        browser_address=browser_address,
        github_url=settings.github_url,
        api_url=settings.api_url,
        directory=settings.directory,
        wanted=wanted,
        goes_on=goes_on,
    )


def _serve(settings: Settings, host: str, port: int, offer: Offer | None, announce: Callable[[], None]) -> bool:
    """Until there is an App (true), or until a signal."""
    done, ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not _listens(host, port):
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
        listen(host, port, partial(_load, settings, os.getpid(), offer))
    finally:
        ended.set()
        watcher.join()
    return done.is_set()


def _load(settings: Settings, parent: int, offer: Offer | None) -> Bridge:
    """In the server's own process, which must not outlive us."""
    from bot.web.bridge import Bridge  # noqa: PLC0415  only for this process
    from bot.web.setup import application  # noqa: PLC0415  likewise

    end_with(parent)
    begin(settings)
    return Bridge(application(offer), _THREADS)


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection(({"0.0.0.0": _LOOPBACK, "::": "::1"}.get(host, host), port), timeout=1):  # noqa: S104
            return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
