"""The Lambda entry point: requests by API Gateway, Function URL or load balancer; ticks; pings by mail.

Requests go through aws-wsgi to the app. It is the core; what it leaves out or gets wrong is put right around it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from handlers.gateway import metrics
from handlers.gateway.invocation import Answer, Context, Event, UnknownEvent, named, request_id_of
from handlers.gateway.kinds import kind_of
from handlers.gateway.serving import respond
from tocsin.house import TICK_TIME, House
from tocsin.logs import request_id
from tocsin.settings import on_lambda

__all__ = ["TICK_MARGIN", "Context", "UnknownEvent", "lambda_handler", "respond", "the_app"]

Route: TypeAlias = Callable[[Event, Context], Answer]

TICK_MARGIN = timedelta(seconds=25)
"""Left of an invocation's time for the deliveries that were begun last, 20 s at most, and for the answer."""
_CLOCKS = ("aws.events", "aws.scheduler")
"""A rule of EventBridge, and EventBridge Scheduler."""
_POST = frozenset({"aws:ses", "aws:sns", "aws:sqs"})

_log = logging.getLogger("tocsin.gateway")


def lambda_handler(event: Event, context: Context) -> Answer:
    """Answer one invocation. Raises UnknownEvent, which fails the invocation visibly."""
    token = request_id.set(request_id_of(context))
    try:
        return _route(event)(event, context)
    except UnknownEvent as unknown:
        _log.error("An event that nobody knows: %s", unknown)
        raise
    finally:
        request_id.reset(token)
        metrics.report()


@cache
def the_app() -> Any:
    """The process's one app. This module is where a Lambda process starts, so here the porch is opened."""
    from app import lean_app

    return lean_app


def _route(event: Event) -> Route:
    if not isinstance(event, Mapping):
        raise UnknownEvent(f"no handler for {event!r:.200}")
    if kind_of(event):
        return _page
    if event.get("source") in _CLOCKS:
        return _tick
    senders = _senders(event)
    if senders and senders <= _POST:
        return _mail
    sent = ", ".join(sorted(senders or {str(event.get("source"))}))
    raise UnknownEvent(f"no handler for an event from {sent} with the keys {named(event)}")


def _senders(event: Event) -> set[str]:
    """Where records come from; each service tells in a way of its own."""
    records = event.get("Records")
    if not isinstance(records, list):
        return set()
    told = (record if isinstance(record, Mapping) else {} for record in records)
    return {str(record.get("eventSource") or record.get("EventSource")) for record in told}


def _page(event: Event, context: Context) -> Answer:
    return respond(the_app(), event, context, root=_house().settings.site_root)


def _mail(event: Event, context: Context) -> Answer:
    # Read when the first mail comes, which need never be: cold starts are billed.
    from handlers.inbound import receive

    return receive(_house(), event)


def _tick(event: Event, context: Context) -> Answer:
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    time = min(max(left - TICK_MARGIN, timedelta(seconds=1)), TICK_TIME)
    house = _house()
    lag = _lag(event, house.clock())
    ticked = house.tick(time=time)
    metrics.ticked(ticked, lag=lag)
    return dict(ticked.as_dict())


def _lag(event: Event, now: datetime) -> timedelta:
    """How late the clock's event is; none is known of an event without a time."""
    try:
        return max(now - datetime.fromisoformat(event["time"]), timedelta(0))
    except (KeyError, TypeError, ValueError):
        return timedelta(0)


def _house() -> House:
    house: House = the_app().extensions["tocsin"]
    return house


if on_lambda():
    # INIT has a whole processor and is not yet anybody's request: build here what the first request would wait for.
    metrics.watch(_house())
