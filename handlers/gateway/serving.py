"""One request through one WSGI app."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from handlers.gateway.answers import Form, Started, answer, plain
from handlers.gateway.environ import environ_of
from handlers.gateway.invocation import Answer, Context, Event, UnknownEvent, named, request_id_of
from handlers.gateway.kinds import kind_of
from handlers.trouble import broken_words

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_TOO_LARGE = "413 Content Too Large"

_log = logging.getLogger("tocsin.gateway")


def respond(app: WSGIApplication, event: Event, context: Context, *, root: str | None = None) -> Answer:
    """Serve one HTTP event of any kind by any WSGI app.

    `root` is the public address of the site, such as https://example.org/tocsin, if it has a path: the base path of a
    custom domain is not in every event. Raises UnknownEvent for what is no request, and nothing else.
    """
    kind = kind_of(event)
    if kind is None:
        raise UnknownEvent(f"no HTTP request: an event with the keys {named(event)}")
    try:
        target = kind.target(event, event.get("requestContext") or {})
        environ = environ_of(event, context, target, root)
        return _served(app, environ, kind.form)
    except Exception:  # noqa: BLE001 (a lost invocation is a bare 502, with no word of where to look)
        request_id = request_id_of(context)
        _log.exception("The app failed, request id %s", request_id)
        return plain(kind.form, "500 Internal Server Error", broken_words(request_id))


def _served(app: WSGIApplication, environ: WSGIEnvironment, form: Form) -> Answer:
    method = environ["REQUEST_METHOD"]
    if int(environ["CONTENT_LENGTH"]) > form.limit:
        return plain(form, _TOO_LARGE, f"The request is larger than {form.most}: send less, or in parts.\n")
    started = Started()
    output = app(environ, started)
    try:
        started.take(output)
    finally:
        close: Callable[[], object] | None = getattr(output, "close", None)
        if close:
            close()
    whole = answer(form, method, started)
    if whole is None:
        _log.error("An answer for %s is too large, and was kept back", environ["PATH_INFO"])
        return plain(form, _TOO_LARGE, f"The answer is larger than {form.most}: ask for less, or page by page.\n")
    return whole
