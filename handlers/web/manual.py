"""The API's document as a page: for everybody, and caches may keep what shows nobody's name."""

from __future__ import annotations

import hashlib

from flask import Response, render_template, request

from handlers.web.session import current_user


def page() -> Response:
    # All that it takes is imported when somebody reads it: no process waits for that at its start.
    from handlers.api.document.reading import chapters, things
    from handlers.api.document.serving import FRESH, own_document

    document = own_document()
    text = render_template("manual.html", document=document, chapters=chapters(document), things=things(document))
    response = Response(text, content_type="text/html; charset=utf-8")
    if current_user() is None:
        response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:16])
        response.cache_control.public = True
        response.cache_control.max_age = FRESH
        response.make_conditional(request)
    return response
