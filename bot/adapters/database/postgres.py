"""A PostgreSQL database that many processes on many hosts write to.

One thread per process writes. It takes everything that waits into one transaction, so that concurrent deliveries share
one commit and one journey over the network. Changes of one serial key take turns by an advisory lock of the
transaction. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
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

from bot.adapters.database.group_commit import Change, GroupCommit
from bot.core.forge.errors import StorageError, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.adapters.database.job_rows import Rows

T = TypeVar("T")
CHANNEL = "plangate"
"""Everybody who waits for jobs listens here."""
_OURS = 0x504C_4741 << 32
"""Above the 32 bits that tell our advisory locks apart, so that other programs' locks are not met by chance."""
_EVERYTHING = _OURS
"""The lock that every change shares and that whoever needs the queue for himself takes alone."""
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
"""A client that is gone, or that stands still amid a transaction, gives its locks back within seconds."""
TURNS = "plangate_turns"
"""The schema of the engine that hands out turns: see `bot.adapters.database.turns`."""
_OUTDATED = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)
_FORBIDDEN = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName)
"""The second: a schema on the search path that this user may not look into does not count."""
_NETWORK: dict[str, Any] = {
    "connect_timeout": 4,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,
}
"""A server that is gone is noticed before GitHub hangs up: seconds, and milliseconds for the last.
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"""


_HINT = "Is the server running"
"""How libpq's own advice begins; ours stands at the end."""
_UNREACHED = "see that the server runs and can be reached from here"
_SETTING = "PLANGATE_DATABASE_URL"
_REFUSALS = {
    "authentication failed": f"set its user and password in {_SETTING}",
    "no password supplied": f"set its user and password in {_SETTING}",
    "pg_hba.conf": "let this host and user in, in the server's pg_hba.conf",
    "does not exist": f"create it, or set the right name in {_SETTING}",
    "too many c": "raise the server's max_connections, or start fewer processes",
    "connection slots": "raise the server's max_connections, or start fewer processes",
    "does not support SSL": f"see which encryption the server offers, and sslmode in {_SETTING}",
    "certificate": f"see which encryption the server offers, and sslmode in {_SETTING}",
}
"""What a server that was reached says of whom it does not let in has no code that libpq would hand on, and may be in
another language: then what is said of servers in general stands."""


class Session:
    """A connection that takes parameters as `?`."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.connection = connection
        self._rings = False

    def execute(self, sql: str, values: tuple[Any, ...] = (), /) -> Rows:
        """Carry out one statement."""
        cleaned = tuple(storable(value) if isinstance(value, str) else value for value in values)
        return self.connection.execute(_translated(sql), cleaned)

    def lock(self, serials: Iterable[str], *, alone: bool = False) -> None:
        """Nobody else changes jobs of these serial keys until this transaction ends; or any jobs at all."""
        self.connection.execute(_LOCK_ALL if alone else _LOCK_SHARED, (_EVERYTHING,))
        # One order for everybody, so that two transactions never wait for each other.
        keys = sorted({_serial_lock(serial) for serial in serials})
        if keys and not alone:
            self.connection.execute(
                "SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%s::bigint[]) AS key", (keys,)
            )

    def try_lock(self, serial: str) -> bool:
        """Likewise, if it can be had at once."""
        row = self.connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_serial_lock(serial),)).fetchone()
        return row is not None and bool(row[0])

    def ring(self) -> None:
        """Wake everybody who waits for jobs, once this is committed."""
        self._rings = True

    def commit(self) -> None:
        """End the transaction."""
        if self._rings:
            self.connection.execute(f"NOTIFY {CHANNEL}")
        self._rings = False
        self.connection.commit()

    def roll_back(self) -> None:
        """Likewise, as if nothing had been."""
        self._rings = False
        with suppress(psycopg.Error):
            self.connection.rollback()

    def close(self) -> None:
        """Let go of the connection."""
        with suppress(psycopg.Error):
            self.connection.close()


@dataclass(frozen=True, slots=True)
class _Change(Change):
    apply: Callable[[Session], Any]
    serials: tuple[str, ...] = ()
    alone: bool = False


class PostgresDatabase:
    """The database, open for reading and writing by any thread of this process; lost connections are made anew.

    Open it in the process that uses it: neither the connections nor the thread survive a fork.
    """

    def __init__(self, address: str) -> None:
        """`address` is a connection URI; nothing is connected yet."""
        self.address = address
        self.place = shown(address)
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
        """Carry out a change together with others that wait, and return its result when it is committed.

        `serials` are the serial keys whose jobs it changes; with `alone`, nobody changes any job meanwhile. `change`
        must do all through the session, because it may be carried out twice before it is kept once. `patience` is in
        seconds; without it the wait has no end. Raises `StorageError`: nothing was changed, or, after `patience` or
        when the connection broke at the very end, may yet be; and whatever `change` raises.
        """
        result: T = self._writer.wait_for(_Change(change, tuple(serials), alone), patience)
        return result

    def ring(self) -> None:
        """Wake everybody who waits for jobs, soon, if the database is there at all."""
        self._writer.submit(_Change(Session.ring))

    def read(self, question: Callable[[Session], T]) -> T:
        """Ask what was committed. Raises `StorageError`."""
        with self._one_reader:
            if self._closed:
                raise StorageError(f"{self.place} is closed.")
            fresh = self._reading is None
            try:
                return self._ask(question)
            except psycopg.OperationalError as error:
                if fresh:
                    raise storage_error(self.place, error) from error
            try:  # the server may have been started again since the last question
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
        """Finish what waits, then let go of the connections."""
        if not self._writer.close():
            return
        with self._one_reader:
            self._closed = True
            for session in filter(None, (self._reading, self._writing)):
                session.close()

    def _keep(self, batch: list[_Change]) -> None:
        """Commit all changes at once; if one of them fails, each by itself, so that only its caller hears of it."""
        try:
            results = self._committed(batch)
        except psycopg.OperationalError as error:
            if len(batch) > 1 and self._writing is not None:
                self._each(batch)  # not the connection: two transactions met, or one took too long
                return
            failure = storage_error(self.place, error)
            for change in batch:
                change.done.set_exception(failure)
        except Exception as error:  # noqa: BLE001  it is handed to whoever waits for this change
            if len(batch) > 1:
                self._each(batch)
                return
            said = storage_error(self.place, error) if isinstance(error, psycopg.Error) else error
            batch[0].done.set_exception(said)
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
                # The server was started again since the last change, say. Nothing of this one was committed.
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
    """A connection with the settings that all of ours share. Raises `psycopg.OperationalError`."""
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
    """What a connection is told beside its address, as far as the address does not say it itself."""
    given = conninfo_to_dict(address)
    return {name: value for name, value in _NETWORK.items() if name not in given}


def storage_error(place: str, error: Exception) -> StorageError:
    """What PostgreSQL said, in one line, with the place and what to look at."""
    # Of what the server says the first part only: the rest quotes statements and rows.
    first = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    lines = [line.strip() for line in (first or str(error)).splitlines() if not line.lstrip().startswith(_HINT)]
    said = " ".join(" ".join(lines).removeprefix("connection failed: ").split()).rstrip(".") or type(error).__name__
    return StorageError(f"{place}: {said}: {_remedy(error, said)}.")


def _remedy(error: Exception, said: str) -> str:
    if isinstance(error, psycopg.errors.DiskFull):
        return "free some space on its disk"
    if isinstance(error, _OUTDATED):
        return "run `plangate migrate`"
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "try again when whoever uses it so long, a backup perhaps, is done"
    if isinstance(error, _FORBIDDEN):
        return "let its user create the schemas plangate and plangate_turns (GRANT CREATE ON DATABASE) or own them"
    return next((remedy for words, remedy in _REFUSALS.items() if words in said), _UNREACHED)


def shown(address: str) -> str:
    """Where it is, without the password. Raises `UserError` when it is no address."""
    try:
        parts = conninfo_to_dict(address)
    except psycopg.Error:
        raise UserError(
            f"{_SETTING} cannot be read: after the ? there may be options of PostgreSQL, such as sslmode=require, and"
            " a % in a password is written as %25."
        ) from None
    hosts = str(parts.get("host") or "localhost").split(",")
    ports = str(parts.get("port") or "").split(",")
    # One port may be that of all hosts.
    where = zip(hosts, ports if len(ports) == len(hosts) else ports[:1] * len(hosts), strict=True)
    shown_hosts = ",".join((f"[{host}]" if ":" in host else host) + (port and f":{port}") for host, port in where)
    return f"postgresql://{shown_hosts}/{parts.get('dbname') or ''}"


def _serial_lock(serial: str) -> int:
    """The advisory lock of a serial key. Two keys may share one, and then merely take turns."""
    return _OURS | 1 << 31 | zlib.crc32(serial.encode("utf-8", "replace"))


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL in a text, and nothing that is not Unicode."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
