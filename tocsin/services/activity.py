"""What the log of an account is told of an act, to be written in the act's own transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from msgspec.structs import replace

from tocsin.stores.activity import AccountAct, AccountEntry, put_act
from tocsin.stores.sessions import Caller
from tocsin.stores.table import Put

MAX_AGENT = 300


def noted(user_id: str, act: AccountAct, *, caller: Caller, now: datetime, detail: str = "") -> Put:
    return put_act(user_id, AccountEntry(uuid4().hex[:12], now, act, shortened(caller), detail))


def shortened(caller: Caller) -> Caller:
    """Browsers say as much as they like."""
    return replace(caller, agent=caller.agent[:MAX_AGENT])
