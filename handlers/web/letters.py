"""What letters about accounts say of this site and of the request under way."""

from __future__ import annotations

from handlers.current import house
from handlers.web.mail_links import mailed_url
from handlers.web.session import caller, the_user
from tocsin.channels.alert_text import moment_words
from tocsin.domain.device import device_words


def tell_owner(what: str, *, to: str = "", keys: str = "") -> None:
    """Send word of something that concerns the safety of the user's account.

    `keys` is the address of their API keys, where those go on working after it.
    """
    facts = {"what": what, "link": mailed_url("web.sessions"), "keys": keys}
    house().post.tell("security", to=to or the_user().email, **facts, **origin())


def origin() -> dict[str, str]:
    """When and from where it is being done."""
    there = caller()
    return {"at": moment_words(house().clock()), "addr": there.addr, "device": device_words(there.agent)}
