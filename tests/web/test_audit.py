"""What is done on pages is noted in the audit log, with the address of whoever did it."""

from __future__ import annotations

from typing import get_args

import pytest

from handlers.web.audit_words import ACT_WORDS, KIND_WORDS
from tests.web.conftest import Site
from tocsin.stores.audit import Act, Actor
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


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


def test_log_tells_what_was_before_and_after_and_is_sieved(site: Site) -> None:
    """By what was done, and by whom; what nobody did leaves the page empty, not broken."""
    check_id = site.check(name="Nightly")
    member = site.member(Role.MEMBER)
    member.submit(member.get(f"/checks/{check_id}/edit"), name="Weekly <b>")
    url = f"/projects/{site.project}/audit/"

    page = site.browser.get(url)
    assert "member@example.org changed the check Nightly nameNightly → became Weekly <b>" in page.text
    assert "command line flask added the check Nightly" in page.text
    assert "changed the check" not in site.browser.get(f"{url}?kind=channel").text
    assert "added the channel" in site.browser.get(f"{url}?kind=channel").text
    theirs = member.get(f"{url}?who=member@example.org&kind=check")
    assert "changed the check" in theirs.text
    assert "added the check" not in theirs.text
    assert "Nothing that fits is in the log." in site.browser.get(f"{url}?who=nobody").text
    assert site.browser.get(f"{url}?cursor=forged").status == 404


def test_log_goes_on_on_older_pages(site: Site) -> None:
    """Each entry is on one page, and the filter holds on all of them."""
    ids = [site.check(name=f"Job {n:03}") for n in range(130)]
    page = site.browser.get(f"/projects/{site.project}/audit/?kind=check")
    seen = page.text

    while older := [link for link in page.links if "cursor=" in link]:
        page = site.browser.get(older[0])
        seen += page.text
        assert "kind=check" in older[0]

    assert [seen.count(f"Job {n:03}") for n in range(130)] == [1] * len(ids)
    assert "made the project" not in seen


def test_every_act_has_words(engine: str) -> None:
    """On the page, and in what it can be sieved by."""
    assert ACT_WORDS.keys() == set(get_args(Act))
    assert {act.partition(".")[0] for act in ACT_WORDS} == KIND_WORDS.keys()
