"""What an extension can listen to (blinker). Sent after the fact is stored; docs/extending.md lists the arguments.

A receiver that raises is logged and does no harm: the fact stands whatever listeners make of it.
"""

from __future__ import annotations

import logging

from blinker import NamedSignal, Namespace

_log = logging.getLogger(__name__)
_signals = Namespace()

ping_recorded = _signals.signal("ping-recorded")
"""Sender: the check's id. Arguments: `ping` (Ping), `project` (id)."""
check_flipped = _signals.signal("check-flipped")
"""Sender: the check's id. Arguments: `flip` (Flip), `project` (id)."""
alert_sent = _signals.signal("alert-sent")
"""Sender: the check's id. Arguments: `channel` (id), `flip` (Flip), `project` (id)."""


def announce(signal: NamedSignal, sender: str, **arguments: object) -> None:
    for receiver in signal.receivers_for(sender):
        try:
            receiver(sender, **arguments)
        except Exception:  # noqa: BLE001 (a stranger's code)
            _log.exception("A receiver of %s failed", signal.name)
