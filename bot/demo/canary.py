"""The canary of `plangate doctor`: a violation is planted on a simulated GitHub, and the run on it must be red.

Web process and worker run with the host's own settings and queue engine, beside the host's data: in a temporary folder,
or in a temporary database of the same PostgreSQL server.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from bot.core.forge.errors import StorageError, UserError
from bot.core.hosting.diagnosis import DoctorCheck, error, ok, warning
from bot.core.text.neutral import plain_line
from bot.demo.interrupts import undisturbed
from bot.demo.story import AUTHOR, BRANCH, FEATURE, OWNER, page, repository_files
from bot.demo.theatre import Theatre
from bot.host.settings import PREFIX
from bot.sandbox.acts.pulls import passes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from bot.host.settings import Settings
    from bot.sandbox.state import CheckRun

NAME = "canary"
_OURS = (
    "APP_ID",
    "APP_SLUG",
    "PRIVATE_KEY",
    "PRIVATE_KEY_FILE",
    "WEBHOOK_SECRET",
    "WEBHOOK_SECRET_PREVIOUS",
    "GITHUB_URL",
    "API_URL",
    "DIRECTORY",
    "DATABASE_URL",
    "HOST",
    "PORT",
)
"""Settings that lead to the host's own App, GitHub, data and port. The canary has its own."""


def canary(settings: Settings) -> list[DoctorCheck]:
    """Plant the violation and tell what became of it. Leaves nothing behind, also after an interrupt."""
    try:
        with _database(settings) as (address, checks):
            kept = {f"{PREFIX}{name}": "" for name in _OURS} | {f"{PREFIX}DATABASE_URL": address}
            with Theatre({**settings.environment(), **kept}) as theatre:
                run, seconds = _planted(theatre)
            return [*checks, _judged(run, seconds)]
    except (UserError, StorageError) as failure:
        remedy = "Read the log of `plangate serve`, and see `plangate demo`, which needs no settings."
        return [error(NAME, plain_line(str(failure).partition("\n")[0]), remedy)]


def _planted(theatre: Theatre) -> tuple[CheckRun, float]:
    """Push a plan that breaks a principle and does not say why, and wait for its run; with the seconds that it took."""
    world = theatre.world
    repository = world.create_repository(OWNER, NAME, repository_files(), author=AUTHOR)
    world.install(OWNER, [repository])
    theatre.wait_for_a_look()
    files = {f"{FEATURE}/spec.md": page("spec.md"), f"{FEATURE}/plan.md": page("plan.md")}
    began = time.monotonic()
    head = world.push(repository, BRANCH, files, author=AUTHOR)
    run = theatre.wait_for_run(repository, head, lambda run: run.status == "completed")
    return run, time.monotonic() - began


def _judged(run: CheckRun, seconds: float) -> DoctorCheck:
    """Tell a red run from one that let the violation pass."""
    title = plain_line(run.title or "")
    if not passes(run.conclusion):
        place = next((f", {note['path']}:{note['start_line']}" for note in run.annotations), "")
        return ok(NAME, f"a planted violation turned the run red in {seconds:.1f} s: {title}{place}")
    remedy = "Your app.yml decides that: see `mode` and `rules` there."
    if "violation" in title:
        return warning(NAME, f"a planted violation was seen and does not block: {title}", remedy)
    return error(NAME, f"a planted violation was not seen: {title}", remedy)


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, list[DoctorCheck]]]:
    """The address of a temporary database on the host's server, empty for a file, and what there is to say of it.

    Raises `StorageError`, `UserError`.
    """
    if settings.database_url is None:
        yield "", []
        return
    import psycopg  # noqa: PLC0415  only the engine that is used

    from bot.adapters.database.migrate_postgres import migrate  # noqa: PLC0415  likewise
    from bot.adapters.database.postgres import connect, display_address, storage_error  # noqa: PLC0415  likewise

    name = f"plangate_canary_{secrets.token_hex(6)}"
    address = urlunsplit(urlsplit(settings.database_url)._replace(path=f"/{name}"))
    try:
        with connect(settings.database_url, autocommit=True) as connection, _dropped(connection, name):
            try:
                with undisturbed():
                    connection.execute(f"CREATE DATABASE {name}".encode())
            except psycopg.errors.InsufficientPrivilege:
                said = "the database's user may not create a database, so the canary's queue was a file"
                address, checks = "", [warning(NAME, said, "GRANT it CREATEDB for the time of the canary.")]
            else:
                checks = []
                migrate(address)
            yield address, checks
    except psycopg.Error as failure:
        raise storage_error(display_address(settings.database_url), failure) from failure


@contextmanager
def _dropped(connection: Connection[Any], name: str) -> Iterator[None]:
    """Drop the database at the end, also when an interrupt came while it was created."""
    try:
        yield
    finally:
        with undisturbed():
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
