"""A message with a plain and a designed text, for one address, ready for a transport."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from tocsin.channels.addressee import wire_address


def compose(*, to: str, subject: str, name: str, sender: str, plain: str, designed: str) -> EmailMessage:
    """`to` is a checked address; `name` tells the message from all others, and is the same when it is sent again."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["To"] = Address(addr_spec=wire_address(to))
    message["Message-ID"] = f"<{name}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable, because not every server on the way takes 8-bit text and lines of any length.
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(designed, "html", cte="quoted-printable")
    return message


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2]
