"""The checks of `plangate doctor`: settings, folder, database, the App at GitHub, and the queue. Read-only."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import closing
from stat import S_IMODE
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import yaml

from bot.adapters import credentials
from bot.adapters.clock import SystemClock
from bot.adapters.database.queue_sqlite import NEARLY_FULL
from bot.adapters.github.app import GitHubApp
from bot.adapters.github.bare import clock_ahead
from bot.adapters.github.certificates import authorities
from bot.adapters.github.hook import GitHubHook
from bot.adapters.github.registration import GitHubRegistration
from bot.bundled import bundled_text
from bot.core.forge.errors import ForgeError, RepositoryGone, StorageError, UserError
from bot.core.forge.lost_deliveries import GAP
from bot.core.forge.ports import JobState
from bot.core.hosting import diagnosis
from bot.core.hosting.diagnosis import AppNow, DoctorCheck, error, ok, warning
from bot.core.hosting.registration import needed_for
from bot.core.text.neutral import plain_line
from bot.host import storage
from bot.host.settings import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bot.host.settings import Settings

_OTHERS = 0o077
_SPACE = 100_000_000
"""Free bytes below which the disk counts as nearly full: enough for a day's deliveries."""


def _silent(_: str) -> None:
    """Announce nothing."""


def examine(read: Callable[[], Settings], announce: Callable[[str], None] = _silent) -> list[DoctorCheck]:
    """Run every check, in order of dependence. A failed check is a result, not an exception.

    `announce` gets a sentence before the doctor waits for a worker that may be starting.
    """
    try:
        settings = read()
    except UserError as refused:
        return [error("settings", str(refused))]
    return [
        *_settings(settings),
        *_folder(settings),
        *_guarded("encryption", lambda: _at_rest(settings)),
        *_login(settings),
        *_database(settings),
        *_guarded("github", lambda: [_github(settings)]),
        *_guarded("clock", lambda: [diagnosis.clock(clock_ahead(settings.api_url, ca_file=settings.ca_file))]),
        *_app(settings),
        *_work(settings, announce),
    ]


def _github(settings: Settings) -> DoctorCheck:
    """Name the GitHub of the settings, its API's address, the proxy and the certificate authorities."""
    parts = urlsplit(settings.api_url)
    host = parts.hostname or ""
    proxy = None if proxy_bypass(host) else getproxies().get(parts.scheme)
    return diagnosis.github(settings.github_url, settings.api_url, proxy, authorities(settings.ca_file))


def _guarded(name: str, look: Callable[[], Iterable[DoctorCheck]]) -> list[DoctorCheck]:
    checks: list[DoctorCheck] = []
    try:
        checks.extend(look())
    except ForgeError as refused:
        checks.append(error(name, plain_line(str(refused)), "Check that GitHub can be reached."))
    except (UserError, StorageError) as refused:
        checks.append(error(name, plain_line(str(refused))))
    return checks


def _settings(settings: Settings) -> Iterator[DoctorCheck]:
    if not settings.has_credentials:
        yield error("settings", "no App is registered", "Run `plangate setup`.")
        return
    absent = [f"{PREFIX}APP_ID"] if settings.app_id is None else []
    absent += [f"{PREFIX}WEBHOOK_SECRET"] if not settings.webhook_secrets else []
    absent += [] if settings.private_key or settings.private_key_file else [f"{PREFIX}PRIVATE_KEY_FILE"]
    if absent:
        yield error(
            "settings", f"{' and '.join(absent)} not set", "Take the values from the App's settings page on GitHub."
        )
    else:
        yield ok("settings", "App id, key and webhook secret are set")


def _login(settings: Settings) -> Iterator[DoctorCheck]:
    """Whether people can log in, where pages need it."""
    if settings.pages != "login":
        return
    try:
        settings.login_secret()
    except UserError as refused:
        yield error("login", "people cannot log in to see pages", str(refused))
    else:
        yield ok("login", f"people log in with the App's client id {settings.client_id}")


def _folder(settings: Settings) -> Iterator[DoctorCheck]:
    folder = settings.directory
    if not folder.exists() and settings.database_url is not None:
        return
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.R_OK | os.W_OK | os.X_OK):
        problem = (
            f"{folder} cannot be written to" if existing == folder else f"{folder} cannot be created in {existing}"
        )
        yield error("folder", problem, f"Make the server's user its owner, or set {PREFIX}DIRECTORY.")
        return
    if existing != folder:
        yield warning("folder", f"{folder} does not exist yet", "The server creates it at its first start.")
        return
    free, open_to_others = shutil.disk_usage(folder).free, _open_to_others(folder)
    if open_to_others:
        yield warning("folder", f"other users can read {folder}", f"Run chmod 700 {folder}")
    if free < _SPACE:
        problem = f"{free // 1_000_000} MB are left on the disk of {folder}"
        yield (error if free < NEARLY_FULL else warning)("folder", problem, "Free space on it.")
    elif not open_to_others:
        yield ok("folder", f"{folder} is writable, by its owner only")


def _at_rest(settings: Settings) -> Iterator[DoctorCheck]:
    """Whether stored credentials are encrypted."""
    if not credentials.is_there(settings.directory):
        return
    if credentials.are_encrypted(settings.directory):
        yield ok("encryption", "key and webhook secret are encrypted at rest")
    elif settings.encryption_key() is None:
        yield ok("encryption", f"key and webhook secret are plain files; {PREFIX}SECRET_KEY would encrypt them")
    else:
        yield warning("encryption", "key and webhook secret are still plain files", "Run `plangate setup`.")


def _open_to_others(path: Path) -> bool:
    return bool(S_IMODE(path.stat().st_mode) & _OTHERS)


def _database(settings: Settings) -> list[DoctorCheck]:
    if settings.database_url is None and not settings.database.exists():
        remedy = "The server creates it at its first start."
        return [warning("database", f"{settings.database} does not exist yet", remedy)]

    def look() -> Iterator[DoctorCheck]:
        storage.refuse_outdated(settings)
        yield ok("database", "can be reached, and has the schema of this version")

    return _guarded("database", look)


def _app(settings: Settings) -> Iterator[DoctorCheck]:
    """The checks of the App at GitHub; only the key is checked when GitHub refuses it."""
    if settings.app_id is None or not (settings.private_key or settings.private_key_file):
        return
    key_file = settings.private_key_file
    if settings.private_key is None and key_file is not None and key_file.exists() and _open_to_others(key_file):
        yield warning("key", f"other users can read {key_file}", f"Run chmod 600 {key_file}")
    try:
        app = GitHubApp(settings.app_id, settings.pem(), SystemClock(), settings.api_url, settings.ca_file)
        registration = GitHubRegistration(app)
        now = registration.about()
    except UserError as refused:
        yield error("key", plain_line(str(refused)))
        return
    except ForgeError as refused:
        yield _key_refused(settings, refused)
        return
    yield from _registered_app(settings, app, registration, now)


def _key_refused(settings: Settings, refused: ForgeError) -> DoctorCheck:
    if isinstance(refused, RepositoryGone):
        remedy = f"Set {PREFIX}APP_ID to the id on the App's page, and {PREFIX}API_URL to its GitHub."
        return error("key", f"GitHub has no App {settings.app_id}", remedy)
    remedy = "Check that GitHub can be reached."
    if " 401 " in str(refused):
        remedy = f"If the clock is right, generate a new key on the settings page of App {settings.app_id}."
    return error("key", plain_line(str(refused)), remedy)


def _registered_app(
    settings: Settings, app: GitHubApp, registration: GitHubRegistration, now: AppNow
) -> Iterator[DoctorCheck]:
    page = now.settings_page(settings.github_url)
    if now.id != settings.app_id:
        yield error("key", f"belongs to App {now.id}, not to {settings.app_id}", f"Set {PREFIX}APP_ID to {now.id}.")
    else:
        yield ok("key", f"belongs to {plain_line(now.slug)} (id {now.id})")
    if now.slug != settings.app_slug:
        slug = settings.app_slug
        problem = f"the App is called {plain_line(now.slug)}, not {slug}, so mentions of @{slug} are ignored"
        yield warning("slug", problem, f"Set {PREFIX}APP_SLUG to {plain_line(now.slug)}.")
    manifest: Any = yaml.safe_load(bundled_text("app.yml"))
    required, events = needed_for(now.permissions, manifest["default_permissions"], manifest["default_events"])
    yield diagnosis.permissions(now, required, page)
    yield diagnosis.events(now, events, page)
    yield from _guarded("webhook", lambda: diagnosis.hook(registration.hook(), settings.url, settings.github_url, page))
    yield from _guarded("deliveries", lambda: [diagnosis.deliveries(GitHubHook(app).attempts().attempts, page)])
    yield from _guarded("installed", lambda: diagnosis.installations(registration.grants(), now))


def _work(settings: Settings, announce: Callable[[str], None]) -> list[DoctorCheck]:
    """The checks of workers and queue."""
    if settings.database_url is None and not settings.database.exists():
        return []

    def workers() -> Iterator[DoctorCheck]:
        if settings.has_credentials:
            alive = storage.wait_for_worker(
                settings, lambda seconds: announce(f"The worker may be starting: waiting up to {seconds:.0f} s for it.")
            )
        else:
            alive = storage.workers_alive(settings)
        if alive:
            yield ok("workers", "1 is running" if alive == 1 else f"{alive} are running")
        else:
            yield error("workers", "none is running", "Start `plangate serve` or `plangate worker`.")

    def queue() -> Iterator[DoctorCheck]:
        storage.refuse_outdated(settings)
        opened = storage.open_storage(settings, SystemClock())
        with closing(opened.queue) as waiting:
            yield diagnosis.backlog(waiting.counts()[JobState.DEAD], waiting.oldest(), time.time())
            seconds = opened.store().cursor(GAP)
            yield diagnosis.gap(None if seconds is None else float(seconds))

    return [*_guarded("workers", workers), *_guarded("queue", queue)]
