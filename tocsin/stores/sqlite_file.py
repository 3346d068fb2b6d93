"""The file under the SQLite engine: its connections, its schema, and what to tell an operator when it fails.

One connection writes, a few read; they are opened when first needed and wait for their turn asleep.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal, TypeVar
from weakref import WeakSet

from tocsin.stores.sqlite_commit import Job, Line, Work, do_all
from tocsin.stores.table import StoreUnavailable

T = TypeVar("T")

APPLICATION_ID = 0x746F6373
"""Marks the file as ours ("tocs"); `file` and SQLite's own tools show it."""

# Applied in order, each once; `PRAGMA user_version` counts them. Never change one that was released: append.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # WITHOUT ROWID: a partition lies together, and every index ends with (pk, sk), so keys-only queries
        # never touch the table. Partial: an index holds only the items that carry its attributes.
        """CREATE TABLE items (
            pk TEXT NOT NULL, sk TEXT NOT NULL, data BLOB NOT NULL,
            project TEXT, listed TEXT, due_shard TEXT, due_at INTEGER, expires INTEGER,
            PRIMARY KEY (pk, sk),
            -- What DynamoDB refuses as a key must not pass here either.
            CHECK (pk <> '' AND sk <> '' AND project <> '' AND listed <> '' AND due_shard <> ''),
            CHECK (due_at IS NULL OR typeof(due_at) = 'integer')
        ) WITHOUT ROWID""",
        "CREATE INDEX by_project ON items (project, listed) WHERE project IS NOT NULL AND listed IS NOT NULL",
        "CREATE INDEX due ON items (due_shard, due_at) WHERE due_shard IS NOT NULL AND due_at IS NOT NULL",
        "CREATE INDEX expiring ON items (expires) WHERE expires IS NOT NULL",
    ),
)

_READERS = 4

_MENDING = {
    sqlite3.SQLITE_BUSY: "is locked by another program: find out which one holds it open in a transaction",
    sqlite3.SQLITE_CANTOPEN: "can't be opened: it must be a file that this user may write, and its folder as well",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore it from a backup",
    sqlite3.SQLITE_FULL: "can't grow: free some space on its disk",
    sqlite3.SQLITE_IOERR: "can't be read or written: see to its disk",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database: name another file in TOCSIN_STORE",
    sqlite3.SQLITE_READONLY: "can't be written: it must be a file that this user may write, and its folder as well",
}


class SqliteFile:
    """Hands out connections, one taker each at a time. Any thread may ask."""

    def __init__(self, path: str, busy_timeout: float) -> None:
        self.path = Path(path).absolute()
        self._busy_timeout = busy_timeout
        self._written: tuple[int, int] | None = None
        """Which file the writer has open: a path may come to mean another one, or none."""
        self._writer = _Slots(1, self._open_to_write)
        self._readers = _Slots(_READERS, self._open)
        self._line = Line(self._commit)
        with _DRAINING:
            _FILES.add(self)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._explaining(), self._readers.taken() as connection:
            yield connection

    def write(self, work: Work[T]) -> T:
        """Do work that no other writer can interleave with; what it wrote is on the disk when this returns."""
        with self._explaining():
            return self._line.write(work)

    def create(self) -> bool:
        """Make or migrate the schema; returns whether there was none."""
        with self._explaining(), closing(self._connect("rwc")) as connection:
            self._recognise(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            with _transaction(connection):
                version = self._recognise(connection)
                for number, statements in enumerate(MIGRATIONS[version:], version + 1):
                    _migrate(connection, number, statements)
        return version == 0

    def drop(self) -> bool:
        """Delete the schema and all items, leaving an empty database; returns whether there were any."""
        if not self.path.exists():
            return False
        with self._explaining(), closing(self._connect("rw")) as connection, _transaction(connection):
            version = self._recognise(connection)
            connection.execute("DROP TABLE IF EXISTS items")
            connection.execute("PRAGMA user_version = 0")
            connection.execute("PRAGMA application_id = 0")
        return version > 0

    def close(self) -> None:
        """Close all connections, waiting for those in use; the next taker opens a new one."""
        with _DRAINING:
            self.drain()
            self.refill()

    def drain(self) -> None:
        # The writer first: who holds it may still want a reader, never the other way round.
        self._writer.drain()
        self._readers.drain()

    def refill(self) -> None:
        self._writer.refill()
        self._readers.refill()

    def renew(self) -> None:
        """Forget the threads that waited for a connection: after a fork they are not there any more."""
        self._writer = _Slots(1, self._open_to_write)
        self._readers = _Slots(_READERS, self._open)
        self._line = Line(self._commit)

    def _commit(self, jobs: Sequence[Job[Any]]) -> None:
        with self._writer.taken() as connection:
            if _identity(self.path) != self._written:
                # What is written to a deleted file is gone with this process, however sure the answer was.
                raise StoreUnavailable(f"{self.path} was deleted or replaced while in use: start Tocsin again")
            with _transaction(connection):
                do_all(connection, jobs)

    def _open_to_write(self) -> sqlite3.Connection:
        connection = self._open()
        self._written = _identity(self.path)
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = self._connect("rw")
        try:
            # An answered write survives a power cut; WAL's usual NORMAL may lose the last ones.
            connection.execute("PRAGMA synchronous = FULL")
            if self._recognise(connection) < len(MIGRATIONS):
                raise StoreUnavailable(f"{self.path} has no up-to-date table: run `flask table create`")
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self, mode: Literal["rw", "rwc"]) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.as_uri()}?mode={mode}",
            uri=True,
            timeout=self._busy_timeout,
            isolation_level=None,
            check_same_thread=False,
        )

    def _recognise(self, connection: sqlite3.Connection) -> int:
        """How many migrations the file has seen; raises StoreUnavailable where it is not ours to touch."""
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if owner == APPLICATION_ID and version > len(MIGRATIONS):
            raise StoreUnavailable(f"{self.path} was written by a newer Tocsin: upgrade this one")
        if owner != APPLICATION_ID and not _is_blank(connection, owner, version):
            raise StoreUnavailable(f"{self.path} belongs to another program: name another file in TOCSIN_STORE")
        return int(version)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            mending = self._mending(error)
            if mending is None:
                raise
            raise StoreUnavailable(f"{self.path} {mending}") from error

    def _mending(self, error: sqlite3.DatabaseError) -> str | None:
        """What an operator can do; None where the error is ours."""
        if not self.path.parent.is_dir():
            return "can't be made: make its folder first"
        if not self.path.exists() or str(error).startswith("no such table"):
            return "has no table: run `flask table create`"
        # Errors of the driver itself carry no code. The low byte of a code is what kind it is.
        return _MENDING.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


class _Slots:
    """A fixed number of connections, each opened when its slot is first taken."""

    def __init__(self, size: int, open: Callable[[], sqlite3.Connection]) -> None:
        self._size = size
        self._open = open
        self._slots: SimpleQueue[sqlite3.Connection | None] = SimpleQueue()
        self.refill()

    @contextmanager
    def taken(self) -> Iterator[sqlite3.Connection]:
        connection = self._slots.get()
        try:
            if connection is None:
                connection = self._open()
            yield connection
        finally:
            self._slots.put(connection)

    def drain(self) -> None:
        """Close every connection, waiting for those in use; nobody gets one until `refill`."""
        for _ in range(self._size):
            connection = self._slots.get()
            if connection is not None:
                connection.close()

    def refill(self) -> None:
        for _ in range(self._size):
            self._slots.put(None)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite rolls back by itself on some failures, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, number: int, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {number}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells one file from another; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_blank(connection: sqlite3.Connection, owner: int, version: int) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return (owner, version, tables) == (0, 0, 0)


# A connection that is open during a fork poisons the child even if the child never uses it: SQLite keeps its file
# locks in a table of the process, which the child inherits without the locks. The child then believes that it holds
# them, and its writes are lost when the parent closes the file. So every connection is closed before a fork.
_FILES: WeakSet[SqliteFile] = WeakSet()
_DRAINING = threading.Lock()
"""Two that drain at a time would each wait for the other's last slot."""


def _before_fork() -> None:
    _DRAINING.acquire()
    for file in _FILES:
        file.drain()


def _after_fork_in_parent() -> None:
    for file in _FILES:
        file.refill()
    _DRAINING.release()


def _after_fork_in_child() -> None:
    for file in _FILES:
        file.renew()
    _DRAINING.release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
