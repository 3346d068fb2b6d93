"""What is done on pages is noted in the audit log, with the address of whoever did it."""

from __future__ import annotations

from tests.web.conftest import Site
from tocsin.stores.audit import Actor


def test_acts_on_pages_are_noted_with_who_did_them(site: Site) -> None:
    """From the first project on; looking at things is not an act."""
    browser = site.browser
    page = browser.submit(browser.get(f"{site.list_url}add"), name="Nightly")
    check = page.url
    browser.submit(browser.get(f"{check}/edit"), name="Weekly")
    browser.submit(browser.get(check), "/pause")
    browser.submit(browser.get(check), "/resume")
    browser.submit(browser.get(f"{check}/clear"))
    browser.submit(browser.get(f"{check}/delete"))
    browser.submit(browser.get(f"{site.channels_url}add/email"), address="night@example.org", name="Night")
    (channel,) = [each for each in site.house.channels.of_project(site.project) if each.name == "Night"]
    browser.submit(browser.get(f"{site.channels_url}{channel.id}/edit"), name="Day")
    browser.submit(browser.get(site.channels_url), f"{channel.id}/test")
    browser.submit(browser.get(f"{site.channels_url}{channel.id}/delete"))

    entries, _ = site.house.audit.page(site.project, now=site.clock(), limit=99)
    acts = ("create", "edit", "delete")
    assert sorted(entry.act for entry in entries) == sorted(
        [
            "project.create",
            "channel.create",
            *(f"check.{act}" for act in (*acts, "pause", "resume", "clear")),
            *(f"channel.{act}" for act in (*acts, "test")),
        ]
    )
    assert {entry.actor for entry in entries} == {Actor("user", "alice@example.org")}
