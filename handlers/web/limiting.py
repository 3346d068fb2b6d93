"""Counting what people try, by the network that they come from and by the account that it is about."""

from __future__ import annotations

from flask import request

from handlers.current import house
from tocsin.services.rate_limits import Limit, network_of


def count_network(limit: Limit) -> None:
    """Raises services.rate_limits.TooMany."""
    house().rate_limits.take(limit, network_of(request.remote_addr or ""))


def count_by_both(limit: Limit, overall: Limit, key: str) -> None:
    """Count for the key, first from the caller's network and then from all of them together.

    So nobody uses up alone what is left for everybody. Raises services.rate_limits.TooMany.
    """
    count(limit, _here(key))
    count(overall, key)


def uncount_by_both(limit: Limit, overall: Limit, key: str) -> None:
    """What was counted last was in order."""
    house().rate_limits.give_back(limit, _here(key))
    house().rate_limits.give_back(overall, key)


def count(limit: Limit, key: str) -> None:
    """Raises services.rate_limits.TooMany."""
    house().rate_limits.take(limit, key)


def _here(key: str) -> str:
    return f"{network_of(request.remote_addr or '')}\n{key}"
