"""One's own account: address, password, sessions, what happened, and closing it."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.visits import sign_in
from tests.web.browser import Browser
from tests.web.conftest import Site
from tests.web.mailbag import letters
from tocsin.services import accounts, keys
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind
from tocsin.stores.members import Member
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture
def elsewhere(site: Site) -> Browser:
    """The same person, in a second browser."""
    client = site.app.test_client()
    sign_in(client, site.user.id)
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return Browser(client)


def is_in(browser: Browser) -> bool:
    return browser.client.get("/account/").status_code == 200


def test_password_is_set_and_ends_all_other_sessions(site: Site, elsewhere: Browser, anonymous: Browser) -> None:
    """It holds at once, its owner gets a mail, and the old one holds no more."""
    page = site.browser.get("/account/password")
    assert site.browser.submit(page, password="short").status == 422
    page = site.browser.submit(page, password="a sentence of mine")
    assert "Your new password holds" in page.text
    assert not is_in(elsewhere)
    assert is_in(site.browser)

    site.browser.submit(site.browser.get("/account/password"), password="another sentence")

    assert [letter.subject for letter in letters(site.house)] == ["A password was set", "Your password was changed"]
    house = site.house
    assert accounts.sign_in(house.accounts, email=site.user.email, password="a sentence of mine") is None
    assert accounts.sign_in(house.accounts, email=site.user.email, password="another sentence") is not None


def test_address_moves_when_the_new_one_says_so(site: Site, elsewhere: Browser) -> None:
    """The old one hears of it twice; signing in follows, and all other sessions end."""
    page = site.browser.submit(site.browser.get("/account/email"), email="Alice@New.example.org")
    assert "your account moves there when you press" in page.text
    asked, told = letters(site.house)
    assert (asked.to, told.to) == ("alice@new.example.org", "alice@example.org")
    assert told.subject == "Somebody wants to move your account to alice@new.example.org"
    assert "change your password now: that cancels the move" in told.text
    page = site.browser.get(asked.path)
    assert "alice@example.org" in page.text
    assert site.house.accounts.by_email("alice@new.example.org") is None

    site.browser.submit(page)

    user = site.house.accounts.by_email("alice@new.example.org")
    assert user is not None
    assert user.id == site.user.id
    assert site.house.accounts.by_email("alice@example.org") is None
    [letter] = letters(site.house)
    assert (letter.to, letter.subject) == ("alice@example.org", "Your account has moved to alice@new.example.org")
    assert is_in(site.browser)
    assert not is_in(elsewhere)
    assert site.browser.get(asked.path).status == 410
    assert site.browser.submit(page).status == 410


def test_address_moves_by_the_hand_of_its_owner_only(site: Site, other: Site, anonymous: Browser) -> None:
    """Whoever reads a mailbox that was mistyped is led to the door, and is somebody else if they get in."""
    site.browser.submit(site.browser.get("/account/email"), email="mistyped@example.org")
    asked, _ = letters(site.house)
    form = site.browser.get(asked.path).form()

    assert anonymous.get(asked.path).url == f"/login?next={asked.path}"
    page = anonymous.get("/login")
    stolen = anonymous.client.post(asked.path, data={"csrf_token": page.form("Password").values["csrf_token"]})
    assert stolen.headers["Location"] == "/login"
    assert other.browser.get(asked.path).status == 410
    token = other.browser.get("/account/password").form().values["csrf_token"]
    assert other.browser.client.post(asked.path, data={"csrf_token": token}).status_code == 410

    assert site.house.accounts.by_email("mistyped@example.org") is None
    assert site.browser.client.post(form.action, data=form.values).status_code == 302
    assert site.house.accounts.by_email("mistyped@example.org") is not None


def test_new_password_cancels_a_move_and_links_that_were_mailed(site: Site, anonymous: Browser) -> None:
    """As the letter says: whoever asked for them from a stolen session has nothing left."""
    site.browser.submit(site.browser.get("/account/email"), email="thief@example.org")
    asked, _ = letters(site.house)
    anonymous.submit(anonymous.get("/login/link"), email=site.user.email)
    [link] = letters(site.house)
    ready = [(site.browser, site.browser.get(asked.path)), (anonymous, anonymous.get(link.path))]

    site.browser.submit(site.browser.get("/account/password"), password="a sentence of mine")

    for browser, page in ready:
        assert browser.get(page.url).status == 410
        assert browser.submit(page).status == 410
    assert site.house.accounts.by_email("thief@example.org") is None
    assert not is_in(anonymous)


def test_address_of_somebody_else_gets_the_same_answer(site: Site, other: Site) -> None:
    """Whoever has it is told, and nothing can move there."""
    free = site.browser.submit(site.browser.get("/account/email"), email="free@example.org")
    taken = site.browser.submit(site.browser.get("/account/email"), email=other.user.email)

    assert free.text.replace("free@", "bob@") == taken.text
    told = [letter.subject for letter in letters(site.house) if letter.to == other.user.email]
    assert told == ["There is an account for this address already"]


def test_address_that_somebody_took_meanwhile_is_not_moved_to(site: Site) -> None:
    """The table decides, when the button is pressed; and an older link to move holds no more after a move."""
    for wanted in ("one@example.org", "two@example.org"):
        site.browser.submit(site.browser.get("/account/email"), email=wanted)
    one, two = (letter for letter in letters(site.house) if letter.to != site.user.email)
    pages = [site.browser.get(letter.path) for letter in (one, two)]
    accounts.create_user(site.house.accounts, email="one@example.org", password=None, now=site.clock())

    assert site.browser.submit(pages[0]).status == 410
    site.browser.submit(pages[1])
    assert site.house.accounts.by_email("two@example.org") is not None
    assert site.browser.get(one.path).status == 410


@pytest.mark.parametrize("typed", ["", "nobody", "me@nowhere..org", f"a@{'.'.join(['İ' * 14] * 12)}.org"])
def test_new_address_must_be_one(site: Site, typed: str) -> None:
    """What gets no mail is refused beside its field."""
    page = site.browser.submit(site.browser.get("/account/email"), email=typed)

    assert page.status == 422
    assert 'class="error"' in page.html
    assert letters(site.house) == []


def test_sessions_are_listed_and_one_is_ended(site: Site, elsewhere: Browser) -> None:
    """By the browser's name and where it was last; the other browser is out at its next request."""
    site.clock.advance(hours=2)
    assert is_in(elsewhere)
    page = site.browser.get("/account/sessions/")
    assert "Firefox on Linux" in page.text
    assert page.text.count("This one") == 1
    [_, other] = [form for form in page.forms if form.action.endswith("/end")]

    site.browser.client.post(other.action, data=other.values)

    assert not is_in(elsewhere)
    assert is_in(site.browser)


def test_all_other_sessions_are_ended(site: Site, elsewhere: Browser) -> None:
    """By one button, which is there if there are others."""
    page = site.browser.submit(site.browser.get("/account/sessions/"), "end-others")

    assert not is_in(elsewhere)
    assert "All other browsers are signed out." in page.text
    assert "end-others" not in page.html


def test_own_session_ended_in_the_list_leads_to_the_door(site: Site) -> None:
    """As signing out does."""
    page = site.browser.submit(site.browser.get("/account/sessions/"), "/end")

    assert page.url == "/login"
    assert not is_in(site.browser)


def test_session_of_somebody_else_can_not_be_ended(site: Site, other: Site) -> None:
    """A session is looked for among one's own only."""
    [theirs] = site.house.sessions.of_user(other.user.id)
    form = site.browser.get("/account/sessions/").form("/end")

    site.browser.client.post(f"/account/sessions/{theirs.id}/end", data=form.values)

    assert is_in(other.browser)


def test_activity_tells_of_sign_ins_and_changes(site: Site, elsewhere: Browser, other: Site) -> None:
    """The newest first, one's own only, and for half a year."""
    site.clock.advance(minutes=1)
    site.browser.submit(site.browser.get("/account/sessions/"), "end-others")
    site.clock.advance(minutes=1)
    site.browser.submit(site.browser.get("/account/password"), password="a sentence of mine")

    text = site.browser.get("/account/activity").text

    places = [text.index(words) for words in ("Password set", "Signed out all other", "Signed in by a password")]
    assert places == sorted(places)
    assert "Password set" not in other.browser.get("/account/activity").text
    assert site.browser.get("/account/activity?cursor=made-up").status == 404
    site.clock.advance(days=181)
    site.sign_in()
    assert "Password set" not in site.browser.get("/account/activity").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"typed": "alice@example.org"}, "hand them over first, or say that they may go"),
        ({"typed": "bob@example.org", "projects": "y"}, "This is not the address of your account."),
        ({"typed": "", "projects": "y"}, "Type your e-mail address to be sure."),
    ],
)
def test_closing_asks_to_be_sure(site: Site, typed: dict[str, str], sentence: str) -> None:
    """Without the address typed, or a word about the projects that would go, everything stays."""
    page = site.browser.send(site.browser.get("/account/close"), "", typed)

    assert page.status == 422
    assert sentence in page.text
    assert site.house.accounts.get(site.user.id) is not None
    assert site.house.projects.get(site.project) is not None


def test_closed_account_leaves_nothing_of_its_own(site: Site, other: Site, elsewhere: Browser) -> None:
    """Its projects, keys, sessions and address go; what it shared stays with the others."""
    house, check = site.house, site.check()
    house.members.add(other.project, Member(site.user.id, Role.MEMBER, site.clock()), also=[])
    _, key = keys.create_key(
        house.keys,
        kind=KeyKind.ACCOUNT,
        owner=site.user.id,
        secret_key=house.settings.secret_key,
        by=COMMAND,
        now=site.clock(),
    )
    assert "Backups" in site.browser.get("/account/close").text

    page = site.browser.submit(site.browser.get("/account/close"), typed="Alice@example.org ", projects="y")

    assert page.url == "/account/closed"
    assert not is_in(site.browser)
    assert not is_in(elsewhere)
    assert house.accounts.by_email("alice@example.org") is None
    assert house.projects.get(site.project) is None
    assert house.checks.find(check) is None
    assert keys.open_with(house.keys, key, secret_key=house.settings.secret_key) is None
    assert [member.user for member in house.members.of_project(other.project)] == [other.user.id]
    assert list(house.table.query(f"user#{site.user.id}").items) == []
    [letter] = letters(house)
    assert (letter.to, letter.subject) == ("alice@example.org", "Your account at Tocsin is closed")
    accounts.create_user(house.accounts, email="alice@example.org", password=None, now=site.clock())


def test_projects_that_were_not_shown_do_not_go(site: Site) -> None:
    """One that became theirs since the page was loaded is shown first, on a second page."""
    page = site.browser.get("/account/close")
    site.browser.submit(site.browser.get("/projects/add"), name="Newcomer")

    page = site.browser.submit(page, typed="alice@example.org", projects="y")

    assert page.status == 422
    assert "say that they may go" in page.text
    assert "Newcomer" in page.text
    assert len(site.house.projects.of_user(site.user.id)) == 2
    assert site.browser.submit(page).url == "/account/closed"
    assert site.house.projects.of_user(site.user.id) == []


def test_account_pages_show_nothing_of_another(site: Site, other: Site, app: Flask) -> None:
    """Each sees the own address and sessions."""
    for path in ("/account/", "/account/sessions/", "/account/close"):
        assert "bob@example.org" not in site.browser.get(path).text
