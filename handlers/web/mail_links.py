"""Links as they stand in mails: by the configured address, since whoever calls can name any host they like."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from handlers.current import house


def mailed_url(endpoint: str, **values: Any) -> str:
    path = url_for(endpoint, **values)
    return house().settings.links_root + path.removeprefix(request.script_root)
