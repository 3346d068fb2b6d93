"""Moments, lengths of time and sizes as people read them: the filters of the templates.

Moments are written for a browser without JavaScript: relative words, the exact time in UTC on hover. `static/app.js`
keeps the words fresh and shows local time instead.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jinja2 import Environment
from markupsafe import Markup

from handlers.current import house
from handlers.web.counting import counted
from tocsin.domain.check import Status
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Schedule, Simple
from tocsin.domain.wording import duration_words
from tocsin.services.schedules import in_words

STATUS_WORDS = {
    Status.DOWN: "Down",
    Status.GRACE: "Late",
    Status.UP: "Up",
    Status.NEW: "New",
    Status.PAUSED: "Paused",
}
"""In the order of a list: what needs somebody comes first."""
REASON_WORDS = {
    "fail": "reported a failure",
    "timeout": "fell silent",
    "overrun": "a run took too long",
    "fast": "a run ended too soon",
}

_MOMENT = Markup('<time datetime="{iso}" title="{exact} UTC"{kind}>{words}</time>')
_BRIEF = Markup("<time datetime={iso}>{words}</time>")
_JUST_NOW = timedelta(seconds=5)
UNREADABLE = "�"


def equip(environment: Environment) -> None:
    for found in (
        ago,
        ahead,
        briefly,
        counted,
        lasting,
        clock_time,
        stamp,
        zoned,
        took,
        every,
        expected,
        allowance,
        size,
        plain,
        status_word,
        duration,
        times,
        percent,
        month_name,
    ):
        environment.filters[found.__name__] = found
    environment.globals["REASON_WORDS"] = REASON_WORDS


def status_word(status: Status) -> str:
    return STATUS_WORDS[status]


def ago(at: datetime) -> Markup:
    """Say `3 minutes ago`."""
    return _moment(at, _passed(at))


def _passed(at: datetime) -> str:
    passed = house().clock() - at
    return "just now" if passed < _JUST_NOW else f"{duration_words(passed, units=1)} ago"


def briefly(at: datetime) -> Markup:
    """The same without the exact time, which makes half of its length: for lists."""
    return _BRIEF.format(iso=_iso(at), words=_passed(at))


def lasting(since: datetime) -> Markup:
    """Say `3 minutes`: how long something has lasted."""
    return _moment(since, duration_words(house().clock() - since, units=1), "lasting")


def clock_time(at: datetime) -> Markup:
    """Say `14:05 UTC`, with the day where it is not today."""
    at = at.astimezone(UTC)
    today = at.date() == house().clock().astimezone(UTC).date()
    return _moment(at, f"{at:%H:%M} UTC" if today else f"{_day(at)}, {at:%H:%M} UTC", "clock")


def stamp(at: datetime) -> Markup:
    """Say `31 Jan 12:05:09`, for logs."""
    at = at.astimezone(UTC)
    return _moment(at, f"{_day(at)} {at:%H:%M:%S}", "stamp")


def ahead(at: datetime) -> str:
    """Say `in 3 hours`."""
    return f"in {duration_words(at - house().clock(), units=1)}"


def zoned(at: datetime) -> Markup:
    """Say `Mon 2 Feb, 04:30` by the clock that `at` carries, whatever clock the reader has."""
    seconds = f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
    return _moment(at, f"{at:%a} {_day(at)}, {seconds}", "zoned")


def took(run: timedelta) -> str:
    """Say how long a run took: `0.42 s`, `12 s`, `1 min 5 s`, `3 h 20 min`."""
    seconds = run.total_seconds()
    if seconds < 10:
        return f"{seconds:.2g} s" if seconds >= 0.01 else "0 s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join([f"{count} {unit}" for count, unit in parts if count][:2])


def every(period: timedelta) -> str:
    """Say `every day`, `every 2 weeks`, `every 1 hour 30 minutes`."""
    weeks, rest = divmod(period, timedelta(weeks=1))
    words = f"{weeks} week{'' if weeks == 1 else 's'}" if weeks and not rest else duration_words(period)
    one, _, unit = words.partition(" ")
    return f"every {unit}" if one == "1" and " " not in unit else f"every {words}"


def expected(schedule: Schedule) -> str:
    """Say when signals are expected: `every day`, `At 03:00, Monday through Friday (Europe/Vienna)`."""
    return every(schedule.timeout) if isinstance(schedule, Simple) else in_words(schedule)


def allowance(limits: Limits) -> str:
    """Say how long a run may take: `at least 30 s, at most 2 h`; empty where nothing limits it."""
    least = f"at least {took(limits.min_duration)}" if limits.min_duration else ""
    most = f"at most {took(limits.max_duration)}" if limits.max_duration else ""
    return ", ".join(filter(None, (least, most)))


def duration(lasted: timedelta) -> str:
    """Say `2 days 3 hours`."""
    return duration_words(lasted)


def times(count: int) -> str:
    """Say `once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def percent(share: float) -> str:
    """Say `99.98%`, cut down: what was down for a moment was not up for all of the time."""
    hundredths = int(share * 10_000)
    return "100%" if share == 1 else f"{hundredths // 100}.{hundredths % 100:02}%"


def month_name(at: datetime) -> str:
    """Say `March`, with the year where it is another."""
    return f"{at:%B}" if at.year == house().clock().astimezone(UTC).year else f"{at:%B %Y}"


def size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{count / 1000:.3g} kB"


def plain(body: bytes) -> str:
    """Bytes as text: what can't be read shows as such, and nothing can break the page."""
    text = body.decode(errors="replace").replace("\r\n", "\n")
    return "".join(character if character >= " " or character in "\n\t" else UNREADABLE for character in text)


def _day(at: datetime) -> str:
    this_year = at.year == house().clock().astimezone(UTC).year
    return f"{at.day} {at:%b}" if this_year else f"{at.day} {at:%b %Y}"


def _moment(at: datetime, words: str, kind: str = "") -> Markup:
    at = at.astimezone(UTC)
    marker = Markup(' data-as="{}"').format(kind) if kind else ""
    return _MOMENT.format(iso=_iso(at), exact=f"{at:%Y-%m-%d %H:%M:%S}", kind=marker, words=words)


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
