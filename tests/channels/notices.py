"""Notices to deliver, and failing to deliver them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tocsin.channels.port import DeliveryFailed, LastPing, Notice
from tocsin.domain.flip import Reason

CHECK_ID = "0b2c0f0e-1111-4222-8333-444455556666"
AT = datetime(2026, 1, 31, 3, 15, 7, 123456, tzinfo=UTC)

LAST_PING = LastPing(at=AT - timedelta(minutes=3), kind="fail", n=12873, exit_status=3, body=b"disk full")

_DOWN = Notice(
    key=f"{CHECK_ID}:7:channel",
    up=False,
    at=AT,
    reason=Reason.FAIL,
    check_id=CHECK_ID,
    name="Nightly backup",
    slug="nightly-backup",
    tags=("prod", "db"),
    desc="Dumps the orders database.",
    project="Shop",
    schedule="every 1 day, grace 1 hour",
    check_json='{"name": "Nightly backup"}',
    n_pings=12873,
    last_ping=LAST_PING,
    downtime=None,
    url="https://tocsin.example/checks/nightly",
    channels_url="https://tocsin.example/projects/3/channels",
)


def make_notice(**changes: Any) -> Notice:
    """A check that went down by a failure, with `changes`."""
    return replace(_DOWN, **changes)


def make_up_notice(**changes: Any) -> Notice:
    return make_notice(up=True, reason=Reason.NONE, downtime=timedelta(hours=7, minutes=12), **changes)


@contextmanager
def failing(sentence: str, *, permanent: bool = False) -> Iterator[None]:
    """Delivery fails with this sentence, and may be tried again unless `permanent`."""
    with pytest.raises(DeliveryFailed) as failure:
        yield
    assert (str(failure.value), failure.value.permanent) == (sentence, permanent)
