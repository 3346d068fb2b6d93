"""Flips: changes of a check's status, and which of them people are told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tocsin.domain.check import Status


class Reason(StrEnum):
    """Why a check went down (protocol 2.6, and two of our own); empty for every other flip."""

    NONE = ""
    TIMEOUT = "timeout"
    FAIL = "fail"
    OVERRUN = "overrun"
    """A run took longer than the check allows."""
    FAST = "fast"
    """A run ended sooner than the check believes."""


class Flip(Struct, frozen=True):
    n: int
    """The check's running number of flips, from 1."""
    at: datetime
    """When the status changed: for silence, the moment it became too long, not the moment it was noticed."""
    old: Status
    new: Status
    reason: Reason = Reason.NONE
    since: datetime | None = None
    """When the old status began, if that is known."""

    @property
    def alerts(self) -> bool:
        """Going down is news, and so is coming back from it; all else somebody did on purpose (protocol 2.4)."""
        if self.new is Status.DOWN:
            return self.reason is not Reason.NONE
        return self.old is Status.DOWN and self.new is Status.UP
