"""The pages of one check in a real browser: its schedule's editor, and its log as it grows."""

from __future__ import annotations

import re
from urllib.request import urlopen

from playwright.sync_api import Page, expect

from tests.e2e.browsing import PATIENCE, add_check, settle
from tests.e2e.server import Server


def test_schedule_is_read_back_while_one_types(page: Page, server: Server, complaints: list[str]) -> None:
    """A quick choice fills the expression in, a wrong zone is mended by one press, and the check has what was read."""
    settle(page, server)
    page.get_by_role("link", name="Add").first.click()
    told = page.locator(".foreseen")
    expect(told).to_contain_text("A ping is expected every day.")
    page.get_by_role("button", name="15 min").first.click()
    expect(told).to_contain_text("expected every 15 minutes", timeout=PATIENCE)

    page.get_by_label("Name").fill("Report")
    page.locator("label", has_text="Cron").first.click()
    page.get_by_role("button", name="Weekdays").first.click()
    expect(page.get_by_label("Cron expression")).to_have_value("0 9 * * 1-5")
    expect(told).to_contain_text("at 09:00, Monday through Friday", ignore_case=True, timeout=PATIENCE)
    expect(told.locator(".dates li")).to_have_count(5)
    page.get_by_label("Time zone").fill("vienna")
    told.get_by_role("button", name="Europe/Vienna").click()
    expect(told).to_contain_text("by the clock in Europe/Vienna", timeout=PATIENCE)
    page.get_by_role("button", name="Add the check").click()

    expect(page.get_by_role("region", name="Schedule")).to_contain_text(
        "at 09:00, Monday through Friday (Europe/Vienna)"
    )
    assert complaints == []


def test_log_grows_while_one_looks_at_it(page: Page, server: Server, complaints: list[str]) -> None:
    """The first ping makes the table, later ones come on top, flips as well; a choice of kinds is asked for at once."""
    settle(page, server)
    url = add_check(page, "Nightly dump")
    page.goto(page.url + "/pings/")
    entries = page.locator("#log-rows tr")

    urlopen(url, data=b"dumped 41 tables").close()
    expect(entries).to_have_count(2, timeout=PATIENCE)
    expect(entries.nth(0)).to_contain_text("Up after new")
    expect(entries.nth(1)).to_contain_text("dumped 41 tables")

    urlopen(f"{url}/fail").close()
    expect(entries.first).to_contain_text(re.compile("Alert|Down"), timeout=PATIENCE)
    expect(page).to_have_title(re.compile(r"^\(down\) Log of Nightly dump"))
    for kind in ("Success", "Status", "Alerts"):
        page.locator("label.chip", has_text=kind).click()
        page.wait_for_load_state()
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("Failure")
    assert "kind=fail" in page.url
    assert "from=" not in page.url
    assert complaints == []


def test_channel_is_switched_with_the_keyboard(page: Page, server: Server, complaints: list[str]) -> None:
    """The switch has the channel's name, and space turns it off."""
    settle(page, server)
    add_check(page, "Nightly dump")
    switch = page.get_by_role("switch", name="me@example.org")
    expect(switch).to_be_checked()

    switch.focus()
    page.keyboard.press("Space")

    expect(page.get_by_role("switch", name="me@example.org")).not_to_be_checked()
    expect(page.get_by_role("region", name="Tells")).to_contain_text("Nobody is told while all of them are off.")
    assert complaints == []
