"""A mail as a ping of each check that it is addressed to (protocol 1.10), on both engines."""

from __future__ import annotations

import logging
from uuid import uuid4

import pytest
from msgspec.structs import replace

from tests.fakes import Scene
from tests.tables import Interposed
from tocsin.domain.check import Status
from tocsin.domain.ping import Keywords, Kind, Ping, Rules
from tocsin.services.changing import Busy
from tocsin.services.mail_pings import take_mail
from tocsin.services.record_ping import MAX_MAIL
from tocsin.stores.checks import Checks
from tocsin.stores.table import StoreUnavailable, TransactionLost

DOMAIN = "ping.example.org"
MAIL = b"Subject: =?utf-8?q?Backup_done?=\r\n\r\nNo errors.\r\n"
WORDS = Keywords(start="begin", success="done", failure="FAILED", default_fail=False)


def take(
    scene: Scene, *mailboxes: str, message: bytes = MAIL, sender: str = "job@example.com", checks: Checks | None = None
) -> int:
    return take_mail(
        checks or scene.house.checks,
        scene.house.projects,
        domain=DOMAIN,
        recipients=[mailbox if "@" in mailbox else f"{mailbox}@{DOMAIN}" for mailbox in mailboxes],
        sender=sender,
        message=message,
        now=scene.clock(),
    )


def newest(scene: Scene, check_id: str) -> Ping:
    ping = scene.entry(check_id, scene.read(check_id).check.n_pings)
    assert ping is not None
    return ping


def test_mail_is_a_success_that_is_kept_whole(scene: Scene) -> None:
    """Time, scheme, sender and the raw message are in the log; there is no method, address, run id or exit status."""
    check_id = scene.check()
    assert take(scene, check_id) == 1
    assert scene.read(check_id).check.status is Status.UP
    ping = newest(scene, check_id)
    assert (ping.kind, ping.at, ping.scheme, ping.method) == (Kind.SUCCESS, scene.clock(), "email", "")
    assert (ping.ua, ping.remote_addr, ping.rid, ping.exit_status) == ("Email from job@example.com", "", None, None)
    assert (ping.body, ping.size) == (MAIL, len(MAIL))


def test_mail_finds_checks_by_id_and_by_slug(scene: Scene) -> None:
    """Each of its recipients, once."""
    by_id, by_slug = scene.check(), scene.check(slug="nightly")
    mailboxes = [by_id.upper(), f"{scene.ping_key}+nightly", f"{scene.ping_key}+nightly"]
    assert take(scene, *mailboxes) == 2
    assert [scene.read(check_id).check.n_pings for check_id in (by_id, by_slug)] == [1, 1]


@pytest.mark.parametrize(
    ("rules", "subject", "text", "kind"),
    [
        (Rules(keywords=WORDS), "FAILED", "FAILED", Kind.SUCCESS),
        (Rules(filter_http_body=True, post_only=True, keywords=WORDS), "FAILED", "FAILED", Kind.SUCCESS),
        (Rules(filter_subject=True, keywords=WORDS), "FAILED", "done", Kind.FAIL),
        (Rules(filter_subject=True, keywords=WORDS), "begin", "FAILED", Kind.START),
        (Rules(filter_body=True, keywords=WORDS), "FAILED", "done", Kind.SUCCESS),
        (Rules(filter_body=True, keywords=WORDS), "done", "<nothing>", Kind.IGN),
        (Rules(filter_body=True, keywords=replace(WORDS, default_fail=True)), "done", "?", Kind.FAIL),
        (Rules(filter_subject=True, filter_body=True, keywords=WORDS), "done", "FAILED", Kind.FAIL),
    ],
)
def test_rules_read_subject_and_text(scene: Scene, rules: Rules, subject: str, text: str, kind: Kind) -> None:
    """As far as the check wants them read; the rules for HTTP are none of a mail's business (protocol 1.6)."""
    check_id = scene.check(rules=rules)
    take(scene, check_id, message=f"Subject: {subject}\n\n{text}".encode())
    assert newest(scene, check_id).kind is kind


def test_words_are_looked_for_as_people_read_them(scene: Scene) -> None:
    """Not in what is encoded, and not in what is no text."""
    check_id = scene.check(
        rules=Rules(filter_subject=True, filter_body=True, keywords=replace(WORDS, failure="größer"))
    )
    page = b"<p class=gr&ouml;&szlig;er>done</p>"
    take(scene, check_id, message=b"Content-Type: text/html\n\n" + page)
    assert newest(scene, check_id).kind is Kind.SUCCESS
    take(scene, check_id, message=b"Subject: =?iso-8859-1?q?gr=F6=DFer?=\n\ndone")
    assert newest(scene, check_id).kind is Kind.FAIL


@pytest.mark.parametrize(
    ("sender", "ua"),
    [
        ("", "Email from <>"),
        ("<>", "Email from <>"),
        ("j\udcffb@example.com", "Email from j?b@example.com"),
        ("x" * 500, f"Email from {'x' * 189}"),
        ("jöb@example.com", "Email from jöb@example.com"),
    ],
)
def test_any_sender_can_ping(scene: Scene, sender: str, ua: str) -> None:
    """Nobody, as in a mail that was returned, and one whose name is no text; cut to 200 characters (protocol 1.5)."""
    check_id = scene.check()
    take(scene, check_id, sender=sender)
    assert newest(scene, check_id).ua == ua


def test_check_with_two_addresses_is_pinged_once(scene: Scene) -> None:
    """By whatever spellings one mail leads to it."""
    check_id = scene.check(slug="nightly")
    assert take(scene, check_id, check_id.upper(), f"{scene.ping_key}+nightly") == 1
    assert scene.read(check_id).check.n_pings == 1


def test_long_mail_is_cut_but_read_to_its_end(scene: Scene) -> None:
    """An item has its limits; a word at the end of a long report counts all the same."""
    check_id = scene.check(rules=Rules(filter_body=True, keywords=WORDS))
    message = b"\r\n" + b"all well so far\r\n" * 30_000 + b"FAILED"
    assert len(message) > MAX_MAIL
    take(scene, check_id, message=message)
    ping = newest(scene, check_id)
    assert (ping.kind, ping.body == message[:MAX_MAIL]) == (Kind.FAIL, True)


def test_addresses_of_nothing_are_logged_without_secrets(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """The others are pinged; no line has an id, a key or a slug in it."""
    caplog.set_level(logging.INFO)
    check_id, unknown = scene.check(slug="nightly"), str(uuid4())
    scene.check(slug="twice")
    scene.check(slug="twice")
    mailboxes = [unknown, f"{scene.ping_key}+vacant", "nokey+nightly", f"{scene.ping_key}+twice", "postmaster"]
    assert take(scene, *mailboxes, f"{check_id}@other.example", check_id) == 1
    about = [record.getMessage() for record in caplog.records if "A mail to" in record.getMessage()]
    assert [line.partition(": ")[2] for line in about] == [
        "no check has this address",
        "no check has this address",
        "no check has this address",
        "several checks have this slug",
        "no check can have this address",
        "it is for another domain",
    ]
    for secret in (unknown, scene.ping_key, "nokey", "vacant", "twice", check_id):
        assert secret not in "".join(about)
    assert all(DOMAIN in line for line in about)


def test_busy_check_does_not_keep_the_mail_from_others(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are pinged, and then the mail is to come again."""
    first, second = scene.check(), scene.check()

    def lose() -> None:
        raise TransactionLost({})

    monkeypatch.setattr("tocsin.services.changing.TRIES", 2)
    table = Interposed(scene.house.table, before={"transact": [lose, lose, lose]})
    checks = replace(scene.house.checks, table=table)
    with pytest.raises(Busy):
        take(scene, first, second, checks=checks)
    assert [scene.read(check_id).check.n_pings for check_id in (first, second)] == [0, 1]
    assert take(scene, first, second) == 2


def test_store_out_of_reach_is_not_swallowed(scene: Scene) -> None:
    """Whoever brought the mail must bring it again."""
    check_id = scene.check()

    def fail() -> None:
        raise StoreUnavailable("gone")

    table = Interposed(scene.house.table, before={"get": [fail]})
    with pytest.raises(StoreUnavailable):
        take(scene, check_id, checks=replace(scene.house.checks, table=table))
