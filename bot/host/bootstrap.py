"""Settings in, running processes out: the only place that builds adapters.

What only the worker needs is imported where it is built, so that the web process never loads a GitHub client.
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

from bot import log
from bot.adapters.clock import SystemClock
from bot.adapters.credentials import is_there, sweep
from bot.app.worker import Worker
from bot.bundled import bundled_text
from bot.core.forge.errors import UserError
from bot.host.serving import begin, listen, refuse_taken
from bot.host.settings import PREFIX, Settings
from bot.host.storage import alone, announced, open_storage, prepare, refuse_outdated
from bot.host.supervise import Child, Supervisor, end_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from wsgiref.types import WSGIApplication

    from bot.adapters.github.repository import GitHubRepositories
    from bot.app.reconcile import Reconciler
    from bot.app.worker import Handler
    from bot.core.forge.outcome import Outcome
    from bot.core.forge.ports import Clock, Forges, Leader, NewJob, Queue, Store
    from bot.web.bridge import Bridge

_LATEST_END = 28.0
"""Seconds after SIGTERM at which a worker ends, whatever may hang: platforms send SIGKILL after 30."""
_RECONCILER_GRACE = 5.0
"""Seconds for what asks GitHub beside the jobs; whatever it leaves half done is asked for again."""


def serve(settings: Settings) -> int:
    """Web and worker as two supervised processes, until SIGTERM or Ctrl-C. The exit code."""
    begin(settings)
    prepare(settings)
    sweep(settings.directory)
    refuse_taken(settings.host, settings.port)
    here = announced(settings, "serve")
    environment = {**os.environ, **settings.environment()}
    keyless = {**environment, f"{PREFIX}PRIVATE_KEY": "", f"{PREFIX}PRIVATE_KEY_FILE": ""}
    children = [Child("web", [sys.executable, "-m", "bot", "web"], keyless)]
    first = settings.is_first_start
    if settings.app_id is not None or first:
        wanted = partial(is_there, settings.directory) if first else None
        children.append(Child("worker", [sys.executable, "-m", "bot", "worker"], environment, wanted))
    supervisor = Supervisor(
        children,
        ready=partial(_answers, settings),
        announce=f"plangate: ready at {settings.listening}{'' if first else _wanting(settings)}",
    )
    try:
        return supervisor.run()
    finally:
        here.close()


def _wanting(settings: Settings) -> str:
    """What a first start still lacks, so that nobody takes an open door for a working App."""
    if not settings.webhook_secrets:
        return f"; deliveries get 503 until {PREFIX}WEBHOOK_SECRET is set"
    return "" if settings.app_id is not None else f"; deliveries wait until {PREFIX}APP_ID and its key are set"


def run_web(settings: Settings, clock: Clock | None = None) -> int:
    """The door alone, until SIGTERM or Ctrl-C. The exit code. `clock` must survive pickling. Raises `UserError`."""
    begin(settings)
    prepare(settings)
    sweep(settings.directory)
    if settings.is_first_start:
        from bot.host.setup import wait_for_app  # noqa: PLC0415  once in a server's life

        registered = wait_for_app(settings)
        if registered is None:
            return 0
        settings = registered
        begin(settings)
    refuse_taken(settings.host, settings.port)
    if alone(settings):
        raise UserError(
            f"No worker shares {settings.directory}, so what comes in would never be worked on: start `plangate serve`,"
            f" or `plangate worker` beside this, or set {PREFIX}DATABASE_URL."
        )
    here = announced(settings, "web")
    log.Log("web").info("listening", address=settings.listening)
    try:
        listen(settings.host, settings.port, partial(_load_web, settings, os.getpid(), clock or SystemClock()))
    finally:
        here.close()
    return 0


def run_worker(settings: Settings, clock: Clock | None = None) -> int:
    """The worker alone, until SIGTERM or Ctrl-C. The exit code. Raises `UserError`."""
    begin(settings)
    prepare(settings)
    clock = clock or SystemClock()
    storage = open_storage(settings, clock, on_lost=end_at_once)
    queue, kept = storage.queue, storage.store()
    repositories = clients(settings, clock, queue.workers)
    worker = Worker(queue, service(settings, queue, kept, repositories, clock), clock, threads=settings.worker_threads)
    watch = reconciler(queue, kept, repositories, storage.leader)
    beside = threading.Thread(target=watch.run, name="reconcile", daemon=True)
    beside.start()
    finished = work(worker)
    watch.stop()
    if not finished:
        # A job that does not end would keep us alive. Its lease goes with the process, and it is done again.
        os._exit(1)
    beside.join(_RECONCILER_GRACE)
    queue.close()
    return 0


def work(worker: Worker) -> bool:
    """Run a worker in this, the main thread until SIGTERM or SIGINT; `Worker.run`'s answer."""

    def stop(*_: object) -> None:
        # In a thread of its own: the handler may interrupt the very lock that `stop` needs.
        threading.Thread(target=worker.stop, name="stop", daemon=True).start()
        late = threading.Timer(_LATEST_END, os._exit, (1,))
        late.daemon = True
        late.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return worker.run()


def open_queue(settings: Settings) -> Queue:
    """The queue that is already there, for whoever lists or replays. Raises `UserError`, `StorageError`.

    A server of an older version may be at work on it, so its database stays as it is.
    """
    if settings.database_url is None and not settings.database.exists():
        raise UserError(f"{settings.database} does not exist: set {PREFIX}DIRECTORY to where the server keeps it.")
    refuse_outdated(settings)
    return open_storage(settings, SystemClock()).queue


def clients(settings: Settings, clock: Clock, workers: Callable[[], int] | None = None) -> GitHubRepositories:
    """The GitHub clients of one of so many workers. Raises `UserError` when the App's id or key is missing."""
    # Not for the web process.
    from bot.adapters.github.app import GitHubApp  # noqa: PLC0415
    from bot.adapters.github.repository import GitHubRepositories  # noqa: PLC0415

    if settings.app_id is None:
        raise UserError(f"No App is set up: run `plangate setup`, or set {PREFIX}APP_ID.")
    return GitHubRepositories(GitHubApp(settings.app_id, settings.pem(), clock, settings.api_url), clock, workers)


def service(settings: Settings, queue: Queue, kept: Store, forges: Forges, clock: Clock) -> Handler:
    """What works on jobs. Raises `UserError` when the host's own configuration is broken."""
    # Not for the web process: the rules with their parsers.
    from bot import __version__  # noqa: PLC0415
    from bot.app.service import Service  # noqa: PLC0415
    from bot.core.config.in_force import OuterLayers  # noqa: PLC0415
    from bot.core.config.layers import Origin, Rank, read_layer  # noqa: PLC0415
    from bot.core.deciding.commit_verdict import Host  # noqa: PLC0415
    from bot.rules import RULES  # noqa: PLC0415

    ids = tuple(rule.id for rule in RULES)
    host = read_layer(bundled_text("app.yml"), Origin(Rank.HOST, "app.yml"), ids)
    if host.mistakes:
        first = host.mistakes[0]
        raise UserError(f"app.yml, line {first.spot.line}: {first.title}. {first.remedy}")
    house = Host(
        rules=RULES,
        template=bundled_text("config/plan-template.md"),
        version=__version__,
        web_url=settings.github_url,
        app_slug=settings.app_slug,
        outer_layers=OuterLayers((host,), ids),
    )
    return Service(forges, queue, kept, clock, house)


def dry_run(settings: Settings, jobs: Sequence[NewJob], tell: Callable[[str, str], None]) -> list[Outcome]:
    """What working on these jobs would come to. GitHub is read and not written to; `tell` gets each thing unwritten.

    Nothing is remembered: the jobs have a queue and a store of their own, which go when they are done. Raises
    `UserError`.
    """
    from bot.adapters.dry_run import UnwrittenForges  # noqa: PLC0415  not for the web process

    clock = SystemClock()
    real = clients(settings, clock)
    with tempfile.TemporaryDirectory(prefix="plangate-dry-run-") as folder:
        aside = replace(settings, directory=Path(folder), database_url=None)
        prepare(aside)
        storage = open_storage(aside, clock)
        handler = service(settings, storage.queue, storage.store(), UnwrittenForges(real, tell), clock)
        for job in jobs:
            storage.queue.put(job)
        outcomes = []
        while (leased := storage.queue.lease("dry-run")) is not None:
            outcomes.append(handler.handle(leased))
            storage.queue.done(leased)
        storage.queue.close()
    return outcomes


def reconciler(queue: Queue, kept: Store, repositories: GitHubRepositories, leader: Leader) -> Reconciler:
    """What runs beside the jobs of one worker."""
    # Not for the web process.
    from bot.adapters.github.heads import GitHubHeads  # noqa: PLC0415
    from bot.adapters.github.hook import GitHubHook  # noqa: PLC0415
    from bot.app.installations import Installations  # noqa: PLC0415
    from bot.app.reconcile import Reconciler  # noqa: PLC0415

    hook, heads = GitHubHook(repositories.app), GitHubHeads(repositories)
    return Reconciler(hook, heads, Installations(repositories, kept), queue, kept, repositories.clock, leader)


def web_application(settings: Settings, clock: Clock | None = None) -> WSGIApplication:
    """The WSGI application on a database that is up to date."""
    from bot.app.reconcile import GAP  # noqa: PLC0415  not for the worker, nor what follows
    from bot.web.app import application  # noqa: PLC0415
    from bot.web.door import Recipient  # noqa: PLC0415
    from bot.web.metrics import Metrics  # noqa: PLC0415

    clock = clock or SystemClock()
    storage = open_storage(settings, clock)
    kept = storage.store()

    def gap() -> float | None:
        seconds = kept.cursor(GAP)
        return None if seconds is None else float(seconds)

    metrics = Metrics(settings.metrics_token, storage.queue, gap, clock.now)
    recipient = Recipient(settings.webhook_secrets, settings.app_id, settings.app_slug)
    return application(recipient, storage.queue, metrics)


def _load_web(settings: Settings, parent: int, clock: Clock) -> Bridge:
    """In the server's own child process, which must not outlive the server."""
    from bot.web.bridge import Bridge  # noqa: PLC0415  not for the worker

    end_with(parent)
    begin(settings)
    return Bridge(web_application(settings, clock), settings.web_threads)


def end_at_once() -> None:
    """Another worker may be about to take over our jobs: nothing of ours may go on. We are started again."""
    log.Log("worker").fault(
        "leases lost", error="The database could not be reached in time, or was brought to another version meanwhile."
    )
    os._exit(1)


def _answers(settings: Settings) -> bool:
    """Whether the door takes deliveries by now."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  not bound here
    connection = http.client.HTTPConnection(host, settings.port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
