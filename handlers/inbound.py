"""Pings by mail on AWS: what Amazon SES tells of a mail that it received, by itself or through Amazon SNS and SQS.

Three of a receipt rule's actions lead here. SNS sends the mail itself along. S3 with a topic names the object that it
made. Lambda says neither, so the settings must say where an S3 action before it put the mail; or else its headers,
which are always there, are all that is known of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.domain.mail_words import decode_body
from tocsin.house import House
from tocsin.services.mail_pings import take_mail

_log = logging.getLogger(__name__)


class _Header(msgspec.Struct):
    name: str
    value: str


class _Mail(msgspec.Struct, rename="camel"):
    message_id: str
    source: str | None = None
    headers: list[_Header] | None = None


class _Action(msgspec.Struct, rename="camel"):
    type: str
    encoding: str = ""
    bucket_name: str = ""
    object_key: str = ""


class _Receipt(msgspec.Struct):
    action: _Action
    recipients: list[str] = []
    """The envelope's, as far as the receipt rule is for them; the headers may say otherwise."""


class _Notification(msgspec.Struct):
    mail: _Mail
    receipt: _Receipt
    content: str | None = None


def receive(house: House, event: Mapping[str, Any]) -> dict[str, object]:
    """Ping the checks that the mails of an event are addressed to, and count them.

    Raises StoreUnavailable and Busy, so that Lambda comes again with the event: with a whole batch of SQS for one mail
    that could not be taken, for a ping that counts twice is no harm, and one that is lost is a false alarm at night.
    """
    domain = house.settings.ping_mail_domain
    if domain is None:
        _log.error("A mail came in, but TOCSIN_PING_MAIL_DOMAIN is not set: it pings nothing")
        return {"pinged": 0}
    told = [notification for record in event["Records"] if (notification := _read(record))]
    return {"pinged": sum(_take(house, domain, notification) for notification in told)}


def _read(record: Mapping[str, Any]) -> _Notification | None:
    if "ses" in record:
        return msgspec.convert(record["ses"], _Notification)
    try:
        return msgspec.convert(_message_of(record), _Notification)
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.ValidationError) as error:
        _log.warning("A message of Amazon SNS or SQS is no mail that came in, and is left alone: %r", error)
        return None


def _message_of(record: Mapping[str, Any]) -> object:
    """What SES published. In a queue it lies in an envelope of SNS's, unless raw message delivery is on."""
    if "Sns" in record:
        return json.loads(record["Sns"]["Message"])
    told = json.loads(record["body"])
    return told if "mail" in told else json.loads(told["Message"])


def _take(house: House, domain: str, told: _Notification) -> int:
    return take_mail(
        house.checks,
        house.projects,
        domain=domain,
        recipients=told.receipt.recipients,
        sender=told.mail.source or "",
        message=_content(house, told),
        now=house.clock(),
    )


def _content(house: House, told: _Notification) -> bytes:
    if told.content is not None:
        return decode_body(told.content.encode(errors="replace"), told.receipt.action.encoding.lower().encode())
    place = _place(house, told)
    found = house.inbox.fetch(*place) if place and house.inbox else None
    if found is not None:
        return found
    if place:
        _log.error("A mail is no longer in the S3 bucket %s: its headers must do", place[0])
    lines = (f"{header.name}: {' '.join(header.value.splitlines())}\n" for header in told.mail.headers or ())
    return "".join(lines).encode(errors="replace")


def _place(house: House, told: _Notification) -> tuple[str, str] | None:
    """Bucket and key of the mail."""
    action = told.receipt.action
    if action.type == "S3":
        return action.bucket_name, action.object_key
    if house.settings.inbound_mail is None:
        return None
    bucket, prefix = house.settings.inbound_mail
    return bucket, f"{prefix}/{told.mail.message_id}" if prefix else told.mail.message_id
