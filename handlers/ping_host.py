"""A host of its own for ping URLs: there they stand at the root, and nothing else is there."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class PingHost:
    """Puts every request for such a host below /ping/. Goes inside ProxyFix, which learns what host was asked for."""

    def __init__(self, app: WSGIApplication, hosts: Container[str]) -> None:
        """`hosts` are Host headers in lower case."""
        self._app = app
        self._hosts = hosts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "").lower() in self._hosts:
            path = environ["PATH_INFO"].lstrip("/")
            if not path.startswith("ping/"):
                environ["PATH_INFO"] = f"/ping/{path}"
        return self._app(environ, start_response)
