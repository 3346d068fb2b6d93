"""What browsers are asked of passkeys: sent as JSON, remembered in the session until the answer comes, once."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, session
from flask.typing import ResponseReturnValue
from msgspec import ValidationError, convert, to_builtins

from handlers.current import house, site_root
from handlers.web.letters import tell_owner
from tocsin.services import passkeys
from tocsin.services.passkey_party import Party, party_of
from tocsin.services.passkeys import Answered, Copied, NotProven, Question
from tocsin.stores.accounts import User


def party() -> Party:
    return party_of(site_root(), name=house().settings.site_name)


def asked(purpose: str, options: dict[str, Any], question: Question) -> ResponseReturnValue:
    """The answer to a browser that wants to know what to ask a passkey."""
    session[_name(purpose)] = to_builtins(question)
    return jsonify(options)


def asked_before(purpose: str) -> Question:
    """What this browser was asked last for this purpose. It is not remembered any longer. Raises NotProven."""
    try:
        return convert(session.pop(_name(purpose), None), Question)
    except ValidationError:
        raise NotProven("Your browser was not asked for a passkey, or answered before. Try again.") from None


def answered(purpose: str, *, user: User | None = None) -> Answered:
    """Who has shown a passkey by the form under way: the user, if there is one. Raises NotProven."""
    question = asked_before(purpose)
    if user and question.user != user.id:
        raise NotProven("Your browser was asked for somebody else's passkey. Try again.")
    answer = request.form.get("answer", "")
    return passkeys.check(house().factors, party(), question=question, answer=answer, now=house().clock())


def tell_of_copy(refusal: NotProven) -> None:
    """Tell the owner of a passkey that somebody seems to have a copy of it."""
    owner = house().accounts.get(refusal.user_id) if isinstance(refusal, Copied) else None
    if owner and isinstance(refusal, Copied):
        tell_owner(f"Your passkey {refusal.name} was refused: somebody may have a copy of it", to=owner.email)


def _name(purpose: str) -> str:
    return f"passkey-{purpose}"
