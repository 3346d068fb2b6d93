"""The pages in a real browser, with JavaScript: Debian's Chromium against `flask run`."""

from __future__ import annotations

from urllib.request import urlopen

from playwright.sync_api import Page, expect

from tests.e2e.browsing import PATIENCE, add_check, settle
from tests.e2e.server import Server


def test_browser_sees_a_check_come_alive(page: Page, server: Server, complaints: list[str]) -> None:
    """From the first visit to a check that turns green, and red, on the open list, without a reload."""
    settle(page, server)
    expect(page.get_by_role("heading", name="Nothing is being watched yet")).to_be_visible()
    url = add_check(page, "Nightly dump")
    page.get_by_role("link", name="Checks", exact=True).first.click()
    row = page.get_by_role("row", name="Nightly dump")
    expect(row).to_contain_text("New")

    assert urlopen(url).read() == b"OK"
    expect(row).to_contain_text("Up", timeout=PATIENCE)
    expect(page.get_by_role("heading", level=1)).to_have_text("All quiet")

    urlopen(f"{url}/fail").close()
    expect(row).to_contain_text("Down", timeout=PATIENCE)
    expect(page).to_have_title("(1) My project · Tocsin")
    assert "/bell/1.svg" in (page.locator("link[rel=icon]").get_attribute("href") or "")
    assert complaints == []


def test_browser_sees_pings_arrive_on_the_check_page(page: Page, server: Server, complaints: list[str]) -> None:
    """An open check page shows its first ping, status and history by itself."""
    settle(page, server)
    url = add_check(page, "Nightly dump")

    urlopen(url, data=b"dumped 41 tables").close()

    expect(page.get_by_role("region", name="Status", exact=True)).to_contain_text("Expects a ping", timeout=PATIENCE)
    expect(page.get_by_role("region", name="Pings")).to_contain_text("dumped 41 tables")
    expect(page.get_by_role("region", name="Status history")).to_contain_text("Up")
    assert complaints == []


def test_browser_filters_the_list_as_one_types(page: Page, server: Server, complaints: list[str]) -> None:
    """Typing hides rows at once, a refresh of the list keeps them hidden, and `/` leads to the box."""
    settle(page, server)
    urls = {}
    for name in ("Dump", "Mirror"):
        urls[name] = add_check(page, name)
        page.get_by_role("link", name="Checks", exact=True).first.click()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()  # from here on scripts listen
    page.keyboard.press("/")
    page.keyboard.type("mir")
    rows = page.locator("#rows tr:visible")
    expect(rows).to_have_count(1)

    urlopen(urls["Dump"]).close()
    expect(page.get_by_role("heading", level=1)).to_have_text("All quiet", timeout=PATIENCE)

    expect(rows).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_value("mir")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_role("link", name="New 1").click()
    expect(page.get_by_role("searchbox")).to_have_value("mir")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox").fill("nothing")
    expect(page.get_by_text("No check has this in its name or tags.")).to_be_visible()
    assert complaints == []


def test_browser_helps_with_the_form(page: Page, server: Server, complaints: list[str]) -> None:
    """Quick choices set number and unit, and a slug is made out of the name."""
    settle(page, server)
    page.get_by_role("link", name="Add your first check").click()
    expect(page.get_by_role("button", name="15 min")).to_be_visible()
    page.get_by_label("Name").fill("Größte Sicherung, nachts!")
    page.get_by_role("button", name="grosste-sicherung-nachts").click()
    page.get_by_role("button", name="15 min").click()

    expect(page.get_by_label("Slug")).to_have_value("grosste-sicherung-nachts")
    expect(page.get_by_label("Period", exact=True)).to_have_value("15")
    expect(page.get_by_label("Unit of the period")).to_have_value("minutes")
    page.get_by_role("button", name="Add the check").click()
    expect(page.get_by_text("every 15 minutes").first).to_be_visible()
    assert complaints == []


def test_browser_shows_the_fields_of_the_schedule_that_is_chosen(
    page: Page, server: Server, complaints: list[str]
) -> None:
    """Each kind has its own; what is typed is read back, and the computer's own time zone is one press away."""
    settle(page, server)
    page.get_by_role("link", name="Add your first check").click()
    period, cron = page.get_by_label("Period", exact=True), page.get_by_label("Cron expression")
    expect(period).to_be_visible()
    expect(cron).to_be_hidden()

    page.get_by_text("Cron", exact=True).click()
    expect(period).to_be_hidden()
    cron.fill("30 4 * * 1-5")
    expect(page.get_by_text("at 04:30, Monday through Friday (UTC)")).to_be_visible()
    page.get_by_role("button", name="Asia/Tokyo").click()
    expect(page.get_by_text("at 04:30, Monday through Friday (Asia/Tokyo)")).to_be_visible()
    cron.fill("99 4 * * 1-5")
    expect(page.get_by_text("is not a cron schedule")).to_be_visible()

    page.get_by_text("OnCalendar", exact=True).click()
    expect(cron).to_be_hidden()
    page.get_by_label("OnCalendar expressions").fill("weekly")
    expect(page.get_by_text("every Monday at 00:00 (Asia/Tokyo)")).to_be_visible()
    assert complaints == []
