"""What is sensitive takes a fresh proof of who one is: a session left open is not enough."""

from __future__ import annotations

import re

import pytest
from flask import Flask, url_for

from handlers.web.routes import SENSITIVE
from tests.visits import sign_in
from tests.web.browser import Browser
from tests.web.conftest import Site
from tests.web.mailbag import letters
from tocsin.house import House
from tocsin.services import accounts
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

PASSWORD = "a sentence of mine"


@pytest.fixture
def stale(site: Site) -> Site:
    """Signed in for longer than a proof holds."""
    site.check()
    site.clock.advance(minutes=30)
    return site


def code_of(site: Site) -> str:
    [letter] = letters(site.house)
    found = re.search(r"\d{3} \d{3}", letter.text)
    assert found
    return found[0]


@pytest.mark.parametrize("endpoint", sorted(SENSITIVE))
def test_sensitive_pages_ask_who_one_is(stale: Site, app: Flask, endpoint: str) -> None:
    """All of them, whether they are looked at or sent."""
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    with app.test_request_context():
        url = url_for(endpoint, _external=False, **dict.fromkeys(rule.arguments, stale.project))
    token = stale.browser.get("/projects/add").form().values["csrf_token"]

    if "GET" in (rule.methods or ()):
        assert stale.browser.get(url).url.startswith("/confirm?next=/")
    answer = stale.browser.client.post(url, data={"csrf_token": token, "typed": "Backups", "name": "x"})
    assert answer.headers["Location"].startswith("/confirm")
    assert stale.house.projects.get(stale.project) is not None
    assert stale.house.keys.of_user(stale.user.id) == []


def test_session_left_open_lets_nobody_in(stale: Site) -> None:
    """Who could invite an accomplice, or make one a manager, would have their keys made by them."""
    stale.member(Role.MEMBER)
    team = f"/projects/{stale.project}/team/"
    page = stale.browser.get(team)

    assert stale.browser.get(f"{team}invite").url.startswith("/confirm?next=/")
    assert stale.browser.submit(page, "/role", role="manager").url.startswith("/confirm")

    assert Role.MANAGER not in {member.role for member in stale.house.members.of_project(stale.project)}


def test_code_by_mail_proves_it_for_half_an_hour(stale: Site) -> None:
    """It leads on to the page that was asked for, works once, and not for long."""
    page = stale.browser.get("/account/password")
    assert page.url == "/confirm?next=/account/password"
    page = stale.browser.submit(page, "code")
    assert f"on its way to {stale.user.email}" in page.text
    code = code_of(stale)

    page = stale.browser.submit(page, "Confirm", code=code.replace(" ", ""))

    assert page.url == "/account/password"
    stale.clock.advance(minutes=29)
    assert stale.browser.get("/account/email").url == "/account/email"
    stale.clock.advance(minutes=1)
    page = stale.browser.get("/account/email")
    assert page.url.startswith("/confirm")
    token = page.form("code").values["csrf_token"]
    again = stale.browser.client.post("/confirm", data={"csrf_token": token, "code": code})
    assert again.status_code == 422


def test_code_is_refused_when_it_is_wrong_or_late_or_of_another_session(stale: Site) -> None:
    """A code proves who sits at the browser that asked for it."""
    page = stale.browser.submit(stale.browser.get("/confirm"), "code")
    code = code_of(stale)
    wrong = stale.browser.submit(page, "Confirm", code="000000" if code != "000 000" else "111111")
    assert wrong.status == 422
    assert "This is not the code" in wrong.text

    client = stale.app.test_client()
    sign_in(client, stale.user.id)
    other = Browser(client)
    stale.clock.advance(minutes=10)
    token = other.get("/confirm").form("code").values["csrf_token"]
    assert client.post("/confirm", data={"csrf_token": token, "code": code}).status_code == 422

    stale.clock.advance(minutes=5)
    assert stale.browser.submit(page, "Confirm", code=code).status == 422


def test_password_proves_it(anonymous: Browser, house: House, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The right one; a wrong one is told beside its field, and guesses are limited."""
    user = accounts.create_user(house.accounts, email="carol@example.org", password=PASSWORD, now=house.clock())
    sign_in(anonymous.client, user.id)
    site.clock.advance(minutes=31)
    page = anonymous.get("/account/close")
    assert anonymous.submit(page, "Password", password="").status == 422
    wrong = anonymous.submit(page, "Password", password="wrong")
    assert wrong.status == 422
    assert "The password is wrong." in wrong.text

    assert anonymous.submit(page, "Password", password=PASSWORD).url == "/account/close"

    site.clock.advance(minutes=31)
    monkeypatch.setattr(accounts, "knows_password", lambda *_: False)
    statuses = [anonymous.submit(page, "Password", password="wrong").status for _ in range(21)]
    assert (statuses[0], statuses[-1]) == (422, 429)


def test_codes_are_limited(stale: Site) -> None:
    """Ten a day for one account."""
    page = stale.browser.get("/confirm")
    statuses = [stale.browser.submit(page, "code").status for _ in range(11)]
    assert statuses == [200] * 10 + [429]


def test_form_that_was_sent_too_late_leads_back_to_its_page(stale: Site) -> None:
    """Within this site only, whatever the browser says that it came from."""
    token = stale.browser.get("/projects/add").form().values["csrf_token"]
    for referrer, there in (
        ("http://localhost/account/email", "/confirm?next=/account/email"),
        ("http://localhost.evil.example/x", "/confirm"),
        ("https://evil.example/http://localhost/x", "/confirm"),
        ("", "/confirm"),
    ):
        answer = stale.browser.client.post(
            "/account/email", data={"csrf_token": token, "email": "x@y.org"}, headers={"Referer": referrer}
        )
        assert answer.headers["Location"] == there
    assert "Nothing was changed yet" in stale.browser.get("/confirm").text
    assert letters(stale.house) == []
