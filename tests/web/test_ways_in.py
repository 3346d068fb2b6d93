"""Signing in by mail and signing up: nobody is told who has an account, and every link works once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from msgspec.structs import replace

from handlers.web import entrance
from tests.apps import serving_app
from tests.fakes import Clock, settings_for
from tests.web.browser import Browser, Page
from tests.web.conftest import Site, settle
from tests.web.mailbag import letters
from tocsin.channels.port import DeliveryFailed
from tocsin.house import House
from tocsin.services import accounts
from tocsin.services.rate_limits import Limit
from tocsin.stores.accounts import Accounts, User
from tocsin.stores.tokens import Token, Tokens

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

PASSWORD = "a sentence of mine"
WRONG = "a sentence of yours"


@pytest.fixture
def open_site(store_url: str, clock: Clock, tmp_path: Path) -> Iterator[Site]:
    """Where strangers may sign up."""
    with serving_app(settings_for(store_url, tmp_path, sign_up=True), clock) as app:
        yield settle(app, clock, "alice@example.org")


def outside(site: Site) -> Browser:
    return Browser(site.app.test_client())


def ask(browser: Browser, url: str, email: str) -> Page:
    return browser.submit(browser.get(url), email=email)


def without_secrets(page: Page) -> str:
    return re.sub(r'value="[^"]+"|\?v=\w+|[\w.]+@[\w.]+', "", page.html)


@pytest.mark.parametrize("url", ["/login/link", "/signup"])
def test_answer_does_not_tell_who_has_an_account(open_site: Site, url: str) -> None:
    """Known or not: the same page, one mail, and as many reads and writes."""
    pages, subjects, costs = [], [], []
    for n, email in enumerate(("alice@example.org", "nobody@example.org")):
        browser, asked = outside(open_site), Counting(open_site.house)
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"
        with asked:
            pages.append(ask(browser, url, email))
        costs.append(asked.verbs)
        [letter] = letters(open_site.house)
        assert letter.to == email
        subjects.append(letter.subject)

    assert pages[0].url == pages[1].url == "/login/sent"
    assert without_secrets(pages[0]) == without_secrets(pages[1])
    assert subjects[0] != subjects[1]
    assert costs[0] == costs[1]


class Counting:
    """The verbs that the store is asked for, in order."""

    def __init__(self, house: House) -> None:
        self.verbs: list[str] = []
        self._patch = pytest.MonkeyPatch()
        self._table = type(house.table)

    def __enter__(self) -> None:
        for verb in ("get", "put", "update", "delete", "query", "transact"):
            self._patch.setattr(self._table, verb, self._counted(verb, getattr(self._table, verb)))

    def _counted(self, verb: str, real: object) -> object:
        def call(*args: object, **kwargs: object) -> object:
            self.verbs.append(verb)
            return real(*args, **kwargs)  # type: ignore[operator]

        return call

    def __exit__(self, *_: object) -> None:
        self._patch.undo()


def test_page_to_go_on_to_does_not_tell_either(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of it is as long whoever asked, and no longer than our addresses are."""
    kept: list[Token] = []
    monkeypatch.setattr(Tokens, "put", lambda _, token: kept.append(token))
    for target in ("/projects/", "/" + "a" * 2000):
        for email in ("alice@example.org", "nobod@example.org"):
            ask(outside(site), f"/login/link?next={target}", email)

    assert [token.payload["next"] for token in kept] == ["/projects/", "/projects/", "", ""]
    known, unknown, *_ = (json.dumps(token.payload) for token in kept)
    assert len(known) == len(unknown)


def test_closed_site_mails_strangers_that_they_have_no_account(site: Site, anonymous: Browser) -> None:
    """The page is the same as ever, and the letter holds no link."""
    page = ask(anonymous, "/login/link", "nobody@example.org")

    assert page.url == "/login/sent"
    [letter] = letters(site.house)
    assert letter.subject == "Nobody has an account with this address"
    assert "http" not in letter.text
    assert anonymous.get("/signup").status == 403
    assert anonymous.get("/signup/some-token").status == 403


def test_link_signs_in_once_when_its_button_is_pressed(site: Site, anonymous: Browser) -> None:
    """Following it does nothing, however often; it leads where one wanted to go."""
    ask(anonymous, f"/login/link?next={site.channels_url}", "Alice@Example.org ")
    [letter] = letters(site.house)
    elsewhere, second = outside(site), outside(site)
    late = second.get(letter.path)
    for _ in range(2):
        page = elsewhere.get(letter.path)
        assert "alice@example.org" in page.text
        assert elsewhere.get("/projects/").url.startswith("/login")

    assert elsewhere.submit(page).url == site.channels_url

    for again in (second.submit(late), second.get(letter.path)):
        assert again.status == 410
        assert "This link works no more" in again.text
    assert second.get("/projects/").url.startswith("/login")


def test_link_is_asked_for_by_the_button_of_the_door(site: Site, anonymous: Browser) -> None:
    """The address that was typed there is used, without a password."""
    page = anonymous.get("/login?next=/projects/")
    assert 'formaction="/login/link"' in page.html
    form = page.form()

    answer = anonymous.client.post("/login/link", data=form.values | {"email": site.user.email})

    assert answer.headers["Location"] == "/login/sent"
    assert [letter.to for letter in letters(site.house)] == [site.user.email]


def test_link_ends_after_an_hour_and_with_its_address(site: Site, anonymous: Browser) -> None:
    """Who reads the mail of an address that was given up gets in no more."""
    ask(anonymous, "/login/link", site.user.email)
    [old] = letters(site.house)
    site.clock.advance(minutes=61)
    assert anonymous.get(old.path).status == 410

    ask(anonymous, "/login/link", site.user.email)
    [letter] = letters(site.house)
    page = anonymous.get(letter.path)
    site.house.accounts.move(site.user, "alice@example.com")

    assert anonymous.submit(page).status == 410
    assert anonymous.get("/projects/").url.startswith("/login")


def test_link_names_the_site_and_not_the_host_that_was_asked(site: Site, anonymous: Browser) -> None:
    """A forged Host must not get the link mailed with its own name in it."""
    form = anonymous.get("/login/link").form()
    data = form.values | {"email": site.user.email}

    anonymous.client.post("/login/link", data=data, headers={"Host": "evil.example"})
    token = anonymous.client.get("/login/link", headers={"Host": "evil.example"})

    assert token.status_code == 200
    assert all("evil.example" not in letter.text for letter in letters(site.house))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Type your e-mail address."), ("nobody", "has one @"), ("me@nowhere..org", "not a valid e-mail address")],
)
@pytest.mark.parametrize("url", ["/login/link", "/signup"])
def test_mailbox_form_refuses_what_gets_no_mail(open_site: Site, url: str, typed: str, sentence: str) -> None:
    """What is wrong stands beside the field, and nothing is sent."""
    page = ask(outside(open_site), url, typed)

    assert page.status == 422
    assert sentence in page.text
    assert page.form().values["email"] == [typed]
    assert letters(open_site.house) == []


def test_sign_up_makes_the_account_when_its_button_is_pressed(open_site: Site) -> None:
    """With a project, a channel, and a password if one was chosen; the link works once."""
    browser = outside(open_site)
    ask(browser, "/signup", "Carol@example.org")
    [letter] = letters(open_site.house)
    page = browser.get(letter.path)
    assert open_site.house.accounts.by_email("carol@example.org") is None

    short = browser.submit(page, password="short")
    assert short.status == 422
    assert "8 to 1000 characters" in short.text
    page = browser.submit(page, password=PASSWORD)

    assert "Nothing is being watched yet" in page.text
    user = open_site.house.accounts.by_email("carol@example.org")
    assert user is not None
    assert accounts.knows_password(user, PASSWORD)
    [project] = open_site.house.projects.of_user(user.id)
    [channel] = open_site.house.channels.of_project(project.id)
    assert channel.config == {"address": "carol@example.org"}
    assert browser.get(letter.path).status == 410


def test_sign_up_twice_makes_one_account(open_site: Site) -> None:
    """Of two links the second leads to the door; without a password one signs in by links."""
    for _ in range(2):
        ask(outside(open_site), "/signup", "carol@example.org")
    first, second = letters(open_site.house)
    browser, other = outside(open_site), outside(open_site)
    late = other.get(second.path)
    browser.submit(browser.get(first.path), password="")

    page = other.submit(late, password=PASSWORD)

    assert page.url == "/login"
    assert "You have an account already" in page.text
    user = open_site.house.accounts.by_email("carol@example.org")
    assert user is not None
    assert user.password is None


def test_link_of_one_purpose_opens_no_other(open_site: Site) -> None:
    """A link to sign in is none to sign up by, and the other way round."""
    for url, email, wrong in (("/login/link", "alice@example.org", "/signup/"), ("/signup", "x@y.org", "/login/by/")):
        ask(outside(open_site), url, email)
        [letter] = letters(open_site.house)
        assert outside(open_site).get(wrong + letter.path.rpartition("/")[2]).status == 410


def test_mail_that_does_not_leave_is_a_page(site: Site, anonymous: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it is told, and told the same whoever they are."""

    def fail(*_: object) -> None:
        raise DeliveryFailed("Could not reach the mail server")

    monkeypatch.setattr(type(site.house.mail), "send", fail)
    found = [ask(outside(site), "/login/link", email) for email in (site.user.email, "nobody@example.org")]

    assert [page.status for page in found] == [503, 503]
    assert "No mail could be sent" in found[0].text
    assert without_secrets(found[0]) == without_secrets(found[1])


def seen_from(app: Flask, addr: str) -> Browser:
    """A browser in a network of its own."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = addr
    return Browser(client)


def test_mails_to_one_mailbox_are_limited(site: Site, app: Flask) -> None:
    """However the address is written: six from one network, twenty from all; and one more a few minutes later."""

    def asked(network: int, n: int) -> int:
        return ask(seen_from(app, f"192.0.2.{network}"), "/login/link", f"alice+{n}@example.org").status

    assert [asked(1, n) for n in range(8)] == [200] * 6 + [429] * 2
    assert [asked(10 + n // 5, n) for n in range(16)] == [200] * 14 + [429] * 2
    assert len(letters(site.house)) == 20
    site.clock.advance(minutes=3)
    assert asked(20, 0) == 200


@pytest.fixture
def no_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all passwords only PASSWORD is right; saying so takes no time."""

    def sign_in(people: Accounts, *, email: str, password: str) -> User | None:
        return people.by_email(email) if password == PASSWORD else None

    monkeypatch.setattr(accounts, "sign_in", sign_in)


def tried(app: Flask, email: str, addr: str, password: str = WRONG) -> Page:
    browser = seen_from(app, addr)
    return browser.submit(browser.get("/login"), "Password", email=email, password=password)


@pytest.mark.usefixtures("no_hashing")
def test_passwords_are_limited_by_account_and_by_network(site: Site, app: Flask) -> None:
    """Whether the account exists or not; the page says when to try again, and then it works."""
    for email in ("alice@example.org", "nobody@example.org"):
        addr = "2001:db8:1::1" if email.startswith("alice") else "2001:db8:2::1"
        statuses = [tried(app, email, addr).status for n in range(21)]
        assert statuses == [422] * 20 + [429]
    assert [tried(app, f"{n}@example.org", f"2001:db8:a::{n}").status for n in range(31)][-2:] == [422, 429]

    refused = tried(app, "alice@example.org", "2001:db8:1::2")
    assert refused.response.headers["Retry-After"] == "4320"
    assert "Try again in 1 hour 12 minutes" in refused.text
    site.clock.advance(seconds=4320)
    assert tried(app, "alice@example.org", "2001:db8:1::2").status == 422


@pytest.mark.usefixtures("no_hashing")
def test_stranger_does_not_lock_somebody_out(site: Site, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they guess in their network is theirs; from all networks together there is an end to it as well."""
    monkeypatch.setattr(entrance, "ALL_PASSWORDS", Limit("all-password", 25, timedelta(days=1)))
    for _ in range(21):
        guessed = tried(app, "alice@example.org", "192.0.2.66")
    assert guessed.status == 429
    assert tried(app, "alice@example.org", "198.51.100.7", PASSWORD).status == 200

    statuses = [tried(app, "alice@example.org", f"192.0.2.{n}").status for n in range(6)]
    assert statuses == [422] * 5 + [429]
    assert tried(app, "alice@example.org", "198.51.100.7", PASSWORD).status == 429


@pytest.mark.usefixtures("no_hashing")
def test_right_passwords_use_nothing_up(site: Site, app: Flask) -> None:
    """Somebody who signs in all day can go on with it."""
    for hour in range(3):
        for _ in range(15):
            assert tried(app, "alice@example.org", "192.0.2.1", PASSWORD).url != "/login", hour
        site.clock.advance(hours=1)


def test_link_leads_to_the_second_step_where_one_is_due(site: Site, anonymous: Browser) -> None:
    """A mailbox alone does not open an account that takes two steps."""
    site.house.accounts.edit(site.user, replace(site.user, factors=1))
    ask(anonymous, "/login/link", site.user.email)
    [letter] = letters(site.house)

    answer = anonymous.send(anonymous.get(letter.path), "", {}, follow=False)

    assert "second" in answer.response.headers["Location"]
    assert anonymous.get("/projects/").url.startswith("/login")
