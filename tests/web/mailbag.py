"""The letters that a house has sent, as their receivers read them."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tocsin.house import House


@dataclass
class Letter:
    to: str
    subject: str
    text: str

    @property
    def path(self) -> str:
        """Where its button leads, on this site."""
        [link] = re.findall(r"^http://localhost:5000(/\S+)$", self.text, re.MULTILINE)
        return str(link)


def letters(house: House) -> list[Letter]:
    """All that were not read yet, in the order of sending."""
    folder = Path(house.settings.mail.removeprefix("file://"))
    found = []
    for path in sorted(folder.glob("*.eml")):
        message: Any = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        found.append(Letter(str(message["To"]), str(message["Subject"]), str(body.get_content()).replace("\r\n", "\n")))
        path.unlink()
    return found
