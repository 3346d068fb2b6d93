"""Who watches the watchman: another monitor is called after ticks that went well, and rings when the calls stop."""

from __future__ import annotations

import logging
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

from tocsin.channels.port import DeliveryFailed

if TYPE_CHECKING:
    from tocsin.channels.outbound import Outbound

_log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=50)
"""Between two beats. Less than a minute, or a tick that comes a moment early would leave one out."""
TIME_LIMIT = 5.0
"""Seconds for a beat."""


@dataclass(slots=True)
class Heartbeat:
    """One a process. The URL is a secret: whoever has it can pretend that all is well."""

    url: str
    _last: datetime | None = field(default=None, init=False)
    _outbound: Outbound | None = field(default=None, init=False)

    def beat(self, now: datetime, *, wait_for: timedelta | None) -> None:
        """Call, unless that was done a moment ago, and wait so long or to the end; a call that takes longer goes on."""
        # A clock that was set back must not silence us until it has caught up.
        if self._last is not None and self._last <= now < self._last + PAUSE:
            return
        self._last = now
        call = Thread(target=copy_context().run, args=(self._call,), name="heartbeat", daemon=True)
        call.start()
        call.join(None if wait_for is None else wait_for.total_seconds())

    def _call(self) -> None:
        # Here, since not every process has a heartbeat, and none has one before its first ping.
        from tocsin.channels.outbound import Outbound, Request
        from tocsin.channels.weblinks import InvalidUrl

        # Kept: it reads the system's certificates once.
        self._outbound = self._outbound or Outbound(allow_private=True, time_limit=TIME_LIMIT)
        try:
            status = self._outbound.send(Request("GET", self.url, {"User-Agent": "Tocsin"}))
        except (DeliveryFailed, InvalidUrl) as error:
            _log.warning("The heartbeat was not sent: %s", error)
            return
        if not 200 <= status < 300:
            _log.warning("The heartbeat was answered with status code %s", status)
