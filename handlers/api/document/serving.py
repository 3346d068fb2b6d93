"""Answer with the document."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import msgspec
from flask import Response, request

from handlers.api.document.build import build
from handlers.api.document.schemas import Json
from handlers.current import house, site_root

FRESH = 300
"""Seconds for which a copy may be used without asking."""


def serve() -> Response:
    text, digest = _encoded(site_root(), house().settings.site_name)
    response = Response(text, content_type="application/json")
    response.set_etag(digest)
    response.cache_control.public = True
    response.cache_control.max_age = FRESH
    response.make_conditional(request)
    return response


def own_document() -> Json:
    """That of this site. It must not be changed."""
    return _built(site_root(), house().settings.site_name)


@lru_cache(maxsize=4)
def _built(root: str, name: str) -> Json:
    return build(site_root=root, site_name=name)


@lru_cache(maxsize=4)
def _encoded(root: str, name: str) -> tuple[bytes, str]:
    """As JSON, and a digest of it."""
    text = msgspec.json.encode(_built(root, name))
    return text, hashlib.sha256(text).hexdigest()[:16]
