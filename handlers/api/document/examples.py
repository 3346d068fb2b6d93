"""What stands in examples: bodies that can be sent, and values for the fields of what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CHECK = "3f0d3d4e-6a5c-4b57-9d2b-0c1f5be0a2c4"
UNIQUE_KEY = "a6c7b0a8a66bed0df66abfdab3c77736861703ee"
PROJECT = "8c9f1a52-90c1-4f0e-8f21-7a3b5d2c6e19"
CHANNEL = "b1e2c3d4-5f60-4a7b-8c9d-0e1f2a3b4c5d"
SITE = "https://tocsin.example.org"
_BADGE = "d4b5a6c7-1e2f-4a3b-8c4d-5e6f7a8b9c0d"

BODIES: Mapping[str, Mapping[str, Any]] = {
    "v3_create_check": {
        "Every day": {"name": "Nightly backup", "slug": "nightly-backup", "timeout": 86_400, "grace": 900},
        "By a cron expression": {"name": "Report", "schedule": "0 7 * * 1-5", "tz": "Europe/Berlin", "channels": "*"},
        "Only if there is none of this name": {"name": "Nightly backup", "tags": "prod backup", "unique": ["name"]},
    },
    "v3_update_check": {"Another grace time": {"grace": 3600}, "Another name": {"name": "Weekly backup"}},
    "v4_create_check": {
        "Every day": {"name": "Nightly backup", "slug": "nightly-backup", "timeout": 86_400, "grace": 900},
        "By a cron expression": {
            "name": "Report",
            "tags": ["office"],
            "schedule": "0 7 * * 1-5",
            "tz": "Europe/Berlin",
            "channels": "*",
        },
        "Only if there is none with this slug": {"slug": "nightly-backup", "tags": ["prod"], "unique": ["slug"]},
    },
    "v4_update_check": {"Another grace time": {"grace": 3600}},
    "v4_edit_check": {
        "Another grace time": {"grace": 3600},
        "From a period to a calendar": {"schedule": "Mon..Fri 07:00", "tz": "Europe/Berlin"},
        "A time limit for runs": {"max_duration": 7200, "failure_tolerance": 1},
    },
    "v4_bulk_checks": {
        "Pause what has a tag": {"filter": {"tags": ["prod"]}, "act": "pause"},
        "See first what would go": {"filter": {"status": ["new"]}, "act": "delete", "dry_run": True},
        "Another tag for all": {"filter": {"all": True}, "act": "tag", "add_tags": ["eu"], "remove_tags": ["old"]},
        "Tell a channel too": {"filter": {"tags": ["prod"]}, "act": "channels", "add_channels": [CHANNEL]},
    },
    "v4_move_check": {"Where to": {"project": PROJECT}},
    "v4_create_channel": {
        "A mail": {"kind": "email", "name": "On call", "config": {"address": "oncall@example.org"}},
        "A webhook": {
            "kind": "webhook",
            "name": "Chat",
            "config": {
                "method_down": "POST",
                "url_down": "https://chat.example.org/hooks/tocsin",
                "body_down": '{"text": "$NAME is down"}',
            },
        },
    },
    "v4_edit_channel": {"Another name": {"name": "On call, weekends"}},
    "v4_create_project": {"A name is enough": {"name": "Shop"}},
    "v4_edit_project": {"Keep pings for a year": {"log_days": 365}},
    "v4_create_project_key": {"For a program that only looks": {"kind": "ro", "name": "dashboard"}},
    "v4_create_key": {"For a program that sets things up": {"kind": "account", "name": "terraform"}},
    "v4_edit_project_member": {"May only look from now on": {"role": "read-only"}},
    "v4_create_project_invitation": {
        "To look after the checks": {"email": "bob@example.org", "role": "member"},
    },
    "v4_put_import": {
        "Two checks and whom they tell": {
            "tocsin": 1,
            "channels": [{"name": "On call", "kind": "email", "config": {"address": "oncall@example.org"}}],
            "checks": [
                {"name": "Nightly backup", "slug": "nightly-backup", "timeout": 86_400, "grace": 900},
                {"name": "Report", "schedule": "0 7 * * 1-5", "tz": "Europe/Berlin", "channels": ["On call"]},
            ],
        }
    },
}
"""By operation, then by what they do. Versions 1 and 2 take what version 3 does."""

VALUES: Mapping[str, Sequence[Any]] = {
    "act": ["check.edit"],
    "actor": ["alice@example.org"],
    "at": ["2026-03-01T12:00:00.000000+00:00"],
    "body_url": [f"{SITE}/api/v4/checks/{CHECK}/pings/17/body"],
    "badge_url": [f"{SITE}/b/2/{_BADGE}.svg"],
    "channels": [CHANNEL, [CHANNEL]],
    "changes": [{"timeout": ["86400", "3600"]}],
    "check": [CHECK],
    "date": ["2026-03-01T12:00:00.000000+00:00"],
    "desc": ["Dumps the shop's database to S3."],
    "disabled": [False],
    "duration": [41.37],
    "email": ["alice@example.org"],
    "error": [None, "check is not paused"],
    "exit_status": [0],
    "failure_kw": ["ERROR, failed"],
    "grace": [900],
    "id": [CHANNEL],
    "json": [f"{SITE}/b/2/{_BADGE}.json"],
    "json3": [f"{SITE}/b/3/{_BADGE}.json"],
    "kind": ["simple", "email", "success"],
    "last_duration": [41],
    "last_error": [""],
    "last_ping": ["2026-03-01T12:00:00.000000+00:00"],
    "method": ["POST"],
    "methods": [""],
    "n": [17],
    "n_pings": [17],
    "name": ["Nightly backup"],
    "next": [None],
    "next_ping": ["2026-03-02T12:00:00.000000+00:00"],
    "ping_url": [f"{SITE}/ping/{CHECK}"],
    "project": [PROJECT],
    "remote_addr": ["192.0.2.7"],
    "rid": [None],
    "rings_at": ["2026-03-02T12:15:00.000000+00:00"],
    "schedule": [None, "0 3 * * *"],
    "scheme": ["https"],
    "shields": [f"{SITE}/b/2/{_BADGE}.shields"],
    "shields3": [f"{SITE}/b/3/{_BADGE}.shields"],
    "slug": ["nightly-backup"],
    "status": ["up", "ok"],
    "subject": [""],
    "subject_fail": [""],
    "svg": [f"{SITE}/b/2/{_BADGE}.svg"],
    "svg3": [f"{SITE}/b/3/{_BADGE}.svg"],
    "tags": ["prod backup", ["prod", "backup"], "prod"],
    "timeout": [86_400],
    "timestamp": ["2026-03-01T12:00:00+00:00"],
    "type": ["success"],
    "tz": [None, "UTC"],
    "ua": ["curl/8.5.0"],
    "unique_key": [UNIQUE_KEY],
    "uuid": [CHECK],
}
"""By the name of a field: the first that has the field's type is taken."""

_DAILY = {"name": "Nightly backup", "slug": "nightly-backup", "timeout": 86_400, "grace": 900, "channels": ["On call"]}
_ON_CALL = {"name": "On call", "kind": "email", "config": {"address": "oncall@example.org"}}

OBJECTS: Mapping[str, Mapping[str, Any]] = {
    "ActorObject": {"kind": "key", "name": "terraform (hcw_AbCd…)"},
    "AuditObject": {
        "id": "4f6d0c5e8a1b4c2d9e3f7a6b5c4d3e2f",
        "subject": CHECK,
        "changes": {"timeout": {"from": "86400", "to": "3600"}},
    },
    "BadgeStatus": {"total": 12, "grace": 1},
    "BulkDone": {"matched": 1, "changed": 1},
    "BulkCheck": {"changed": True, "error": None},
    "ChangeObject": {"from": "86400", "to": "3600"},
    "ChannelEntry": {"id": ..., **_ON_CALL},
    "ChannelObject": {**_ON_CALL, "last_error": None},
    "ChannelStep": {"name": "On call", "kind": "email", "id": ..., "changes": ..., "config": ...},
    "ChannelSteps": {"changed": [], "deleted": []},
    "CheckEntry": {"uuid": ..., "schedule": ..., "tz": ..., "max_duration": ..., "min_duration": ..., **_DAILY},
    "CheckObject": {"schedule": None, "tz": None, "max_duration": None, "min_duration": None, "failure_kw": ""},
    "CheckStep": {"changes": {"timeout": {"from": 3600, "to": 86_400}}},
    "CheckSteps": {"created": [], "deleted": [], "unchanged": 11},
    "ClassicChannelObject": {"name": "On call", "kind": "email"},
    "ClassicCheckObject": {
        "channels": CHANNEL,
        "failure_kw": "",
        "last_ping": "2026-03-01T12:00:00+00:00",
        "next_ping": "2026-03-02T12:00:00+00:00",
        "update_url": f"{SITE}/api/v3/checks/{CHECK}",
        "pause_url": f"{SITE}/api/v3/checks/{CHECK}/pause",
        "resume_url": f"{SITE}/api/v3/checks/{CHECK}/resume",
        "unique_key": ...,
        "schedule": ...,
        "tz": ...,
    },
    "ClassicFlipObject": {"up": 1},
    "Difference": {"from": 3600, "to": 86_400},
    "Document": {"tocsin": 1, "project": {"name": "Backups"}, "channels": [_ON_CALL], "checks": [_DAILY]},
    "Fault": {"field": "timeout", "detail": "must be at least 60"},
    "FlipObject": {"n": 3, "old": "up", "new": "down", "reason": "timeout", "lasted": 172_800.0},
    "Imported": {"project": {"log_days": {"from": None, "to": 365}}},
    "KeyObject": {"kind": "rw", "name": "deploy", "shown": "hcw_AbCd"},
    "MadeKey": {"kind": "ro", "name": "dashboard", "shown": "hcr_AbCd", "key": "hcr_AbCdEfGhIjKlMnOpQrStUvWxYz01"},
    "OwnKey": {"kind": "rw", "name": "deploy", "shown": "hcw_AbCd", "account": None},
    "PingObject": {"kind": "success", "subject": None, "size": 512},
    "ProblemDetails": {"status": 400, "title": "Bad Request", "detail": "The input is not valid."},
    "ProjectEntry": {"name": "Backups", "log_days": 365, "log_count": ...},
    "ProjectObject": {
        "id": PROJECT,
        "name": "Backups",
        "log_days": 365,
        "log_count": None,
        "ping_key": "aBcDeFgHiJkLmNoPqRsTuV",
    },
    "ShieldsBadge": {"label": "prod", "message": "up", "color": "success"},
    "TagBadge": {"tag": "prod"},
    "TestResult": {"delivered": True, "error": None},
}
"""By the name of a schema: fields that have a value of their own there, or none (`...`)."""
