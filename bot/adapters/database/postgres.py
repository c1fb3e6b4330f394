"""A PostgreSQL database that many processes on many hosts write to.

One thread per process writes. It puts all waiting changes into one transaction, so that concurrent deliveries share one
commit and one round trip. An advisory lock of the transaction serialises the changes of one serial key. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.adapters.database.group_commit import GroupCommit, PendingChange
from bot.core.forge.errors import StorageError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from bot.adapters.database.job_rows import Rows

T = TypeVar("T")
CHANNEL = "plangate"
"""The notification channel of waiting workers."""
_OURS = 0x504C_4741 << 32
"""The upper 32 bits of our advisory locks, so that they do not collide with locks of other programs."""
_EVERYTHING = _OURS
"""Every change takes this lock shared; a change of the whole queue takes it exclusively."""
_LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(%s)"
_LOCK_ALL = "SELECT pg_advisory_xact_lock(%s)"
SESSION = (
    "SET application_name = 'plangate'",
    "SET search_path = plangate",
    "SET statement_timeout = '15s'",
    "SET lock_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '10s'",
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
)
"""These limits release the locks of a client that is gone, or idle in a transaction, within seconds."""
TURNS = "plangate_turns"
"""The schema of the engine that hands out turns: see `bot.adapters.database.turns`."""
_OUTDATED = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)
_FORBIDDEN = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName)
"""The second: PostgreSQL ignores a schema on the search path that this user may not use."""
_NETWORK: dict[str, Any] = {
    "connect_timeout": 4,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}
"""Detect a lost server before GitHub hangs up: seconds, and milliseconds for the last.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"""


_HINT = "Is the server running"
"""The beginning of libpq's own advice, which is replaced by ours."""
_UNREACHED = "see that the server runs and can be reached from here"
_SETTING = "PLANGATE_DATABASE_URL"
_REFUSALS = {
    "authentication failed": f"set its user and password in {_SETTING}",
    "no password supplied": f"set its user and password in {_SETTING}",
    "pg_hba.conf": "allow this host and user in the server's pg_hba.conf",
    "does not exist": f"create it, or set the right name in {_SETTING}",
    "too many c": "raise the server's max_connections, or start fewer processes",
    "connection slots": "raise the server's max_connections, or start fewer processes",
    "does not support SSL": f"see which encryption the server offers, and sslmode in {_SETTING}",
    "certificate": f"see which encryption the server offers, and sslmode in {_SETTING}",
}
"""Remedy by a part of the server's message. libpq passes no error code on for a refused connection. A message in
another language matches nothing here and gets the general remedy."""


class Session:
    """A connection whose statements mark parameters with `?`."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.connection = connection
        self._rings = False

    def execute(self, sql: str, values: tuple[Any, ...] = (), /) -> Rows:
        """Execute one statement."""
        cleaned = tuple(storable(value) if isinstance(value, str) else value for value in values)
        return self.connection.execute(_translated(sql), cleaned)

    def lock(self, serials: Iterable[str], *, alone: bool = False) -> None:
        """Lock these serial keys until this transaction ends; with `alone`, lock all jobs."""
        self.connection.execute(_LOCK_ALL if alone else _LOCK_SHARED, (_EVERYTHING,))
        # All transactions lock in one order, so that two never wait for each other.
        keys = sorted({_serial_lock(serial) for serial in serials})
        if keys and not alone:
            self.connection.execute(
                "SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%s::bigint[]) AS key", (keys,)
            )

    def try_lock(self, serial: str) -> bool:
        """Lock one serial key if that is possible without waiting. Returns whether it was."""
        row = self.connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_serial_lock(serial),)).fetchone()
        return row is not None and bool(row[0])

    def ring(self) -> None:
        """Wake all waiting workers when this transaction is committed."""
        self._rings = True

    def commit(self) -> None:
        """Commit the transaction."""
        if self._rings:
            self.connection.execute(f"NOTIFY {CHANNEL}")
        self._rings = False
        self.connection.commit()

    def roll_back(self) -> None:
        """Roll the transaction back."""
        self._rings = False
        with suppress(psycopg.Error):
            self.connection.rollback()

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(psycopg.Error):
            self.connection.close()


@dataclass(frozen=True, slots=True)
class _Change(PendingChange):
    apply: Callable[[Session], Any]
    serials: tuple[str, ...] = ()
    alone: bool = False


class PostgresDatabase:
    """The database, for reading and writing by any thread of this process; lost connections are opened again.

    Create it in the process that uses it: neither the connections nor the thread survive a fork.
    """

    def __init__(self, address: str) -> None:
        """`address` is a connection URI. No connection is opened yet."""
        self.address = address
        self.place = display_address(address)
        self._writing: Session | None = None
        self._reading: Session | None = None
        self._one_reader = threading.Lock()
        self._closed = False
        self._writer = GroupCommit(self.place, self._keep)

    def write(
        self,
        change: Callable[[Session], T],
        *,
        serials: Iterable[str] = (),
        alone: bool = False,
        patience: float | None = None,
    ) -> T:
        """Apply a change together with other waiting changes, and return its result when it is committed.

        `serials` are the serial keys whose jobs it changes; with `alone`, no other change runs meanwhile. `change`
        must act through the session only, because it may be applied twice before it is committed once. `patience` is
        in seconds; without it the wait is unlimited. Raises what `change` raises, and `StorageError` when nothing was
        changed. After `patience`, and when the connection broke during the commit, it may still be changed.
        """
        result: T = self._writer.wait_for(_Change(change, tuple(serials), alone), patience)
        return result

    def submit(self, change: Callable[[Session], T], *, serials: Iterable[str] = ()) -> Future[T]:
        """Like `write`, without waiting: the result comes when the change is committed."""
        return self._writer.submit(_Change(change, tuple(serials), alone=False))

    def ring(self) -> None:
        """Wake all waiting workers soon, if the database can be reached."""
        self._writer.submit(_Change(Session.ring))

    def read(self, question: Callable[[Session], T]) -> T:
        """Read committed rows. Raises `StorageError`."""
        with self._one_reader:
            if self._closed:
                raise StorageError(f"{self.place} is closed.")
            fresh = self._reading is None
            try:
                return self._ask(question)
            except psycopg.OperationalError as error:
                if fresh:
                    raise storage_error(self.place, error) from error
            try:  # the server may have been restarted since the last query
                return self._ask(question)
            except psycopg.Error as error:
                raise storage_error(self.place, error) from error

    def _ask(self, question: Callable[[Session], T]) -> T:
        if self._reading is None:
            self._reading = Session(connect(self.address, autocommit=True))
            self._reading.connection.execute("SET default_transaction_read_only = on")
        try:
            return question(self._reading)
        except psycopg.OperationalError:
            self._reading.close()
            self._reading = None
            raise
        except psycopg.Error as error:
            raise storage_error(self.place, error) from error

    def close(self) -> None:
        """Write the waiting changes, then close the connections."""
        if not self._writer.close():
            return
        with self._one_reader:
            self._closed = True
            for session in filter(None, (self._reading, self._writing)):
                session.close()

    def _keep(self, batch: list[_Change]) -> None:
        """Commit all changes at once. If one fails, commit each by itself, so that only its caller gets the error."""
        try:
            results = self._committed(batch)
        except psycopg.OperationalError as error:
            if len(batch) > 1 and self._writing is not None:
                self._each(batch)  # the connection is fine: a deadlock, or a time limit of one statement
                return
            failure = storage_error(self.place, error)
            for change in batch:
                change.done.set_exception(failure)
        except Exception as error:  # noqa: BLE001  raised in the thread that waits for this change
            if len(batch) > 1:
                self._each(batch)
                return
            batch[0].done.set_exception(storage_error(self.place, error) if isinstance(error, psycopg.Error) else error)
        else:
            for change, result in zip(batch, results, strict=True):
                change.done.set_result(result)

    def _each(self, batch: list[_Change]) -> None:
        for change in batch:
            self._keep([change])

    def _committed(self, batch: list[_Change]) -> list[Any]:
        fresh = self._writing is None
        try:
            session, results = self._applied(batch)
        except psycopg.OperationalError as error:
            if isinstance(error, psycopg.errors.DeadlockDetected) or (self._writing is None and not fresh):
                # For example, the server was restarted since the last change. Nothing of this change was committed.
                session, results = self._applied(batch)
            else:
                raise
        try:
            session.commit()
        except psycopg.Error:
            self._forget(session)
            raise
        return results

    def _applied(self, batch: list[_Change]) -> tuple[Session, list[Any]]:
        if self._writing is None:
            self._writing = Session(connect(self.address, autocommit=False))
        session = self._writing
        try:
            session.lock(
                (serial for change in batch for serial in change.serials), alone=any(change.alone for change in batch)
            )
            return session, [change.apply(session) for change in batch]
        except BaseException:
            session.roll_back()
            if session.connection.closed:
                self._forget(session)
            raise

    def _forget(self, session: Session) -> None:
        session.close()
        self._writing = None


def connect(address: str, *, autocommit: bool) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection with Plangate's session settings. Raises `psycopg.OperationalError`."""
    connection = psycopg.connect(address, autocommit=True, **network(address))
    try:
        for statement in SESSION:
            connection.execute(statement)
    except psycopg.Error:
        connection.close()
        raise
    connection.autocommit = autocommit
    return connection


def network(address: str) -> dict[str, Any]:
    """Connection options that the address does not set itself."""
    address_options = conninfo_to_dict(address)
    return {name: value for name, value in _NETWORK.items() if name not in address_options}


def storage_error(place: str, error: Exception) -> StorageError:
    """PostgreSQL's message in one line, with the database and a remedy."""
    # Only the primary message: detail and context quote statements and rows.
    first = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    lines = [line.strip() for line in (first or str(error)).splitlines() if not line.lstrip().startswith(_HINT)]
    message = " ".join(" ".join(lines).removeprefix("connection failed: ").split()).rstrip(".") or type(error).__name__
    return StorageError(f"{place}: {message}: {_remedy(error, message)}.")


def _remedy(error: Exception, message: str) -> str:
    if isinstance(error, psycopg.errors.DiskFull):
        return "free some space on its disk"
    if isinstance(error, _OUTDATED):
        return "run `plangate migrate`"
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "another session, perhaps a backup, holds a lock; try again when it has ended"
    if isinstance(error, _FORBIDDEN):
        return "let its user create the schemas plangate and plangate_turns (GRANT CREATE ON DATABASE), or own them"
    return next((remedy for words, remedy in _REFUSALS.items() if words in message), _UNREACHED)


def display_address(address: str) -> str:
    """The address without user and password. Raises `UserError` when it cannot be parsed."""
    try:
        parts = conninfo_to_dict(address)
    except psycopg.Error:
        raise UserError(
            f"{_SETTING} cannot be parsed: after the ? only options of PostgreSQL are allowed, such as sslmode=require;"
            " write a % in a password as %25."
        ) from None
    hosts = str(parts.get("host") or "localhost").split(",")
    ports = str(parts.get("port") or "").split(",")
    # One port may apply to all hosts.
    where = zip(hosts, ports if len(ports) == len(hosts) else ports[:1] * len(hosts), strict=True)
    shown_hosts = ",".join((f"[{host}]" if ":" in host else host) + (port and f":{port}") for host, port in where)
    return f"postgresql://{shown_hosts}/{parts.get('dbname') or ''}"


def _serial_lock(serial: str) -> int:
    """The advisory lock of a serial key. Two keys with the same lock merely wait for each other."""
    return _OURS | 1 << 31 | zlib.crc32(serial.encode("utf-8", "replace"))


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def storable(text: str) -> str:
    """Replace what PostgreSQL cannot store in a text: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
