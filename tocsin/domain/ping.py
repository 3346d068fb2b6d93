"""Pings: what a job can say, and what a check's rules make of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

MAX_EXIT_STATUS = 255
MAX_RUN = timedelta(hours=72)
"""A start and a finish further apart are not one run (protocol 1.8)."""

_RID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class Kind(StrEnum):
    SUCCESS = "success"
    START = "start"
    FAIL = "fail"
    LOG = "log"
    KEEPALIVE = "keepalive"
    """The run under way needs longer. The protocol does not have it."""
    IGN = "ign"
    """Recorded, but not heeded: a rule of the check said so."""


FINISHES = (Kind.SUCCESS, Kind.FAIL)


class InvalidRid(ValueError):
    """The run id is not a UUID in its canonical form."""


class InvalidExitStatus(ValueError):
    """The exit status is over 255."""


def parse_rid(text: str) -> str:
    """Return the run id in lower case. Raises InvalidRid (protocol 1.7)."""
    if not _RID.fullmatch(text):
        raise InvalidRid(text)
    return text.lower()


def parse_exit_status(digits: str) -> int:
    """Read decimal digits, leading zeros allowed. Raises InvalidExitStatus (protocol 1.1)."""
    significant = digits.lstrip("0") or "0"
    if len(significant) > 3 or int(significant) > MAX_EXIT_STATUS:
        raise InvalidExitStatus(digits)
    return int(significant)


class Ping(Struct, frozen=True):
    """One entry of a check's log (protocol 1.5)."""

    n: int
    """The check's running number, from 1."""
    at: datetime
    kind: Kind
    scheme: str = "http"
    method: str = "GET"
    remote_addr: str = ""
    ua: str = ""
    rid: str | None = None
    exit_status: int | None = None
    body: bytes = b""
    """The first bytes of what was sent, as many as the limit allows; a list cuts long ones, or leaves them out."""
    size: int = 0
    """How many bytes of body were kept, whether they are here or not."""
    subject: str = ""
    """Of a mail."""
    duration: timedelta | None = None
    """How long the run took that this ping ended, where that was clear when it came."""

    def __repr__(self) -> str:
        """Without the body, which is long, and the job's own."""
        return f"Ping(n={self.n}, at={self.at.isoformat()}, kind={self.kind.value!r}, size={self.size})"


class Keywords(Struct, frozen=True):
    """Which words in a body mean what (protocol 1.6); each field is a comma-separated list."""

    start: str = ""
    success: str = ""
    failure: str = ""
    default_fail: bool = False
    """A text with none of the words is a failure, instead of being ignored."""

    def judge(self, text: str) -> Kind:
        """The first match in the order failure, success, start; case matters."""
        for words, kind in ((self.failure, Kind.FAIL), (self.success, Kind.SUCCESS), (self.start, Kind.START)):
            if any(word in text for word in _words(words)):
                return kind
        return Kind.FAIL if self.default_fail else Kind.IGN


def _words(csv: str) -> list[str]:
    return [word for part in csv.split(",") if (word := part.strip())]


class Rules(Struct, frozen=True):
    """Which pings a check heeds, and how it reads them. The default heeds all and reads none."""

    post_only: bool = False
    filter_http_body: bool = False
    filter_subject: bool = False
    filter_body: bool = False
    """This and the one before are about mails."""
    keywords: Keywords = field(default_factory=Keywords)

    def judge(self, kind: Kind, *, method: str, body: bytes) -> Kind:
        """What an HTTP ping of this kind counts as (protocol 1.6, steps 2 and 3).

        Bytes that are not UTF-8 are replaced, so that such a body can't fail.
        """
        if self.post_only and method != "POST":
            return Kind.IGN
        if self.filter_http_body:
            return self.keywords.judge(body.decode(errors="replace"))
        return kind

    def judge_mail(self, subject: str, text: str) -> Kind:
        """What a ping by mail counts as (protocol 1.10); the rules for HTTP do not matter to it."""
        if not (self.filter_subject or self.filter_body):
            return Kind.SUCCESS
        read = [subject] * self.filter_subject + [text] * self.filter_body
        return self.keywords.judge("\n".join(read))


def url_kind(kind: Kind, exit_status: int | None) -> Kind:
    """A non-zero exit status is a failure whatever else the URL says (protocol 1.6, step 1)."""
    return Kind.FAIL if exit_status else kind


def durations(pings: Iterable[Ping]) -> dict[int, timedelta]:
    """Run durations by ping number: each finish with the start of its run, by run id (protocol 1.8).

    `pings` may come in any order; a start that is not among them counts as never sent.
    """
    open_runs: dict[str | None, datetime] = {}
    found: dict[int, timedelta] = {}
    for ping in sorted(pings, key=lambda ping: ping.n):
        if ping.kind is Kind.START:
            open_runs[ping.rid] = ping.at
        elif ping.kind in FINISHES:
            began = open_runs.pop(ping.rid, None)
            if began is not None and timedelta() <= ping.at - began <= MAX_RUN:
                found[ping.n] = ping.at - began
            elif ping.duration is not None:
                found[ping.n] = ping.duration
    return found
