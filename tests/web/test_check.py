from __future__ import annotations

from datetime import timedelta
from os import urandom

import pytest

from tests.web.conftest import Site
from tocsin.domain.check import Status
from tocsin.domain.ping import Keywords, Kind, Rules
from tocsin.services.checks import delete_check, pause_check
from tocsin.stores.audit import COMMAND

DAY = timedelta(days=1)


def status_of(site: Site, check_id: str) -> Status:
    stored = site.house.checks.get(check_id)
    assert stored is not None
    return stored.check.displayed(site.clock())


def test_check_page_of_a_new_check_shows_how_to_ping(site: Site) -> None:
    """The URL, lines to copy and what comes next are all there before the first ping."""
    check_id = site.check(timeout=DAY)

    page = site.browser.get(f"/checks/{check_id}")

    url = f"http://localhost/ping/{check_id}"
    assert "Waiting for the first ping. From then on one is expected every day." in page.text
    assert f"0 3 * * * /path/to/job && curl -fsS -m 10 --retry 5 -o /dev/null {url}" in page.text
    assert f"{url}/start; /path/to/job; curl -fsS -m 10 --retry 5 -o /dev/null {url}/$?" in page.text
    assert f'urlopen("{url}" + path, data=said, timeout=10)' in page.text
    assert "No ping yet." in page.text


def test_check_page_shows_the_url_by_slug(site: Site) -> None:
    """A check with a slug has a second URL, with the project's ping key."""
    check_id = site.check(slug="dump")
    project = site.house.projects.get(site.project)
    assert project is not None

    page = site.browser.get(f"/checks/{check_id}")

    assert f"http://localhost/ping/{project.ping_key}/dump" in page.text
    assert "ambiguous slug" not in page.text


def test_check_page_warns_of_a_shared_slug(site: Site) -> None:
    """Where two checks have one slug, the page says what its URL answers."""
    check_id = site.check(slug="dump")
    site.check(slug="dump")

    assert "Another check has this slug as well" in site.browser.get(f"/checks/{check_id}").text


@pytest.mark.parametrize(
    ("kind", "minutes", "words"),
    [
        (Kind.SUCCESS, 1, "Up since 12:00 UTC Expects a ping before 13:00 UTC; alerts go out at 13:05 UTC."),
        (Kind.SUCCESS, 62, "Late since 13:00 UTC A ping was expected since 13:00 UTC. Alerts go out at 13:05 UTC."),
        (Kind.SUCCESS, 65, "Down since 13:05 UTC No ping came in time. The next success turns it up again."),
        (Kind.FAIL, 1, "Down since 12:00 UTC The job reported a failure. The next success turns it up again."),
        (
            Kind.START,
            1,
            "New The first run is under way since 12:00 UTC. If it does not end before 12:05 UTC, alerts go out.",
        ),
        (Kind.START, 6, "Down since 12:05 UTC No ping came in time."),
    ],
)
def test_check_page_tells_what_is_and_what_comes_next(site: Site, kind: Kind, minutes: int, words: str) -> None:
    """Status, since when, why, and what happens at what time, in words."""
    check_id = site.check()
    site.ping(check_id, kind)
    site.clock.advance(minutes=minutes)

    assert words in site.browser.get(f"/checks/{check_id}").text


def test_check_page_tells_of_a_run_under_way(site: Site) -> None:
    """A start on a healthy check names the moment by which the run must have ended."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    site.clock.advance(minutes=10)
    site.ping(check_id, Kind.START)

    text = site.browser.get(f"/checks/{check_id}").text

    assert "A ping was expected" not in text
    assert "The run under way is taking its time since 12:10 UTC. Alerts go out at 12:15 UTC." in text or (
        "A run is under way since 12:10 UTC. If it does not end before 12:15 UTC, alerts go out." in text
    )


def test_check_page_shows_pings_and_history(site: Site) -> None:
    """The log has kind, time, exit status, source, program, output and run time; the history has every status."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id, Kind.START)
    site.clock.advance(seconds=42)
    site.ping(check_id)
    site.clock.advance(hours=2)
    site.ping(check_id, Kind.FAIL, exit_status=3, body=b"no space left on device", ua="backup/2.1 (linux)")
    site.clock.advance(hours=1)
    site.ping(check_id, body=urandom(5000))

    text = site.browser.get(f"/checks/{check_id}").text

    assert "exit 3 no space left on device 192.0.2.7 · backup/2.1" in text
    assert "42 s" in text
    assert "5 kB" in text
    assert "Down 1 hour 1 Mar 14:00:42 · reported a failure" in text
    assert "Up 0 seconds so far" in text
    assert "Up 2 hours 1 Mar 12:00:42" in text


def test_check_page_draws_the_last_days(site: Site) -> None:
    """The strip has a stretch for each status, in proportion, and a hair for the shortest outage."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    site.clock.advance(days=7)
    site.ping(check_id, Kind.FAIL)
    site.clock.advance(seconds=1)
    site.ping(check_id)
    site.clock.advance(days=7, seconds=-1)

    html = site.browser.get(f"/checks/{check_id}").html

    assert '<rect class="up" x="0' in html
    assert '<rect class="down" x="500.0" y="0" width="2"' in html


@pytest.mark.parametrize("act", ["ping", "silence", "edit"])
def test_live_check_answers_only_when_something_moved(site: Site, act: str) -> None:
    """The fragment is empty while nothing changes, and brings status and history when something did."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    html = site.browser.get(f"/checks/{check_id}").html
    url = html.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    site.clock.advance(minutes=1)
    assert site.browser.client.get(url).status_code == 204

    if act == "ping":
        site.ping(check_id)
    elif act == "silence":
        site.clock.advance(days=1)
    else:
        site.browser.submit(site.browser.get(f"/checks/{check_id}/edit"), grace="2")

    answer = site.browser.client.get(url)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'id="live"' in answer.text
    assert 'id="history" class="columns" hx-swap-oob="true"' in answer.text


def test_check_is_paused_and_resumed(site: Site) -> None:
    """Pausing and resuming are one press each, and the page says what they did."""
    check_id = site.check()
    site.ping(check_id)
    page = site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/pause")
    assert "silence raises no alert now" in page.text
    assert "Nobody is told of silence. The next ping, or you, will wake it." in page.text
    assert status_of(site, check_id) is Status.PAUSED

    page = site.browser.submit(page, "/resume")

    assert "Resumed" in page.text
    assert status_of(site, check_id) is Status.NEW


def test_check_resumed_twice_is_no_harm(site: Site) -> None:
    """Pressing a button on a page that is out of date gets a sentence, not an error."""
    check_id = site.check()
    pause_check(site.house.checks, check_id=check_id, by=COMMAND, now=site.clock())
    page = site.browser.get(f"/checks/{check_id}")
    site.browser.submit(page, "/resume")

    page = site.browser.submit(page, "/resume")

    assert page.status == 200
    assert "It was not paused any more." in page.text


def test_check_with_manual_resume_says_that_pings_are_ignored(site: Site) -> None:
    """While such a check is paused, its page tells why pings do nothing."""
    check_id = site.check()
    site.browser.submit(site.browser.get(f"/checks/{check_id}/edit"), manual_resume="y")
    site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/pause")

    page = site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/ping")

    assert "Pings are ignored until you resume it." in page.text
    assert "It counts as: ignored." in page.text


def test_ping_now_counts_as_a_success(site: Site) -> None:
    """The button sends a ping that turns the check up, logged like any other."""
    check_id = site.check()

    page = site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/ping")

    assert "Ping 1 is recorded. It counts as: success." in page.text
    assert status_of(site, check_id) is Status.UP
    ping = site.entry(check_id, 1)
    assert ping is not None
    assert (ping.method, ping.remote_addr) == ("POST", "127.0.0.1")


def test_ping_now_obeys_the_rules_of_the_check(site: Site) -> None:
    """A check that looks for keywords ignores the button's ping too, and says so."""
    check_id = site.check(rules=Rules(filter_http_body=True, keywords=Keywords(success="done")))

    page = site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/ping")

    assert "It counts as: ignored." in page.text
    assert status_of(site, check_id) is Status.NEW


def test_check_is_deleted_after_a_question(site: Site) -> None:
    """Deleting asks first; after that the page and the ping URL are gone."""
    check_id = site.check(name="Old job")
    page = site.browser.get(f"/checks/{check_id}/delete")
    assert "Delete “Old job”?" in page.text
    assert site.house.checks.get(check_id)

    page = site.browser.submit(page)

    assert page.url == site.list_url
    assert "“Old job” is deleted." in page.text
    assert site.browser.get(f"/checks/{check_id}").status == 404
    assert site.browser.client.get(f"/ping/{check_id}").status_code == 404


def test_check_that_vanishes_while_it_is_acted_on_is_not_found(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's deletion between the look and the act answers as if it had been first."""
    check_id = site.check()
    page = site.browser.get(f"/checks/{check_id}")
    found = site.house.checks.find(check_id)
    delete_check(site.house.checks, check_id=check_id, by=COMMAND, now=site.clock())
    monkeypatch.setattr(type(site.house.checks), "find", lambda *_: found)

    for act in ("/pause", "/ping"):
        assert site.browser.submit(page, act).status == 404


def test_check_names_the_channels_it_tells(site: Site) -> None:
    """The page lists who hears of it, by the channel's name where it has one."""
    check_id = site.check()

    assert "alice@example.org" in site.browser.get(f"/checks/{check_id}").text.split("Tells")[1]
