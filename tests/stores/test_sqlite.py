"""What only the SQLite engine promises: of its file, its schema, and the sentences about both."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tocsin.stores import sqlite_file
from tocsin.stores.sqlite import SqliteTable, selection
from tocsin.stores.table import BY_PROJECT, DUE, Index, Item, Key, Put, Range, StoreUnavailable, Update

CHECK = Key("check#1", "check")
VERBS: list[Callable[[SqliteTable], object]] = [
    lambda table: table.get(CHECK),
    lambda table: table.update(Update(CHECK, add={"n": 1})),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tocsin.db"


@contextmanager
def opened(path: Path, *, busy_timeout: float = 5) -> Iterator[SqliteTable]:
    with closing(SqliteTable(str(path), busy_timeout=busy_timeout)) as table:
        yield table


def run(path: Path, *statements: str) -> object:
    """What the last of the statements answers first, on a connection of the test's own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        rows = [connection.execute(statement).fetchone() for statement in statements]
    return rows[-1] and rows[-1][0]


def test_file_is_not_made_by_looking_for_it(path: Path) -> None:
    """Reading, writing and dropping without a file say what is missing, and leave no empty file behind."""
    with opened(path) as table:
        for verb in VERBS:
            with pytest.raises(StoreUnavailable, match=f"{path} has no table: run `flask table create`"):
                verb(table)
        assert table.drop() is False
    assert not path.exists()


def test_file_without_a_table_is_taken_as_our_own(path: Path) -> None:
    """An empty file, as `touch` or a dropped table leaves it, is no table yet but may become one."""
    path.touch()
    with opened(path) as table:
        with pytest.raises(StoreUnavailable, match="run `flask table create`"):
            table.get(CHECK)
        assert table.create() is True
        assert table.get(CHECK) is None


def test_file_in_a_missing_folder_is_explained(tmp_path: Path) -> None:
    """The sentence names the path and what to make."""
    with opened(tmp_path / "data" / "tocsin.db") as table:
        for verb in (SqliteTable.create, *VERBS):
            with pytest.raises(StoreUnavailable, match=r"data/tocsin\.db can't be made: make its folder first"):
                verb(table)


def test_file_that_is_a_folder_is_explained(tmp_path: Path) -> None:
    """A folder under the file's name is called by its name."""
    with opened(tmp_path) as table:
        for verb in (SqliteTable.create, *VERBS):
            with pytest.raises(StoreUnavailable, match=f"{tmp_path} can't be opened: it must be a file"):
                verb(table)


def test_file_that_is_no_database_is_left_alone(path: Path) -> None:
    """A text is neither read as a database nor turned into one."""
    path.write_text("The minutes of the last meeting.\n" * 100)
    with opened(path) as table:
        for verb in (SqliteTable.create, SqliteTable.drop, *VERBS):
            with pytest.raises(StoreUnavailable, match="is not an SQLite database"):
                verb(table)
    assert path.read_text().startswith("The minutes")


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE items (a)", "PRAGMA application_id = 1", "PRAGMA user_version = 1"]
)
def test_file_of_another_program_is_left_alone(path: Path, statement: str) -> None:
    """Whatever shows that a database is somebody else's, not a byte of it changes."""
    run(path, statement)
    before = path.read_bytes()
    with opened(path) as table:
        for verb in (SqliteTable.create, SqliteTable.drop, *VERBS):
            with pytest.raises(StoreUnavailable, match="belongs to another program"):
                verb(table)
    assert path.read_bytes() == before


def test_file_of_a_newer_tocsin_is_left_alone(path: Path) -> None:
    """A schema that this version does not know is neither read nor written."""
    with opened(path) as table:
        table.create()
    run(path, "PRAGMA user_version = 99")
    with opened(path) as table:
        for verb in (SqliteTable.create, SqliteTable.drop, *VERBS):
            with pytest.raises(StoreUnavailable, match="newer Tocsin: upgrade"):
                verb(table)


def test_file_that_is_damaged_is_explained(path: Path) -> None:
    """Garbage in place of a page stops the verb that meets it, with a sentence."""
    with opened(path) as table:
        table.create()
        table.put(Put({"pk": "check#1", "sk": "check"}))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * (path.stat().st_size - 4096))
    with opened(path) as table:
        for verb in VERBS:
            with pytest.raises(StoreUnavailable, match="is damaged: restore it from a backup"):
                verb(table)


def test_file_that_is_locked_by_another_program_is_explained(path: Path) -> None:
    """A write waits for the busy timeout only; reads go on, and so do writes once the lock is gone."""
    with opened(path, busy_timeout=0) as table:
        table.create()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="is locked by another program"):
                table.update(Update(CHECK, add={"n": 1}))
            assert table.get(CHECK) is None
        table.update(Update(CHECK, add={"n": 1}))


@contextmanager
def unprivileged() -> Iterator[None]:
    """For root every file is writable: be nobody for a while."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A table that may be read by all and written by no one; root's own temporary folders are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "tocsin.db"
        with opened(path) as table:
            table.create()
        path.chmod(0o444)
        folder.chmod(0o555)
        yield path
        folder.chmod(0o755)


def test_file_that_may_not_be_written_is_explained(read_only: Path) -> None:
    """WAL needs to write even for reading; every verb tells which right is missing."""
    with unprivileged(), opened(read_only) as table:
        for verb in VERBS:
            with pytest.raises(StoreUnavailable, match="a file that this user may write, and its folder as well"):
                verb(table)


@pytest.mark.parametrize("replaced", [False, True])
def test_file_that_is_taken_away_is_not_written_to(path: Path, replaced: bool) -> None:
    """A write to a deleted file would be answered, and gone with the process; it is refused, and so is the next."""
    with opened(path) as table:
        table.create()
        table.update(Update(CHECK, add={"n": 1}))
        path.rename(path.with_suffix(".away"))
        if replaced:
            path.write_bytes(path.with_suffix(".away").read_bytes())
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="start Tocsin again"):
                table.update(Update(CHECK, add={"n": 1}))


def test_errors_of_our_own_are_not_explained_away(sqlite_table: SqliteTable) -> None:
    """An item that breaks the schema is a mistake in the program, not in the file."""
    with pytest.raises(sqlite3.IntegrityError):
        sqlite_table.put(Put({"pk": "check#1", "sk": "check", "due_at": "soon"}))


def test_schema_is_marked_as_ours(sqlite_table: SqliteTable, path: Path) -> None:
    """The file carries Tocsin's mark and the number of its last migration, and keeps a write-ahead log."""
    assert run(path, "PRAGMA application_id") == int.from_bytes(b"tocs")
    assert run(path, "PRAGMA user_version") == len(sqlite_file.MIGRATIONS)
    assert run(path, "PRAGMA journal_mode") == "wal"


def test_schema_is_migrated_by_create_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older file asks for `flask table create`, which brings it up to date and keeps the items."""
    with opened(path) as table:
        table.create()
        table.put(Put({"pk": "check#1", "sk": "check", "n": 7}))
    newer = (*sqlite_file.MIGRATIONS, ("CREATE INDEX newer ON items (expires, pk)",))
    monkeypatch.setattr(sqlite_file, "MIGRATIONS", newer)
    with opened(path) as table:
        for verb in VERBS:
            with pytest.raises(StoreUnavailable, match="no up-to-date table: run `flask table create`"):
                verb(table)
        assert table.create() is False
        assert table.get(CHECK) == {"pk": "check#1", "sk": "check", "n": 7}
    assert run(path, "PRAGMA user_version") == len(newer)


def test_schema_migrates_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails half-way leaves no trace, so that the next try starts where this one did."""
    broken = (*sqlite_file.MIGRATIONS, ("CREATE TABLE half (a)", "CREATE TABLE half (a)"))
    monkeypatch.setattr(sqlite_file, "MIGRATIONS", broken)
    with opened(path) as table, pytest.raises(sqlite3.OperationalError):
        table.create()
    assert run(path, "SELECT count(*) FROM sqlite_master") == 0
    assert run(path, "PRAGMA user_version") == 0


def test_every_write_is_flushed_to_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection that writes runs with synchronous = FULL: an answered ping survives a power cut."""
    connections: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def spy(*args: object, **kwargs: object) -> sqlite3.Connection:
        connections.append(connect(*args, **kwargs))  # type: ignore[call-overload]
        return connections[-1]

    with opened(path) as table:
        table.create()
        monkeypatch.setattr(sqlite3, "connect", spy)
        table.update(Update(CHECK, add={"n": 1}))
        assert [each.execute("PRAGMA synchronous").fetchone() for each in connections] == [(2,)]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("index", [BY_PROJECT, DUE], ids=lambda index: index.name)
def test_index_queries_read_the_index_only(sqlite_table: SqliteTable, path: Path, index: Index, reverse: bool) -> None:
    """No page of an index query touches the table or sorts, wherever it starts."""
    for range_ in (Range(), Range(at_least="1", at_most="2")):
        for start in (None, ("1", "check#1", "check")):
            sql, values = selection(index, "p", range_, reverse, start)
            with closing(sqlite3.connect(path)) as connection:
                plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", (*values, 10)).fetchall()
            assert len(plan) == 1
            assert f"SEARCH items USING COVERING INDEX {index.name} ({index.pk}=?" in plan[0][3]


def test_sweep_stops_for_breath(sqlite_table: SqliteTable) -> None:
    """One call deletes a bounded number of items, so that writers need not wait long; the next goes on."""
    for n in range(11):
        items: list[Item] = [{"pk": "check#1", "sk": f"ping#{n:02}{m:02}", "expires": 5} for m in range(100)]
        sqlite_table.transact([Put(item) for item in items])
    assert [sqlite_table.sweep(6) for _ in range(3)] == [1000, 100, 0]


def test_close_is_not_the_end(sqlite_table: SqliteTable) -> None:
    """A closed table opens again when it is next used, and closing twice is no error."""
    sqlite_table.update(Update(CHECK, add={"n": 1}))
    sqlite_table.close()
    sqlite_table.close()
    assert sqlite_table.update(Update(CHECK, add={"n": 1}))["n"] == 2


def test_path_may_hold_any_character(tmp_path: Path) -> None:
    """Characters that mean something in a URI are part of the name, and a relative path stays where it was."""
    path = tmp_path / "a b?mode=ro#%41é.db"
    with opened(path) as table:
        assert table.create() is True
    assert path.exists()


def test_path_does_not_follow_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path means the folder in which the table object was made."""
    monkeypatch.chdir(tmp_path)
    with opened(Path("tocsin.db")) as table:
        monkeypatch.chdir("/")
        table.create()
    assert (tmp_path / "tocsin.db").exists()
