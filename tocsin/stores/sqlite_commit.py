"""Group commit: writes that wait for one another share a transaction, and so one trip to the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

T = TypeVar("T")
Work: TypeAlias = Callable[[sqlite3.Connection], T]


class Job(Generic[T]):
    """One thread's write: done when its transaction is on the disk, or has failed."""

    result: T
    error: BaseException | None = None
    done = False

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.turn = threading.Lock()
        self.turn.acquire()


class Line:
    """Threads with something to write, first come, first served.

    The first one writes for all who joined the line by then; after that it is up to the first who joined since.
    """

    def __init__(self, commit: Callable[[Sequence[Job[Any]]], None]) -> None:
        """`commit` does all jobs in one transaction; where it raises, none of them is done."""
        self._commit = commit
        self._mutex = threading.Lock()
        self._waiting: list[Job[Any]] = []
        self._moving = False

    def write(self, work: Work[T]) -> T:
        job = Job(work)
        if not self._is_first(job):
            job.turn.acquire()
        if not job.done:
            self._lead()
        if job.error is not None:
            raise job.error
        return job.result

    def _is_first(self, job: Job[Any]) -> bool:
        with self._mutex:
            self._waiting.append(job)
            first, self._moving = not self._moving, True
        return first

    def _lead(self) -> None:
        with self._mutex:
            jobs, self._waiting = self._waiting, []
        try:
            self._commit(jobs)
        except BaseException as error:  # noqa: BLE001 (whatever it is, those who wait must hear of it)
            for job in jobs:
                job.error = error
        for job in jobs:
            job.done = True
            job.turn.release()
        self._call_next()

    def _call_next(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting[0].turn.release()
            else:
                self._moving = False


def do_all(connection: sqlite3.Connection, jobs: Sequence[Job[Any]]) -> None:
    """Do jobs inside a transaction; one that raises leaves nothing behind and does not stop the others."""
    if len(jobs) == 1:
        jobs[0].result = jobs[0].work(connection)
        return
    for job in jobs:
        connection.execute("SAVEPOINT job")
        try:
            job.result = job.work(connection)
        except Exception as error:
            if not connection.in_transaction:
                raise  # SQLite gave up the whole transaction, on a full disk for one
            connection.execute("ROLLBACK TO job")
            job.error = error
        connection.execute("RELEASE job")
