"""Versions 1 to 3 of the API: what programs written for Healthchecks call (protocol 3), word by word."""

from __future__ import annotations

from handlers.api.classic import channels, checks, editing, events, site
from handlers.api.classic.manner import MANNER

ROUTES = (*checks.ROUTES, *editing.ROUTES, *events.ROUTES, *channels.ROUTES, *site.ROUTES)

__all__ = ["MANNER", "ROUTES"]
