"""Accounts in a real browser: from sign-up to a check that is up, in by a mailed link, and out from elsewhere."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PATIENCE, add_check, settle
from tests.e2e.server import Server, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Where strangers may sign up."""
    with running(tmp_path, TOCSIN_SIGN_UP="on") as server:
        yield server


def mailed_link(server: Server) -> str:
    """Where the button of the latest letter leads."""
    latest = max((server.folder / "mail").glob("*.eml"))
    message: Any = email.message_from_bytes(latest.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"^http://127\S+", body.get_content(), re.MULTILINE)
    assert found
    return found[0]


def test_stranger_signs_up_and_watches_a_first_job(page: Page, server: Server, complaints: list[str]) -> None:
    """An address, a link, a password, a check, a ping: green."""
    settle(page, server)
    page.context.clear_cookies()
    page.goto(f"{server.url}/login")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("E-mail address").fill("new@example.org")
    page.get_by_role("button", name="Mail me the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    page.goto(mailed_link(server))
    page.get_by_label("Password").fill("another sentence")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", name="Nothing is being watched yet")).to_be_visible()
    url = add_check(page, "Nightly dump")
    urlopen(url).close()

    expect(page.get_by_role("region", name="Status", exact=True)).to_contain_text("Up", timeout=PATIENCE)
    assert complaints == []


def test_session_elsewhere_is_ended(page: Page, server: Server, browser: Browser, complaints: list[str]) -> None:
    """In by a mailed link on one's phone, out again from one's desk, at the phone's next step."""
    settle(page, server)
    expect(page.get_by_role("heading", name="Nothing is being watched yet")).to_be_visible()
    context = browser.new_context(user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1")
    phone = context.new_page()
    phone.goto(f"{server.url}/login?next=/account/")
    phone.get_by_label("E-mail address").fill("me@example.org")
    phone.get_by_role("button", name="Mail me a link").click()
    expect(phone.get_by_role("heading", name="Look into your mail")).to_be_visible()
    phone.goto(mailed_link(server))
    phone.get_by_role("button", name="Sign in").click()
    expect(phone).to_have_url(f"{server.url}/account/")

    page.goto(f"{server.url}/account/sessions/")
    expect(page.get_by_text("Safari on iPhone")).to_be_visible()
    page.get_by_role("button", name="Sign out all others").click()
    expect(page.get_by_text("All other browsers are signed out.")).to_be_visible()
    phone.reload()

    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
    assert complaints == []
