"""Codes of authenticator apps (RFC 6238): six digits, a new one every thirty seconds."""

from __future__ import annotations

import hmac
import re
from datetime import datetime

STEP = 30
"""Seconds that one code lasts."""
SKEW = 1
"""Steps that the clock of a phone may be off, and that typing may take."""
_SPACES = re.compile(r"[\s-]+")


def new_secret() -> str:
    """160 bits, as apps read them."""
    from pyotp import random_base32

    return random_base32()


def enrolment_uri(secret: str, *, email: str, site: str) -> str:
    """What the QR code says."""
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=email, issuer_name=site)


def code_of(secret: str, now: datetime) -> str:
    return _code(secret, _step(now))


def matching_step(secret: str, code: str, *, now: datetime, after: int = 0) -> int | None:
    """The time step whose code this is, if it is later than `after`; None for a code that holds no more, or not yet."""
    typed = _SPACES.sub("", code)
    current = _step(now)
    steps = (step for step in range(current - SKEW, current + SKEW + 1) if step > after)
    return next((step for step in steps if hmac.compare_digest(_code(secret, step).encode(), typed.encode())), None)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def _code(secret: str, step: int) -> str:
    from pyotp import HOTP

    return HOTP(secret).at(step)
