"""How routes of version 4 answer when they refuse, as their declarations tell it."""

from __future__ import annotations

from handlers.api.route import Answer
from handlers.api.v4.manner import ProblemDetails


def refused(words: str) -> Answer:
    return Answer(words, ProblemDetails, "application/problem+json")


NO_CHECK = refused("There is no such check.")
NO_CHANNEL = refused("There is no such channel.")
NO_PROJECT = refused("There is no such project.")
NO_KEY = refused("There is no such key.")
NO_PING = refused("There is no such check, or its log has no such ping any more.")
NOT_MATCHED = refused("`If-Match` names another state of the settings: somebody has changed them.")
UNCHANGED = Answer("`If-None-Match` names what would be answered.", headers=("ETag",))
