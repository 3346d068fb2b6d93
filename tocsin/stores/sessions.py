"""Who is signed in where: an item for each session, under its user. Of the cookie's secret only a digest is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal, TypeAlias, cast

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import (
    PRESENT,
    Action,
    ConditionLost,
    Delete,
    Item,
    Key,
    Put,
    Range,
    Table,
    Update,
    Value,
    Where,
    walk,
)

Way: TypeAlias = Literal["password", "link", "passkey", "oidc", "setup"]
"""What somebody signed in by; setup is the first visit."""


class Caller(Struct, frozen=True):
    """Where a request came from, as far as can be told."""

    addr: str = ""
    agent: str = ""
    """What the browser calls itself."""


class Session(Struct, frozen=True):
    user: str
    id: str
    """The digest of its secret."""
    generation: int
    """That of its user when it began: a later one of theirs has ended it."""
    by: Way
    began: datetime
    seen: datetime
    """Its last request, within an hour."""
    proved: datetime
    """When the person last showed that they are who they are."""
    expires: datetime
    caller: Caller = Caller()
    """Of the last request, as `seen`."""
    code: str | None = None
    """The digest of a code that was mailed to prove who this is; it works once."""
    code_until: datetime | None = None


class Sessions(Struct, frozen=True):
    table: Table

    def begin(self, session: Session, *, also: Sequence[Action] = ()) -> None:
        """Write it, and do the actions in `also` with it."""
        self.table.transact([Put(_encode(session)), *also])

    def get(self, user_id: str, session_id: str) -> Session | None:
        item = self.table.get(_key(user_id, session_id))
        return _decode(item) if item else None

    def of_user(self, user_id: str) -> list[Session]:
        """All that have an item, those too that have expired or ended by their generation."""
        return [_decode(item) for item in walk(self.table, f"user#{user_id}", Range(prefix="session#"))]

    def see(self, session: Session) -> None:
        """Write when and from where it was seen last, and when it expires. One that has ended stays so."""
        self._change(
            session,
            {
                "seen": fields.moment(session.seen),
                "expires": fields.expiry_at(session.expires),
                "addr": session.caller.addr,
                "agent": session.caller.agent,
            },
        )

    def prove(self, session: Session) -> None:
        self._change(session, {"proved": fields.moment(session.proved)})

    def ask(self, session: Session, code: str, until: datetime) -> None:
        """Write the digest of a code that was mailed; an earlier one holds no more."""
        self._change(session, {"code": code, "code_until": fields.moment(until)})

    def answer(self, session: Session, code: str) -> bool:
        """Note the proof if the digest is that of the code; it is used up by that."""
        try:
            self.table.update(
                Update(
                    _key(session.user, session.id),
                    set={"proved": fields.moment(session.proved)},
                    remove=["code", "code_until"],
                    where=Where(equals={"code": code}),
                )
            )
        except ConditionLost:
            return False
        return True

    def end(self, user_id: str, session_id: str, *, also: Sequence[Action] = ()) -> None:
        """Delete it, and do the actions in `also` with that."""
        gone = Delete(_key(user_id, session_id))
        if also:
            self.table.transact([gone, *also])
        else:
            self.table.delete(gone)

    def _change(self, session: Session, values: dict[str, Value]) -> None:
        with suppress(ConditionLost):
            self.table.update(Update(_key(session.user, session.id), set=values, where=PRESENT))


def promoted(session: Session, generation: int) -> Update:
    """What takes it along into a new generation of its user's, to go in the transaction that begins that."""
    return Update(_key(session.user, session.id), set={"generation": generation}, where=PRESENT)


def _key(user_id: str, session_id: str) -> Key:
    return Key(f"user#{user_id}", f"session#{session_id}")


def _encode(session: Session) -> Item:
    key = _key(session.user, session.id)
    return {
        "pk": key.pk,
        "sk": key.sk,
        "generation": session.generation,
        "way": session.by,
        "began": fields.moment(session.began),
        "seen": fields.moment(session.seen),
        "proved": fields.moment(session.proved),
        "expires": fields.expiry_at(session.expires),
        "addr": session.caller.addr,
        "agent": session.caller.agent,
    }


def _decode(item: Item) -> Session:
    return Session(
        user=fields.text(item, "pk").removeprefix("user#"),
        id=fields.text(item, "sk").removeprefix("session#"),
        generation=fields.number(item, "generation"),
        by=cast("Way", fields.text(item, "way")),
        began=fields.moment_from(fields.number(item, "began")),
        seen=fields.moment_from(fields.number(item, "seen")),
        proved=fields.moment_from(fields.number(item, "proved")),
        expires=fields.expired_at(fields.number(item, "expires")),
        caller=Caller(fields.text(item, "addr"), fields.text(item, "agent")),
        code=fields.optional_text(item, "code"),
        code_until=fields.optional_moment(item, "code_until"),
    )
