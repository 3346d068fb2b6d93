"""Pings by mail over SMTP, from a real client to the real listener, on both engines (protocol 1.10)."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from queue import Queue
from smtplib import SMTP, SMTPDataError, SMTPServerDisconnected
from threading import Event, Thread
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from handlers.mail_listener import MAX_RECIPIENTS, CannotListen, MailListener
from tests.channels.receivers import closed_port
from tests.fakes import Scene
from tests.tables import Interposed
from tocsin.channels.registry import Registry
from tocsin.domain.check import Status
from tocsin.domain.ping import Keywords, Kind, Ping, Rules
from tocsin.house import House
from tocsin.stores.inbox import MAX_MESSAGE
from tocsin.stores.table import StoreUnavailable, TransactionLost

HOST = "127.0.0.1"
DOMAIN = "ping.example.org"
SENDER = "job@example.com"
NOBODY = "00000000-0000-4000-8000-000000000000"
"""The id of no check. The same in every process, or the tests could not be shared among them."""
MAIL = b"Subject: done\r\n\r\nNo errors.\r\n.. and no dots lost\r\n"


@dataclass
class Post:
    """The listener in a thread of its own, as `flask mail-listener` runs it in its process."""

    house: House
    port: int = 0
    _loops: Queue[asyncio.AbstractEventLoop] = field(default_factory=Queue)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def open(self) -> Iterator[Post]:
        thread = Thread(target=asyncio.run, args=(self._serve(),))
        thread.start()
        self._loop = self._loops.get(timeout=30)
        try:
            yield self
        finally:
            if thread.is_alive():
                self.stop()
            thread.join()

    async def _serve(self) -> None:
        await MailListener(self.house, DOMAIN).listen(HOST, 0, ready=self._ready, stop=self._stop)

    def _ready(self, port: int) -> None:
        self.port = port
        self._loops.put(asyncio.get_running_loop())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)

    def client(self) -> SMTP:
        return SMTP(HOST, self.port, timeout=30)

    def send(self, *mailboxes: str, message: bytes = MAIL, sender: str = SENDER) -> None:
        with self.client() as client:
            client.sendmail(sender, [f"{mailbox}@{DOMAIN}" for mailbox in mailboxes], message)


@pytest.fixture
def post(house: House) -> Iterator[Post]:
    with Post(house).open() as post:
        yield post


@contextmanager
def troubled(house: House, **before: list[Callable[[], object]]) -> Iterator[Post]:
    """A listener with a store in which something happens first, one entry a call of that verb."""
    table = Interposed(house.table, before=before)
    with Post(House(house.settings, table, Registry([]), clock=house.clock)).open() as post:
        yield post


def newest(scene: Scene, check_id: str) -> Ping:
    ping = scene.entry(check_id, scene.read(check_id).check.n_pings)
    assert ping is not None
    return ping


def test_mail_pings_the_checks_that_it_is_addressed_to(scene: Scene, post: Post) -> None:
    """By id, in either case, and by slug; the log keeps the message as it was sent."""
    by_id, by_slug = scene.check(), scene.check(slug="nightly")
    post.send(by_id.upper(), f"{scene.ping_key}+nightly")
    for check_id in (by_id, by_slug):
        assert scene.read(check_id).check.status is Status.UP
        ping = newest(scene, check_id)
        assert (ping.n, ping.kind, ping.scheme, ping.ua) == (1, Kind.SUCCESS, "email", f"Email from {SENDER}")
        assert ping.body == MAIL


def test_mail_is_judged_by_its_words(scene: Scene, post: Post) -> None:
    """A failure that is mailed is one."""
    rules = Rules(filter_subject=True, keywords=Keywords(success="done", failure="FAILED"))
    check_id = scene.check(rules=rules)
    post.send(check_id, message=b"Subject: =?utf-8?b?RkFJTEVE?=\r\n\r\n")
    assert scene.read(check_id).check.status is Status.DOWN


def test_nobody_learns_whether_a_check_exists(scene: Scene, post: Post) -> None:
    """The answers are those for one that does; only the log tells."""
    scene.check(slug="twice")
    scene.check(slug="twice")
    with post.client() as client:
        for mailbox in (scene.check(), str(uuid4()), f"{scene.ping_key}+vacant", f"{scene.ping_key}+twice"):
            client.ehlo_or_helo_if_needed()
            answers = [client.mail(SENDER), client.rcpt(f"{mailbox}@{DOMAIN}"), client.data(MAIL)]
            assert answers == [(250, b"OK")] * 3


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        (f"{NOBODY}@example.org", (550, b"5.1.1 Recipient rejected")),
        (NOBODY, (550, b"5.1.1 Recipient rejected")),
        (f"postmaster@{DOMAIN}", (550, b"5.1.1 Invalid mailbox")),
        (f"key+Slug@{DOMAIN}", (550, b"5.1.1 Invalid mailbox")),
        (f"slüg+slüg@{DOMAIN}", (550, b"5.1.1 Invalid mailbox")),
        ("", (550, b"5.1.1 Recipient rejected")),
    ],
)
def test_other_addresses_are_refused(post: Post, address: str, answer: tuple[int, bytes]) -> None:
    """While the sender is still there to be told."""
    with post.client() as client:
        client.ehlo()
        client.mail(SENDER, ["SMTPUTF8"])
        client.command_encoding = "utf-8"
        assert client.rcpt(address) == answer
        assert client.rcpt(f"{uuid4()}@{DOMAIN}") == (250, b"OK")


def test_limits_are_announced_and_kept(post: Post) -> None:
    """Size, recipients; letters beyond ASCII are none."""
    with post.client() as client:
        client.ehlo()
        assert (client.esmtp_features["size"], client.has_extn("smtputf8")) == (str(MAX_MESSAGE), True)
        assert client.mail(SENDER, [f"SIZE={MAX_MESSAGE + 1}"])[0] == 552
        client.mail(SENDER)
        answers = [client.rcpt(f"{uuid4()}@{DOMAIN}") for _ in range(MAX_RECIPIENTS + 1)]
        assert answers == [(250, b"OK")] * MAX_RECIPIENTS + [(452, b"4.5.3 Too many recipients")]
        assert client.data(b"x" * 70 + b"\r\n" + (b"x" * 998 + b"\r\n") * (MAX_MESSAGE // 1000 + 1))[0] == 552


def test_mail_from_nobody_and_with_odd_letters_and_lines_pings(scene: Scene, post: Post) -> None:
    """A mail that was returned, a sender in UTF-8, a line longer than the standard wants."""
    check_id = scene.check()
    post.send(check_id, sender="")
    assert newest(scene, check_id).ua == "Email from <>"
    with post.client() as client:
        client.sendmail("jöb@example.com", [f"{check_id}@{DOMAIN}"], MAIL, mail_options=["SMTPUTF8"])
    assert newest(scene, check_id).ua == "Email from jöb@example.com"
    post.send(check_id, message=b"\r\n" + b"x" * 300_000)
    assert (newest(scene, check_id).n, newest(scene, check_id).size) == (3, 300_004)


def gone() -> None:
    raise StoreUnavailable("The table is gone.")


def lost() -> None:
    raise TransactionLost({})


def broken() -> None:
    raise RuntimeError("a bug")


@pytest.mark.parametrize(
    ("verb", "trouble", "line"),
    [
        ("get", gone, "The store is unavailable: The table is gone."),
        ("transact", lost, "too many others"),
        ("get", broken, "a bug"),
    ],
)
def test_mail_that_cannot_be_recorded_is_to_come_again(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    verb: str,
    trouble: Callable[[], object],
    line: str,
) -> None:
    """No ping is lost: the sender hears of a fault that passes, and its next try counts."""
    monkeypatch.setattr("tocsin.services.changing.TRIES", 1)
    check_id = scene.check()
    with troubled(scene.house, **{verb: [trouble, trouble]}) as post:
        with pytest.raises(SMTPDataError) as told:
            post.send(check_id)
        assert (told.value.smtp_code, told.value.smtp_error[:5]) == (451, b"4.3.0")
        assert line in caplog.text
        assert check_id not in caplog.text
        assert scene.read(check_id).check.n_pings == 0
    with troubled(scene.house) as post:
        post.send(check_id)
    assert scene.read(check_id).check.n_pings == 1


def test_client_that_stays_does_not_keep_the_listener(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its answer, and then a moment to go."""
    monkeypatch.setattr("handlers.mail_listener.LAST_WORDS", 0.0)
    check_id = scene.check()
    meanwhile: list[Callable[[], object]] = []
    with troubled(scene.house, get=meanwhile) as post, post.client() as client:
        meanwhile.append(post.stop)
        client.sendmail(SENDER, [f"{check_id}@{DOMAIN}"], MAIL)
        assert client.getreply() == (421, b"4.3.2 Stopping, try again later")


def test_many_mails_at_once_lose_nothing(scene: Scene, post: Post) -> None:
    """Forty to one check, numbered without a gap."""
    check_id = scene.check()
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: post.send(check_id), range(40)))
    assert [ping.n for ping in scene.log(check_id)] == list(range(40, 0, -1))


def test_stopping_finishes_what_is_under_way(scene: Scene) -> None:
    """A mail that was sent whole gets its true answer; who merely listens is sent away, and nobody new is let in."""
    check_id = scene.check()
    reached, go_on = Event(), Event()

    def wait() -> None:
        reached.set()
        assert go_on.wait(timeout=30)

    with troubled(scene.house, get=[wait]) as post, ThreadPoolExecutor(1) as sender, post.client() as idle:
        sending = sender.submit(post.send, check_id)
        assert reached.wait(timeout=30)
        assert idle.noop() == (250, b"OK"), "the store keeps nobody else waiting"
        post.stop()
        assert idle.getreply() == (421, b"4.3.2 Stopping, try again later")
        with pytest.raises(ConnectionRefusedError):
            post.client()
        assert not sending.done()
        go_on.set()
        sending.result(timeout=30)
    assert scene.read(check_id).check.n_pings == 1


def test_more_connections_than_there_is_room_for_are_sent_away(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    """Until somebody leaves."""
    monkeypatch.setattr("handlers.mail_listener.MAX_SESSIONS", 1)
    with post.client() as first:
        first.noop()
        with pytest.raises(smtplib.SMTPConnectError, match="Too many connections"):
            post.client()
        first.quit()
        with pytest.raises(SMTPServerDisconnected):
            first.noop()
    post.send(scene.check())


def test_room_is_counted_when_many_call_at_once(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    """Each may send a message that is held in memory."""
    monkeypatch.setattr("handlers.mail_listener.MAX_SESSIONS", 5)
    with ExitStack() as calls:
        sockets = [calls.enter_context(socket.create_connection((HOST, post.port), timeout=30)) for _ in range(40)]
        greetings = [call.recv(100)[:3] for call in sockets]
    assert sorted(greetings) == [b"220"] * 5 + [b"421"] * 35


def test_silent_client_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    """Else a few of them would take all the room."""
    monkeypatch.setattr("handlers.mail_listener.TIME_LIMIT", 0.01)
    with post.client() as client, pytest.raises(SMTPServerDisconnected, match="^Connection unexpectedly closed$"):
        client.getreply()


def test_port_that_is_taken_is_said(house: House, post: Post) -> None:
    """In the system's words, without Python's."""

    async def again(host: str, port: int) -> None:
        await MailListener(house, DOMAIN).listen(host, port, ready=print, stop=asyncio.Event())

    for host, port, words in ((HOST, post.port, "Address already in use"), ("a..b", closed_port(), "this is no host")):
        with pytest.raises(CannotListen) as refusal:
            asyncio.run(again(host, port))
        assert str(refusal.value) == words


COMMANDS = ["EHLO x", "MAIL FROM:", "RCPT TO:", f"<{NOBODY}@{DOMAIN}>", "DATA", "RSET", "<>", "<", '"', "@[", "AUTH "]
LINES = st.lists(st.sampled_from(COMMANDS).map(str.encode) | st.binary(max_size=12), max_size=5).map(b"".join)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@given(st.lists(LINES, max_size=8))
@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_answered_and_forgotten(scene: Scene, post: Post, lines: list[bytes]) -> None:
    """Whatever one client says, the next one is served."""
    with post.client() as rude:
        assert rude.sock
        rude.sock.sendall(b"".join(line + b"\r\n" for line in lines) + b"\r\n.\r\nQUIT\r\n")
        while rude.sock.recv(4096):
            pass
    post.send(scene.check())


def test_unreadable_command_is_a_line_in_the_log(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    """Not a traceback that any stranger can have written; and no address is, in the right place or a wrong one."""
    caplog.set_level(logging.INFO)
    check_id = str(uuid4())
    with post.client() as client:
        client.ehlo()
        client.mail(SENDER)
        assert client.docmd("RCPT TO:<1@[=(>?<") == (500, b"5.5.2 Command not understood")
        assert client.rcpt(f"{check_id}@{DOMAIN}") == (250, b"OK")
        assert client.docmd(f"{check_id}@{DOMAIN}")[0] == 500
    assert "A command of a mail client could not be read" in caplog.text
    assert "Traceback" not in caplog.text
    assert check_id not in caplog.text.lower()
