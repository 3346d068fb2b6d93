"""Second factors: what people have, beside what they know, to show who they are. An item each, under the user.

Items are written and deleted with the user's own, which counts them: see services/factors.py.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import (
    ABSENT,
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


class Totp(Struct, frozen=True):
    """An authenticator app."""

    sealed: bytes
    """The secret that the app and we share; see services/sealing.py."""
    created: datetime
    step: int = 0
    """The time step of the code that was used last: it and earlier ones hold no more."""
    used: datetime | None = None


class Passkey(Struct, frozen=True):
    id: str
    """A digest of the credential's own, which may be longer than keys of items can be."""
    credential: bytes
    public_key: bytes
    """As COSE writes it."""
    name: str
    created: datetime
    alone: bool
    """It asked for a PIN, a finger or a face when it was made, so it can stand for both steps."""
    count: int = 0
    """How many signatures it says it has made; many never count."""
    transports: frozenset[str] = frozenset()
    used: datetime | None = None


class Recovery(Struct, frozen=True):
    """Codes for the day when everything else is lost."""

    codes: frozenset[str]
    """Digests of those that are unused."""
    created: datetime


class Held(Struct, frozen=True):
    """All that somebody has."""

    totp: Totp | None = None
    passkeys: tuple[Passkey, ...] = ()
    """The oldest first."""
    recovery: Recovery | None = None

    def passkey(self, passkey_id: str) -> Passkey | None:
        return next((each for each in self.passkeys if each.id == passkey_id), None)


class Spent(Exception):
    """This proof was used already, or something that is newer."""


class PasskeyGone(Exception):
    """It was removed meanwhile."""


class Factors(Struct, frozen=True):
    table: Table

    def held(self, user_id: str) -> Held:
        return _decode(list(walk(self.table, f"user#{user_id}", Range(prefix="factor-"))))

    def passkey(self, user_id: str, passkey_id: str) -> Passkey | None:
        item = self.table.get(_passkey_key(user_id, passkey_id))
        return _decode_passkey(item) if item else None

    def use_totp(self, user_id: str, *, step: int, at: datetime) -> None:
        """Raises Spent where the code of this time step, or of a later one, was used."""
        used = Update(
            _totp_key(user_id), set={"step": step, "used": fields.moment(at)}, where=Where(at_most={"step": step - 1})
        )
        self._use(used)

    def use_passkey(self, user_id: str, passkey: Passkey, *, count: int, at: datetime) -> None:
        """`passkey` as it was read. Raises Spent where it was used meanwhile, or removed."""
        key = _passkey_key(user_id, passkey.id)
        self._use(
            Update(key, set={"count": count, "used": fields.moment(at)}, where=Where(equals={"count": passkey.count}))
        )

    def use_recovery(self, user_id: str, recovery: Recovery, *, code: str) -> None:
        """`recovery` as it was read, `code` a digest. Raises Spent where one of the codes was used meanwhile."""
        rest = fields.written({"codes": recovery.codes - {code}})
        as_read = Where(equals={"codes": recovery.codes})
        self._use(Update(_recovery_key(user_id), set=rest.set, remove=rest.remove, where=as_read))

    def rename(self, user_id: str, passkey_id: str, name: str) -> None:
        """Raises PasskeyGone."""
        try:
            self.table.update(Update(_passkey_key(user_id, passkey_id), set={"name": name}, where=PRESENT))
        except ConditionLost:
            raise PasskeyGone from None

    def spend(self, challenge: str, *, until: datetime) -> None:
        """Remember that the answer to a challenge was taken; nobody takes one after `until`. Raises Spent."""
        item: Item = {"pk": f"spent#{challenge}", "sk": "spent", "expires": fields.expiry_at(until) + 1}
        try:
            self.table.put(Put(item, where=ABSENT))
        except ConditionLost:
            raise Spent from None

    def _use(self, update: Update) -> None:
        try:
            self.table.update(update)
        except ConditionLost:
            raise Spent from None


def put_totp(user_id: str, totp: Totp) -> Put:
    """What writes it, if there is none; see Factors."""
    key = _totp_key(user_id)
    values: dict[str, Value | None] = {
        "pk": key.pk,
        "sk": key.sk,
        "sealed": totp.sealed,
        "created": fields.moment(totp.created),
        "step": totp.step,
        "used": fields.maybe_moment(totp.used),
    }
    return Put(fields.present(values), where=ABSENT)


def put_passkey(user_id: str, passkey: Passkey) -> Put:
    """What writes it, if it is not there."""
    key = _passkey_key(user_id, passkey.id)
    values: dict[str, Value | None] = {
        "pk": key.pk,
        "sk": key.sk,
        "credential": passkey.credential,
        "public_key": passkey.public_key,
        "name": passkey.name,
        "created": fields.moment(passkey.created),
        "alone": passkey.alone,
        "count": passkey.count,
        "transports": passkey.transports,
        "used": fields.maybe_moment(passkey.used),
    }
    return Put(fields.present(values), where=ABSENT)


def put_recovery(user_id: str, recovery: Recovery) -> Put:
    """What writes them, in place of any that were there."""
    key = _recovery_key(user_id)
    created = fields.moment(recovery.created)
    return Put({"pk": key.pk, "sk": key.sk, "codes": recovery.codes, "created": created})


def delete_totp(user_id: str) -> Action:
    return Delete(_totp_key(user_id), where=PRESENT)


def delete_passkey(user_id: str, passkey_id: str) -> Action:
    return Delete(_passkey_key(user_id, passkey_id), where=PRESENT)


def delete_recovery(user_id: str) -> Action:
    return Delete(_recovery_key(user_id))


def _totp_key(user_id: str) -> Key:
    return Key(f"user#{user_id}", "factor-totp")


def _passkey_key(user_id: str, passkey_id: str) -> Key:
    return Key(f"user#{user_id}", f"factor-passkey#{passkey_id}")


def _recovery_key(user_id: str) -> Key:
    return Key(f"user#{user_id}", "factor-recovery")


def _decode(items: list[Item]) -> Held:
    found = {fields.text(item, "sk").removeprefix("factor-"): item for item in items}
    passkeys = [_decode_passkey(item) for kind, item in found.items() if kind.startswith("passkey#")]
    totp, recovery = found.get("totp"), found.get("recovery")
    return Held(
        totp=_decode_totp(totp) if totp else None,
        passkeys=tuple(sorted(passkeys, key=lambda passkey: (passkey.created, passkey.id))),
        recovery=_decode_recovery(recovery) if recovery else None,
    )


def _decode_totp(item: Item) -> Totp:
    return Totp(
        sealed=fields.octets(item, "sealed"),
        created=fields.moment_from(fields.number(item, "created")),
        step=fields.number(item, "step"),
        used=fields.optional_moment(item, "used"),
    )


def _decode_passkey(item: Item) -> Passkey:
    return Passkey(
        id=fields.text(item, "sk").removeprefix("factor-passkey#"),
        credential=fields.octets(item, "credential"),
        public_key=fields.octets(item, "public_key"),
        name=fields.text(item, "name"),
        created=fields.moment_from(fields.number(item, "created")),
        alone=bool(item.get("alone")),
        count=fields.number(item, "count"),
        transports=fields.names(item, "transports"),
        used=fields.optional_moment(item, "used"),
    )


def _decode_recovery(item: Item) -> Recovery:
    return Recovery(fields.names(item, "codes"), fields.moment_from(fields.number(item, "created")))
