"""The list of checks in a real browser: what it does beyond its plain forms."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import PATIENCE, add_check, settle
from tests.e2e.server import Server

NAMES = ("Alpha", "Beta", "Gamma")


@pytest.fixture
def urls(page: Page, server: Server) -> dict[str, str]:
    """Ping URLs of three checks, with the list of them open."""
    settle(page, server)
    urls = {}
    for name in NAMES:
        urls[name] = add_check(page, name)
        page.get_by_role("link", name="Checks", exact=True).first.click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()  # from here on scripts listen
    return urls


def row(page: Page, name: str) -> Locator:
    return page.locator("#rows tr", has_text=name)


def test_browser_acts_on_many_checks_and_undoes_it(page: Page, urls: dict[str, str], complaints: list[str]) -> None:
    """Chosen by box, by Shift and by the box of all; tagged, deleted, and brought back with one press."""
    bar = page.get_by_role("group", name="With the checks chosen")
    expect(bar).to_be_hidden()
    row(page, "Alpha").get_by_role("checkbox").check()
    row(page, "Gamma").get_by_role("checkbox").click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 chosen")
    row(page, "Beta").get_by_role("checkbox").uncheck()
    bar.get_by_text("Tags", exact=True).click()
    bar.get_by_label("Add", exact=True).fill("prod eu")
    bar.get_by_label("Add", exact=True).press("Enter")
    bar.get_by_role("button", name="Change tags").click()
    expect(page.get_by_text("2 checks are changed.")).to_be_visible()
    page.get_by_role("link", name="prod 2").click()
    expect(page.locator("#rows tr")).to_have_count(2)

    page.get_by_role("checkbox", name="Choose all").check()
    bar.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("2 checks are deleted.")).to_be_visible()
    assert row(page, "Alpha").count() == 0
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 checks are restored, and their ping URLs work again.")).to_be_visible()
    expect(page.locator("#rows tr")).to_have_count(3)
    assert urlopen(urls["Alpha"]).read() == b"OK"
    assert complaints == []


def test_browser_renames_in_the_row_while_the_list_moves(
    page: Page, urls: dict[str, str], complaints: list[str]
) -> None:
    """A check that turns up and one that goes down disturb neither what is typed nor what is ticked."""
    row(page, "Beta").get_by_role("checkbox").check()
    row(page, "Alpha").hover()
    row(page, "Alpha").get_by_role("button", name="Rename and tag").click()
    page.keyboard.type("Nightly")
    urlopen(f"{urls['Gamma']}/fail").close()
    urlopen(urls["Beta"]).close()
    expect(row(page, "Gamma")).to_contain_text("Down", timeout=PATIENCE)
    expect(row(page, "Beta")).to_contain_text("Up")
    assert page.locator("#rows tr").first.inner_text().count("Gamma") == 1
    assert row(page, "Beta").get_by_role("checkbox").is_checked()

    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    page.keyboard.type(" dump")
    page.get_by_role("textbox", name="Tags").fill("prod")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Nightly dump")).to_be_visible()
    expect(row(page, "Nightly dump").locator("i")).to_have_text("prod")
    page.reload()
    expect(row(page, "Nightly dump").locator("i")).to_have_text("prod")
    assert complaints == []


def test_browser_switches_channels_and_fits_a_phone(page: Page, urls: dict[str, str], complaints: list[str]) -> None:
    """A press on its icon lets a check tell a channel no more; on a phone the list is no wider than the screen."""
    bell = row(page, "Alpha").get_by_role("button", name="me@example.org")
    assert bell.get_attribute("aria-pressed") == "true"
    bell.click()
    expect(page.locator("#announce")).to_contain_text("is not told of Alpha")
    page.reload()
    expect(bell).to_have_attribute("aria-pressed", "false")
    expect(row(page, "Beta").get_by_role("button", name="me@example.org")).to_have_attribute("aria-pressed", "true")

    page.set_viewport_size({"width": 390, "height": 844})
    expect(row(page, "Alpha")).to_be_visible()
    row(page, "Alpha").get_by_role("checkbox").check()
    expect(page.get_by_role("button", name="Delete")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []
