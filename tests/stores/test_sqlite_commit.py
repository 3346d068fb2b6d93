"""Group commit: several threads' writes in one transaction, each with an outcome of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from tocsin.stores.sqlite_commit import Job, Line, do_all


def job(work: Callable[[sqlite3.Connection], object]) -> Job[Any]:
    return Job(work)


def test_group_commit_undoes_the_work_of_a_job_that_raises() -> None:
    """What a failed job wrote is gone, what the jobs around it wrote stays, and each has its own outcome."""

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES ('bad')")
        raise ValueError

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("BEGIN")
        good = [job(lambda each: each.execute("INSERT INTO t VALUES ('good')").rowcount) for _ in range(2)]
        bad = job(fail)
        do_all(connection, [good[0], bad, good[1]])
        connection.execute("COMMIT")
        assert connection.execute("SELECT a FROM t").fetchall() == [("good",), ("good",)]
    assert [each.result for each in good] == [1, 1]
    assert isinstance(bad.error, ValueError)


def test_group_commit_stops_where_sqlite_gave_up_the_transaction() -> None:
    """Jobs that come after a full disk, say, must not write outside the transaction that they were promised."""

    def give_up(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")
        raise sqlite3.OperationalError

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("BEGIN")
        with pytest.raises(sqlite3.OperationalError):
            do_all(connection, [job(give_up), job(lambda each: each.execute("INSERT INTO t VALUES ('late')"))])
        assert connection.execute("SELECT a FROM t").fetchall() == []


class Disk:
    """Stands for the transaction under a line; may hold its first one up until more threads are waiting."""

    def __init__(self, waiters: int = 0, error: Exception | None = None) -> None:
        self.line = Line(self.commit)
        self.sizes: list[int] = []
        self._waiters = waiters
        self._error = error

    def commit(self, jobs: Sequence[Job[Any]]) -> None:
        while not self.sizes and len(self.line._waiting) < self._waiters:  # noqa: SLF001
            pass
        self.sizes.append(len(jobs))
        for each in jobs:
            each.result = each.work(None)  # type: ignore[arg-type]
        if self._error is not None and len(jobs) > 1:
            raise self._error

    def write(self, n: int) -> int:
        return self.line.write(lambda _: n)


def test_group_commit_takes_all_who_wait_together() -> None:
    """While one transaction is on its way to the disk, those who come share the next one."""
    disk = Disk(waiters=5)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(disk.write, range(6))) == list(range(6))
    assert disk.sizes == [1, 5]


def test_group_commit_that_fails_tells_all_its_jobs() -> None:
    """Nobody is told that a write is safe when the transaction that it shared was not, and the line moves on."""
    disk = Disk(waiters=5, error=OSError("full"))
    with ThreadPoolExecutor(6) as pool:
        errors = [future.exception() for future in [pool.submit(disk.write, n) for n in range(6)]]
    assert [str(error) for error in errors].count("full") == 5
    assert disk.write(7) == 7
