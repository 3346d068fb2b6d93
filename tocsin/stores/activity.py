"""What happened to an account: who got in, and what was changed about how one does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, TypeAlias, cast

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.sessions import Caller
from tocsin.stores.table import Put, Range, Table

ACTIVITY_AGE = timedelta(days=180)
AccountAct: TypeAlias = Literal[
    "sign-in",
    "sign-out.session",
    "sign-out.others",
    "password.set",
    "email.change",
    "passkey.add",
    "passkey.remove",
    "app.add",
    "app.remove",
    "codes.renew",
    "factors.reset",
    "identity.connect",
    "identity.disconnect",
    "key.create",
    "key.revoke",
]


class AccountEntry(Struct, frozen=True):
    id: str
    at: datetime
    act: AccountAct
    caller: Caller
    detail: str = ""
    """By what way somebody signed in, which address it is now, and the like; never a secret."""


class Activity(Struct, frozen=True):
    table: Table

    def page(
        self, user_id: str, *, now: datetime, limit: int, cursor: str | None = None
    ) -> tuple[list[AccountEntry], str | None]:
        """At most `limit` entries, the newest first, and where to go on. Raises table.BadCursor."""
        page = self.table.query(f"user#{user_id}", Range(prefix="act#"), reverse=True, limit=limit, cursor=cursor)
        entries = [
            AccountEntry(
                id=fields.text(item, "sk").split("#")[2],
                at=fields.moment_from(int(fields.text(item, "sk").split("#")[1])),
                act=cast("AccountAct", fields.text(item, "act")),
                caller=Caller(fields.text(item, "addr"), fields.text(item, "agent")),
                detail=fields.text(item, "detail"),
            )
            for item in page.items
        ]
        fresh = [entry for entry in entries if entry.at > now - ACTIVITY_AGE]
        return fresh, page.cursor if len(fresh) == len(entries) else None


def put_act(user_id: str, entry: AccountEntry) -> Put:
    """What writes it, to go in the transaction of its act."""
    return Put(
        {
            "pk": f"user#{user_id}",
            "sk": f"act#{fields.sortable(entry.at)}#{entry.id}",
            "act": entry.act,
            "addr": entry.caller.addr,
            "agent": entry.caller.agent,
            "detail": entry.detail,
            "expires": fields.expiry(entry.at, ACTIVITY_AGE),
        }
    )
