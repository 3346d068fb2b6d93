"""The bell in the browser's tab, with the number of checks that are down."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue


def bell(down: int) -> ResponseReturnValue:
    """Public and the same for all, so it may be kept for long."""
    image = render_template("bell.svg", down=down)
    return Response(image, mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})
