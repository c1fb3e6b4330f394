"""Build the processes of the App from the settings. Only this module creates adapters.

Imports that only the worker needs stand in functions, so that the web process never loads a GitHub client.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
import tempfile
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot import log
from bot.adapters.clock import SystemClock
from bot.adapters.credentials import is_there, sweep
from bot.app.worker import Worker
from bot.bundled import bundled_text
from bot.core.forge.errors import UserError
from bot.host.serving import configure_process, listen, refuse_port_in_use
from bot.host.settings import FILE_VARIABLES, PREFIX, Settings
from bot.host.storage import announce_presence, lacks_worker, open_storage, prepare, refuse_outdated, workers_alive
from bot.host.supervise import Child, Supervisor, die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.adapters.github.repository import GitHubRepositories
    from bot.app.apply import RecordedEffects
    from bot.app.reconcile import Reconciler
    from bot.app.worker import Handler
    from bot.core.forge.effects import Effect
    from bot.core.forge.outcome import Outcome
    from bot.core.forge.ports import Clock, Forges, Leader, NewJob, Queue, Store
    from bot.host.storage import Storage
    from bot.web.app import ViewerPages, WebApplication
    from bot.web.bridge import Bridge
    from bot.web.login import Login

_LATEST_END = 28.0
"""Seconds after SIGTERM at which a worker exits even if a thread hangs; platforms send SIGKILL after 30."""
_RECONCILER_GRACE = 5.0
"""Seconds for the reconciler to end; a reconciliation that is cut short is repeated."""


def serve(settings: Settings) -> int:
    """Run web and worker as two supervised processes until SIGTERM or Ctrl-C. Returns the exit code."""
    configure_process(settings)
    prepare(settings)
    sweep(settings.directory)
    refuse_port_in_use(settings.host, settings.port)
    if settings.pages == "login" and not settings.is_first_start:
        settings.login_secret()
    presence = announce_presence(settings, "serve")
    # The settings have what the files hold.
    environment = {**os.environ, **dict.fromkeys(FILE_VARIABLES, ""), **settings.environment()}
    keyless = {**environment, f"{PREFIX}PRIVATE_KEY": "", f"{PREFIX}PRIVATE_KEY_FILE": ""}
    children = [Child("web", [sys.executable, "-m", "bot", "web"], keyless)]
    first = settings.is_first_start
    if settings.app_id is not None or first:
        may_start = partial(is_there, settings.directory) if first else None
        children.append(Child("worker", [sys.executable, "-m", "bot", "worker"], environment, may_start))
    supervisor = Supervisor(
        children,
        ready=partial(_is_ready, settings),
        announce=f"plangate: ready at {settings.listening}{'' if first else _missing_settings(settings)}",
    )
    try:
        return supervisor.run()
    finally:
        presence.close()


def _missing_settings(settings: Settings) -> str:
    """The settings that are still missing, so that a listening server is not mistaken for a working App."""
    if not settings.webhook_secrets:
        return f"; deliveries get 503 until {PREFIX}WEBHOOK_SECRET is set"
    return "" if settings.app_id is not None else f"; deliveries wait until {PREFIX}APP_ID and its key are set"


def run_web(settings: Settings, clock: Clock | None = None) -> int:
    """Run the web process until SIGTERM or Ctrl-C. Returns the exit code. `clock` is pickled. Raises `UserError`."""
    configure_process(settings)
    prepare(settings)
    sweep(settings.directory)
    if settings.is_first_start:
        from bot.host.setup import wait_for_app  # noqa: PLC0415  once in a server's life

        registered = wait_for_app(settings)
        if registered is None:
            return 0
        settings = registered
        configure_process(settings)
    refuse_port_in_use(settings.host, settings.port)
    if lacks_worker(settings):
        raise UserError(
            f"No worker uses {settings.directory}, so deliveries would never be processed: start `plangate serve`, or"
            f" `plangate worker` on this host, or set {PREFIX}DATABASE_URL."
        )
    if settings.pages == "login":
        settings.login_secret()
    presence = announce_presence(settings, "web")
    log.Log("web").info("listening", address=settings.listening)
    try:
        listen(settings.host, settings.port, partial(_load_web, settings, os.getpid(), clock or SystemClock()))
    finally:
        presence.close()
    return 0


def run_worker(settings: Settings, clock: Clock | None = None) -> int:
    """Run the worker until SIGTERM or Ctrl-C. Returns the exit code. Raises `UserError`."""
    configure_process(settings)
    prepare(settings)
    clock = clock or SystemClock()
    storage = open_storage(settings, clock, on_lost=end_at_once)
    queue, store = storage.queue, storage.store()
    repositories = clients(settings, clock, queue.workers)
    worker = Worker(queue, service(settings, queue, store, repositories, clock), clock, threads=settings.worker_threads)
    watch = reconciler(queue, store, repositories, storage.leader)
    beside = threading.Thread(target=watch.run, name="reconcile", daemon=True)
    beside.start()
    finished = work(worker)
    watch.stop()
    if not finished:
        # A hanging job would keep the process alive. Its lease ends with the process, and the job is run again.
        os._exit(1)
    beside.join(_RECONCILER_GRACE)
    queue.close()
    return 0


def work(worker: Worker) -> bool:
    """Run a worker in the main thread until SIGTERM or SIGINT. Returns the result of `Worker.run`."""

    def stop(*_: object) -> None:
        # In a thread of its own: the interrupted code may hold the lock that `stop` needs.
        threading.Thread(target=worker.stop, name="stop", daemon=True).start()
        late = threading.Timer(_LATEST_END, os._exit, (1,))
        late.daemon = True
        late.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return worker.run()


def open_queue(settings: Settings) -> Queue:
    """Open the existing queue for listing and replaying. Raises `UserError`, `StorageError`."""
    return open_existing(settings).queue


def open_existing(settings: Settings) -> Storage:
    """Open the database that a server uses. Closing the queue closes it. Raises `UserError`, `StorageError`.

    The database is not migrated, because a server of an older version may be using it.
    """
    if settings.database_url is None and not settings.database.exists():
        raise UserError(f"{settings.database} does not exist: set {PREFIX}DIRECTORY to the folder of the server.")
    refuse_outdated(settings)
    return open_storage(settings, SystemClock())


def clients(settings: Settings, clock: Clock, workers: Callable[[], int] | None = None) -> GitHubRepositories:
    """The GitHub clients of one worker; `workers` counts those that share the quota. Raises `UserError`."""
    # Not for the web process.
    from bot.adapters.github.app import GitHubApp  # noqa: PLC0415
    from bot.adapters.github.repository import GitHubRepositories  # noqa: PLC0415

    if settings.app_id is None:
        raise UserError(f"No App is set up: run `plangate setup`, or set {PREFIX}APP_ID.")
    app = GitHubApp(settings.app_id, settings.pem(), clock, settings.api_url, settings.ca_file)
    return GitHubRepositories(app, clock, workers)


def service(  # noqa: PLR0913, PLR0917  everything that a job needs
    settings: Settings,
    queue: Queue,
    store: Store,
    forges: Forges,
    clock: Clock,
    recorded: RecordedEffects | None = None,
) -> Handler:
    """The service that carries out jobs. Raises `UserError` when the host's own configuration is broken.

    With `recorded`, effects are added to that list and not written to GitHub.
    """
    # Not for the web process: the rules with their parsers.
    from bot import PROJECT_URL, __version__  # noqa: PLC0415
    from bot.app.judging import JudgingApart  # noqa: PLC0415
    from bot.app.service import Service  # noqa: PLC0415
    from bot.core.config.in_force import OuterLayers  # noqa: PLC0415
    from bot.core.config.layers import Origin, Rank, read_layer  # noqa: PLC0415
    from bot.core.deciding.commit_verdict import Host  # noqa: PLC0415
    from bot.rules import RULES  # noqa: PLC0415

    ids = tuple(rule.id for rule in RULES)
    layer = read_layer(bundled_text("app.yml"), Origin(Rank.HOST, "app.yml"), ids)
    if layer.mistakes:
        first = layer.mistakes[0]
        raise UserError(f"app.yml, line {first.spot.line}: {first.title}. {first.remedy}")
    host = Host(
        rules=RULES,
        template=bundled_text("config/plan-template.md"),
        version=__version__,
        web_url=settings.github_url,
        site_url=settings.url or PROJECT_URL,
        shows_pages=settings.pages != "off" and settings.url is not None,
        shows_private_pages=settings.pages == "login",
        takes_feedback=settings.feedback_url is not None,
        app_slug=settings.app_slug,
        outer_layers=OuterLayers((layer,), ids),
    )
    judging = JudgingApart(clock)
    threading.Thread(target=judging.prepare, name="first reading").start()
    return Service(forges, queue, store, clock, host, recorded, judging)


def dry_run(settings: Settings, jobs: Sequence[NewJob]) -> tuple[list[Effect], list[Outcome]]:
    """The effects of these jobs and how each would end. GitHub is read and not written to.

    Nothing is stored: the jobs have a temporary queue and store. Raises `UserError`.
    """
    from bot.app.apply import RecordedEffects  # noqa: PLC0415  not for the web process

    clock = SystemClock()
    forges = clients(settings, clock)
    recorded, outcomes = RecordedEffects(), []
    with tempfile.TemporaryDirectory(prefix="plangate-dry-run-") as folder:
        aside = replace(settings, directory=Path(folder), database_url=None)
        prepare(aside)
        storage = open_storage(aside, clock)
        handler = service(settings, storage.queue, storage.store(), forges, clock, recorded)
        for job in jobs:
            storage.queue.put(job)
        while (leased := storage.queue.lease("dry-run")) is not None:
            outcomes.append(handler.handle(leased))
            storage.queue.done(leased)
        storage.queue.close()
    return recorded.effects, outcomes


def reconciler(queue: Queue, store: Store, repositories: GitHubRepositories, leader: Leader) -> Reconciler:
    """The reconciler that runs beside the jobs of one worker."""
    # Not for the web process.
    from bot.adapters.github.hook import GitHubHook  # noqa: PLC0415
    from bot.adapters.github.survey import GitHubHeads  # noqa: PLC0415
    from bot.app.installations import Installations  # noqa: PLC0415
    from bot.app.reconcile import Reconciler  # noqa: PLC0415

    hook, heads = GitHubHook(repositories.app), GitHubHeads(repositories)
    return Reconciler(
        hook, heads, Installations(repositories, store, repositories.clock), queue, store, repositories.clock, leader
    )


def web_application(settings: Settings, clock: Clock | None = None, storage: Storage | None = None) -> WebApplication:
    """The web application, on this storage or on that of the settings. The database must be migrated."""
    from bot import __version__  # noqa: PLC0415  not for the worker, nor what follows
    from bot.core.forge.lost_deliveries import GAP  # noqa: PLC0415
    from bot.web.app import application  # noqa: PLC0415
    from bot.web.door import Recipient  # noqa: PLC0415
    from bot.web.metrics import Metrics  # noqa: PLC0415

    clock = clock or SystemClock()
    storage = storage or open_storage(settings, clock)
    store = storage.store()

    def gap() -> float | None:
        seconds = store.cursor(GAP)
        return None if seconds is None else float(seconds)

    workers = partial(workers_alive, settings)
    metrics = Metrics(settings.metrics_token, storage.queue, gap, clock.now, store.false_alarms, workers, __version__)
    recipient = Recipient(settings.webhook_secrets, settings.app_id, settings.app_slug)
    base = urlsplit(settings.url or "").path
    return application(recipient, storage.queue, metrics, base, _viewer_pages(settings, storage.queue, store, clock))


def _viewer_pages(settings: Settings, queue: Queue, store: Store, clock: Clock) -> ViewerPages | None:
    """The pages about repositories, if the host turned them on. Raises `UserError`."""
    if settings.pages == "off" or settings.url is None:
        return None
    from bot.adapters.github.bare import is_public  # noqa: PLC0415  only where pages are on
    from bot.web.app import ViewerPages  # noqa: PLC0415  likewise
    from bot.web.boards import Boards  # noqa: PLC0415  likewise
    from bot.web.readers import Readers  # noqa: PLC0415  likewise
    from bot.web.verdicts import VerdictPages  # noqa: PLC0415  likewise

    login = _login(settings, clock) if settings.pages == "login" else None
    readers = Readers(partial(is_public, settings.api_url, ca_file=settings.ca_file), clock.now, login)
    hsts_seconds = settings.hsts_seconds if settings.url.startswith("https:") else 0
    boards = Boards(store, queue, readers, settings.github_url, clock.now)
    return ViewerPages(VerdictPages(store, readers, settings.feedback_url), boards, login, hsts_seconds)


def _login(settings: Settings, clock: Clock) -> Login:
    """The login of people. Raises `UserError` without the App's client secret."""
    from bot.adapters.github.viewer import ViewersGitHub  # noqa: PLC0415  only where people log in
    from bot.web.login import Login  # noqa: PLC0415  likewise
    from bot.web.sessions import CookieBox  # noqa: PLC0415  likewise

    secret = settings.login_secret()
    github = ViewersGitHub(settings.github_url, settings.api_url, settings.client_id or "", secret, settings.ca_file)
    return Login(github, CookieBox(secret, clock.now), settings.url or "")


def _load_web(settings: Settings, parent: int, clock: Clock) -> Bridge:
    """Load the application in the child process of the server, which must not outlive the server."""
    die_with_parent(parent)
    configure_process(settings)
    return web_application(settings, clock).bridged(settings.web_threads)


def end_at_once() -> None:
    """Exit because another worker may take over our jobs. The supervisor starts the worker again."""
    log.Log("worker").fault(
        "leases lost", error="The database could not be reached in time, or was migrated to another version."
    )
    os._exit(1)


def _is_ready(settings: Settings) -> bool:
    """Whether the web process accepts deliveries."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  not bound here
    connection = http.client.HTTPConnection(host, settings.port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
