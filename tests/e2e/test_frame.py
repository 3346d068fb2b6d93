"""The frame around the pages, with JavaScript: menus, colours, and what is copied."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.browsing import settle
from tests.e2e.server import Server

_PAPER = "getComputedStyle(document.body).backgroundColor"


def test_menu_opens_shuts_and_changes_the_colours(page: Page, server: Server, complaints: list[str]) -> None:
    """By keyboard and by a press outside; the colours stay for the next page, whatever the computer has."""
    settle(page, server)
    menu = page.locator("details.who")
    light = page.evaluate(_PAPER)
    menu.locator("summary").press("Enter")
    expect(menu.get_by_role("button", name="Dark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Dark")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()

    menu.locator("summary").click()
    menu.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(_PAPER) != light
    page.get_by_role("link", name="Badges").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(_PAPER) != light

    menu.locator("summary").click()
    page.get_by_role("heading", name="Badges").click()
    expect(menu.get_by_role("button", name="Light")).to_be_hidden()
    assert complaints == []


def test_badge_shows_and_is_copied(page: Page, server: Server, complaints: list[str]) -> None:
    """The picture loads from this site under its own policy, and one press takes the line along."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    settle(page, server)
    page.get_by_role("link", name="Badges").click()
    picture = page.get_by_role("img", name="My project")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalHeight") == 20
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("#announce")).to_have_text("Copied")
    assert "![My project](" in page.evaluate("navigator.clipboard.readText()")
    assert complaints == []
