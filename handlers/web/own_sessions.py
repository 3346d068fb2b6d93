"""Where one is signed in, and ending that."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.session import caller, the_user, the_visit
from handlers.web.session import end as sign_out
from tocsin.services import sessions


def listing() -> ResponseReturnValue:
    found = sessions.listed(house().sessions, user=the_user(), now=house().clock())
    mine = the_visit().session.id
    return render_template("sessions.html", sessions=sorted(found, key=lambda each: each.id != mine), mine=mine)


def end(session_id: str) -> ResponseReturnValue:
    """Sign out one browser, wherever it is."""
    if session_id == the_visit().session.id:
        sign_out()
        return redirect(url_for("web.login"))
    sessions.end_one(house().sessions, user=the_user(), session_id=session_id, caller=caller(), now=house().clock())
    flash("That browser is signed out.")
    return redirect(url_for("web.sessions"))


def end_others() -> ResponseReturnValue:
    sessions.end_others(house().accounts, house().sessions, visit=the_visit(), caller=caller(), now=house().clock())
    flash("All other browsers are signed out.")
    return redirect(url_for("web.sessions"))
