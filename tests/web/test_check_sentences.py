"""What the page of a check says of limits, calendars and runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.conftest import Site
from tocsin.domain.check import Check, Status
from tocsin.domain.ping import Kind
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron, OnCalendar
from tocsin.stores.check_items import Info, Keep

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
RID = "11111111-2222-4333-8444-555555555555"
OTHER = "66666666-2222-4333-8444-555555555555"


def text_of(site: Site, check_id: str) -> str:
    return site.browser.get(f"/checks/{check_id}").text


@pytest.mark.parametrize("ticked", [False, True])
def test_run_that_took_too_long_is_told_apart(site: Site, ticked: bool) -> None:
    """Before a tick has noticed and after it, the sentence and the history name the time limit."""
    check_id = site.check(timeout=DAY, limits=Limits(max_duration=2 * HOUR))
    site.ping(check_id)
    site.ping(check_id, Kind.START)
    site.clock.advance(hours=2)
    if ticked:
        site.house.tick()

    page = site.browser.get(f"/checks/{check_id}")
    text = page.text

    assert "Down since 14:00 UTC A run took longer than 2 hours. The next success turns it up again." in text
    assert "<dd>at most 2 h</dd>" in page.html
    assert ("· a run took too long" in text) == ticked


def test_run_that_took_longer_than_grace_is_named_where_runs_are_followed(site: Site) -> None:
    """Without a limit of its own a run may take as long as the grace time."""
    check_id = site.check(timeout=DAY, limits=Limits(track_runs=True))
    site.ping(check_id, Kind.START)
    site.clock.advance(minutes=5)

    assert "A run took longer than 5 minutes." in text_of(site, check_id)


def test_silence_stays_silence_where_runs_have_limits(site: Site) -> None:
    """No run, no overrun."""
    check_id = site.check(limits=Limits(max_duration=2 * HOUR, track_runs=True))
    site.ping(check_id)
    site.clock.advance(minutes=65)

    assert "No ping came in time." in text_of(site, check_id)


def test_run_that_ended_too_soon_says_so(site: Site) -> None:
    """The page names the least time, or that there was one."""
    check_id = site.check(timeout=DAY, grace=HOUR, limits=Limits(min_duration=10 * MINUTE))
    site.ping(check_id, Kind.START)
    site.clock.advance(seconds=9)
    site.ping(check_id)

    text = text_of(site, check_id)
    assert "A run ended after less than 10 minutes. The next success turns it up again." in text
    assert "· a run ended too soon" in text
    assert "<dd>at least 10 min</dd>" in site.browser.get(f"/checks/{check_id}").html

    site.browser.submit(site.browser.get(f"/checks/{check_id}/edit"), min_duration="")
    assert "A run ended after less than its least time." in text_of(site, check_id)


def test_failures_put_up_with_are_counted(site: Site) -> None:
    """The page says how many there were in a row, and how many turn the check down."""
    check_id = site.check(timeout=DAY, limits=Limits(failure_tolerance=2))
    site.ping(check_id, Kind.FAIL)
    assert "1 failure is being put up with; 3 turn it down." in text_of(site, check_id)
    site.ping(check_id, Kind.FAIL)
    assert "2 failures in a row are being put up with; 3 turn it down." in text_of(site, check_id)
    site.ping(check_id, Kind.FAIL)
    text = text_of(site, check_id)
    assert "The job reported 3 failures in a row. The next success turns it up again." in text
    assert "put up with" not in text
    site.ping(check_id)
    assert "failure" not in text_of(site, check_id).split("Ping URL")[0]


def test_runs_that_are_followed_are_listed(site: Site) -> None:
    """What is due first is on top: since when, last heard of when, until when, by the first digits of its id."""
    check_id = site.check(timeout=DAY, limits=Limits(max_duration=2 * HOUR, track_runs=True))
    site.ping(check_id)
    for rid in (RID, OTHER, None):
        site.ping(check_id, Kind.START, rid=rid)
        site.clock.advance(minutes=10)
    site.ping(check_id, Kind.KEEPALIVE, rid=RID)

    text = text_of(site, check_id)

    assert "3 runs are under way. The first of them has to end before 14:10 UTC, or alerts go out." in text
    listed = text.split("3 runs are under way")[2].split("Last ping")[0]
    places = [
        listed.index(words)
        for words in (
            "66666666 since 12:10 UTC has to end before 14:10 UTC",
            "without an id since 12:20 UTC has to end before 14:20 UTC",
            "11111111 since 12:00 UTC, last heard of just now has to end before 14:30 UTC",
        )
    ]
    assert places == sorted(places)


def test_runs_of_a_check_that_is_down_stay_listed(site: Site) -> None:
    """The run that overran is given up; the next one is late already, and the page shows it."""
    check_id = site.check(timeout=DAY, limits=Limits(track_runs=True))
    site.ping(check_id, Kind.START, rid=RID)
    site.clock.advance(minutes=1)
    site.ping(check_id, Kind.START, rid=OTHER)
    site.clock.advance(minutes=5)
    site.house.tick()

    text = text_of(site, check_id)

    assert "A run is under way 66666666 since 12:01 UTC was to end before 12:06 UTC" in text
    assert "11111111" not in text.split("Ping URL")[0]


def test_many_runs_are_counted_rather_than_listed(site: Site) -> None:
    """Ten are shown."""
    check_id = site.check(timeout=DAY, limits=Limits(track_runs=True))
    for n in range(13):
        site.ping(check_id, Kind.START, rid=f"{n:08}-2222-4333-8444-555555555555")

    text = text_of(site, check_id)

    assert "00000009 since" in text
    assert "00000010 since" not in text
    assert "and 3 more" in text


def test_late_check_with_a_run_under_way_tells_of_both(site: Site) -> None:
    """When it became late, that something runs, and what ends the wait."""
    check_id = site.check()
    site.ping(check_id)
    site.clock.advance(minutes=59)
    site.ping(check_id, Kind.START)
    site.clock.advance(minutes=2)

    assert (
        "Late since 13:00 UTC A ping was expected since 13:00 UTC. "
        "A run is under way since 12:59 UTC. If it does not end before 13:04 UTC, alerts go out."
    ) in text_of(site, check_id)


def test_paused_check_with_a_run_says_that_the_run_is_watched(site: Site) -> None:
    """A start while paused is timed all the same."""
    check_id = site.check()
    site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/pause")
    site.ping(check_id, Kind.START)

    assert "If it does not end before 12:05 UTC, alerts go out." in text_of(site, check_id)


def test_calendar_shows_words_zone_and_next_dates(site: Site) -> None:
    """The page of such a check has them in its own card, dates by the clock of the check's zone."""
    check_id = site.check(schedule=Cron("30 4 * * 1-5", "Europe/Vienna"))

    page = site.browser.get(f"/checks/{check_id}")
    card = page.text.split("Schedule ")[1].split("Status history")[0]

    assert "Waiting for the first ping. From then on one is expected at each date of its schedule." in page.text
    assert card.startswith("at 04:30, Monday through Friday (Europe/Vienna) 30 4 * * 1-5 Next dates")
    assert card.count(", 04:30") == 5
    assert (
        '<time datetime="2026-03-02T03:30:00Z" title="2026-03-02 03:30:00 UTC" data-as="zoned">Mon 2 Mar, 04:30<'
        in (page.html)
    )


def test_calendar_without_a_further_date_says_so(site: Site) -> None:
    """An OnCalendar schedule may come to its end; then nobody waits."""
    check_id = site.check(schedule=OnCalendar("2026-03-01 11:00"))
    site.ping(check_id)

    text = text_of(site, check_id)

    assert "No further date: silence raises no alert any more." in text
    assert "Next dates No further date." in text


def test_schedule_that_can_not_be_computed_breaks_no_page(site: Site) -> None:
    """The page, the list and the form of such a check are there, and the page says what is wrong."""
    check = Check(
        "11111111-2222-4333-8444-555555555555",
        status=Status.UP,
        schedule=Cron("0 4 * * *", "Mars/Olympus"),
        last_ping=site.clock(),
        since=site.clock(),
    )
    site.house.checks.create(check, Info(name="Odd"), project=site.project, keep=Keep(), now=site.clock())

    text = text_of(site, check.id)

    assert "Its schedule can’t be computed, so silence raises no alert: '0 4 * * *' in Mars/Olympus" in text
    assert "(Mars/Olympus)" in site.browser.get(site.list_url).text
    page = site.browser.get(f"/checks/{check.id}/edit")
    assert page.form().values["tz"] == ["Mars/Olympus"]
    assert "Saved." in site.browser.submit(page, tz="UTC").text


def test_list_says_what_calendars_expect(site: Site) -> None:
    """In words, whole in the title; the fragment that refreshes the list does likewise."""
    site.check(schedule=Cron("30 4 * * 1-5", "Europe/Vienna"))
    words = "at 04:30, Monday through Friday (Europe/Vienna)"

    for url in (site.list_url, f"{site.list_url}live"):
        assert f'<span title="{words}">{words}</span>' in site.browser.get(url).html


def test_list_moves_when_a_schedule_is_edited(site: Site) -> None:
    """The list that is open shows it by itself."""
    check_id = site.check(schedule=Cron("30 4 * * 1-5", "Europe/Vienna"))
    html = site.browser.get(site.list_url).html
    url = html.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert site.browser.client.get(url).status_code == 204

    site.browser.submit(site.browser.get(f"/checks/{check_id}/edit"), tz="Europe/London")

    assert "Europe/London" in site.browser.client.get(url).text


def test_keep_alive_has_a_word_of_its_own(site: Site) -> None:
    """In the log, and on its own page."""
    check_id = site.check()
    site.ping(check_id, Kind.KEEPALIVE)

    assert "Still running 192.0.2.7" in text_of(site, check_id)
    assert "Ping 1 Still running" in site.browser.get(f"/checks/{check_id}/pings/1").text


def test_dates_far_away_name_their_year(site: Site) -> None:
    """Seconds and years show where they matter."""
    site.clock.now = datetime(2026, 12, 31, 12, tzinfo=UTC)
    site.sign_in()
    check_id = site.check(schedule=OnCalendar("*-*-01 00:00:30"))

    assert "Fri 1 Jan 2027, 00:00:30" in text_of(site, check_id)
