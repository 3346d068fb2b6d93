"""A time limit for a whole conversation over a socket.

A socket's own time-out begins anew with every byte that comes, so a peer that sends one byte at a time could hold a
thread for ever. The watchdog shuts the socket down instead: whatever waits on it returns at once.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self


class Watchdog:
    """Counts from the moment it is entered. One conversation, one socket at a time."""

    def __init__(self, seconds: float) -> None:
        self.bitten = False
        """Time ran out: what failed since then failed because of that."""
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._bite)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()

    def left(self, limit: float = float("inf")) -> float:
        """Seconds that a step may take, `limit` at most. Raises TimeoutError when none are left."""
        left = min(self._end - time.monotonic(), limit)
        if left <= 0:
            raise TimeoutError
        return left

    @contextmanager
    def owning(self, sock: socket.socket) -> Iterator[None]:
        """Watch over a socket, and close it at the end."""
        self._watch(sock)
        try:
            sock.settimeout(self.left())
            yield
        finally:
            self._watch(None)
            sock.close()

    def _watch(self, sock: socket.socket | None) -> None:
        # Under the lock, so that a socket is not closed, and its number given away, while it is being shut down.
        with self._lock:
            self._sock = sock

    def _bite(self) -> None:
        with self._lock:
            self.bitten = True
            if self._sock is not None:
                with suppress(OSError):
                    # Not SSLSocket.shutdown(): it takes the TLS state away from the thread that is using it.
                    socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
