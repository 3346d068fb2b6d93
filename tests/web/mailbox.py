"""What was mailed to somebody, as they would read it."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tocsin.house import House


def mails_to(house: House, address: str) -> list[EmailMessage]:
    """In no order."""
    found: list[EmailMessage] = []
    for path in Path(house.settings.mail.removeprefix("file://")).glob("*.eml"):
        message: Any = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if message["To"] == address:
            found.append(message)
    return found


def link_in(message: EmailMessage) -> str:
    """The path of the only link to this site in its plain text."""
    part = message.get_body(("plain",))
    assert part is not None
    [link] = set(re.findall(r"https?://\S+", str(part.get_content())))
    return str(urlsplit(link).path)
