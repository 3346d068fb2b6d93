"""The clock of a machine of one's own: a thread that ticks, as EventBridge does on AWS."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Thread
from time import sleep

from tocsin.house import House

_log = logging.getLogger(__name__)


class Ticker(Thread):
    """Ticks until the process ends. Several processes may run one each: overlapping ticks are safe."""

    def __init__(self, house: House, every: timedelta) -> None:
        super().__init__(name="ticker", daemon=True)
        self._house = house
        self._every = every

    def run(self) -> None:
        while True:
            sleep(self._every.total_seconds())
            try:
                self._house.tick(wait_for=self._every)
            except Exception:  # noqa: BLE001 (see below)
                # The next tick tries again; a monitor that stopped watching would be worse than any error.
                _log.exception("A tick failed")
