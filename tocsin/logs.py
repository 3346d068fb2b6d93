"""The log of a process: lines for people, or one JSON object a line for programs that read logs.

docs/observing.md tells of the fields.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""What the platform calls the request under way, if it calls it anything."""

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What records have of themselves: the rest was given as `extra`."""


class JsonFormatter(logging.Formatter):
    """Makes one object of a record, whatever is in it. What came as `extra` stands beside our own fields.

    `timestamp` and `level` are what Lambda looks for to filter by level:
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """

    def format(self, record: logging.LogRecord) -> str:
        try:
            return json.dumps(self._fields(record))
        except Exception:  # noqa: BLE001 (records are made by strangers too: a line with less in it says more than none)
            return json.dumps({"level": _text(record.levelname), "message": _message(record)})

    def _fields(self, record: logging.LogRecord) -> dict[str, object]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {
            "timestamp": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if named := request_id.get():
            fields["request_id"] = named
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = record.stack_info
        for name, value in vars(record).items():
            if name not in _STANDARD:
                fields.setdefault(_text(name), _plain(value))
        return fields


def start(*, as_json: bool) -> None:
    """Send the log to standard error.

    JSON takes the place of whatever handler is there, such as that of Lambda's runtime, or each line would come twice.
    Text leaves it: its lines name the request, and keep a traceback together in CloudWatch.
    """
    if as_json:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter())
        logging.basicConfig(handlers=[handler], force=True)
    else:
        logging.basicConfig(format=_TEXT)
    logging.getLogger("tocsin").setLevel(logging.INFO)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 (arguments that don't fit: half a line says more than none)
        return _text(record.msg)


def _plain(value: object) -> object:
    """The value if JSON has such, or else as text."""
    try:
        json.dumps(value, allow_nan=False)
    except Exception:  # noqa: BLE001 (a stranger's value, and its methods may do anything)
        return _text(value)
    return value


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 (see above)
        return f"<{type(value).__name__}>"
