"""Second factors: add one, take one away. The user's item counts them, and signing in goes by that count.

Every change writes the user on the condition that they are as they were read, so that two changes at once can't leave
a count that is wrong: nobody is asked for a factor that is gone, or let in without one that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tocsin.services import recovery, totp
from tocsin.services.activity import noted
from tocsin.services.changing import Busy
from tocsin.services.sealing import Unreadable, seal, unseal
from tocsin.services.sessions import clear_ended
from tocsin.stores import factors as items
from tocsin.stores.accounts import Accounts, User, UserChanged
from tocsin.stores.factors import Factors, Passkey, PasskeyGone, Spent, Totp
from tocsin.stores.sessions import Caller, Session, Sessions, promoted
from tocsin.stores.table import Action

MAX_PASSKEYS = 20
MAX_NAME = 60


class InvalidFactor(ValueError):
    """It can't be added, or used. The message is a sentence."""


class WrongCode(Exception):
    """The message is a sentence for whoever typed it."""


class Added(Struct, frozen=True):
    user: User
    """As they are now."""
    codes: Sequence[str] = ()
    """Recovery codes, made with the first factor; they can't be read again."""


def add_totp(
    accounts: Accounts,
    *,
    user: User,
    secret: str,
    code: str,
    secret_key: str,
    caller: Caller,
    now: datetime,
    kept: Session | None = None,
) -> Added:
    """Let an app's codes count from now on; `code` shows that the app knows the secret.

    The first factor of all ends the sessions that were begun without one, but for `kept`. Raises WrongCode,
    InvalidFactor where there is one already, changing.Busy.
    """
    step = totp.matching_step(secret, code, now=now)
    if step is None:
        raise WrongCode(_wrong_code(code))
    if Factors(accounts.table).held(user.id).totp:
        raise InvalidFactor("You have an authenticator app already: remove it first.")
    sealed = seal(secret, purpose=_purpose(user.id), secret_key=secret_key)
    note = noted(user.id, "app.add", caller=caller, now=now)
    return _added(accounts, user, [items.put_totp(user.id, Totp(sealed, now, step)), note], now, kept)


def add_passkey(
    accounts: Accounts, *, user: User, passkey: Passkey, caller: Caller, now: datetime, kept: Session | None = None
) -> Added:
    """As add_totp. Raises InvalidFactor, changing.Busy."""
    known = Factors(accounts.table).held(user.id).passkeys
    if any(each.id == passkey.id for each in known):
        raise InvalidFactor("This passkey is one of yours already.")
    if len(known) >= MAX_PASSKEYS:
        raise InvalidFactor(f"{MAX_PASSKEYS} passkeys are the most: remove one that you don't use.")
    named = replace(passkey, name=checked_name(passkey.name or f"Passkey {len(known) + 1}"))
    note = noted(user.id, "passkey.add", caller=caller, now=now, detail=named.name)
    return _added(accounts, user, [items.put_passkey(user.id, named), note], now, kept)


def rename_passkey(factors: Factors, *, user: User, passkey_id: str, name: str) -> None:
    """Raises InvalidFactor, stores.factors.PasskeyGone."""
    factors.rename(user.id, passkey_id, checked_name(name))


def remove_totp(accounts: Accounts, *, user: User, caller: Caller, now: datetime) -> User:
    """Returns the user as they are now. Raises changing.Busy, where it was removed meanwhile as well."""
    note = noted(user.id, "app.remove", caller=caller, now=now)
    return _removed(accounts, user, [items.delete_totp(user.id), note])


def remove_passkey(accounts: Accounts, *, user: User, passkey_id: str, caller: Caller, now: datetime) -> User:
    """As remove_totp. Raises stores.factors.PasskeyGone, changing.Busy."""
    passkey = Factors(accounts.table).passkey(user.id, passkey_id)
    if passkey is None:
        raise PasskeyGone
    note = noted(user.id, "passkey.remove", caller=caller, now=now, detail=passkey.name)
    return _removed(accounts, user, [items.delete_passkey(user.id, passkey_id), note])


def renew_codes(accounts: Accounts, *, user: User, caller: Caller, now: datetime) -> Sequence[str]:
    """New recovery codes; the earlier ones hold no more. Raises InvalidFactor, changing.Busy."""
    if not user.two_step:
        raise InvalidFactor("Recovery codes stand in for a passkey or an app, and you have neither yet.")
    codes = recovery.new_codes()
    kept = items.put_recovery(user.id, recovery.kept(codes, user_id=user.id, now=now))
    _write(accounts, user, user, [kept, noted(user.id, "codes.renew", caller=caller, now=now)])
    return codes


def remove_all(accounts: Accounts, *, user: User, caller: Caller, now: datetime) -> int:
    """Take away all of somebody's factors, for an operator, and end their sessions; returns how many factors.

    Raises changing.Busy.
    """
    gone = without_any(accounts, user=user)
    if len(gone) == 1 and not user.two_step:
        return 0
    note = noted(user.id, "factors.reset", caller=caller, now=now)
    new = replace(user, factors=0, generation=user.generation + 1)
    _write(accounts, user, new, [*gone, note])
    return len(gone) - 1


def without_any(accounts: Accounts, *, user: User) -> Sequence[Action]:
    """What deletes all that they have, and lastly the recovery codes; the user's count goes with it."""
    held = Factors(accounts.table).held(user.id)
    gone = [items.delete_passkey(user.id, passkey.id) for passkey in held.passkeys]
    gone += [items.delete_totp(user.id)] if held.totp else []
    return [*gone, items.delete_recovery(user.id)]


def use_totp(factors: Factors, *, user: User, code: str, secret_key: str, now: datetime) -> None:
    """Take the code of the user's app; each is good once. Raises WrongCode."""
    held = factors.held(user.id).totp
    if held is None:
        raise WrongCode("You have no authenticator app here.")
    try:
        secret = unseal(held.sealed, purpose=_purpose(user.id), secret_key=secret_key)
    except Unreadable:
        raise WrongCode("Codes of apps can't be checked any more. Use a passkey or a recovery code.") from None
    step = totp.matching_step(secret, code, now=now, after=held.step)
    if step is None:
        used = totp.matching_step(secret, code, now=now) is not None
        raise WrongCode("This code was used already: wait for the next one." if used else _wrong_code(code))
    try:
        factors.use_totp(user.id, step=step, at=now)
    except Spent:
        raise WrongCode("This code was used already: wait for the next one.") from None


def use_recovery_code(factors: Factors, *, user: User, code: str) -> int:
    """Take a recovery code, which is good once; returns how many are left. Raises WrongCode."""
    kept = factors.held(user.id).recovery
    digest = recovery.digest(code, user.id)
    if kept is None or digest not in kept.codes:
        raise WrongCode("This is none of your recovery codes, or it was used already.")
    try:
        factors.use_recovery(user.id, kept, code=digest)
    except Spent:
        raise WrongCode("A recovery code was used at the same moment. Try again.") from None
    return len(kept.codes) - 1


def checked_name(name: str) -> str:
    """Raises InvalidFactor."""
    plain = " ".join(name.split())
    if not 1 <= len(plain) <= MAX_NAME:
        raise InvalidFactor(f"A name has 1 to {MAX_NAME} characters.")
    return plain


def _added(accounts: Accounts, user: User, actions: Sequence[Action], now: datetime, kept: Session | None) -> Added:
    """With the first factor come recovery codes."""
    new = replace(user, factors=user.factors + 1)
    if user.two_step:
        return Added(_write(accounts, user, new, actions))
    codes = recovery.new_codes()
    new = replace(new, generation=user.generation + 1)
    also = [promoted(kept, new.generation)] if kept else []
    put = items.put_recovery(user.id, recovery.kept(codes, user_id=user.id, now=now))
    return Added(_write(accounts, user, new, [*actions, put, *also]), codes)


def _removed(accounts: Accounts, user: User, actions: Sequence[Action]) -> User:
    """With the last factor go the recovery codes."""
    also = [items.delete_recovery(user.id)] if user.factors == 1 else []
    return _write(accounts, user, replace(user, factors=user.factors - 1), [*actions, *also])


def _write(accounts: Accounts, old: User, new: User, also: Sequence[Action]) -> User:
    try:
        accounts.edit(old, new, also=also)
    except UserChanged:
        raise Busy(old.id) from None
    if new.generation > old.generation:
        clear_ended(Sessions(accounts.table), user_id=new.id, generation=new.generation)
    return new


def _purpose(user_id: str) -> str:
    return f"totp of {user_id}"


def _wrong_code(code: str) -> str:
    if not code.strip():
        return "Type the six digits that the app shows."
    return "This is not the code that the app shows now. Is the clock of your phone right?"
