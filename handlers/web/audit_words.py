"""What stands in the audit log, in words."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.stores.audit import Act, ActorKind

ACT_WORDS: Mapping[Act, str] = {
    "check.create": "added the check",
    "check.edit": "changed the check",
    "check.pause": "paused the check",
    "check.resume": "resumed the check",
    "check.clear": "cleared the events of the check",
    "check.delete": "deleted the check",
    "check.move": "moved the check",
    "check.restore": "restored the check",
    "channel.create": "added the channel",
    "channel.edit": "changed the channel",
    "channel.delete": "deleted the channel",
    "channel.test": "sent a test to the channel",
    "project.create": "made the project",
    "project.edit": "changed the project",
    "project.delete": "deleted the project",
    "project.ping_key": "renewed the ping key of",
    "key.create": "made the API key",
    "key.revoke": "revoked the API key",
    "invitation.create": "invited",
    "invitation.revoke": "took back the invitation of",
    "member.join": "joined the team:",
    "member.role": "changed the role of",
    "member.remove": "took off the team",
    "member.leave": "left the team:",
    "transfer.propose": "wants to hand the project over to",
    "transfer.withdraw": "took back the offer of the project to",
    "transfer.decline": "declined the project:",
    "transfer.accept": "took over the project:",
}
"""Between who did it and what it was done to."""
KIND_WORDS: Mapping[str, str] = {
    "check": "Checks",
    "channel": "Channels",
    "project": "The project",
    "key": "API keys",
    "member": "Team",
    "invitation": "Invitations",
    "transfer": "Transfers",
}
"""Of acts, by what they begin with."""
ACTOR_WORDS: Mapping[ActorKind, str] = {
    "user": "",
    "key": "API key",
    "command": "command line",
    "ping": "a ping",
}
FIELD_WORDS: Mapping[str, str] = {
    "log_days": "days of log",
    "log_count": "pings of log",
    "desc": "description",
    "tz": "time zone",
    "timeout": "period (s)",
    "grace": "grace time (s)",
    "max_duration": "longest run (s)",
    "min_duration": "shortest run (s)",
    "failure_tolerance": "failures put up with",
    "track_runs": "runs followed by id",
    "manual_resume": "resumed by hand only",
    "methods": "methods",
    "filter_http_body": "filtered by body",
    "filter_subject": "filtered by subject",
    "filter_body": "filtered by mail text",
    "start_kw": "start keywords",
    "success_kw": "success keywords",
    "failure_kw": "failure keywords",
    "filter_default_fail": "no keyword is a failure",
    "disabled": "switched off",
}
"""Those that the API calls otherwise than people do."""


def field_words(name: str) -> str:
    """What a field is called: of a channel's configuration, `config.url_down` is `url down`."""
    return FIELD_WORDS.get(name) or name.removeprefix("config.").replace("_", " ")
