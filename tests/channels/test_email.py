"""Alerts by mail: what the message says, and what it keeps to itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import AT, CHECK_ID, LAST_PING, make_notice, make_up_notice
from tocsin.channels.email import EmailChannel
from tocsin.channels.port import InvalidConfig, Notice
from tocsin.channels.rendering import mail_renderer
from tocsin.domain.flip import Reason

RENDER = mail_renderer(Path(__file__).parents[2] / "templates" / "mail")
TO = {"address": "ops@bücher.example"}


@dataclass
class Outbox:
    sender: str = "Tocsin <bell@example.com>"
    sent: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage) -> None:
        self.sent.append(message)


@dataclass
class Mail:
    """A message as it arrives."""

    raw: bytes
    message: EmailMessage
    text: str
    html: str

    @property
    def words(self) -> str:
        """All that the designed text shows, as one line."""
        reader = _Reader()
        reader.feed(self.html)
        return " ".join(" ".join(reader.heard).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.heard.append(data)


def _mail(notice: Notice) -> Mail:
    outbox = Outbox()
    EmailChannel(outbox, RENDER, clock=lambda: AT + timedelta(seconds=20)).send(TO, notice)
    raw = outbox.sent[0].as_bytes(policy=SMTP)
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    parts = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in message.iter_parts()}
    return Mail(raw, message, parts["text/plain"], parts["text/html"])


def test_mail_has_the_headers_of_an_alert() -> None:
    """The subject says it all; the rest tells mail programs what this is and that nobody wrote it by hand."""
    message = _mail(make_notice()).message
    assert message["Subject"] == "DOWN | Nightly backup"
    assert message["To"] == "ops@xn--bcher-kva.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_mail_subject_says_up_on_the_way_up() -> None:
    """Good news is told apart at a glance."""
    assert _mail(make_up_notice()).message["Subject"] == "UP | Nightly backup"


def test_mail_names_a_check_without_a_name() -> None:
    """A nameless check is called that."""
    assert _mail(make_notice(name="")).message["Subject"] == "DOWN | unnamed check"


def test_mail_id_is_the_same_for_every_attempt() -> None:
    """Mail programs drop a repeat by its id; another notice has another one, in the sender's domain."""
    first, again, other = (_mail(make_notice(key=key)).message["Message-ID"] for key in ("a", "a", "b"))
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", first)


@pytest.mark.parametrize(
    ("notice", "reason"),
    [
        (make_notice(), "The job reported a failure (exit status 3)."),
        (make_notice(last_ping=replace(LAST_PING, exit_status=None)), "The job reported a failure."),
        (make_notice(reason=Reason.TIMEOUT), "No success signal arrived in time: grace time passed."),
        (make_notice(reason=Reason.OVERRUN), "A run took longer than it may."),
        (make_notice(reason=Reason.FAST), "A run ended sooner than its work can be done."),
        (make_up_notice(), "The job reported success again."),
        (make_notice(test=True), "This is a test: no job is down, and mail from Tocsin reaches you."),
        (make_up_notice(test=True), "This is a test: no job is down, and mail from Tocsin reaches you."),
    ],
)
def test_mail_gives_the_reason_in_words(notice: Notice, reason: str) -> None:
    """Both texts say in a sentence why the status changed."""
    mail = _mail(notice)
    assert reason in mail.text
    assert reason in mail.words


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Project", "Shop"),
        ("Tags", "prod, db"),
        ("Schedule", "every 1 day, grace 1 hour"),
        ("Last ping", "Failure (exit status 3), 3 minutes 20 seconds ago"),
        ("Total pings", "12,873"),
    ],
)
def test_mail_lists_the_facts(label: str, value: str) -> None:
    """Both texts have the facts that one needs first."""
    mail = _mail(make_notice())
    assert re.search(rf"^{label}: +{re.escape(value)}$", mail.text, re.MULTILINE)
    assert f"{label} {value}" in mail.words


def test_mail_leads_to_the_check_and_to_its_channel() -> None:
    """One link opens the check; the footer says why one gets the mail and where to change that."""
    mail = _mail(make_notice())
    for text in (mail.text, mail.html):
        assert "https://tocsin.example/checks/nightly" in text
        assert "https://tocsin.example/projects/3/channels" in text
        assert "because ops@bücher.example is a channel of the project Shop" in text


def test_mail_tells_the_downtime_on_the_way_up() -> None:
    """How long it took is news only when it is over."""
    assert "Was down for 7 hours 12 minutes" in _mail(make_up_notice()).words
    assert "Was down for" not in _mail(make_notice(downtime=timedelta(hours=1))).words


def test_mail_leaves_out_what_there_is_not() -> None:
    """No tags, no description, no ping, no downtime: no empty rows and no empty box."""
    mail = _mail(replace(make_up_notice(), tags=(), desc="", last_ping=None, downtime=None))
    for text in (mail.text, mail.words):
        assert "Tags" not in text
        assert "Last output" not in text
        assert "Was down for" not in text
    assert "Last ping None yet" in mail.words


def test_mail_shows_the_end_of_the_output() -> None:
    """Errors stand at the end, so that of a long output the last ten thousand characters are shown."""
    body = b"first line\n" + b"x" * 9_990 + "\ndisk füll".encode("latin-1")
    mail = _mail(make_notice(last_ping=replace(LAST_PING, body=body)))
    for text in (mail.text, mail.words):
        assert "disk f�ll" in text
        assert "first line" not in text
        assert "the beginning is cut off" in text
    assert "cut off" not in _mail(make_notice()).words


def test_mail_escapes_what_others_wrote() -> None:
    """Markup in a name, a description, a tag, a project or an output is shown, not obeyed."""
    evil = '<script>alert(1)</script><img src=x onerror="x">&amp;'
    ping = replace(LAST_PING, body=evil.encode())
    mail = _mail(make_notice(name=evil, desc=evil, tags=(evil,), project=evil, schedule=evil, last_ping=ping))
    plain = _Reader()
    plain.feed(_mail(make_notice()).html)
    hostile = _Reader()
    hostile.feed(mail.html)
    assert hostile.tags == plain.tags
    assert mail.words.count(evil) >= 6
    assert evil in mail.text


def test_mail_never_holds_the_id_of_the_check() -> None:
    """The id is the secret of the ping URL: jobs that print it, and keys made of it, don't give it away by mail."""
    trace = f"+ curl https://tocsin.example/ping/{CHECK_ID.upper()}/fail\n".encode()
    words = f"see {CHECK_ID}"
    notice = make_notice(
        name=words, desc=words, project=words, tags=(words,), schedule=words, last_ping=replace(LAST_PING, body=trace)
    )
    mail = _mail(notice)
    for text in (mail.raw.decode(), mail.text, mail.html, str(mail.message)):
        assert CHECK_ID not in text.lower()
    assert "curl https://tocsin.example/ping/[the check's secret id]/fail" in mail.text


def test_mail_keeps_single_lines_single() -> None:
    """A name or a tag with a line end in it can't put another fact, or another header, below itself."""
    mail = _mail(make_notice(name="a\r\nb\n\nc\u2028d", tags=("x\nTotal pings: 0",)))
    assert mail.message["Subject"] == "DOWN | a b c d"
    assert "Tags:          x Total pings: 0\n" in mail.text


def test_mail_shows_of_a_mail_what_people_read() -> None:
    """A ping by mail is no output: its subject and text say what happened, its headers are noise."""
    said = (
        b"From: cron@db-1\nSubject: =?utf-8?q?Backup_f=C3=BCr_db?=\nContent-Type: text/html\n\n<p>disk <b>full</b></p>"
    )
    mail = _mail(make_notice(last_ping=replace(LAST_PING, body=said, scheme="email")))
    assert "Backup für db\n\ndisk full" in mail.text
    assert "From: cron@db-1" not in mail.text


def test_mail_survives_long_lines() -> None:
    """A line of output that is longer than SMTP allows arrives whole, in ASCII on the way."""
    line = "ü" * 3_000
    mail = _mail(make_notice(last_ping=replace(LAST_PING, body=line.encode())))
    assert mail.raw.isascii()
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
    assert line in mail.text
    assert line in mail.words


@given(
    name=st.text(st.sampled_from("a \n\r\0\x85\u2028\ud800\udcff漢😀<&"), max_size=60),
    body=st.binary(max_size=200),
    key=st.text(max_size=20),
)
def test_mail_survives_any_text(name: str, body: bytes, key: str) -> None:
    """Whatever a name and an output hold, the message can be sent, has its headers once each and nobody else's."""
    ping = replace(LAST_PING, body=body)
    raw = _mail(make_notice(name=name, key=key, last_ping=ping)).raw
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert names == ["Subject", "To", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert raw.isascii()


def test_email_validate_returns_the_trimmed_address() -> None:
    """An address is kept as its owner wrote it."""
    channel = EmailChannel(Outbox(), RENDER, clock=lambda: AT)
    assert channel.validate({"address": " ops@bücher.example\n"}) == TO
    assert channel.summary(TO) == "ops@bücher.example"
    assert channel.wants(TO, up=True)
    assert channel.wants(TO, up=False)


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({}, "address"),
        ({"address": "x"}, "address"),
        ({"address": 7}, "address"),
        ({"address": "a@b.example", "to": ""}, "to"),
    ],
)
def test_email_validate_says_what_is_wrong(config: dict[str, object], key: str) -> None:
    """A mistake is reported at its key, with a sentence."""
    with pytest.raises(InvalidConfig) as invalid:
        EmailChannel(Outbox(), RENDER, clock=lambda: AT).validate(config)
    assert list(invalid.value.errors) == [key]
    assert invalid.value.errors[key].endswith(".")
