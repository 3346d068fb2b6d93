"""E-mail: one message with a plain and a designed text, for one address.

No message ever holds the check's id. It is the secret of the ping URL, and mail is forwarded, archived and indexed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage

from tocsin.channels.addressee import InvalidAddress, checked_address
from tocsin.channels.alert_text import alert_facts
from tocsin.channels.mail_message import compose
from tocsin.channels.mail_port import Transport
from tocsin.channels.port import Config, InvalidConfig, Notice
from tocsin.channels.rendering import Renderer


class EmailChannel:
    kind = "email"
    title = "E-mail"

    def __init__(self, transport: Transport, render: Renderer, *, clock: Callable[[], datetime]) -> None:
        self._transport = transport
        self._render = render
        self._clock = clock

    def validate(self, config: Mapping[str, object]) -> Config:
        errors = {key: "There is no such setting." for key in config if key != "address"}
        address = config.get("address")
        try:
            found = {"address": checked_address(address if isinstance(address, str) else "")}
        except InvalidAddress as error:
            errors["address"] = str(error)
        if errors:
            raise InvalidConfig(errors)
        return found

    def summary(self, config: Config) -> str:
        return config["address"]

    def wants(self, config: Config, *, up: bool) -> bool:
        return True

    def send(self, config: Config, notice: Notice) -> None:
        self._transport.send(self._message(config["address"], notice))

    def _message(self, address: str, notice: Notice) -> EmailMessage:
        facts = alert_facts(notice, now=self._clock(), address=address)
        return compose(
            to=address,
            subject=f"{notice.status.upper()} | {facts['title']}",
            name=_fingerprint(notice.key),
            sender=self._transport.sender,
            plain=self._render("alert.txt", facts),
            designed=self._render("alert.html", facts),
        )


def _fingerprint(key: str) -> str:
    """The same for every attempt, so that mail programs drop repeats; hashed, since a key may hold a check's id."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
