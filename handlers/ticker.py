"""The clock of a machine of one's own: a thread that ticks, as EventBridge does on AWS."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread

from tocsin.house import House

_log = logging.getLogger(__name__)


class Ticker(Thread):
    """Ticks until the process ends. Several processes may run one each: overlapping ticks are safe."""

    def __init__(self, house: House, every: timedelta) -> None:
        super().__init__(name="ticker", daemon=True)
        self._house = house
        self._every = every
        self._stop_asked = Event()

    def run(self) -> None:
        while not self._stop_asked.wait(self._every.total_seconds()):
            try:
                self._house.tick(wait_for=self._every)
            except Exception:  # noqa: BLE001 (see below)
                # The next tick tries again; a monitor that stopped watching would be worse than any error.
                _log.exception("A tick failed")

    def stop(self) -> None:
        """End the thread after the tick under way, and wait for that."""
        self._stop_asked.set()
        self.join()
