"""A team in real browsers: the owner's, and that of somebody who is invited."""

from __future__ import annotations

import email
import email.policy
import re

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PATIENCE, add_check, settle
from tests.e2e.server import Server

GUEST = "guest@example.org"


def link_to(server: Server, address: str) -> str:
    """The only link in the only mail to them."""
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (server.folder / "mail").glob("*.eml")
    ]
    [mail] = [mail for mail in mails if mail["To"] == address]
    part = mail.get_body(("plain",))
    assert part is not None
    return str(re.findall(r"https?://[^/\s]+(/\S+)", part.get_content())[0])


def invite(page: Page) -> None:
    """From the list of checks."""
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_role("link", name="Team", exact=True).click()
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill(GUEST)
    page.get_by_label("Read-only").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("region", name="Invited")).to_contain_text(GUEST)


def make_member(page: Page) -> None:
    """On the team's page."""
    page.reload()
    page.get_by_label(f"Role of {GUEST}").select_option("Member")
    page.get_by_role("button", name=f"Set the role of {GUEST}").click()
    expect(page.get_by_text(f"{GUEST} is now: member.")).to_be_visible()


def remove(page: Page) -> None:
    """From the team's page."""
    page.get_by_role("link", name=f"Remove {GUEST}").click()
    page.get_by_role("button", name="Remove them").click()
    expect(page.get_by_text(f"{GUEST} is off the team.")).to_be_visible()


def test_somebody_is_invited_and_gets_as_far_as_their_role_reaches(
    page: Page, browser: Browser, server: Server, complaints: list[str]
) -> None:
    """Read-only they see no button; as a member they add a check; off the team they find nothing."""
    settle(page, server)
    add_check(page, "Nightly dump")
    invite(page)

    guest = browser.new_context().new_page()
    guest.set_default_timeout(PATIENCE)
    guest.goto(server.url + link_to(server, GUEST))
    guest.get_by_role("button", name="Make an account and join").click()
    expect(guest.get_by_role("link", name="Nightly dump")).to_be_visible()
    listing = guest.url
    expect(guest.get_by_role("link", name="Add a check")).to_have_count(0)
    guest.goto(f"{listing}add")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Your role does not reach this far")

    make_member(page)
    guest.goto(listing)
    add_check(guest, "Weekly report")
    expect(guest.get_by_role("heading", level=1)).to_have_text("Weekly report")

    remove(page)
    guest.goto(listing)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Nothing here")
    guest.context.close()
    assert complaints == []
