from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from handlers.web.session import safe_next
from tests.apps import serving_app
from tests.fakes import Clock, settings_for
from tests.web.browser import Browser
from tests.web.conftest import Site
from tocsin.house import House
from tocsin.services import accounts

PASSWORD = "a sentence of mine"


@pytest.fixture
def account(house: House, clock: Clock) -> str:
    """An account with a password, and no project."""
    return accounts.create_user(house.accounts, email="carol@example.org", password=PASSWORD, now=clock()).id


def sign_in(browser: Browser, url: str = "/login", **typed: str) -> str:
    """Sign in, and return where that led."""
    values = {"email": "carol@example.org", "password": PASSWORD} | typed
    page = browser.send(browser.get(url), "", values, follow=False)
    return page.response.headers.get("Location", "")


def test_first_visit_makes_an_account_a_project_and_a_mail_channel(anonymous: Browser, house: House) -> None:
    """The first visitor ends up signed in, on a list that teaches, and alerts will reach them."""
    page = anonymous.get("/")
    assert page.url == "/setup"

    page = anonymous.submit(page, email="Me@Example.org", password=PASSWORD)

    assert page.status == 200
    assert "Nothing is being watched yet" in page.text
    assert "me@example.org" in page.text
    user = house.accounts.by_email("me@example.org")
    assert user is not None
    [project] = house.projects.of_user(user.id)
    [channel] = house.channels.of_project(project.id)
    assert channel.config == {"address": "me@example.org"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "", "password": PASSWORD}, "Type your e-mail address."),
        ({"email": "no address", "password": PASSWORD}, "An e-mail address has one @ in it."),
        ({"email": "me@nowhere..org", "password": PASSWORD}, "This is not a valid e-mail address."),
        ({"email": "me@example.org", "password": "short"}, "A password has 8 to 1000 characters."),
        ({"email": "me@example.org", "password": "x" * 1001}, "A password has 8 to 1000 characters."),
    ],
)
def test_first_visit_refuses_what_could_not_work(
    anonymous: Browser, house: House, typed: dict[str, str], sentence: str
) -> None:
    """What is wrong stands beside its field, the address stays typed in, and no account is made."""
    page = anonymous.submit(anonymous.get("/setup"), **typed)

    assert page.status == 422
    assert sentence in page.text
    assert page.form().values["email"] == [typed["email"]]
    assert not house.accounts.any()


def test_first_visit_of_two_at_once_lets_one_win(app: Flask, house: House) -> None:
    """Whoever sends the form second is told so, and gets nothing."""
    one, two = Browser(app.test_client()), Browser(app.test_client())
    first, second = one.get("/setup"), two.get("/setup")

    one.submit(first, email="one@example.org", password=PASSWORD)
    page = two.submit(second, email="two@example.org", password=PASSWORD)

    assert page.status == 409
    assert "Somebody was quicker" in page.text
    assert house.accounts.by_email("two@example.org") is None
    assert two.get("/projects/").url.startswith("/login")


def test_those_who_are_not_in_are_told_what_this_is(site: Site, anonymous: Browser) -> None:
    """With the way in; nothing of what is watched here."""
    page = anonymous.get("/")
    assert "falls silent" in page.text
    assert "/login" in page.links
    assert "Backups" not in page.html.replace("Backups, cron lines", "")


def test_first_visit_notices_a_rival_while_it_makes_the_account(
    anonymous: Browser, house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table decides who is first, not the look at it that was taken before."""
    page = anonymous.get("/setup")
    accounts.create_user(house.accounts, email="rival@example.org", password=None, now=clock())
    monkeypatch.setattr(type(house.accounts), "any", lambda _: False)

    page = anonymous.submit(page, email="two@example.org", password=PASSWORD)

    assert page.status == 409
    assert house.accounts.by_email("two@example.org") is None


def test_setup_is_closed_once_somebody_has_an_account(anonymous: Browser, site: Site) -> None:
    """The page of the first visit leads to the door from then on."""
    assert anonymous.get("/setup").url == "/login"


def test_first_visit_switched_off_tells_the_operator_what_to_do(store_url: str, clock: Clock, tmp_path: Path) -> None:
    """Without an account and without first visits, the page names the command that makes one."""
    with serving_app(settings_for(store_url, tmp_path, first_visit=False), clock) as app:
        page = Browser(app.test_client()).get("/")

        assert page.status == 503
        assert "flask user create" in page.text
        assert app.test_client().post("/setup").status_code == 400


def test_login_leads_to_the_page_that_was_asked_for(anonymous: Browser, account: str) -> None:
    """Somebody who follows a link while signed out ends up there after the door."""
    page = anonymous.get("/projects/?from=mail")
    assert page.url == "/login?next=/projects/?from%3Dmail"

    assert sign_in(anonymous, page.url) == "/projects/?from=mail"
    assert "Projects" in anonymous.get("/projects/?from=mail").text


def test_login_leads_nowhere_else(anonymous: Browser, account: str) -> None:
    """A link to the door can't send people to another site behind it."""
    assert sign_in(anonymous, "/login?next=https://evil.example/") == "/"
    assert sign_in(Browser(anonymous.client.application.test_client()), next="//evil.example/") == "/"


@pytest.mark.parametrize(
    ("target", "safe"),
    [
        ("/projects/?a=b#c", True),
        ("/prod/projects/", True),
        ("https://evil.example/", False),
        ("//evil.example/", False),
        ("///evil.example/", False),
        ("/\\evil.example/", False),
        ("\\\\evil.example/", False),
        ("/\t/evil.example/", False),
        ("/\n/evil.example/", False),
        ("javascript:alert(1)", False),
        ("http:evil.example", False),
        ("evil.example", False),
        (" //evil.example/", False),
        ("http://[evil", False),
        ("", False),
    ],
)
def test_next_is_a_path_of_this_site(target: str, safe: bool) -> None:
    """Nothing that some browser would read as another site's address passes."""
    assert (safe_next(target) is not None) is safe


@pytest.mark.parametrize(
    ("email", "password"),
    [("carol@example.org", "wrong password"), ("nobody@example.org", PASSWORD), ("not an address", PASSWORD)],
)
def test_login_refusal_does_not_tell_what_was_wrong(
    anonymous: Browser, account: str, email: str, password: str
) -> None:
    """A wrong password and an unknown address get the same answer, the address kept and the password not."""
    page = anonymous.submit(anonymous.get("/login"), email=email, password=password)

    assert page.status == 422
    assert "The e-mail address or the password is wrong." in page.text
    assert page.form().values == {"csrf_token": page.form().values["csrf_token"], "email": [email], "password": [""]}


def test_login_refuses_an_account_without_a_password(anonymous: Browser, site: Site) -> None:
    """Somebody who was made without a password has no way in by one."""
    page = anonymous.submit(anonymous.get("/login"), email=site.user.email, password="")

    assert page.status == 422
    assert "Type your password." in page.text


def test_login_starts_a_session_of_its_own(anonymous: Browser, account: str) -> None:
    """What was planted in the cookie before signing in is gone after it."""
    page = anonymous.get("/login")
    with anonymous.client.session_transaction() as session:
        session["planted"] = "by somebody else"
        token = session["csrf_token"]

    anonymous.submit(page, email="carol@example.org", password=PASSWORD)

    with anonymous.client.session_transaction() as session:
        assert session["user"] == account
        assert "planted" not in session
        assert session.get("csrf_token") != token


def test_login_page_leads_home_whoever_is_signed_in(site: Site) -> None:
    """The door is no place to stay."""
    assert site.browser.get("/login").url == site.list_url


def test_logout_ends_the_session(site: Site) -> None:
    """After signing out, pages ask for a password again."""
    [form] = [form for form in site.browser.get(site.list_url).forms if form.action == "/logout"]
    page = site.browser.client.post("/logout", data=form.values, follow_redirects=True)

    assert "You are signed out." in page.get_data(as_text=True)
    assert site.browser.get(site.list_url).url.startswith("/login?next=")


def test_session_of_a_user_who_is_gone_ends(anonymous: Browser, site: Site) -> None:
    """Somebody deleted meanwhile is signed out, and their cookie is emptied."""
    with anonymous.client.session_transaction() as session:
        session["user"] = "00000000-0000-4000-8000-000000000001"

    assert anonymous.get("/projects/").url.startswith("/login")
    with anonymous.client.session_transaction() as session:
        assert "user" not in session


def test_home_offers_a_project_to_somebody_without_one(anonymous: Browser, account: str, house: House) -> None:
    """An account made by command has no project: the first page makes one, with a channel."""
    sign_in(anonymous)
    page = anonymous.get("/")
    assert "You have no project yet" in page.text

    page = anonymous.submit(page, name="Servers")

    assert "Nothing is being watched yet" in page.text
    [project] = house.projects.of_user(account)
    assert [channel.config["address"] for channel in house.channels.of_project(project.id)] == ["carol@example.org"]


def test_project_needs_a_name(anonymous: Browser, account: str, house: House) -> None:
    """A project without a name, or with one of blanks, is refused on a page that says so."""
    sign_in(anonymous)
    for name, sentence in (("", "Give the project a name."), ("   ", "1 to 100 characters"), ("x" * 101, "100")):
        page = anonymous.submit(anonymous.get("/projects/"), name=name)
        assert page.status == 422
        assert sentence in page.text
    assert house.projects.of_user(account) == []


def test_frame_lets_choose_among_several_projects(site: Site) -> None:
    """With a second project, every page has a menu of both, and home shows them."""
    site.browser.submit(site.browser.get("/projects/"), name="Second")

    page = site.browser.get("/")

    assert page.url == "/projects/"
    assert site.list_url in page.links
    assert site.list_url in site.browser.get(site.channels_url).links
