"""Webhooks that are half filled in: for the places that people send alerts to most."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

_JSON = "Content-Type: application/json"


class Recipe(Struct, frozen=True):
    title: str
    about: str
    """On the card."""
    todo: str
    """What is left to be done, on the form."""
    url: str
    """What the address looks like; with words of ours in it, it is filled in."""
    headers: str = ""
    down: str = ""
    up: str = ""
    method: str = "POST"

    def values(self) -> dict[str, str]:
        """What the form begins with."""
        found = {f"method_{when}": self.method for when in ("down", "up")}
        found |= {f"headers_{when}": self.headers for when in ("down", "up")} | {
            "body_down": self.down,
            "body_up": self.up,
        }
        return found | ({"url_down": self.url, "url_up": self.url} if "$" in self.url else {})


RECIPES: Mapping[str, Recipe] = {
    "slack": Recipe(
        "Slack, Mattermost",
        "A message in a channel",
        "Make an incoming webhook there, and paste its address into both URLs.",
        "https://hooks.slack.com/services/…",
        _JSON,
        '{"attachments": [{"color": "#c8321e", "title": $NAME_JSON, "text": "is down"}]}',
        '{"attachments": [{"color": "#1a7f4b", "title": $NAME_JSON, "text": "is up again"}]}',
    ),
    "discord": Recipe(
        "Discord",
        "A message in a channel",
        "Make a webhook in the settings of the Discord channel, and paste its address into both URLs.",
        "https://discord.com/api/webhooks/…",
        _JSON,
        '{"embeds": [{"color": 13119006, "title": $NAME_JSON, "description": "is down"}]}',
        '{"embeds": [{"color": 1736523, "title": $NAME_JSON, "description": "is up again"}]}',
    ),
    "ntfy": Recipe(
        "ntfy",
        "A push message to your phone",
        "Choose a topic that nobody guesses, subscribe to it in the app, and write its address into both URLs.",
        "https://ntfy.sh/…",
        "Tags: bell",
        "$NAME is down",
        "$NAME is up again",
    ),
    "telegram": Recipe(
        "Telegram",
        "A message from your bot",
        "Make a bot with @BotFather, and write its token in place of TOKEN and the chat’s id in place of ID.",
        "https://api.telegram.org/botTOKEN/sendMessage?chat_id=ID&text=$NAME%20is%20$STATUS",
        method="GET",
    ),
    "home-assistant": Recipe(
        "Home Assistant",
        "Lights, sirens, loudspeakers",
        "Make an automation with a webhook trigger, and paste its address into both URLs.",
        "https://…/api/webhook/…",
        _JSON,
        '{"name": $NAME_JSON, "status": "$STATUS"}',
        '{"name": $NAME_JSON, "status": "$STATUS"}',
    ),
}
"""By their names in the page's address."""
