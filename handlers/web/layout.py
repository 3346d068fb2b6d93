"""What the frame around every page asks for."""

from __future__ import annotations

from jinja2 import Environment

from handlers.current import house, ping_urls
from handlers.web.access import may, my_role
from handlers.web.appearance import theme
from handlers.web.memberships import my_projects, targets
from handlers.web.role_words import ROLE_MEANINGS, ROLE_WORDS
from handlers.web.session import current_user, here
from tocsin.domain.device import device_words
from tocsin.stores.channels import StoredChannel

HTMX_CONFIG = (
    '{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,'
    '"historyEnabled":false,"timeout":10000}'
)
"""Nothing that the content security policy would have to make room for."""
_DRAWN = ("email", "webhook")


def equip(environment: Environment) -> None:
    environment.globals |= {
        "htmx_config": HTMX_CONFIG,
        "site_name": lambda: house().settings.site_name,
        "ping_urls": ping_urls,
        "ping_mail_domain": lambda: house().settings.ping_mail_domain,
        "current_user": current_user,
        "sign_up_open": lambda: house().settings.sign_up,
        "device_words": device_words,
        "here": here,
        "theme": theme,
        "my_projects": my_projects,
        "targets": targets,
        "my_role": my_role,
        "may": may,
        "ROLE_WORDS": ROLE_WORDS,
        "ROLE_MEANINGS": ROLE_MEANINGS,
        "identity_provider": lambda: house().settings.oidc,
        "passkeys_usable": _passkeys_usable,
        "channel_summary": _channel_summary,
        "channel_icon": lambda channel: channel.kind if channel.kind in _DRAWN else "channel",
    }


def _passkeys_usable() -> bool:
    from handlers.web.passkey_questions import party

    return party().usable


def _channel_summary(channel: StoredChannel) -> str:
    """Where its notices go. The kind may have been a plug-in that is not installed any more."""
    if channel.kind not in house().kinds:
        return f"a {channel.kind} channel, which is not installed here"
    return house().kinds.get(channel.kind).summary(channel.config)
