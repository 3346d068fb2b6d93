"""Pings as people read them: filters of the log and of the page of a ping."""

from __future__ import annotations

from jinja2 import Environment

from handlers.web.words import UNREADABLE, plain
from tocsin.domain.ping import Ping

PING_WORDS = {
    "success": "Success",
    "start": "Start",
    "fail": "Failure",
    "log": "Log",
    "keepalive": "Still running",
    "ign": "Ignored",
}
_BY_MAIL = "email"
_QUOTED = 120
_MOSTLY = 5
"""A text of which so large a part, one in five, can't be read is none."""


def equip(environment: Environment) -> None:
    for found in (gist, sender):
        environment.filters[found.__name__] = found
    environment.globals["PING_WORDS"] = PING_WORDS


def by_mail(ping: Ping) -> bool:
    return ping.scheme == _BY_MAIL


def gist(ping: Ping) -> str:
    """The first words that were sent along; of a mail its subject; nothing of what is no text."""
    if by_mail(ping):
        return ping.subject
    text = plain(ping.body)[:_QUOTED]
    return "" if text.count(UNREADABLE) * _MOSTLY > len(text) else text


def sender(ping: Ping) -> str:
    """Say `192.0.2.7 · curl/8.5`, or `by mail · cron@db-1.example.org`."""
    if by_mail(ping):
        return f"by mail · {ping.ua.removeprefix('Email from ')}"
    return " · ".join(filter(None, (ping.remote_addr, ping.ua.split(" ")[0])))
