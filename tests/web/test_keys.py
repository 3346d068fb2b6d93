"""API keys on pages, a project's and an account's: made, shown this once, revoked."""

from __future__ import annotations

import re

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
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
