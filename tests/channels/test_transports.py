"""Which transport a mail URL describes, mail as files, and mail by Amazon SES."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from tests.channels.notices import failing
from tests.channels.receivers import closed_port
from tocsin.channels.smtp import SmtpTransport
from tocsin.channels.transports import FileTransport, SesTransport, transport_from_url

SENDER = "Tocsin <bell@example.com>"


def _message(subject: str = "DOWN | Bäckup") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["To"] = "ops@example.com"
    message.set_content("text")
    return message


def _read(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("smtp://localhost", SmtpTransport),
        ("smtp://user:p%40ss@mail.example:2525?tls=starttls", SmtpTransport),
        ("smtp://localhost?tls=none", SmtpTransport),
        ("smtps://user:pass@mail.example", SmtpTransport),
        ("ses://eu-central-1", SesTransport),
        ("file:///var/mail/tocsin", FileTransport),
    ],
)
def test_transport_from_url_knows_its_schemes(url: str, kind: type) -> None:
    """Each scheme makes its kind of transport, with the sender that was given."""
    transport = transport_from_url(url, sender=SENDER)
    assert isinstance(transport, kind)
    assert transport.sender == SENDER


def test_transport_from_url_prefers_the_sender_in_the_url() -> None:
    """`from` is the more particular of the two; files need neither."""
    assert transport_from_url("ses://eu-central-1?from=a%40b.example", sender=SENDER).sender == "a@b.example"
    assert transport_from_url("file:///var/mail").sender == "tocsin@localhost"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "must begin with"),
        ("mailto:a@b.example", "must begin with"),
        ("smtp://", "host"),
        ("smtp://:secret@", "host"),
        ("smtp://user:secret@host:port", "not a valid URL"),
        ("smtp://user:secret@[host", "not a valid URL"),
        ("smtp://user:secret@host?tls=maybe", "tls"),
        ("smtps://user:secret@host?tls=none", "tls"),
        ("smtp://user:secret@host?timeout=3", "timeout"),
        ("smtp://user:secret@host?tls", "not a valid URL"),
        ("ses://", "region"),
        ("ses://eu-central-1/x", "region"),
        ("file://mail", "whole path"),
        ("file:///", "whole path"),
        ("smtp://user:secret@host?from=nobody", "e-mail address"),
    ],
)
def test_transport_from_url_says_what_is_wrong(url: str, complaint: str) -> None:
    """A mistake stops the start with one sentence, and the sentence tells no password."""
    with pytest.raises(ValueError, match=complaint) as mistake:
        transport_from_url(url, sender=SENDER)
    assert "secret" not in str(mistake.value)
    assert re_sentence(str(mistake.value))


def re_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text


@pytest.mark.parametrize("url", ["smtp://localhost", "ses://eu-central-1"])
def test_transport_from_url_needs_a_sender(url: str) -> None:
    """Servers refuse mail from nobody, so that this is found at the start."""
    with pytest.raises(ValueError, match="TOCSIN_MAIL_FROM"):
        transport_from_url(url)


def test_file_transport_writes_one_file_a_message(tmp_path: Path) -> None:
    """The folder is made at need; the files parse back, sorted by the time of sending, and nothing else is left."""
    transport = transport_from_url(f"file://{tmp_path}/a%20b/mail", sender=SENDER)
    for n in range(20):
        transport.send(_message(f"Message {n}"))
    files = sorted((tmp_path / "a b" / "mail").iterdir())
    assert {file.suffix for file in files} == {".eml"}
    assert [_read(file)["Subject"] for file in files] == [f"Message {n}" for n in range(20)]


def test_file_transport_fills_in_sender_and_date(tmp_path: Path) -> None:
    """Every message says who sent it and when; a message that has its own sender keeps it."""
    transport = FileTransport(tmp_path, sender=SENDER)
    transport.send(_message())
    own = _message()
    own["From"] = "other@example.com"
    transport.send(own)
    stamped, kept = (_read(file) for file in sorted(tmp_path.iterdir()))
    assert stamped["From"] == SENDER
    assert stamped["Subject"] == "DOWN | Bäckup"
    assert parsedate_to_datetime(stamped["Date"]).tzinfo is not None
    assert kept.get_all("From") == ["other@example.com"]


def test_file_transport_fails_if_it_cannot_write(tmp_path: Path) -> None:
    """A folder that can't be made is told, and may be mended."""
    (tmp_path / "file").write_text("")
    with failing("Could not write the message to a file: Not a directory"):
        FileTransport(tmp_path / "file" / "mail", sender=SENDER).send(_message())


@pytest.fixture
def region() -> Iterator[str]:
    """An AWS region where mail from example.com may be sent."""
    region = "eu-central-1"
    with mock_aws():
        boto3.client("ses", region_name=region).verify_domain_identity(Domain="example.com")
        yield region


def test_ses_transport_sends_the_message_as_it_is(region: str) -> None:
    """SES gets the whole message, its recipient and its sender."""
    transport = transport_from_url(f"ses://{region}", sender=SENDER)
    transport.send(_message())
    transport.send(_message())
    sent = ses_backends[DEFAULT_ACCOUNT_ID][region].sent_messages
    assert len(sent) == 2
    arrived = message_from_bytes(sent[0].raw_data.encode(), policy=default)
    assert (sent[0].source, set(sent[0].destinations)) == (SENDER, {"ops@example.com"})
    assert (arrived["Subject"], arrived["From"]) == ("DOWN | Bäckup", SENDER)


def test_ses_transport_failure_passes(region: str) -> None:
    """A sender that SES does not know is the operator's to mend: no owner's channel is switched off over it."""
    transport = SesTransport(region, sender="bell@other.example")
    with failing("Amazon SES refused the message: MessageRejected"):
        transport.send(_message())


def test_ses_transport_fails_if_ses_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that can't be reached is there again later."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port()}")
    with failing("Could not reach Amazon SES"):
        SesTransport("eu-central-1", sender=SENDER).send(_message())
