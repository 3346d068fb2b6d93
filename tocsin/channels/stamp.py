"""What every message carries, whichever way it leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime


def stamped(message: EmailMessage, sender: str) -> EmailMessage:
    if "From" not in message:
        message["From"] = sender
    if "Date" not in message:
        message["Date"] = format_datetime(datetime.now(UTC))
    return message
