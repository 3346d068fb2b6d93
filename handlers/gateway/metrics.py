"""Metrics for CloudWatch: counted as signals and ticks tell of them, printed in CloudWatch's embedded metric format.

A line of JSON on standard output becomes metrics there, and no service is called:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from tocsin.signals import alert_sent, check_flipped, ping_recorded

if TYPE_CHECKING:
    from tocsin.house import House
    from tocsin.services.tick import Ticked

NAMESPACE: Final = "Tocsin"
DIMENSION: Final = "FunctionName"
UNITS: Final = {
    "Pings": "Count",
    "Flips": "Count",
    "Alerts": "Count",
    "FailedAlerts": "Count",
    "Ticks": "Count",
    "TickLag": "Seconds",
    "OldestDue": "Seconds",
}
"""Each metric's. Ten of them cost nothing in an account; keep some for others."""

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Meter:
    """Counts between two reports. Any thread may add: alerts leave in several."""

    def __init__(self) -> None:
        self._house: House | None = None
        self._counts: dict[str, float] = {}
        self._lock = Lock()

    def watch(self, house: House) -> None:
        """Count from now on what happens in this process, if it is of a Lambda function that wants metrics."""
        if house.settings.function_name and house.settings.metrics:
            self._house = house
            # blinker forgets receivers that nobody else holds; this one is held by its module.
            ping_recorded.connect(self._pinged)
            check_flipped.connect(self._flipped)
            alert_sent.connect(self._alerted)

    def ticked(self, ticked: Ticked, *, lag: timedelta) -> None:
        """A tick was done, which began so long after the moment that it was planned for."""
        self._add("Ticks")
        if ticked.failed:
            self._add("FailedAlerts", ticked.failed)
        self._add("TickLag", lag.total_seconds())
        self._add("OldestDue", ticked.oldest_due)

    def report(self) -> None:
        """Print what was counted since the last report; nothing if that is nothing."""
        with self._lock:
            counts, self._counts = self._counts, {}
        if self._house and counts:
            sys.stdout.write(_line(self._house, counts))
            sys.stdout.flush()

    def _pinged(self, _sender: object, **_: object) -> None:
        self._add("Pings")

    def _flipped(self, _sender: object, **_: object) -> None:
        self._add("Flips")

    def _alerted(self, _sender: object, **_: object) -> None:
        self._add("Alerts")

    def _add(self, name: str, value: float = 1) -> None:
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + value


def _line(house: House, counts: dict[str, float]) -> str:
    metrics = [{"Name": name, "Unit": UNITS[name]} for name in counts]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}
    about = {"Timestamp": int(house.clock().timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return _encode({"_aws": about, DIMENSION: house.settings.function_name, **counts}) + "\n"


_METER = Meter()
watch, ticked, report = _METER.watch, _METER.ticked, _METER.report
