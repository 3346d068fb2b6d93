"""What conditions, updates and ranges mean, in Python: for engines whose database can't judge them itself."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.stores.table import MAX_ACTIONS, Action, Item, Key, Put, Range, Require, Update, Value, Where


def key_of(item: Item) -> Key:
    return Key(str(item["pk"]), str(item["sk"]))


def target(action: Action) -> Key:
    """The key of the item that the action speaks of."""
    return key_of(action.item) if isinstance(action, Put) else action.key


def check_update(update: Update) -> None:
    """Raise ValueError for an update that engines would understand differently."""
    if update.set or update.add or update.where.exists or update.where.equals or update.where.at_most:
        return
    # DynamoDB makes an item of an update without changes, but none of one that only removes.
    raise ValueError("an Update that neither sets nor adds must require its item")


def check_actions(actions: Sequence[Action]) -> None:
    """Raise ValueError for a transaction that some engine could not run."""
    if len(actions) > MAX_ACTIONS:
        raise ValueError(f"a transaction holds at most {MAX_ACTIONS} actions, not {len(actions)}")
    if len({target(action) for action in actions}) < len(actions):
        raise ValueError("the actions of a transaction must each speak of another item")
    if any(isinstance(action, Require) and _asks_nothing(action.where) for action in actions):
        raise ValueError("a Require must require something")
    for action in actions:
        if isinstance(action, Update):
            check_update(action)


def _asks_nothing(where: Where) -> bool:
    return where.exists is None and not (where.equals or where.absent or where.at_most)


def holds(where: Where, item: Item | None) -> bool:
    if item is None:
        return where.exists is not True and not where.equals and not where.at_most
    return (
        where.exists is not False
        and all(name in item and _same(item[name], value) for name, value in where.equals.items())
        and not any(name in item for name in where.absent)
        and all(_at_most(item.get(name), bound) for name, bound in where.at_most.items())
    )


def _same(stored: Value, wanted: Value) -> bool:
    # Python takes True for 1; a table that knows types does not.
    return stored == wanted and isinstance(stored, bool) is isinstance(wanted, bool)


def _at_most(stored: Value | None, bound: int) -> bool:
    return isinstance(stored, int) and not isinstance(stored, bool) and stored <= bound


def applied(update: Update, item: Item | None) -> dict[str, Value]:
    """The item as it is after the update, which started from `item` or from nothing."""
    new: dict[str, Value] = dict(item) if item is not None else {"pk": update.key.pk, "sk": update.key.sk}
    new.update(update.set)
    for name, amount in update.add.items():
        new[name] = _sum(new.get(name), amount)
    for name in update.remove:
        new.pop(name, None)
    return new


def _sum(stored: Value | None, amount: int | frozenset[str]) -> int | frozenset[str]:
    if stored is None:
        return amount
    if isinstance(amount, frozenset) and isinstance(stored, frozenset):
        return stored | amount
    if isinstance(amount, int) and isinstance(stored, int):
        return stored + amount
    raise TypeError(f"can't add {type(amount).__name__} to {type(stored).__name__}")


def within(range: Range, sort_key: str | int) -> bool:
    """Raises TypeError where the bounds are of another type than the key."""
    if range.prefix is not None:
        return isinstance(sort_key, str) and sort_key.startswith(range.prefix)
    return not _less(sort_key, range.at_least) and not _less(range.at_most, sort_key)


def is_empty(range: Range) -> bool:
    """Whether no key can lie within; keys are never empty strings."""
    return _less(range.at_most, range.at_least) or range.at_most == ""


def _less(left: str | int | None, right: str | int | None) -> bool:
    if left is None or right is None:
        return False
    return left < right  # type: ignore[operator]


def after_prefix(prefix: str) -> str | None:
    """The least string above every string with this prefix, by code point; None where nothing is above them."""
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    # Surrogates are no characters: UTF-8 goes from U+D7FF straight to U+E000.
    return stem[:-1] + chr(0xE000 if following == 0xD800 else following)
