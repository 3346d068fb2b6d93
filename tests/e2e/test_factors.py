"""Second factors in a real browser, with an authenticator that Chromium plays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.browsing import settle
from tests.e2e.server import Server, running
from tests.openid_provider import CLIENT, SECRET, openid_provider
from tocsin.services import totp

_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.help}`);
}"""


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Server]:
    """By a name: passkeys are made for nothing else."""
    with running(tmp_path, host="localhost") as server:
        yield server


@pytest.fixture
def authenticator(page: Page) -> Iterator[CDPSession]:
    """Plays a phone or a computer that asks for a finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield session
    session.detach()


def look(page: Page) -> list[str]:
    """What axe finds on the page."""
    page.evaluate(Path(AXE_FILE_PATH).read_text())
    found: list[str] = page.evaluate(_AXE)
    return found


def security(page: Page, server: Server) -> None:
    """The page Security of somebody who has just made the first account."""
    settle(page, server)
    expect(page.get_by_role("heading", name="Nothing is being watched yet")).to_be_visible()
    page.goto(f"{server.url}/account/security/")


def sign_out(page: Page) -> None:
    page.locator("summary", has_text="me@example.org").click()
    page.get_by_role("button", name="Sign out").click()


def type_password(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_label("E-mail address").fill("me@example.org")
    page.get_by_label("Password").fill("a sentence of mine")
    page.get_by_role("button", name="Sign in", exact=True).click()


def make_passkey(page: Page, server: Server) -> list[str]:
    """Make the first one; returns the recovery codes that come with it."""
    security(page, server)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator("#recovery-codes").inner_text().split()
    assert look(page) == []
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("link", name="Rename Laptop")).to_be_visible()
    return codes


def test_passkey_signs_in_and_is_a_second_step(
    page: Page, named: Server, authenticator: CDPSession, complaints: list[str]
) -> None:
    """By itself, and after a password; one device makes one. Where it is gone, a recovery code stands in."""
    codes = make_passkey(page, named)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This device has a passkey of yours already.")

    sign_out(page)
    page.goto(f"{named.url}/login?next=/account/security/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Signing in takes two steps")).to_be_visible()

    sign_out(page)
    type_password(page, named)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert look(page) == []
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Nothing is being watched yet")).to_be_visible()

    sign_out(page)
    authenticator.send("WebAuthn.disable")
    type_password(page, named)
    page.get_by_role("link", name="Use a recovery code").click()
    assert look(page) == []
    page.get_by_label("Recovery code").fill(codes[4])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("status").first).to_contain_text("you have 9 left")
    assert complaints == []


def test_authenticator_app_is_set_up_and_asked_for(page: Page, server: Server, complaints: list[str]) -> None:
    """By the key that is shown beside the drawing; where there is no name passkeys are not offered."""
    security(page, server)
    expect(page.get_by_role("link", name="Add a passkey")).to_have_count(0)
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator("#totp-secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(totp.code_of(secret, datetime.now(UTC)))
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)

    type_password(page, server)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    expect(page.get_by_role("button", name="Use your passkey")).to_have_count(0)
    # The code that set it up is used up, and the next one is taken half a minute early.
    page.get_by_label("Code").fill(totp.code_of(secret, datetime.now(UTC) + timedelta(seconds=30)))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Nothing is being watched yet")).to_be_visible()
    assert complaints == []


def test_identity_provider_lets_somebody_in(page: Page, tmp_path: Path, complaints: list[str]) -> None:
    """Connected on the page Security, by a form that may not lead there itself; from then on one click."""
    with openid_provider() as provider:
        settings = {
            "TOCSIN_OIDC_ISSUER": provider.issuer,
            "TOCSIN_OIDC_CLIENT_ID": CLIENT,
            "TOCSIN_OIDC_CLIENT_SECRET": SECRET,
            "TOCSIN_OIDC_NAME": "Example Staff",
        }
        with running(tmp_path, **settings) as server:
            security(page, server)
            page.get_by_role("button", name="Connect").click()
            expect(page.get_by_role("status").first).to_contain_text("Your account is connected")
            sign_out(page)
            page.goto(f"{server.url}/login?next=/account/security/")
            page.get_by_role("button", name="Sign in with Example Staff").click()
            expect(page.get_by_role("link", name="Disconnect alice@example.org")).to_be_visible()
    assert complaints == []
