"""API keys on pages, a project's and an account's: made, shown this once, revoked."""

from __future__ import annotations

import re

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
from tests.web.mailbag import letters
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def make(site: Site, place: str, **typed: str) -> tuple[Page, str]:
    """The page that shows a new key, and the key."""
    page = site.browser.submit(site.browser.get(f"{place}add"), "Make the key", **typed)
    found = re.search(r'<code id="new-key">(\w{32})</code>', page.html)
    assert found, page.text
    return page, found[1]


def ask_api(site: Site, key: str, method: str = "GET") -> int:
    query = f"?project={site.project}"
    return site.app.test_client().open(f"/api/v4/checks/{query}", method=method, headers={"X-Api-Key": key}).status_code


@pytest.mark.parametrize(("place", "prefixes"), [("project", ("hcw_", "hcr_")), ("account", ("tca_", "tcr_"))])
def test_key_is_shown_once_works_and_is_revoked(site: Site, place: str, prefixes: tuple[str, str]) -> None:
    """It stands in the answer to the form: in no URL, no cookie, and on no page after that."""
    url = f"/projects/{site.project}/keys/" if place == "project" else "/account/keys/"

    for access, prefix, posting in (("write", prefixes[0], 201), ("read", prefixes[1], 403)):
        page, key = make(site, url, name="deploy", access=access)
        assert key.startswith(prefix)
        assert key not in page.url
        assert page.response.headers["Cache-Control"] == "no-store"
        cookie = site.browser.client.get_cookie("tocsin")
        assert cookie
        assert key not in cookie.value
        listed = site.browser.get(url)
        assert key[:8] in listed.html
        assert key not in listed.html
        assert (ask_api(site, key), ask_api(site, key, "POST")) == (200, posting)

        asked = site.browser.get(next(link for link in listed.links if link.endswith("/revoke")))
        assert ask_api(site, key) == 200
        site.browser.submit(asked)
        assert ask_api(site, key) == 401
        assert key[:8] not in site.browser.get(url).html


def test_key_with_too_long_a_name_is_refused_and_not_made(site: Site) -> None:
    """What was typed stays in the field."""
    page = site.browser.get(f"/projects/{site.project}/keys/add")

    refused = site.browser.submit(page, name="x" * 101)
    odd = site.browser.submit(page, access="everything")

    assert (refused.status, odd.status) == (422, 422)
    assert "A key's name has at most 100 characters." in refused.text.replace("’", "'")
    assert refused.form().values["name"] == ["x" * 101]
    assert site.house.keys.of_project(site.project) == []


def test_key_of_somebody_else_is_not_found(site: Site, other: Site) -> None:
    """Nor is a project's key among an account's, or in another project."""
    make(site, f"/projects/{site.project}/keys/")
    make(site, "/account/keys/")
    [of_project], [of_account] = site.house.keys.of_project(site.project), site.house.keys.of_user(site.user.id)

    for key in (of_project, of_account):
        assert other.browser.get(f"/account/keys/{key.id}/revoke").status == 404
        assert other.browser.get(f"/projects/{other.project}/keys/{key.id}/revoke").status == 404
    assert site.browser.get(f"/account/keys/{of_project.id}/revoke").status == 404
    assert site.browser.get(f"/projects/{site.project}/keys/{of_account.id}/revoke").status == 404


def test_account_key_of_a_read_only_member_does_not_write(site: Site) -> None:
    """A key made in the account of somebody who may only look may only look there."""
    reader = Site(site.app, site.house, site.clock, site.user, site.project, site.member(Role.READ_ONLY))
    _, key = make(reader, "/account/keys/", access="write")

    assert (ask_api(site, key), ask_api(site, key, "POST")) == (200, 403)


def test_owner_hears_of_account_keys_wherever_they_are_made(site: Site) -> None:
    """By letter and in the log of the account: a key that somebody else made with it must not go unseen."""
    _, key = make(site, "/account/keys/", name="deploy")
    api, header = site.app.test_client(), {"X-Api-Key": key}
    made = api.post("/api/v4/keys/", json={"kind": "account", "name": "quiet"}, headers=header).get_json()
    api.delete(f"/api/v4/keys/{made['id']}", headers=header)
    [first] = site.house.keys.of_user(site.user.id)
    site.browser.submit(site.browser.get(f"/account/keys/{first.id}/revoke"))

    named = [f"deploy ({key[:8]}…)", f"quiet ({made['shown']}…)"]
    told = [(letter.to, letter.subject) for letter in letters(site.house)]
    assert told == [
        (site.user.email, f"The API key {what}")
        for what in (
            f"{named[0]} was made: it opens your projects",
            f"{named[1]} was made: it opens your projects",
            f"{named[1]} was revoked",
            f"{named[0]} was revoked",
        )
    ]
    page = site.browser.get("/account/activity").text
    assert [page.count(f"API key {did} {name}") for name in named for did in ("made", "revoked")] == [1] * 4


def test_keys_of_a_project_are_told_in_its_log_alone(site: Site) -> None:
    """They are no way into an account."""
    make(site, f"/projects/{site.project}/keys/")
    assert letters(site.house) == []
    assert "API key made" not in site.browser.get("/account/activity").text


def change_password(site: Site) -> Page:
    return site.browser.submit(site.browser.get("/account/password"), password="a sentence of mine")


def test_new_password_tells_that_keys_go_on(site: Site) -> None:
    """On the page and in the letter, with a link to revoke them; who has none is told nothing of keys."""
    assert "API keys go on" not in change_password(site).text
    [letter] = letters(site.house)
    assert "API keys" not in letter.text
    _, key = make(site, "/account/keys/")
    letters(site.house)

    page = change_password(site)

    assert "Your API keys go on working." in page.text
    assert page.links.count("/account/keys/") == site.browser.get("/account/").links.count("/account/keys/") + 1
    [letter] = letters(site.house)
    assert "http://localhost:5000/account/keys/" in letter.text
    assert ask_api(site, key) == 200
