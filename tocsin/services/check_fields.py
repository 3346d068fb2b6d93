"""What can be said of a check from outside, a type for each field: its bounds stand here and nowhere else.

Input is declared with these types (`declared.py` reads it), and the API's document tells them. Lengths of time are
whole seconds.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from tocsin.domain.run import MAX_LIMIT, MAX_TOLERANCE, MIN_LIMIT
from tocsin.domain.schedule import MAX_PERIOD, MIN_PERIOD

MAX_NAME = 100
MAX_SLUG = 100
MAX_TAGS = 500
MAX_DESC = 10_000
MAX_KEYWORDS = 200
MAX_SCHEDULE = 100


UUID = r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"
"""What an id looks like, as a pattern for declarations."""


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


Name: TypeAlias = Annotated[str, Meta(max_length=MAX_NAME, description="What people call it.")]
Slug: TypeAlias = Annotated[
    str, Meta(pattern="^[a-z0-9_-]*$", max_length=MAX_SLUG, description="The word in ping URLs by slug; may be empty.")
]
Tags: TypeAlias = Annotated[str, Meta(max_length=MAX_TAGS, description="Words with spaces between them.")]
Tag: TypeAlias = Annotated[str, Meta(pattern=r"^\S+$", max_length=MAX_TAGS, description="One word.")]
Desc: TypeAlias = Annotated[str, Meta(max_length=MAX_DESC, description="What people should know when it goes down.")]
Timeout: TypeAlias = Annotated[
    int,
    Meta(ge=_seconds(MIN_PERIOD), le=_seconds(MAX_PERIOD), description="Seconds between two runs of the job."),
]
Grace: TypeAlias = Annotated[
    int,
    Meta(ge=_seconds(MIN_PERIOD), le=_seconds(MAX_PERIOD), description="Seconds that a job may be late."),
]
ScheduleText: TypeAlias = Annotated[
    str, Meta(max_length=MAX_SCHEDULE, description="A cron expression of five fields, or systemd's OnCalendar.")
]
Zone: TypeAlias = Annotated[str, Meta(description="The time zone of the schedule, such as Europe/Berlin.")]
Methods: TypeAlias = Annotated[
    Literal["", "POST"], Meta(description="POST: requests by any other method are logged and ignored.")
]
Keywords: TypeAlias = Annotated[
    str, Meta(max_length=MAX_KEYWORDS, description="Words or phrases, with commas between them.")
]
RunLimit: TypeAlias = Annotated[int, Meta(ge=_seconds(MIN_LIMIT), le=_seconds(MAX_LIMIT), description="Seconds.")]
Tolerance: TypeAlias = Annotated[
    int, Meta(ge=0, le=MAX_TOLERANCE, description="How many failures in a row are put up with.")
]
ManualResume: TypeAlias = Annotated[
    bool, Meta(description="While it is paused, pings are logged and change nothing: somebody must resume it.")
]
TrackRuns: TypeAlias = Annotated[
    bool, Meta(description="Each run that has an id is followed by itself, with a deadline of its own.")
]
FilterSubject: TypeAlias = Annotated[bool, Meta(description="The keywords are looked for in the subject of a mail.")]
FilterBody: TypeAlias = Annotated[bool, Meta(description="The keywords are looked for in the text of a mail.")]
FilterHttpBody: TypeAlias = Annotated[bool, Meta(description="The keywords are looked for in the body of a request.")]
FilterDefaultFail: TypeAlias = Annotated[
    bool, Meta(description="What has none of the keywords is a failure, and not ignored.")
]
