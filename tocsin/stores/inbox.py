"""The port of mail that somebody else took in: where a message lies until it is fetched."""

from __future__ import annotations

from typing import Protocol

MAX_MESSAGE = 10 * 1024 * 1024
"""Bytes of a message that are taken, by whichever way it comes."""


class Inbox(Protocol):
    def fetch(self, bucket: str, key: str) -> bytes | None:
        """A message, cut to MAX_MESSAGE; None where it is gone. Raises StoreUnavailable."""
