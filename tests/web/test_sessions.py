"""Sessions: one begins at the door, works with its secret only, and ends at once wherever that is done."""

from __future__ import annotations

import pytest
from flask import Flask
from msgspec.structs import replace

from handlers.web.admission import admit, finish, halfway
from handlers.web.session import current_user
from tests.visits import sign_in
from tests.web.browser import Browser
from tests.web.conftest import Site
from tocsin.house import House
from tocsin.services import sessions
from tocsin.stores.accounts import User
from tocsin.stores.sessions import Caller

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def is_in(browser: Browser) -> bool:
    return browser.client.get("/projects/").status_code == 200


def second_browser(site: Site) -> Browser:
    """The same person, elsewhere."""
    client = site.app.test_client()
    sign_in(client, site.user.id)
    return Browser(client)


def test_cookie_copied_before_signing_out_opens_nothing(site: Site, anonymous: Browser) -> None:
    """Signing out ends the session itself, not only the browser's memory of it."""
    with site.browser.client.session_transaction() as cookie:
        stolen = dict(cookie)
    [form] = [form for form in site.browser.get(site.list_url).forms if form.action == "/logout"]
    site.browser.client.post("/logout", data=form.values)

    with anonymous.client.session_transaction() as cookie:
        cookie.update(stolen)

    assert not is_in(anonymous)


@pytest.mark.parametrize("changes", [{"secret": "guessed"}, {"secret": None}, {"secret": 7}, {"user": None}])
def test_cookie_without_the_secret_of_a_session_opens_nothing(site: Site, changes: dict[str, object]) -> None:
    """A user's id alone, whoever signed it, is no session; the cookie is emptied."""
    with site.browser.client.session_transaction() as cookie:
        cookie.update(changes)

    assert not is_in(site.browser)
    with site.browser.client.session_transaction() as cookie:
        assert "user" not in cookie


def test_secret_of_one_user_opens_no_other(site: Site, other: Site) -> None:
    """A session belongs to its user."""
    with site.browser.client.session_transaction() as cookie:
        cookie["user"] = other.user.id

    assert not is_in(site.browser)


def test_session_ends_a_month_after_its_last_use(site: Site) -> None:
    """Each use keeps it for a month more."""
    for _ in range(3):
        site.clock.advance(days=29)
        assert is_in(site.browser)

    site.clock.advance(days=30)
    assert not is_in(site.browser)


def test_session_ends_after_half_a_year_however_it_is_used(site: Site) -> None:
    """A cookie that was stolen without anybody's notice does not work for ever."""
    for _ in range(6):
        site.clock.advance(days=29.9)
        assert is_in(site.browser)

    site.clock.advance(days=2)
    assert not is_in(site.browser)


def test_session_is_noted_as_seen_once_an_hour(site: Site) -> None:
    """Where and when it was used last is known within an hour, and the browser keeps the cookie as long."""

    def seen() -> tuple[object, str, bool]:
        answer = site.browser.client.get(f"{site.list_url}live", headers={"User-Agent": "Elsewhere"})
        [session] = sessions.listed(site.house.sessions, user=site.user, now=site.clock())
        return session.seen, session.caller.agent, "Set-Cookie" in answer.headers

    began = site.clock()
    site.clock.advance(minutes=59)
    assert seen() == (began, "Werkzeug", False)

    now = site.clock.advance(minutes=1)
    assert seen() == (now, "Elsewhere", True)


def test_session_that_was_ended_meanwhile_is_not_brought_back(site: Site) -> None:
    """Noting that a session is in use makes no session."""
    [session] = sessions.listed(site.house.sessions, user=site.user, now=site.clock())
    site.house.sessions.end(site.user.id, session.id)

    sessions.see(
        site.house.sessions,
        visit=sessions.Visit(site.user, session),
        caller=session.caller,
        now=site.clock.advance(hours=2),
    )

    assert sessions.listed(site.house.sessions, user=site.user, now=site.clock()) == []


def test_other_sessions_end_at_once(site: Site) -> None:
    """One act ends all but the session it comes from; the other browser's next request finds itself outside."""
    elsewhere = second_browser(site)
    assert is_in(elsewhere)
    with site.browser.client.session_transaction() as cookie:
        visit = sessions.recognise(
            site.house.accounts,
            site.house.sessions,
            user_id=cookie["user"],
            secret=cookie["secret"],
            now=site.clock(),
        )
    assert visit is not None

    sessions.end_others(site.house.accounts, site.house.sessions, visit=visit, caller=Caller(), now=site.clock())

    assert is_in(site.browser)
    assert not is_in(elsewhere)
    assert len(site.house.sessions.of_user(site.user.id)) == 1


def test_session_begun_by_what_was_true_before_is_over_already(site: Site, anonymous: Browser) -> None:
    """Whoever was recognised by the old password just before it was changed does not get in by it just after."""
    before = site.user
    site.house.accounts.edit(before, replace(before, generation=1))

    with site.app.test_request_context():
        secret, _ = sessions.begin(site.house.sessions, user=before, by="password", caller=Caller(), now=site.clock())
    with anonymous.client.session_transaction() as cookie:
        cookie["user"], cookie["secret"] = before.id, secret

    assert not is_in(anonymous)


@pytest.fixture
def careful(house: House, site: Site) -> User:
    """Somebody who signs in by two steps."""
    user = replace(site.user, factors=1)
    house.accounts.edit(site.user, user)
    return user


@pytest.fixture
def two_step_app(app: Flask) -> Flask:
    if "web.second_step" not in app.view_functions:
        app.add_url_rule("/second-step", "web.second_step", lambda: "")
    return app


def test_two_steps_do_not_open_anything_after_the_first(two_step_app: Flask, careful: User) -> None:
    """The cookie remembers who is half in, and signs in nobody; the second step leads where they wanted to go."""
    with two_step_app.test_request_context():
        answer = admit(careful, by="password", next="/projects/?a=b")
        assert "second" in two_step_app.make_response(answer).headers["Location"]
        assert current_user() is None
        half = halfway()
        assert half is not None
        assert (half.user.id, half.by) == (careful.id, "password")

        assert two_step_app.make_response(finish(half)).headers["Location"] == "/projects/?a=b"
        assert current_user() == careful
        assert halfway() is None


def test_two_steps_must_be_taken_within_five_minutes(two_step_app: Flask, careful: User, site: Site) -> None:
    """Later, or after the sessions were ended, the first step counts no more."""
    with two_step_app.test_request_context():
        admit(careful, by="link")
        site.clock.advance(minutes=5)
        assert halfway() is not None
        site.clock.advance(seconds=1)
        assert halfway() is None

        admit(careful, by="link")
        site.house.accounts.edit(careful, replace(careful, generation=9))
        assert halfway() is None


def test_passkey_is_both_steps(two_step_app: Flask, careful: User) -> None:
    """Who shows one is let in at once, and never led to another site."""
    with two_step_app.test_request_context():
        answer = admit(careful, by="passkey", next="https://evil.example/")
        assert two_step_app.make_response(answer).headers["Location"] == "/"
        assert current_user() == careful
