"""The command line, which scripts rely on: JSON on stdout and nothing else, sentences on stderr, exit statuses."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.fakes import SECRET, Clock
from tests.handlers.commands import answer, refusal
from tocsin.domain.check import Status
from tocsin.house import House
from tocsin.services import accounts, factors, sessions
from tocsin.services.checks import Wishes, create_check
from tocsin.services.keys import open_with
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info, Keep
from tocsin.stores.factors import Passkey
from tocsin.stores.keys import KeyKind
from tocsin.stores.sessions import Caller


def test_user_create_reads_the_password_from_stdin(flask: Any, house: House) -> None:
    """The new user can sign in, in whatever case the address is typed."""
    told = answer(flask("user", "create", "Alice@Example.org", "--password-stdin", stdin="correct horse\n"))
    assert told["email"] == "alice@example.org"
    found = accounts.sign_in(house.accounts, email="ALICE@example.org", password="correct horse")
    assert found is not None
    assert found.id == told["uuid"]
    assert accounts.sign_in(house.accounts, email="alice@example.org", password="wrong horse") is None


def test_user_without_password_cannot_sign_in_with_any(flask: Any, house: House) -> None:
    """An empty password is no password."""
    answer(flask("user", "create", "bob@example.org"))
    assert accounts.sign_in(house.accounts, email="bob@example.org", password="") is None


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("nonsense", "correct horse", "not an e-mail address"),
        ("bob@example.org", "short", "8 to 1000 characters"),
        ("alice@example.org", "correct horse", "an account for alice@example.org already"),
    ],
)
def test_user_create_refuses(flask: Any, email: str, password: str, sentence: str) -> None:
    """What is wrong is said on stderr."""
    answer(flask("user", "create", "alice@example.org"))
    assert sentence in refusal(flask("user", "create", email, "--password-stdin", stdin=password))


def test_reset_factors_lets_somebody_in_who_lost_them(flask: Any, house: House, clock: Clock) -> None:
    """They are told by mail; who has none is none the worse."""
    answer(flask("user", "create", "alice@example.org"))
    assert answer(flask("user", "reset-factors", "Alice@example.org")) == {"email": "alice@example.org", "removed": 0}
    user = house.accounts.by_email("alice@example.org")
    assert user is not None
    passkey = Passkey("digest", b"id", b"key", "Laptop", clock(), alone=True)
    factors.add_passkey(house.accounts, user=user, passkey=passkey, caller=Caller(), now=clock())
    assert answer(flask("user", "reset-factors", "alice@example.org"))["removed"] == 1
    assert house.accounts.by_email("alice@example.org") == replace(user, generation=2)
    [mail] = Path(house.settings.mail.removeprefix("file://")).iterdir()
    assert "were removed by the operator" in mail.read_text()
    assert "no account for bob@example.org" in refusal(flask("user", "reset-factors", "bob@example.org"))


def test_project_create_prints_keys_that_open_it(flask: Any, house: House) -> None:
    """Keys not given are made up; of API keys only digests are stored."""
    answer(flask("user", "create", "alice@example.org"))
    told = answer(flask("project", "create", "Backups", "--owner", "alice@example.org"))
    assert set(told) == {"uuid", "name", "api_key", "api_key_readonly", "ping_key"}
    assert (len(told["api_key"]), len(told["api_key_readonly"]), len(told["ping_key"])) == (32, 32, 22)
    assert house.projects.by_ping_key(told["ping_key"]) == told["uuid"]
    opened = [open_with(house.keys, told[name], secret_key=SECRET) for name in ("api_key", "api_key_readonly")]
    assert [(by.owner, by.kind) for by in opened if by] == [
        (told["uuid"], KeyKind.READ_WRITE),
        (told["uuid"], KeyKind.READ_ONLY),
    ]


def test_project_create_takes_given_keys_once(flask: Any) -> None:
    """A script may bring its keys along; a second project with one of them is refused whole."""
    answer(flask("user", "create", "alice@example.org"))
    keys = ["--api-key", "w" * 32, "--api-key-readonly", "r" * 32, "--ping-key", "p" * 22]
    told = answer(flask("project", "create", "One", "--owner", "alice@example.org", *keys))
    assert (told["api_key"], told["api_key_readonly"], told["ping_key"]) == ("w" * 32, "r" * 32, "p" * 22)
    again = flask("project", "create", "Two", "--owner", "alice@example.org", "--ping-key", "p" * 22)
    assert "this ping key already" in refusal(again)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["X", "--owner", "nobody@example.org"], "flask user create nobody@example.org"),
        (["X", "--owner", "alice@example.org", "--api-key", "short"], "exactly 32 characters"),
        (["X", "--owner", "alice@example.org", "--ping-key", "has space in it"], "A ping key has"),
        (["  ", "--owner", "alice@example.org"], "1 to 100 characters"),
        (["X", "--owner", "alice@example.org", "--api-key", "k" * 32, "--api-key-readonly", "k" * 32], "must differ"),
    ],
)
def test_project_create_refuses(flask: Any, args: list[str], sentence: str) -> None:
    """Each with a sentence that says what to do."""
    answer(flask("user", "create", "alice@example.org"))
    assert sentence in refusal(flask("project", "create", *args))


def test_project_retention_reaches_its_checks(flask: Any, house: House, project: str, clock: Clock) -> None:
    """Those that are there and those that come; what is not named goes back to the house's rule."""
    there = create_check(house.checks, project=project, wishes=Wishes(Info()), by=COMMAND, now=clock())
    told = answer(flask("project", "retention", project, "--days", "90", "--count", "1000"))
    assert told == {"uuid": project, "log_days": 90, "log_count": 1000}
    later = create_check(house.checks, project=project, wishes=Wishes(Info()), by=COMMAND, now=clock())
    keeps = [stored.keep for check_id in (there, later) if (stored := house.checks.get(check_id))]
    assert keeps == [Keep(timedelta(days=90), 1000)] * 2
    assert answer(flask("project", "retention", project)) == {"uuid": project, "log_days": None, "log_count": None}
    assert [stored.keep for stored, _ in house.checks.listing(project)] == [Keep(), Keep()]


@pytest.mark.parametrize(
    ("args", "status", "sentence"),
    [
        (["--days", "0"], 1, "A log is kept for 1 to 3650 days."),
        (["--count", "0"], 1, "A log keeps 1 to 1000000 pings of a check."),
        (["--count", "many"], 2, "'many' is not a valid integer"),
    ],
)
def test_project_retention_refuses(flask: Any, project: str, args: list[str], status: int, sentence: str) -> None:
    """With what would be right."""
    assert sentence in refusal(flask("project", "retention", project, *args), status)


def test_project_retention_needs_a_project(flask: Any) -> None:
    """A typing error makes no half of a project."""
    assert "There is no project nobody's" in refusal(flask("project", "retention", "nobody's", "--days", "9"))


def test_channel_create_hangs_up_on_all_checks(flask: Any, house: House, project: str, clock: Clock) -> None:
    """A new channel is told of the project's checks from now on."""
    check_id = create_check(house.checks, project=project, wishes=Wishes(Info("x")), by=COMMAND, now=clock())
    value = json.dumps({"url_down": "http://127.0.0.1:9/down"})
    told = answer(flask("channel", "create", project, "webhook", "--name", "ops", "--value", value))
    info = house.checks.info(check_id)
    assert info is not None
    assert info.channels == {told["id"]}
    channel = house.channels.get(project, told["id"])
    assert channel is not None
    assert (channel.name, channel.config["url_down"]) == ("ops", "http://127.0.0.1:9/down")


def test_project_delete_deletes_what_is_in_it(flask: Any, house: House, project: str, clock: Clock) -> None:
    """Once it is told that this is meant; the owner's account stays."""
    check_id = create_check(house.checks, project=project, wishes=Wishes(Info()), by=COMMAND, now=clock())
    said = refusal(flask("project", "delete", project), 2)
    assert "Backups" in said
    assert "--yes" in said
    assert house.checks.get(check_id) is not None
    assert answer(flask("project", "delete", project, "--yes")) == {"uuid": project, "name": "Backups", "deleted": True}
    assert (house.checks.get(check_id), house.projects.get(project)) == (None, None)
    assert house.accounts.by_email("alice@example.org") is not None
    assert f"no project {project}" in refusal(flask("project", "delete", project, "--yes"))


@pytest.mark.parametrize(
    ("kind", "value", "status", "sentence"),
    [
        ("pigeon", "{}", 1, "pigeon"),
        ("email", "{}", 1, "address"),
        ("webhook", "{}", 1, "url"),
        ("email", "nonsense", 2, "not JSON"),
        ("email", "[]", 2, "not a JSON object"),
        ("email", "[" * 100_000, 2, "not JSON"),
    ],
)
def test_channel_create_refuses(flask: Any, project: str, kind: str, value: str, status: int, sentence: str) -> None:
    """Unknown kinds, values that can't work, and what is no JSON."""
    said = refusal(flask("channel", "create", project, kind, "--value", value), status)
    assert sentence.lower() in said.lower()


def test_channel_create_needs_a_project(flask: Any) -> None:
    """An id that names none is said."""
    told = refusal(flask("channel", "create", "nope", "email", "--value", '{"address": "a@example.org"}'))
    assert "no project nope" in told


def test_tick_prints_counts_as_of_a_moment(flask: Any, house: House, project: str, clock: Clock) -> None:
    """`--now` lets a script look ahead."""
    from tocsin.domain.ping import Kind
    from tocsin.services.record_ping import Source, record_ping

    check_id = create_check(house.checks, project=project, wishes=Wishes(Info("x")), by=COMMAND, now=clock())
    record_ping(house.checks, check_id=check_id, kind=Kind.SUCCESS, now=clock(), source=Source())
    assert answer(flask("tick"))["down"] == 0
    told = answer(flask("tick", "--now", "2026-03-03T12:00:00Z"))
    assert (told["due"], told["down"], told["complete"]) == (1, 1, True)
    stored = house.checks.get(check_id)
    assert stored is not None
    assert stored.check.status is Status.DOWN


@pytest.mark.parametrize("text", ["yesterday", "", "0001-01-01T00:00:00+14:00"])
def test_tick_refuses_what_is_no_moment(flask: Any, text: str) -> None:
    """A wrong command line is exit status 2; an empty moment is no moment either."""
    assert "not a moment" in refusal(flask("tick", "--now", text), 2)


@pytest.mark.parametrize(
    "args",
    [
        ("user", "create", "a\udcff@example.org"),
        ("project", "create", "\udcff", "--owner", "alice@example.org"),
        ("project", "create", "X", "--owner", "\udcff@example.org"),
    ],
)
def test_bytes_that_are_no_text_are_refused(flask: Any, args: tuple[str, ...]) -> None:
    """An argument in another encoding is a sentence, not a traceback."""
    answer(flask("user", "create", "alice@example.org"))
    assert "UTF-8" in refusal(flask(*args))


def test_table_is_made_and_dropped_once(flask: Any) -> None:
    """Both may be repeated without harm, and say whether they did something."""
    assert answer(flask("table", "create"))["created"] is False
    assert answer(flask("table", "drop"))["dropped"] is True
    assert answer(flask("table", "drop"))["dropped"] is False
    assert answer(flask("table", "create"))["created"] is True


def test_missing_table_is_said_with_the_way_out(flask: Any, store_url: str) -> None:
    """Every command that needs the table names the one that makes it."""
    answer(flask("table", "drop"))
    assert "flask table create" in refusal(flask("user", "create", "alice@example.org"))


def test_user_password_is_replaced_and_ends_all_sessions(flask: Any, house: House) -> None:
    """Made up and shown once, or read from standard input; the old one holds no more."""
    answer(flask("user", "create", "alice@example.org", "--password-stdin", stdin="correct horse\n"))
    user = house.accounts.by_email("alice@example.org")
    assert user is not None
    sessions.begin(house.sessions, user=user, by="password", caller=Caller(), now=house.clock())

    made = answer(flask("user", "password", "Alice@example.org"))["password"]

    assert accounts.sign_in(house.accounts, email="alice@example.org", password="correct horse") is None
    assert accounts.sign_in(house.accounts, email="alice@example.org", password=made) is not None
    assert house.sessions.of_user(user.id) == []
    [mail] = Path(house.settings.mail.removeprefix("file://")).iterdir()
    assert "Your password was changed by the operator" in mail.read_text()
    told = answer(flask("user", "password", "alice@example.org", "--password-stdin", stdin="battery staple\n"))
    assert "password" not in told
    assert accounts.sign_in(house.accounts, email="alice@example.org", password="battery staple") is not None
    refusal(flask("user", "password", "alice@example.org", "--password-stdin", stdin="short\n"))
    refusal(flask("user", "password", "nobody@example.org"))
