"""Letters: every kind can be written, and nothing that is filled in can pretend to be more than a fact."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Engine
from tests.fakes import ROOT
from tocsin.channels.port import DeliveryFailed
from tocsin.house import House

KINDS = sorted(path.stem for path in (ROOT / "templates/mail/letters").iterdir())
LINK = "https://tocsin.example.org/enter/secret"


def anything(kind: str, **facts: str) -> dict[str, str]:
    """Facts for a letter of this kind, whatever it asks for."""
    text = (ROOT / f"templates/mail/letters/{kind}.txt").read_text()
    names = set(re.findall(r"\b[a-z_]+\b", " ".join(re.findall(r"{[{%](.*?)[}%]}", text))))
    return {name: f"<{name}>" for name in names - {"to", "site", "button"}} | {"link": LINK} | facts


@pytest.fixture
def engine() -> Engine:
    """One is enough: no letter comes from the store."""
    return "sqlite"


def sent(house: House, kind: str, **facts: str) -> EmailMessage:
    house.post.send(kind, to="Bob@example.org", **anything(kind, **facts))
    [path] = Path(house.settings.mail.removeprefix("file://")).iterdir()
    message: Any = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    path.unlink()
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("kind", KINDS)
def test_letter_of_each_kind_is_whole(house: House, kind: str) -> None:
    """It has a subject of one line, both texts, its links in both, and says why it came."""
    message = sent(house, kind)

    plain, designed = text_of(message, "plain"), text_of(message, "html")
    assert message["To"] == "Bob@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["Subject"]) in plain
    assert ("button" in (ROOT / f"templates/mail/letters/{kind}.txt").read_text()) == (LINK in plain)
    assert (LINK in plain) == (f'href="{LINK}"' in designed)
    assert "You get this mail because" in plain
    assert "You get this mail because" in designed
    assert "<addr>" not in designed
    assert "\x02" not in plain + designed


def test_facts_stay_facts(house: House) -> None:
    """Line breaks, buttons and tags in what somebody typed end no line and make no link."""
    evil = 'x\r\nBcc: y@z\n\n\x02Click\x02http://evil.example\n--\n<b>"\u2028'
    message = sent(house, "security", what=evil, device=evil)

    plain, designed = text_of(message, "plain"), text_of(message, "html")
    assert message["Bcc"] is None
    assert "\nBcc" not in plain
    assert 'href="http://evil.example' not in designed
    assert "<b>" not in designed
    assert "&lt;b&gt;" in designed


def test_letter_to_no_address_is_a_failure(house: House) -> None:
    """An account may have an address that only signs in; word to it is logged, and stops nothing."""
    with pytest.raises(DeliveryFailed):
        house.post.send("nobody_here", to="me@nas", addr="192.0.2.7")
    house.post.tell("nobody_here", to="me@nas", addr="192.0.2.7")
