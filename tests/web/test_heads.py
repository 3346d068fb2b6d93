"""Mail scanners, and links on foreign pages, ask with HEAD: no token guards that, so it must do nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from handlers.web.routes import FORMS
from tests.apps import serving_app
from tests.authenticator import Authenticator
from tests.fakes import SECRET, Clock, settings_for
from tests.web.browser import Browser
from tests.web.conftest import Site, browser_of, settle
from tests.web.mailbag import letters
from tests.web.test_access import url_of
from tests.web.test_factors import add_app, add_passkey, held, user_of
from tests.web.test_transfer import propose
from tests.web.test_ways_in import ask, outside
from tocsin.services.keys import create_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.identities import Identity
from tocsin.stores.keys import KeyKind
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

HEIR = "guest@example.org"


@pytest.fixture
def full(store_url: str, clock: Clock, tmp_path: Path) -> Iterator[Site]:
    """Where every form has something to act on."""
    with serving_app(settings_for(store_url, tmp_path, sign_up=True), clock) as app:
        site = settle(app, clock, "alice@example.org")
        site.check()
        site.member(Role.MANAGER, email=HEIR)
        site.token = site.invite("new@example.org", Role.MEMBER)
        for kind, owner in ((KeyKind.READ_WRITE, site.project), (KeyKind.ACCOUNT, site.user.id)):
            create_key(site.house.keys, kind=kind, owner=owner, secret_key=SECRET, by=COMMAND, now=clock())
        add_app(site, site.user)
        add_passkey(site.browser, Authenticator(), "Phone")
        site.house.identities.connect(Identity(site.user.id, "https://id.example", "7", "", clock()))
        yield site


def mailed_paths(site: Site) -> dict[str, str]:
    """The links that change something, by the endpoint that they lead to."""
    letters(site.house)
    ask(outside(site), "/login/link", site.user.email)
    ask(outside(site), "/signup", "fresh@example.org")
    ask(site.browser, "/account/email", "moved@example.org")
    by_person = {letter.to: letter for letter in letters(site.house) if "wants to move" not in letter.subject}
    return {
        "web.enter": by_person[site.user.email].path,
        "web.make_account": by_person["fresh@example.org"].path,
        "web.move_email": by_person["moved@example.org"].path,
    }


def urls(site: Site) -> dict[str, str]:
    """One for each form, with something behind it."""
    [passkey], [identity] = held(site).passkeys, site.house.identities.of_user(site.user.id)
    found = {f"web.{endpoint}": url_of(site, f"web.{endpoint}")[0] for _, endpoint, _, _ in FORMS}
    for endpoint, url in found.items():
        found[endpoint] = url.replace("passkeys/nobody's", f"passkeys/{passkey.id}")
        if "oidc/" in url:
            found[endpoint] = url.replace("nobody's", identity.id)
    return found | mailed_paths(site)


def items(site: Site) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(site.house.settings.store.removeprefix("sqlite://"))) as connection:
        return connection.execute("SELECT pk, sk, data FROM items ORDER BY pk, sk").fetchall()


def test_head_of_a_form_answers_as_get_does_and_writes_nothing(full: Site) -> None:
    """Whoever asks, and whatever there would be to do."""
    heir = full.house.accounts.by_email(HEIR)
    assert heir is not None
    asked = urls(full)
    propose(full, HEIR)
    people = (full.browser, browser_of(full.app, heir), Browser(full.app.test_client()))
    shown, wrong = set(), set()
    for endpoint, url in asked.items():
        for browser in people:
            get = browser.client.get(url)
            before = items(full)
            head = browser.client.head(url)
            if get.status_code == 200:
                shown.add(endpoint)
            if (head.status_code, head.headers.get("Location")) != (get.status_code, get.headers.get("Location")):
                wrong.add(f"{endpoint} answers otherwise")
            if items(full) != before:
                wrong.add(f"{endpoint} writes")

    assert wrong == set()
    assert asked.keys() - shown == {"web.setup", "web.second_step", "web.second_step_recovery"}
    assert user_of(full).email == full.user.email
