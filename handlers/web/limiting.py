"""Counting what people try, by the network that they come from and by the account that it is about."""

from __future__ import annotations

from flask import request

from handlers.current import house
from tocsin.services.rate_limits import Limit, network_of


def count_network(limit: Limit) -> None:
    """Raises services.rate_limits.TooMany."""
    house().rate_limits.take(limit, network_of(request.remote_addr or ""))


def count(limit: Limit, key: str) -> None:
    """Raises services.rate_limits.TooMany."""
    house().rate_limits.take(limit, key)
