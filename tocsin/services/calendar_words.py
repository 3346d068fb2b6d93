"""Cron and OnCalendar expressions in plain English, as phrases that fit into a sentence.

None of them ever says anything but what is computed: what can't be read out rightly stays as it was typed.
"""

from __future__ import annotations

import re
from functools import lru_cache

_REMEMBERED = 1024

_PLAIN_CRON = re.compile(
    r"""
    (?: \*(?:/(?:[23456]|1[025]|[23]0))?  [ ]  (?:\* | \d+ | \d+-\d+)
      | \d+                               [ ]  (?:\* | \*/(?:[23468]|12) | \d+(?:,\d+)* | \d+-\d+)
      | \d+(?:,\d+)+                      [ ]  (?:\* | \d+-\d+) )
    (?: [ ]\*
        [ ](?:\* | [1-9]\d? | [A-Z]{3})
        [ ](?:\* | (?:[0-7] | [A-Z]{3})(?:\#\d | L)? | 1-5 | MON-FRI)
      | [ ](?:L | LW | [1-9]\d?(?:,[1-9]\d?)*)
        [ ](?:\* | [1-9]\d? | [A-Z]{3})
        [ ](?:\* | [0-7] | [A-Z]{3}) )
    """,
    re.VERBOSE,
)
"""What cron-descriptor reads rightly, in capitals. What it does not: days that must fit both fields, steps that don't
divide an hour or a day, minutes of some hours only, more than one odd day."""

_SHORTHANDS = {
    "minutely": "every minute",
    "hourly": "every hour",
    "daily": "every day at 00:00",
    "weekly": "every Monday at 00:00",
    "monthly": "on day 1 of every month at 00:00",
    "quarterly": "on day 1 of January, April, July and October at 00:00",
    "semiannually": "on day 1 of January and July at 00:00",
    "yearly": "on day 1 of January at 00:00",
    "annually": "on day 1 of January at 00:00",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAILY = re.compile(r"(?:([A-Za-z]+(?:\.\.[A-Za-z]+)?),? )?(?:\*-\*-\* )?([01]?\d|2[0-3]):([0-5]\d)(:[0-5]\d)?")


@lru_cache(_REMEMBERED)
def cron_words(expression: str) -> str:
    """`at 04:30, Monday through Friday`; the expression itself where it can't be read."""
    tidy = " ".join(expression.upper().split())
    try:
        words = _described(tidy) if _PLAIN_CRON.fullmatch(tidy) else _explained(tidy)
    except Exception:  # noqa: BLE001 (two libraries on what may be no cron expression at all: words are never worth a failure)
        return expression
    return words


def _described(expression: str) -> str:
    """Of the two libraries this one sounds better."""
    from cron_descriptor import ExpressionDescriptor, Options

    # Verbose is "every day" after a time, but "every hour, every day" after "every 5 minutes".
    options = Options(locale_code="en_US", use_24hour_time_format=True, verbose=expression.split()[1] != "*")
    return _begun(ExpressionDescriptor(expression, options).get_description())


def _explained(expression: str) -> str:
    """This one reads everything, but sounds as if a day that may fit either field (protocol 2.3) had to fit both."""
    from cronsim.explain import explain

    minute, hour, day, month, weekday = expression.split()
    if day.startswith("*") or weekday.startswith("*"):
        readings = [expression]
    else:
        readings = [f"{minute} {hour} {day} {month} *", f"{minute} {hour} * {month} {weekday}"]
    return _ORDINAL.sub(_ordinal, ", and ".join(_begun(explain(reading)) for reading in readings))


_ORDINAL = re.compile(r"\b(\d+)th\b")


def _ordinal(match: re.Match[str]) -> str:
    """The library says 21th."""
    tens, ones = divmod(int(match[1]) % 100, 10)
    return match[1] + ("th" if tens == 1 else {1: "st", 2: "nd", 3: "rd"}.get(ones, "th"))


def _begun(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def oncalendar_words(pattern: str) -> str:
    """`every day at 04:30` for an OnCalendar line, its zone taken off; other than the simplest stay as they are."""
    if short := _SHORTHANDS.get(pattern.lower()):
        return short
    if match := _DAILY.fullmatch(pattern):
        days, hour, minute, second = match.groups("")
        if words := _days(days):
            return f"{words} at {hour:0>2}:{minute}{second.removeprefix(':00')}"
    return pattern


def _days(text: str) -> str | None:
    if not text:
        return "every day"
    known = {name[:length].lower(): name for name in _DAYS for length in (3, len(name))}
    names = [known.get(name.lower(), "") for name in text.split("..")]
    if not all(names) or len(set(names)) < len(names):
        return None
    return f"every {names[0]}" if len(names) == 1 else " through ".join(names)
