"""Second factors on the pages: set up, asked for, lost, taken away; each page refuses what it should."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.authenticator import Authenticator
from tests.fakes import SECRET
from tests.visits import sign_in
from tests.web.browser import Browser, Page
from tests.web.conftest import Site, browser_of
from tests.web.mailbag import letters
from tocsin.services import accounts, factors, totp
from tocsin.stores.accounts import User
from tocsin.stores.factors import Held
from tocsin.stores.sessions import Caller

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SECURITY = "/account/security/"
PASSWORD = "a sentence of mine"


@pytest.fixture
def carol(site: Site) -> User:
    """Somebody with a password."""
    return accounts.create_user(site.house.accounts, email="carol@example.org", password=PASSWORD, now=site.clock())


def user_of(site: Site, user_id: str = "") -> User:
    found = site.house.accounts.get(user_id or site.user.id)
    assert found is not None
    return found


def held(site: Site, user_id: str = "") -> Held:
    return site.house.factors.held(user_id or site.user.id)


def add_app(site: Site, user: User) -> tuple[str, list[str]]:
    """Without the pages, and in none but the session that there is; returns the secret and the recovery codes."""
    secret, now = totp.new_secret(), site.clock()
    added = factors.add_totp(
        site.house.accounts,
        user=user,
        secret=secret,
        code=totp.code_of(secret, now),
        secret_key=SECRET,
        caller=Caller(),
        now=now,
        kept=next(iter(site.house.sessions.of_user(user.id)), None),
    )
    site.clock.advance(seconds=30)
    return secret, list(added.codes)


def another(site: Site) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(site.app.test_client())


def ask(browser: Browser, page: Page, url: str) -> dict[str, Any]:
    """What static/passkeys.js does."""
    token = next(form.values["csrf_token"][0] for form in page.forms if "csrf_token" in form.values)
    answer = browser.client.post(url, headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    options: dict[str, Any] = answer.get_json()
    return options


def add_passkey(browser: Browser, device: Authenticator, name: str = "") -> Page:
    page = browser.get("/account/security/passkeys/add")
    options = ask(browser, page, "/account/security/passkeys/options")
    return browser.submit(page, "passkeys/add", name=name, answer=device.create(options))


def first_step(browser: Browser, url: str = "/login") -> Page:
    return browser.submit(browser.get(url), "Password", email="carol@example.org", password=PASSWORD)


def show_passkey(browser: Browser, page: Page, device: Authenticator, path: str, options: str) -> Page:
    asked = ask(browser, page, options)
    return browser.submit(page, path, answer=device.get(asked))


def sign_in_by_passkey(browser: Browser, device: Authenticator, url: str = "/login") -> Page:
    return show_passkey(browser, browser.get(url), device, "login/passkey", "/login/passkey/options")


def second_step_by_passkey(browser: Browser, page: Page, device: Authenticator) -> Page:
    return show_passkey(browser, page, device, "second/passkey", "/login/second/options")


def is_in(browser: Browser) -> bool:
    return browser.get("/projects/").url == "/projects/"


def test_app_is_set_up_and_asked_for(site: Site, anonymous: Browser, carol: User) -> None:
    """From the drawing to the second step; until that is done nobody is in."""
    first_step(anonymous)
    page = anonymous.get("/account/security/app/add")
    assert '<svg viewBox="' in page.html
    assert "style=" not in page.html
    shown = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page.html)
    assert shown
    key = shown[1].replace(" ", "")
    assert f"secret={key}" in page.html

    wrong = anonymous.submit(page, "Switch it on", code="000000")
    assert (wrong.status, wrong.form("Switch").values["code"]) == (422, ["000000"])
    assert "This is not the code that the app shows now" in wrong.text
    assert shown[0] in wrong.html
    done = anonymous.submit(wrong, "Switch it on", code=totp.code_of(key, site.clock()))
    assert "Your recovery codes" in done.text
    assert user_of(site, carol.id).two_step

    site.clock.advance(seconds=30)
    browser = another(site)
    page = first_step(browser, "/login?next=/projects/add")
    assert page.url == "/login/second"
    assert not is_in(browser)
    refused = browser.submit(page, "Sign in", code="12345")
    assert refused.status == 422
    assert not is_in(browser)
    page = browser.submit(refused, "Sign in", code=totp.code_of(key, site.clock()))
    assert page.url == "/projects/add"


def test_passkey_is_added_named_and_removed(site: Site) -> None:
    """With the first come recovery codes, with the last they go."""
    device = Authenticator()
    page = add_passkey(site.browser, device)
    assert "Your recovery codes" in page.text
    [passkey] = held(site).passkeys
    assert passkey.name == "Passkey 1"
    page = site.browser.get(SECURITY)
    assert "Signing in takes two steps" in page.text
    assert "10 of 10 are left" in page.text

    rename = site.browser.get(f"/account/security/passkeys/{passkey.id}/rename")
    refused = site.browser.submit(rename, "Save", name=" ")
    assert refused.status == 422
    page = site.browser.submit(rename, "Save", name="Blue <key>")
    assert "Blue <key>" in page.text

    ask_first = site.browser.get(f"/account/security/passkeys/{passkey.id}/remove")
    assert "your recovery codes are thrown away" in ask_first.text
    page = site.browser.submit(ask_first, "Remove it")
    assert "The passkey Blue <key> was removed" in page.text
    assert (held(site), user_of(site).two_step) == (Held(), False)


@pytest.mark.parametrize("way", ["app", "passkey"])
def test_first_factor_ends_all_other_sessions(site: Site, way: str) -> None:
    """They were begun without one; with the second factor nobody goes. An operator's reset ends all."""
    browser = another(site)
    sign_in(browser.client, site.user.id)
    if way == "passkey":
        add_passkey(site.browser, Authenticator())
    else:
        page = site.browser.get(f"{SECURITY}app/add")
        shown = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page.html)
        assert shown
        done = site.browser.submit(page, "Switch", code=totp.code_of(shown[1].replace(" ", ""), site.clock()))
        assert "Other browsers are signed out" in done.text
    assert (is_in(site.browser), is_in(browser)) == (True, False)

    sign_in(browser.client, site.user.id)
    add_passkey(site.browser, Authenticator(), "Second")
    assert (is_in(site.browser), is_in(browser)) == (True, True)
    factors.remove_all(site.house.accounts, user=user_of(site), caller=Caller(), now=site.clock())
    assert (is_in(site.browser), is_in(browser)) == (False, False)


def test_passkey_signs_in_by_itself(site: Site) -> None:
    """Nothing is typed, no second step follows, and it leads where one wanted to go."""
    device = Authenticator()
    add_passkey(site.browser, device)
    browser = another(site)
    page = sign_in_by_passkey(browser, device, "/login?next=/projects/add")
    assert page.url == "/projects/add"
    assert is_in(browser)


@pytest.mark.parametrize("verifies", [True, False])
def test_passkey_is_a_second_step(site: Site, carol: User, verifies: bool) -> None:
    """Also one without a PIN, which is none by itself."""
    device = Authenticator(verifies=verifies)
    browser = another(site)
    first_step(browser)
    add_passkey(browser, device)
    assert ("As second step" in browser.get(SECURITY).text) is not verifies

    browser = another(site)
    page = first_step(browser)
    assert "Use your passkey" in page.text
    assert "authenticator app" not in page.text
    second_step_by_passkey(browser, page, device)
    assert is_in(browser)

    browser = another(site)
    page = sign_in_by_passkey(browser, device)
    assert is_in(browser) is verifies
    assert ("could not be checked" in page.text) is not verifies


def test_passkey_of_somebody_else_is_no_second_step(site: Site, carol: User) -> None:
    """Who knows Carol's password has a passkey too, but their own."""
    first_step(browser := another(site))
    add_passkey(browser, Authenticator())
    mine = Authenticator()
    add_passkey(site.browser, mine)
    browser = another(site)
    page = second_step_by_passkey(browser, first_step(browser), mine)
    assert page.status == 422
    assert "not known here" in page.text
    assert not is_in(browser)


def test_answer_counts_once_and_for_what_was_asked(site: Site) -> None:
    """Not for another page's question, and not again, also if the cookie is put back."""
    device = Authenticator()
    add_passkey(site.browser, device)
    browser = another(site)
    page = browser.get("/login")
    answer = device.get(ask(browser, page, "/login/passkey/options"))
    cookie = browser.client.get_cookie("tocsin")
    assert cookie is not None
    assert is_in(browser) is False
    browser.submit(page, "login/passkey", answer=answer)
    assert is_in(browser)

    thief = another(site)
    thief.client.set_cookie("tocsin", cookie.value)
    page = thief.submit(thief.get("/login"), "login/passkey", answer=answer)
    assert "sent twice" in page.text
    page = thief.submit(thief.get("/login"), "login/passkey", answer=answer)
    assert "not asked for a passkey" in page.text
    assert not is_in(thief)


def test_recovery_code_stands_in_for_what_is_lost(site: Site, carol: User) -> None:
    """Once; and it says how many are left."""
    _, codes = add_app(site, carol)
    browser = another(site)
    first_step(browser)
    page = browser.get("/login/second/recovery")
    refused = browser.submit(page, "Sign in", code="abcd-efgh-jkmn-pqrs")
    assert (refused.status, refused.form("Sign in").values["code"]) == (422, ["abcd-efgh-jkmn-pqrs"])
    page = browser.submit(refused, "Sign in", code=codes[0].upper())
    assert is_in(browser)
    assert "you have 9 left" in page.text

    browser = another(site)
    first_step(browser)
    again = browser.submit(browser.get("/login/second/recovery"), "Sign in", code=codes[0])
    assert again.status == 422
    assert not is_in(browser)


def test_new_recovery_codes_are_shown_once(site: Site) -> None:
    """Who has neither passkey nor app has no use for any."""
    assert site.browser.get("/account/security/codes").status == 404
    _, old = add_app(site, site.user)
    page = site.browser.submit(site.browser.get("/account/security/codes"), "Make new codes")
    new = re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", page.text)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert not set(new) & set(site.browser.get(SECURITY).text.split())
    assert page.response.headers["Cache-Control"] == "no-store"


def test_app_is_removed_after_asking(site: Site) -> None:
    """There is no second one, and none to remove twice."""
    add_app(site, site.user)
    second = site.browser.get("/account/security/app/add")
    secret = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', second.html)
    assert secret
    code = totp.code_of(secret[1].replace(" ", ""), site.clock())
    refused = site.browser.submit(second, "Switch it on", code=code)
    assert refused.status == 422
    assert "You have an authenticator app already" in refused.text
    page = site.browser.submit(site.browser.get("/account/security/app/remove"), "Remove it")
    assert "Your authenticator app was removed" in page.text
    assert site.browser.get("/account/security/app/remove").status == 404


def test_second_step_belongs_to_a_first_one(site: Site, carol: User) -> None:
    """Without one, or too long after it, one starts again; also if all factors were taken away."""
    add_app(site, carol)
    browser = another(site)
    for path in ("", "/recovery"):
        assert "Signing in took too long" in browser.get(f"/login/second{path}").text
    page = first_step(browser)
    site.clock.advance(minutes=5, seconds=1)
    assert browser.submit(page, "Sign in", code="123456").url == "/login"

    first_step(browser)
    factors.remove_all(site.house.accounts, user=user_of(site, carol.id), caller=Caller(), now=site.clock())
    assert "Signing in took too long" in browser.get("/login/second").text
    first_step(browser)
    assert is_in(browser)


def test_passkeys_of_others_are_not_there(site: Site, other: Site) -> None:
    """To look at, to rename or to remove."""
    add_passkey(other.browser, Authenticator())
    [passkey] = held(other).passkeys
    for act in ("rename", "remove"):
        assert site.browser.get(f"/account/security/passkeys/{passkey.id}/{act}").status == 404
        assert site.browser.get(f"/account/security/passkeys/nobody's/{act}").status == 404


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"response": {}}'])
def test_passkey_that_was_not_made_is_refused(site: Site, answer: str) -> None:
    """As by a browser without JavaScript; the name stays typed in."""
    page = site.browser.get("/account/security/passkeys/add")
    ask(site.browser, page, "/account/security/passkeys/options")
    refused = site.browser.submit(page, "passkeys/add", name="Laptop", answer=answer)
    assert refused.status == 422
    assert refused.form("passkeys/add").values["name"] == ["Laptop"]
    assert "Try again" in refused.text
    assert not user_of(site).two_step


def test_site_without_a_name_offers_no_passkeys(app: Flask, site: Site) -> None:
    """Browsers would refuse to make one, so the page says why there is none."""
    numbered = Browser(app.test_client())
    page = numbered._page(numbered.client.get("/login", base_url="http://192.0.2.7:5000"))  # noqa: SLF001
    assert "passkey" not in page.text


def test_codes_can_not_be_guessed_for_long(site: Site, carol: User) -> None:
    """Thirty a day for one account, of both kinds together; then nobody gets in by the right one either."""
    secret, codes = add_app(site, carol)
    browser = another(site)
    page = first_step(browser)
    for number in range(15):
        assert browser.submit(page, "Sign in", code=f"{number:06}").status == 422
    page = browser.get("/login/second/recovery")
    for _ in range(15):
        assert browser.submit(page, "Sign in", code="abcd-efgh-jkmn-pqrs").status == 422
    for path, code in (("/recovery", codes[0]), ("", totp.code_of(secret, site.clock()))):
        refused = browser.submit(browser.get(f"/login/second{path}"), "Sign in", code=code)
        assert refused.status == 429
        assert int(refused.response.headers["Retry-After"]) > 60
    assert not is_in(browser)


def test_every_change_is_told_by_mail_and_in_the_activity(site: Site, carol: User) -> None:
    """So that whoever did not do it hears of it."""
    device = Authenticator()
    add_passkey(site.browser, device, "Laptop")
    [passkey] = held(site).passkeys
    site.browser.submit(site.browser.get("/account/security/codes"), "Make new codes")
    site.browser.submit(site.browser.get(f"/account/security/passkeys/{passkey.id}/remove"), "Remove it")
    _, codes = add_app(site, user_of(site))
    site.browser.submit(site.browser.get("/account/security/app/remove"), "Remove it")
    assert [letter.subject for letter in letters(site.house)] == [
        "A passkey was added",
        "New recovery codes were made",
        "The passkey Laptop was removed",
        "Your authenticator app was removed",
    ]
    page = site.browser.get("/account/activity")
    for words in ("Passkey added Laptop", "New recovery codes", "Authenticator app added", "Authenticator app removed"):
        assert words in page.text

    _, codes = add_app(site, carol)
    first_step(browser := another(site))
    browser.submit(browser.get("/login/second/recovery"), "Sign in", code=codes[0])
    [letter] = letters(site.house)
    assert (letter.to, letter.subject) == ("carol@example.org", "A recovery code was used to sign in")


def test_copy_of_a_passkey_is_refused_and_told(site: Site) -> None:
    """The one behind in its count, whoever holds it."""
    device = Authenticator(counts=True)
    add_passkey(site.browser, device)
    copy = Authenticator(**vars(device))
    sign_in_by_passkey(another(site), device)
    letters(site.house)
    browser = another(site)
    page = sign_in_by_passkey(browser, copy)
    assert "may have been copied" in page.text
    assert not is_in(browser)
    [letter] = letters(site.house)
    assert "somebody may have a copy of it" in letter.subject


@pytest.mark.parametrize("way", ["app", "passkey"])
def test_second_factor_confirms_who_one_is(site: Site, way: str) -> None:
    """Before something sensitive, in a session that was left open; what is wrong leads nowhere."""
    device = Authenticator()
    add_passkey(site.browser, device)
    secret, _ = add_app(site, user_of(site))
    site.clock.advance(minutes=31)
    page = site.browser.get("/account/security/passkeys/add")
    assert page.url.startswith("/confirm?")
    if way == "app":
        refused = site.browser.submit(page, "confirm/app", **{"app-code": "123456"})
        assert "This is not the code that the app shows now" in refused.text
        done = site.browser.submit(refused, "confirm/app", **{"app-code": totp.code_of(secret, site.clock())})
    else:
        refused = site.browser.submit(page, "confirm/passkey", answer="{}")
        assert "Try again" in refused.text
        done = show_passkey(site.browser, refused, device, "confirm/passkey", "/confirm/passkey/options")
    assert refused.status == 422
    assert done.url == "/account/security/passkeys/add"


def test_password_and_mailbox_alone_confirm_nobody_with_a_second_factor(
    site: Site, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or either would take the second step away. A recovery code is the way out, once, and its owner hears of it."""
    monkeypatch.setattr(accounts, "knows_password", lambda *_: True)
    browser = browser_of(site.app, carol)
    _, codes = add_app(site, carol)
    site.clock.advance(minutes=31)
    page = browser.get(f"{SECURITY}app/remove")
    assert "Mail me a code" not in page.text
    token = page.form("confirm/app").values["csrf_token"][0]

    by_password = browser.client.post("/confirm", data={"csrf_token": token, "password": PASSWORD})
    browser.client.post("/confirm/code", data={"csrf_token": token})

    assert by_password.status_code == 422
    assert "This takes your authenticator app, a passkey or a recovery code." in by_password.text
    assert letters(site.house) == []
    assert browser.get(f"{SECURITY}app/remove").url.startswith("/confirm?")
    refused = browser.submit(page, "confirm/recovery", **{"recovery-code": "abcd-efgh-jkmn-pqrs"})
    assert (refused.status, "none of your recovery codes" in refused.text) == (422, True)
    done = browser.submit(refused, "confirm/recovery", **{"recovery-code": codes[0]})
    assert done.url == f"{SECURITY}app/remove"
    assert "you have 9 left" in done.text
    [letter] = letters(site.house)
    assert (letter.to, letter.subject) == ("carol@example.org", "A recovery code was used to confirm who you are")
    assert browser.submit(page, "confirm/recovery", **{"recovery-code": codes[0]}).status == 422


def test_changes_take_a_fresh_proof(site: Site) -> None:
    """Whoever finds a browser open can neither add a factor nor take one away."""
    add_passkey(site.browser, Authenticator())
    [passkey] = held(site).passkeys
    site.clock.advance(minutes=31)
    for path in ("app/add", "app/remove", "codes", "passkeys/add", f"passkeys/{passkey.id}/remove"):
        assert site.browser.get(f"{SECURITY}{path}").url.startswith("/confirm?"), path
    token = site.browser.get(SECURITY).forms[0].values["csrf_token"][0]
    answer = site.browser.client.post(f"{SECURITY}passkeys/{passkey.id}/remove", data={"csrf_token": token})
    assert answer.headers["Location"].startswith("/confirm")
    assert len(held(site).passkeys) == 1
