"""Who gets to see what: every route of the web, for somebody anonymous, a stranger and the owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from tests.web.browser import Browser
from tests.web.conftest import Site
from tocsin.domain.check import unique_key

UNKNOWN = "00000000-0000-4000-8000-000000000001"
DOOR, HERE, GONE, AWAY = "door", 200, 404, 302

# endpoint: what it answers to GET (to POST, where it takes nothing else) for anonymous, a stranger, the owner
EXPECTED: Mapping[str, tuple[object, object, object]] = {
    "web.home": (DOOR, AWAY, AWAY),
    "web.setup": (DOOR, DOOR, DOOR),
    "web.login": (HERE, AWAY, AWAY),
    "web.bell": (HERE, HERE, HERE),
    "web.manual": (HERE, HERE, HERE),
    "web.appearance": (DOOR, HERE, HERE),
    "web.logout": (DOOR, DOOR, DOOR),
    "web.projects": (DOOR, HERE, HERE),
    "web.add_project": (DOOR, HERE, HERE),
    "web.checks": (DOOR, GONE, HERE),
    "web.checks_live": (DOOR, GONE, HERE),
    "web.add_check": (DOOR, GONE, HERE),
    "web.channels": (DOOR, GONE, HERE),
    "web.add_channel": (DOOR, GONE, HERE),
    "web.edit_channel": (DOOR, GONE, HERE),
    "web.delete_channel": (DOOR, GONE, HERE),
    "web.test_channel": (DOOR, GONE, AWAY),
    "web.check": (DOOR, GONE, HERE),
    "web.cloaked": (DOOR, GONE, AWAY),
    "web.check_live": (DOOR, GONE, HERE),
    "web.edit_check": (DOOR, GONE, HERE),
    "web.schedule_preview": (DOOR, HERE, HERE),
    "web.clear_check": (DOOR, GONE, HERE),
    "web.delete_check": (DOOR, GONE, HERE),
    "web.pause_check": (DOOR, GONE, AWAY),
    "web.resume_check": (DOOR, GONE, AWAY),
    "web.ping_now": (DOOR, GONE, AWAY),
    "web.pings": (DOOR, GONE, HERE),
    "web.ping": (DOOR, GONE, HERE),
    "web.ping_body": (DOOR, GONE, HERE),
}


def url_of(site: Site, endpoint: str, **changes: str) -> tuple[str, str]:
    """A URL that the endpoint answers to in the owner's project, and the method to ask it with."""
    rule = next(rule for rule in site.app.url_map.iter_rules() if rule.endpoint == endpoint)
    [(stored, _)] = site.house.checks.listing(site.project)
    [channel] = site.house.channels.of_project(site.project)
    ids = {"project_id": site.project, "check_id": stored.check.id, "channel_id": channel.id}
    ids |= changes
    values: dict[str, Any] = ids | {"n": 1, "kind": "email", "down": 3, "key": unique_key(ids["check_id"])}
    with site.app.test_request_context():
        url = site.app.url_for(endpoint, **{name: values[name] for name in rule.arguments})
    return url, "GET" if rule.methods and "GET" in rule.methods else "POST"


def ask(browser: Browser, url: str, method: str) -> tuple[object, str]:
    """The answer's status, or DOOR, and its text without what differs from one asking to the next."""
    if method == "GET":
        answer = browser.client.get(url)
    else:
        page = browser.get("/projects/add")  # or the door, which has a form as well
        answer = browser.client.post(url, data={"csrf_token": page.form().values["csrf_token"]})
    if answer.headers.get("Location", "").startswith("/login"):
        return DOOR, ""
    return answer.status_code, re.sub(r"\?v=\w+", "", answer.text)


@pytest.fixture
def furnished(site: Site) -> Site:
    """With a check that was pinged once."""
    site.ping(site.check())
    return site


def test_access_table_names_every_route(app: Flask) -> None:
    """A route that is not in the table above has not been thought about."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")}

    assert routes == EXPECTED.keys()


@pytest.mark.parametrize("endpoint", EXPECTED)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_access_is_as_the_table_says(furnished: Site, other: Site, anonymous: Browser, endpoint: str) -> None:
    """Anonymous people are led to the door, strangers find nothing, the owner gets in."""
    expected = EXPECTED[endpoint]
    url, method = url_of(furnished, endpoint)

    for browser, answer in zip((anonymous, other.browser, furnished.browser), expected, strict=True):
        found, _ = ask(browser, url, method)
        assert found == answer


@pytest.mark.parametrize("endpoint", [endpoint for endpoint, answers in EXPECTED.items() if GONE in answers])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_other_peoples_ids_look_like_unknown_ones(furnished: Site, other: Site, endpoint: str) -> None:
    """To a stranger, what exists and what never did are the same page, letter by letter."""
    theirs, method = url_of(furnished, endpoint)
    unknown, _ = url_of(furnished, endpoint, project_id=UNKNOWN, check_id=UNKNOWN, channel_id=UNKNOWN)

    assert ask(other.browser, theirs, method) == ask(other.browser, unknown, method)
    assert ask(other.browser, theirs, method)[0] == GONE


def test_channel_of_another_project_is_not_found_in_ones_own(site: Site, other: Site) -> None:
    """A channel's id works only together with its own project's."""
    [theirs] = site.house.channels.of_project(other.project)

    assert site.browser.get(f"{site.channels_url}{theirs.id}/edit").status == 404


def test_form_sent_by_a_stranger_changes_nothing(site: Site, other: Site) -> None:
    """A token of one's own session does not open what belongs to somebody else."""
    check_id = site.check(name="Mine")
    token = other.browser.get("/projects/").form().values["csrf_token"]

    for act in ("pause", "delete", "clear", "edit", "ping"):
        answer = other.browser.client.post(f"/checks/{check_id}/{act}", data={"csrf_token": token, "name": "Theirs"})
        assert answer.status_code == 404

    [(stored, info)] = site.house.checks.listing(site.project)
    assert (info.name, stored.check.n_pings) == ("Mine", 0)


def test_fragment_sends_the_whole_page_to_the_door(anonymous: Browser, site: Site) -> None:
    """A list left open past the session's end must not show the door inside the list."""
    answer = anonymous.client.get(f"{site.list_url}live", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login"
