"""The list of a project's checks."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from handlers.current import house, site_root
from handlers.web.access import project_or_404
from handlers.web.check_rows import Listing
from handlers.web.check_rows import listing as listing_of
from tocsin.stores.projects import Project


def listing(project_id: str) -> ResponseReturnValue:
    """Checks of one `status`, if one is asked for; those without the words of `q` are there, but hidden."""
    project = project_or_404(project_id)
    return render_template("checks.html", project=project, listing=_listing(project), root=site_root())


def live(project_id: str) -> ResponseReturnValue:
    """The list anew, or 204 if it is as it was `seen`."""
    project = project_or_404(project_id)
    listing = _listing(project)
    if request.args.get("seen") == listing.fingerprint:
        return "", 204
    return render_template("checks_live.html", project=project, listing=listing, root=site_root())


def _listing(project: Project) -> Listing:
    pairs = house().checks.listing(project.id)
    asked = request.args
    return listing_of(pairs, now=house().clock(), status=asked.get("status", ""), text=asked.get("q", ""))
