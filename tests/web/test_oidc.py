"""Signing in by an identity provider on the pages, and what they say where that can't be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from flask import Flask

from tests.apps import serving_app
from tests.fakes import Clock, settings_for
from tests.openid_provider import CLIENT, SECRET, OpenIdProvider, openid_provider
from tests.services.test_factors import KEY
from tests.web.browser import Browser, Page
from tests.web.conftest import Site
from tocsin.services import factors, totp
from tocsin.settings import OidcSettings
from tocsin.stores.sessions import Caller
from tocsin.stores.table import Delete, Key

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
SECURITY = "/account/security/"


@pytest.fixture
def there(clock: Clock) -> Iterator[OpenIdProvider]:
    with openid_provider(clock=lambda: clock().timestamp()) as provider:
        yield provider


@pytest.fixture
def sign_up() -> bool:
    return False


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Path, there: OpenIdProvider, sign_up: bool) -> Iterator[Flask]:
    oidc = OidcSettings(there.issuer, CLIENT, SECRET, "Example Staff", sign_up)
    with serving_app(settings_for(store_url, tmp_path, oidc=oidc), clock) as app:
        yield app


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """The answer itself is what a test wants."""


def there_and_back(browser: Browser, address: str) -> Page:
    """Follow a link to the provider, and its redirect back."""
    try:
        build_opener(_Stay).open(address)
    except OSError as redirect:
        location: str = redirect.headers["Location"]  # type: ignore[attr-defined]
    return browser.get(location.removeprefix("http://localhost"))


def sign_in(browser: Browser, query: str = "") -> Page:
    return there_and_back(browser, onward(browser.submit(browser.get(f"/login{query}"), "Example Staff")))


def onward(page: Page) -> str:
    """The provider's address, on the page that leads there."""
    [address] = [link for link in page.links if link.startswith("http")]
    assert page.response.headers["Refresh"] == f"0; url={address}"
    return address


def connect(site: Site) -> Page:
    page = site.browser.submit(site.browser.get(SECURITY), "oidc/connect")
    return there_and_back(site.browser, onward(page))


def is_in(browser: Browser) -> bool:
    return browser.get("/projects/").url == "/projects/"


def test_account_is_connected_and_then_signed_in_by(site: Site, anonymous: Browser) -> None:
    """By the provider's word on who it is, until that is disconnected."""
    assert "Sign in with Example Staff" in anonymous.get("/login").text
    page = connect(site)
    assert "Your account is connected" in page.text
    page = sign_in(anonymous, "?next=/projects/add")
    assert page.url == "/projects/add"

    [identity] = site.house.identities.of_user(site.user.id)
    ask = site.browser.get(f"/account/security/oidc/{identity.id}/disconnect")
    page = site.browser.submit(ask, "Disconnect")
    assert "is disconnected" in page.text
    later = Browser(site.app.test_client())
    assert sign_in(later).status == 403
    assert not is_in(later)


def test_address_alone_opens_no_account(site: Site, anonymous: Browser, there: OpenIdProvider) -> None:
    """Alice's address at the provider is that of Alice's account; the page says how to connect the two."""
    assert there.who["email"] == "Alice@Example.org"
    page = sign_in(anonymous)
    assert page.status == 403
    assert "alice@example.org has an account here that is not connected" in page.text
    assert not is_in(anonymous)


@pytest.mark.parametrize("sign_up", [True])
def test_new_account_is_made_where_that_is_open(
    site: Site, anonymous: Browser, there: OpenIdProvider, sign_up: bool
) -> None:
    """With a project to start with, and once; an address that is not verified makes none.

    Who has closed their account can come anew.
    """
    there.who = {"sub": "dora-9", "email": "Dora@example.org", "email_verified": False}
    page = sign_in(anonymous)
    assert (page.status, is_in(anonymous)) == (403, False)
    assert "did not tell a verified e-mail address" in page.text

    there.who["email_verified"] = True
    assert "Nothing is being watched yet" in sign_in(anonymous).text
    user = site.house.accounts.by_email("dora@example.org")
    assert user is not None
    there.who["email"] = "another@example.org"
    again = Browser(site.app.test_client())
    assert "dora@example.org" in sign_in(again).text

    site.house.table.delete(Delete(Key(f"user#{user.id}", "user")))
    assert "another@example.org" in sign_in(Browser(site.app.test_client())).text


def test_no_account_is_made_where_that_is_closed(site: Site, anonymous: Browser, there: OpenIdProvider) -> None:
    """Whoever the provider knows is not for that somebody here."""
    there.who = {"sub": "dora-9", "email": "dora@example.org", "email_verified": True}
    page = sign_in(anonymous)
    assert "new ones are not open to all" in page.text
    assert site.house.accounts.by_email("dora@example.org") is None


def test_no_foreign_page_signs_a_visitor_in(anonymous: Browser, site: Site) -> None:
    """It takes a form of ours: whoever has signed out stays out, whatever a page makes their browser ask for."""
    assert anonymous.get("/login/oidc").status == 405
    forged = anonymous.client.post("/login/oidc", data={"next": "/"})
    assert forged.status_code == 400
    with anonymous.client.session_transaction() as session:
        assert "oidc" not in session


@pytest.mark.parametrize("sign_up", [True])
@pytest.mark.parametrize("email", ["jürgen@example.org", "root@intranet", '"a.b"@example.org'])
def test_address_that_no_mail_can_be_sent_to_makes_no_account(
    site: Site, anonymous: Browser, there: OpenIdProvider, sign_up: bool, email: str
) -> None:
    """The page says what to do; nothing is left behind."""
    there.who = {"sub": "dora-9", "email": email, "email_verified": True}
    page = sign_in(anonymous)
    assert (page.status, is_in(anonymous)) == (403, False)
    assert f"It told {email} as your address, and no mail can be sent there from here" in page.text
    assert "Have it changed there, or ask whoever runs this site for an account." in page.text
    assert site.house.accounts.by_email(email) is None


def test_second_step_comes_after_the_provider_too(site: Site, anonymous: Browser) -> None:
    """Who set up an app meant every way in."""
    connect(site)
    now, secret_key = site.clock(), site.house.settings.secret_key
    factors.add_totp(
        site.house.accounts,
        user=site.user,
        secret=KEY,
        code=totp.code_of(KEY, now),
        secret_key=secret_key,
        caller=Caller(),
        now=now,
    )
    assert sign_in(anonymous).url == "/login/second"
    assert not is_in(anonymous)


def test_identity_of_somebody_else_can_not_be_connected(site: Site, other: Site) -> None:
    """One person at the provider is one here."""
    connect(site)
    assert "connected to an account already" in connect(other).text
    assert other.house.identities.of_user(other.user.id) == []


def test_connecting_ends_where_it_began(site: Site, other: Site) -> None:
    """A link that somebody else's browser was given connects nothing in this one."""
    begun = other.browser.submit(other.browser.get(SECURITY), "oidc/connect")
    page = there_and_back(site.browser, onward(begun))
    assert page.status == 400
    assert "begun in another browser" in page.text
    assert site.house.identities.of_user(site.user.id) == []


def test_answer_works_once(site: Site, anonymous: Browser) -> None:
    """To reload the page that the provider led to begins nothing anew."""
    connect(site)
    off = onward(anonymous.submit(anonymous.get("/login"), "Example Staff"))
    assert there_and_back(anonymous, off).status == 200
    page = there_and_back(anonymous, off)
    assert "begun in another browser" in page.text


def test_refusal_of_the_provider_is_a_page(anonymous: Browser, there: OpenIdProvider, site: Site) -> None:
    """In its words, and as text."""
    there.answer = {"code": "", "error": "access_denied", "error_description": "Not <b>you</b>"}
    page = sign_in(anonymous)
    assert page.status == 403
    assert "It said: Not <b>you</b>" in page.text


@pytest.mark.parametrize("path", ["openid-configuration", "token", "keys"])
def test_provider_that_is_out_of_order_is_a_page(
    site: Site, anonymous: Browser, there: OpenIdProvider, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Which says that it is nobody's fault who reads it; the log says the rest, and the door stays open."""
    there.broken = path
    begun = anonymous.submit(anonymous.get("/login"), "Example Staff")
    page = begun if path == "openid-configuration" else there_and_back(anonymous, onward(begun))
    assert page.status == 502
    assert "sign in another way" in page.text
    assert "The identity provider can't be signed in by" in caplog.text
    assert anonymous.get("/login").status == 200
