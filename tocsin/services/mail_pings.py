"""Take a mail as a ping of each check that it is addressed to (protocol 1.10). Both ways in for mail end here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from tocsin.domain.mail import read_mail
from tocsin.domain.mail_address import InvalidMailbox, Mailbox, OtherDomain, read_address
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.find_check import AmbiguousSlug, find_by_slug
from tocsin.services.record_ping import record_mail
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Projects

NOBODY = "<>"
"""How a sender is written who wants no answer, such as a mail system that returns a mail (RFC 5321, 4.5.5)."""

_REASONS: Mapping[type[Exception], str] = {
    OtherDomain: "it is for another domain",
    InvalidMailbox: "no check can have this address",
    UnknownCheck: "no check has this address",
    AmbiguousSlug: "several checks have this slug",
}
"""What the log says; the address stays out of it, it lets its reader ping."""

_log = logging.getLogger(__name__)


def take_mail(
    checks: Checks,
    projects: Projects,
    *,
    domain: str,
    recipients: Iterable[str],
    sender: str,
    message: bytes,
    now: datetime,
) -> int:
    """Ping the checks with these addresses, and log those that are none; returns how many were pinged.

    `sender` is the envelope's, `message` the mail as it came. Each recipient is seen to by itself, but StoreUnavailable
    ends it at once, and Busy is raised after the last of them. The mail should then come again, and whoever was pinged
    by now is pinged twice.
    """
    mail = read_mail(message)
    # SMTP and JSON can carry what is no text; the store takes text only.
    sender = sender.encode(errors="replace").decode() or NOBODY

    seen: set[str] = set()

    def ping(address: str) -> bool:
        check_id = _find(checks, projects, read_address(address, domain))
        if check_id in seen:  # Two addresses lead to it.
            return False
        seen.add(check_id)
        record_mail(
            checks, check_id=check_id, now=now, sender=sender, subject=mail.subject, text=mail.text, message=message
        )
        return True

    answers = [_tried(ping, address, domain) for address in dict.fromkeys(recipients)]
    busy = next((answer for answer in answers if isinstance(answer, Busy)), None)
    if busy:
        raise busy
    return answers.count(True)


def _tried(ping: Callable[[str], bool], address: str, domain: str) -> bool | Busy:
    """Whether this address is pinged; Busy is for the end, when the other recipients have had their turn."""
    try:
        return ping(address)
    except tuple(_REASONS) as refusal:
        _log.info("A mail to %s pings nothing: %s", domain, _reason(refusal))
        return False
    except Busy as busy:
        return busy


def _find(checks: Checks, projects: Projects, mailbox: Mailbox) -> str:
    if mailbox.check_id:
        return mailbox.check_id
    return find_by_slug(checks, projects, ping_key=mailbox.ping_key, slug=mailbox.slug)


def _reason(refusal: Exception) -> str:
    return next(words for kind, words in _REASONS.items() if isinstance(refusal, kind))
