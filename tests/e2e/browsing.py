"""What journeys through the pages begin with: an account, and a check."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.server import Server

PATIENCE = 20_000
"""Milliseconds; a page that polls every five seconds on a busy machine."""


def settle(page: Page, server: Server) -> None:
    """Make the first account."""
    page.goto(server.url)
    page.get_by_label("E-mail address").fill("me@example.org")
    page.get_by_label("Password").fill("a sentence of mine")
    page.get_by_role("button", name="Make the account").click()


def add_check(page: Page, name: str) -> str:
    """Add a check from the list, and return its ping URL."""
    page.get_by_role("link", name="Add").first.click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add the check").click()
    return page.locator("#ping-url").inner_text()
