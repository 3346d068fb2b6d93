"""Every page of the filled site, found by the app's own table of routes, so that a new one can't be forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from playwright.sync_api import BrowserContext

from tests import visits
from tests.gallery.filled import Filled
from tests.gallery.security import LAPTOP, identity_of
from tests.web.browser import Browser
from tocsin.domain.check import unique_key

SHOWN = "Shop database, nightly dump"
"""The check whose pages are looked at."""
NO_PAGES: Mapping[str, str] = {
    "web.bell": "a picture",
    "web.checks_live": "a part of the list",
    "web.pings_live": "a part of the log",
    "web.check_live": "a part of the check's page",
    "web.schedule_preview": "a part of a form",
    "web.ping_body": "a file",
    "web.ping_part": "a file",
    "web.cloaked": "leads to the check",
    "web.oidc_callback": "leads away, or to what went wrong: below",
    "web.second_step": "stands between two steps; tests/e2e/test_factors.py looks at it",
    "web.second_step_recovery": "as above",
    "web.enter": "a link that works once; shown by the journeys",
    "web.make_account": "as above",
    "web.move_email": "as above",
    "web.setup": "there is an account already; shown by the first visit",
}
"""Routes that answer GET, and that have no page of their own to be looked at, and why."""


@dataclass(frozen=True)
class View:
    """A page as somebody sees it."""

    name: str
    path: str
    signed_in: bool = True


ALSO = (
    View("not-found", "/no/such/page"),
    View("not-found-outside", "/no/such/page", signed_in=False),
    View("oidc-trouble", "/login/oidc/callback", signed_in=False),
    View("docs-found", "/docs/?q=grace+time"),
    View("docs-nothing", "/docs/?q=unicorn"),
)
"""Pages that are no route's own."""


def endpoints(app: Flask) -> list[str]:
    """All that answer GET; those that are no pages are left out."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")]
    return sorted({rule.endpoint for rule in rules if "GET" in (rule.methods or ())} - NO_PAGES.keys())


def sign_in(site: Filled) -> Browser:
    """Without the door: it would ask for the owner's passkey."""
    browser = Browser(site.app.test_client())
    visits.sign_in(browser.client, site.owner.id)
    return browser


def take_over(browser: Browser, context: BrowserContext, url: str) -> None:
    """Let a real browser have the session."""
    cookie = browser.client.get_cookie("tocsin")
    assert cookie
    context.add_cookies([{"name": "tocsin", "value": cookie.value, "url": url}])


def views(site: Filled, inside: Browser, endpoint: str) -> Iterator[View]:
    """The page as somebody sees it who is signed in, or else as those do who are not; none if nobody sees one."""
    path = path_of(site, endpoint)
    name = endpoint.removeprefix("web.")
    if _is_page(inside, path):
        yield View(name, path)
    elif _is_page(Browser(site.app.test_client()), path):
        yield View(f"{name}-outside", path, signed_in=False)


def path_of(site: Filled, endpoint: str) -> str:
    rule = next(rule for rule in site.app.url_map.iter_rules() if rule.endpoint == endpoint)
    values = _values(site)
    if endpoint == "web.answer_transfer":
        values["project_id"] = values["offered_project_id"]
    if "account" in endpoint:
        values["key_id"] = values["account_key_id"]
    with site.app.test_request_context():
        return url_for(endpoint, **{name: values[name] for name in rule.arguments})


def _values(site: Filled) -> dict[str, Any]:
    """For each variable part of a path, something that is there."""
    channel = next(one for one in site.house.channels.of_project(site.project) if one.kind == "webhook")
    check = site.ids[SHOWN]
    found = site.house.checks.find(check)
    assert found
    return {
        "project_id": site.project,
        "check_id": check,
        "channel_id": channel.id,
        "name": "cron",
        "n": found[0].check.n_pings,
        "kind": "webhook",
        "down": 3,
        "key": unique_key(check),
        "token": "used-already",
        **site.others,
        "passkey_id": LAPTOP,
        "identity_id": identity_of(site.owner, site.house).id,
    }


def _is_page(browser: Browser, path: str) -> bool:
    answer = browser.get(path, follow=False)
    return answer.status == 200 and answer.html.lstrip().startswith("<!doctype html>")
