"""Which checks ring a channel, and webhooks that are half filled in."""

from __future__ import annotations

import json

import pytest

from handlers.web.webhook_recipes import RECIPES
from tests.channels.notices import make_notice
from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.channels.placeholders import body_facts, expand, facts
from tocsin.services.checks import delete_check
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Stored, info_key
from tocsin.stores.checks import Checks
from tocsin.stores.table import Update

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def channel_id(site: Site) -> str:
    [channel] = site.house.channels.of_project(site.project)
    return channel.id


def checks_page(site: Site) -> Page:
    return site.browser.get(f"{site.channels_url}{channel_id(site)}/checks")


def telling(site: Site) -> set[str]:
    """The names of the checks that ring the channel."""
    pairs = site.house.checks.listing(site.project)
    return {info.name for _, info in pairs if channel_id(site) in info.channels}


def noted(site: Site) -> int:
    """How much the audit log has."""
    entries, _ = site.house.audit.page(site.project, now=site.clock(), limit=50)
    return len(entries)


def test_page_of_channels_counts_who_rings_them(site: Site) -> None:
    """All, some or none, with the way to change it."""
    site.check(name="First")
    assert "The one check rings it" in site.browser.get(site.channels_url).text
    site.check(name="Second", channels=frozenset())
    assert "1 of 2 checks rings it" in site.browser.get(site.channels_url).text
    site.browser.submit(checks_page(site), told=None)
    page = site.browser.get(site.channels_url)
    assert "No check rings it" in page.text
    assert f"{site.channels_url}{channel_id(site)}/checks" in page.links


def test_ticked_checks_ring_it_and_others_do_not(site: Site) -> None:
    """And each change is in the audit log once, what stays is not."""
    site.check(name="Quiet")
    loud = site.check(name="Loud", channels=frozenset())
    before = noted(site)
    page = site.browser.submit(checks_page(site), told=loud)
    assert "Saved." in page.text
    assert telling(site) == {"Loud"}
    assert noted(site) == before + 2
    site.browser.submit(checks_page(site), told=loud)
    assert noted(site) == before + 2


def test_check_that_was_not_on_the_page_is_left_alone(site: Site) -> None:
    """Somebody added it while the page was open."""
    site.check(name="Early")
    page = checks_page(site)
    site.check(name="Meanwhile")
    site.browser.submit(page, told=None)
    assert telling(site) == {"Meanwhile"}


def test_check_of_another_project_is_left_alone(site: Site, other: Site) -> None:
    """Whatever ids are sent."""
    theirs = other.check(name="Theirs")
    mine = site.check(name="Mine", channels=frozenset())
    site.browser.submit(checks_page(site), shown=[mine, theirs, "nonsense"], told=[mine, theirs, "nonsense"])
    assert telling(site) == {"Mine"}
    [(_, info)] = other.house.checks.listing(other.project)
    assert info.channels == {channel.id for channel in other.house.channels.of_project(other.project)}


def test_check_that_is_deleted_meanwhile_is_passed_over(site: Site) -> None:
    """The others are changed all the same."""
    gone = site.check(name="Gone")
    site.check(name="Stays")
    page = checks_page(site)
    delete_check(site.house.checks, check_id=gone, by=COMMAND, now=site.clock())
    site.browser.submit(page, told=None)
    assert telling(site) == set()


def test_check_that_can_not_be_changed_does_not_keep_the_others_waiting(site: Site) -> None:
    """What was set long ago may be refused today: it is named, and the others are changed."""
    site.check(name="A")
    broken = site.check(name="B")
    site.check(name="C")
    site.house.table.update(Update(info_key(broken), set={"desc": "x" * 30_000}))
    page = site.browser.submit(checks_page(site), told=None)
    assert telling(site) == {"B"}
    assert "“B”: desc: At most" in page.text


def test_checks_whose_box_stays_are_not_asked_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is read at once, and only what changes is read again."""
    quiet = site.check(name="A")
    loud = site.check(name="B")
    site.check(name="C", channels=frozenset())
    page, asked = checks_page(site), list[str]()
    get = Checks.get

    def heard(checks: Checks, check_id: str) -> Stored | None:
        asked.append(check_id)
        return get(checks, check_id)

    monkeypatch.setattr(Checks, "get", heard)
    site.browser.submit(page, told=[loud])
    assert telling(site) == {"B"}
    assert asked == [quiet]


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_is_a_webhook_once_its_address_is_there(site: Site, name: str) -> None:
    """What it sends as JSON is JSON, whatever the check is called."""
    form = site.browser.get(f"{site.channels_url}add/webhook?like={name}")
    assert RECIPES[name].todo in form.text
    url = form.form().values["url_down"][0] or "https://hooks.example.com/x"
    page = site.browser.submit(form, url_down=url, url_up=url)
    assert "The channel is up" in page.text
    [added] = [one for one in site.house.channels.of_project(site.project) if one.kind == "webhook"]
    notice = make_notice(name='the "new" one')
    for when in ("down", "up"):
        if "json" in added.config[f"headers_{when}"]:
            assert json.loads(expand(added.config[f"body_{when}"], facts(notice) | body_facts(notice)))


def test_unknown_recipe_is_an_empty_form(site: Site) -> None:
    """And a recipe for webhooks means nothing to mail."""
    for kind, like in (("webhook", "nothing"), ("email", "slack")):
        page = site.browser.get(f"{site.channels_url}add/{kind}?like={like}")
        assert page.status == 200
        assert "incoming webhook" not in page.text
