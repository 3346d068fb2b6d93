"""The port of mail: what sends a message, whichever way it goes. Alerts and letters about accounts both use it."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class Transport(Protocol):
    sender: str
    """The address that messages come from."""

    def send(self, message: EmailMessage) -> None:
        """Hand over a message to those in its To, with From and Date added if absent. Raises DeliveryFailed."""
