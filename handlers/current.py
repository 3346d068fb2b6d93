"""The house that serves the request under way, and the addresses that its answers show."""

from __future__ import annotations

from typing import cast

from flask import current_app, request

from tocsin.house import House


def house() -> House:
    return cast(House, current_app.extensions["tocsin"])


def site_root() -> str:
    """The address that answers show, without a slash at its end."""
    return house().settings.site_root or request.url_root.rstrip("/")


def ping_urls() -> str:
    """What the ping URLs that answers show begin with, up to the slash before the check."""
    return house().settings.ping_urls(site_root())
