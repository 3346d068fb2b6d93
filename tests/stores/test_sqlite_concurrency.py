"""Many threads, many processes and sudden deaths over one SQLite file."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tocsin.stores.sqlite import SqliteTable
from tocsin.stores.table import ConditionLost, Key, Put, Range, Update, Where

ROOT = Path(__file__).parents[2]
CHECK = Key("check#1", "check")
PINGS = Range(prefix="ping#")

# A process that hangs, whichever side of a fork, ends by itself: the test then fails instead of hanging as well.
IMPORTS = """
import os, signal, sys, threading
signal.alarm(60)
os.register_at_fork(after_in_child=lambda: signal.alarm(60))
from tocsin.stores.sqlite import SqliteTable
from tocsin.stores.table import Key, Update
table = SqliteTable(sys.argv[1])
def ping():
    return table.update(
        Update(Key("check#1", "check"), add={"n": 1}),
        entry=lambda new: {"pk": "check#1", "sk": f"ping#{new['n']:09}", "n": new["n"]},
    )["n"]
"""


@contextmanager
def started(script: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own that knows the table, and `ping`."""
    command = [sys.executable, "-c", IMPORTS + script, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def pipe(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def logged(table: SqliteTable) -> list[object]:
    """The numbers of all pings that have an entry."""
    return [item["n"] for item in table.query("check#1", PINGS, limit=100_000).items]


@pytest.fixture
def path(sqlite_table: SqliteTable, tmp_path: Path) -> Path:
    """Where the table is."""
    return tmp_path / "tocsin.db"


def test_threads_lose_no_update(sqlite_table: SqliteTable) -> None:
    """Twenty threads that add to one counter, each with an entry, come to the sum, and each sees its own number."""

    def ping(_: int) -> object:
        update = Update(CHECK, add={"n": 1})
        entry = lambda new: {"pk": "check#1", "sk": f"ping#{new['n']:09}", "n": new["n"]}  # noqa: E731
        return sqlite_table.update(update, entry=entry)["n"]

    with ThreadPoolExecutor(20) as pool:
        numbers = sorted(pool.map(ping, range(400)), key=str)
    assert numbers == sorted(range(1, 401), key=str)
    assert logged(sqlite_table) == list(range(1, 401))


def test_threads_hear_of_their_own_failures_only(sqlite_table: SqliteTable) -> None:
    """Of threads that share transactions, one that loses its condition neither writes nor stops the others."""

    def claim(n: int) -> bool:
        try:
            sqlite_table.update(Update(CHECK, set={"owner": n}, add={"tries": 1}, where=Where(absent=("owner",))))
        except ConditionLost:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        wins = list(pool.map(claim, range(100)))
    assert wins.count(True) == 1
    assert sqlite_table.get(CHECK) == {"pk": "check#1", "sk": "check", "owner": wins.index(True), "tries": 1}


def test_threads_may_read_while_others_write(sqlite_table: SqliteTable) -> None:
    """A reader sees an update and its entry together or not at all, and never waits for a writer to finish."""

    def entry(new: Any) -> Any:
        assert sqlite_table.get(CHECK) is None
        assert logged(sqlite_table) == []
        return {"pk": "check#1", "sk": "ping#1", "n": 1}

    sqlite_table.update(Update(CHECK, add={"n": 1}), entry=entry)
    assert logged(sqlite_table) == [1]


def test_processes_lose_no_update(sqlite_table: SqliteTable, path: Path) -> None:
    """Two processes that add to one counter come to the sum."""
    script = "for _ in range(200): ping()"
    with started(script, path) as one, started(script, path) as other:
        assert (one.wait(), other.wait()) == (0, 0)
    assert logged(sqlite_table) == list(range(1, 401))


def test_processes_agree_on_who_creates(tmp_path: Path) -> None:
    """Of several that create the table at a time, one makes it and the others find it made."""
    script = "print('ready', flush=True); sys.stdin.readline(); print(table.create())"
    with ExitStack() as stack:
        processes = [stack.enter_context(started(script, tmp_path / "new.db")) for _ in range(4)]
        for process in processes:
            assert pipe(process).readline() == "ready\n"
        answers = sorted(process.communicate("go\n")[0] for process in processes)
    assert answers == ["False\n", "False\n", "False\n", "True\n"]


def test_process_that_is_killed_loses_nothing_that_it_answered(sqlite_table: SqliteTable, path: Path) -> None:
    """After kill -9 amid writing, every acknowledged ping is there, and count and entries still agree."""
    with started("while True: print(ping(), flush=True)", path) as process:
        answered = [int(pipe(process).readline()) for _ in range(100)]
        process.kill()
        answered += [int(line) for line in pipe(process) if line.endswith("\n")]
    numbers = logged(sqlite_table)
    assert numbers[: len(answered)] == answered
    check = sqlite_table.get(CHECK)
    assert check is not None
    assert check["n"] == len(numbers)
    assert sqlite_table.update(Update(CHECK, add={"n": 1}))["n"] == len(numbers) + 1


def test_process_that_runs_out_of_disk_loses_nothing_that_it_answered(sqlite_table: SqliteTable, path: Path) -> None:
    """A write that finds no room fails with a sentence; what was answered stays, and with room it goes on."""
    script = """
import resource
from tocsin.stores.table import Put, StoreUnavailable
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
n = 0
try:
    while True:
        table.put(Put({"pk": "check#1", "sk": f"ping#{n + 1:09}", "n": n + 1, "body": b"x" * 10_000}))
        n += 1
except StoreUnavailable as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
n += 1
table.put(Put({"pk": "check#1", "sk": f"ping#{n:09}", "n": n}))
print(n)
"""
    with started(script, path) as process:
        sentence, number = process.communicate()[0].splitlines()
    assert sentence.startswith(f"{path} can't be ")
    assert int(number) > 2
    assert logged(sqlite_table) == list(range(1, int(number) + 1))


def test_fork_loses_no_write_of_the_child(sqlite_table: SqliteTable, path: Path) -> None:
    """A child writes on through the table that its parent had open, and keeps what it wrote when the parent closes it.

    SQLite's lock table, inherited with an open connection, would make the child write to a log that is deleted.
    """
    sqlite_table.close()
    script = """
ping()
told, tell = os.pipe()
heard, hear = os.pipe()
if os.fork() == 0:
    ping()
    os.write(hear, b"1")
    os.read(told, 1)
    ping()
    os._exit(0)
os.read(heard, 1)
table.close()
os.write(tell, b"1")
status = os.wait()[1]
print(status, ping())
"""
    with started(script, path) as process:
        assert process.communicate()[0] == "0 4\n"
    assert logged(sqlite_table) == [1, 2, 3, 4]


def test_fork_amid_reads_and_writes_of_other_threads_is_safe(sqlite_table: SqliteTable, path: Path) -> None:
    """Parents and children go on reading and writing, whatever other threads were doing at the moment of the fork."""
    script = """
done = threading.Event()
def work():
    while not done.is_set():
        ping()
        table.get(Key("check#1", "check"))
threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
for thread in threads: thread.start()
for _ in range(10):
    if os.fork() == 0:
        for _ in range(5): ping()
        os._exit(0)
    assert os.wait()[1] == 0
done.set()
for thread in threads: thread.join()
print(ping())
"""
    with started(script, path) as process:
        total = int(process.communicate()[0])
    assert total > 50
    assert logged(sqlite_table) == list(range(1, total + 1))


def test_close_waits_for_those_who_use_the_table(sqlite_table: SqliteTable) -> None:
    """Closing while threads are at work breaks none of them."""
    done = threading.Event()

    def work(_: int) -> None:
        while not done.is_set():
            sqlite_table.put(Put({"pk": "check#1", "sk": "check"}))
            assert sqlite_table.get(CHECK)

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(work, n) for n in range(4)]
        for _ in range(20):
            sqlite_table.close()
        done.set()
        for future in futures:
            future.result()
