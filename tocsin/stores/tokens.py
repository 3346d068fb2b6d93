"""What a mailed link stands for: an item by the digest of its secret, which is in the link and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import PRESENT, Action, ConditionLost, Delete, Key, Put, Table


class Token(Struct, frozen=True):
    digest: str
    purpose: str
    payload: Mapping[str, str]
    expires: datetime


class TokenSpent(Exception):
    """Somebody else was quicker, or it has been revoked."""


class Tokens(Struct, frozen=True):
    table: Table

    def put(self, token: Token) -> None:
        key = _key(token.digest)
        self.table.put(
            Put(
                {
                    "pk": key.pk,
                    "sk": key.sk,
                    "purpose": token.purpose,
                    "payload": json.dumps(token.payload, ensure_ascii=False),
                    "expires": fields.expiry_at(token.expires),
                }
            )
        )

    def get(self, digest: str) -> Token | None:
        item = self.table.get(_key(digest))
        if item is None:
            return None
        return Token(
            digest=digest,
            purpose=fields.text(item, "purpose"),
            payload=json.loads(fields.text(item, "payload")),
            expires=fields.expired_at(fields.number(item, "expires")),
        )

    def spend(self, digest: str) -> None:
        """Raises TokenSpent where it is not there any more: of two at once one wins."""
        try:
            self.table.delete(Delete(_key(digest), where=PRESENT))
        except ConditionLost:
            raise TokenSpent from None

    def revoke(self, digest: str) -> None:
        self.table.delete(Delete(_key(digest)))


def spending(digest: str) -> Action:
    """What uses it up, to go in the transaction of the act that it allows, which fails where it is not there."""
    return Delete(_key(digest), where=PRESENT)


def _key(digest: str) -> Key:
    return Key(f"token#{digest}", "token")
