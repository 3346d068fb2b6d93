"""Every page and act, in one table, with what it takes. `access` holds those of a project to the role."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TypeAlias

from flask import Blueprint, Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.trouble import log_unavailable
from handlers.web.errors import too_many, trouble_page
from handlers.web.need import Need
from handlers.web.security import check_csrf
from handlers.web.session import current_user, here, the_visit
from tocsin.channels.port import DeliveryFailed
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.projects import UnknownProject
from tocsin.services.rate_limits import TooMany
from tocsin.services.team import OwnerStays, UnknownMember
from tocsin.stores.check_items import ProjectClosed
from tocsin.stores.projects import NotOwner
from tocsin.stores.table import StoreUnavailable, TransactionLost

_log = logging.getLogger(__name__)

_TROUBLE: Mapping[type[Exception], int] = {
    **dict.fromkeys((UnknownCheck, UnknownProject, ProjectClosed, UnknownMember), 404),
    **dict.fromkeys((NotOwner, OwnerStays), 403),
    **dict.fromkeys((Busy, TransactionLost), 503),
}
"""What two people at once can run into, and the page that tells of it."""

View: TypeAlias = Callable[..., ResponseReturnValue]
Route: TypeAlias = tuple[str, str, str, Need]
"""A path, the endpoint, the module and the name of its view, and what it takes."""

PAGES: tuple[Route, ...] = (
    ("/", "home", "entrance.home", Need.PUBLIC),
    ("/bell/<number:down>.svg", "bell", "marks.bell", Need.PUBLIC),
    ("/api/", "manual", "manual.page", Need.PUBLIC),
    ("/login/oidc/callback", "oidc_callback", "oidc.come_back", Need.PUBLIC),
    ("/account/security/", "security", "factors.page", Need.USER),
    ("/docs/", "docs", "docs.views.contents", Need.PUBLIC),
    ("/docs/<name>", "docs_page", "docs.views.page", Need.PUBLIC),
    ("/login/sent", "mail_sent", "mailed.sent_page", Need.PUBLIC),
    ("/account/", "profile", "profile.page", Need.USER),
    ("/account/sessions/", "sessions", "own_sessions.listing", Need.USER),
    ("/account/activity", "activity", "profile.activity", Need.USER),
    ("/account/closed", "account_closed", "closing.closed", Need.PUBLIC),
    ("/projects/", "projects", "projects.overview", Need.USER),
    ("/projects/<id:project_id>/checks/", "checks", "checks.page", Need.LOOK),
    ("/projects/<id:project_id>/checks/live", "checks_live", "checks.live", Need.LOOK),
    ("/projects/<id:project_id>/deleted/", "deleted_checks", "deleted.page", Need.LOOK),
    ("/projects/<id:project_id>/wall", "project_wall", "wall.of_project", Need.LOOK),
    ("/wall", "wall", "wall.of_all", Need.USER),
    ("/projects/<id:project_id>/channels/", "channels", "channels.listing", Need.LOOK),
    ("/projects/<id:project_id>/badges/", "badges", "badges.page", Need.LOOK),
    ("/projects/<id:project_id>/team/", "team", "team.page", Need.LOOK),
    ("/projects/<id:project_id>/keys/", "keys", "project_keys.listing", Need.MANAGE),
    ("/projects/<id:project_id>/audit/", "audit", "audit.page", Need.WORK),
    ("/account/keys/", "account_keys", "account_keys.listing", Need.USER),
    ("/schedule/preview", "schedule_preview", "check_editing.preview", Need.USER),
    ("/checks/<id:check_id>", "check", "check.page", Need.LOOK),
    ("/cloaked/<key:key>/", "cloaked", "check.cloaked", Need.LOOK),
    ("/checks/<id:check_id>/live", "check_live", "check.live", Need.LOOK),
    ("/checks/<id:check_id>/pings/", "pings", "log.page", Need.LOOK),
    ("/checks/<id:check_id>/pings/live", "pings_live", "log.live", Need.LOOK),
    ("/checks/<id:check_id>/pings/<number:n>", "ping", "pings.page", Need.LOOK),
    ("/checks/<id:check_id>/pings/<number:n>/body", "ping_body", "pings.body", Need.LOOK),
    ("/checks/<id:check_id>/pings/<number:n>/parts/<number:part>", "ping_part", "pings.part", Need.LOOK),
)
FORMS: tuple[Route, ...] = (
    ("/setup", "setup", "entrance.setup", Need.PUBLIC),
    ("/login", "login", "entrance.login", Need.PUBLIC),
    ("/login/second", "second_step", "second_step.page", Need.PUBLIC),
    ("/login/second/recovery", "second_step_recovery", "second_step.recovery", Need.PUBLIC),
    ("/account/security/app/add", "add_app", "factors.add_app", Need.USER),
    ("/account/security/app/remove", "remove_app", "factors.remove_app", Need.USER),
    ("/account/security/codes", "renew_codes", "factors.renew_codes", Need.USER),
    ("/account/security/passkeys/add", "add_passkey", "passkeys.add", Need.USER),
    ("/account/security/passkeys/<passkey_id>/rename", "rename_passkey", "passkeys.rename", Need.USER),
    ("/account/security/passkeys/<passkey_id>/remove", "remove_passkey", "passkeys.remove", Need.USER),
    ("/account/security/oidc/<identity_id>/disconnect", "disconnect_oidc", "oidc.disconnect", Need.USER),
    ("/login/link", "mail_link", "mailed.ask", Need.PUBLIC),
    ("/login/by/<word:token>", "enter", "mailed.enter", Need.PUBLIC),
    ("/signup", "sign_up", "mailed.sign_up", Need.PUBLIC),
    ("/signup/<word:token>", "make_account", "mailed.make_account", Need.PUBLIC),
    ("/confirm", "confirm", "confirm.page", Need.USER),
    ("/account/password", "password", "profile.password", Need.USER),
    ("/account/email", "email", "profile.email", Need.USER),
    ("/account/email/<word:token>", "move_email", "profile.move", Need.USER),
    ("/account/close", "close_account", "closing.page", Need.USER),
    ("/account/appearance", "appearance", "appearance.page", Need.USER),
    ("/projects/add", "add_project", "projects.add", Need.USER),
    ("/projects/<id:project_id>/settings", "settings", "settings.page", Need.MANAGE),
    ("/projects/<id:project_id>/settings/ping-key", "renew_ping_key", "settings.renew_key", Need.MANAGE),
    ("/projects/<id:project_id>/delete", "delete_project", "settings.delete", Need.OWN),
    ("/projects/<id:project_id>/team/<id:user_id>/remove", "remove_member", "team.remove", Need.MANAGE),
    ("/projects/<id:project_id>/team/invite", "invite", "inviting.invite", Need.MANAGE),
    ("/projects/<id:project_id>/team/transfer", "transfer", "handing_over.page", Need.OWN),
    ("/projects/<id:project_id>/team/offer", "answer_transfer", "handing_over.answer", Need.LOOK),
    ("/invitations/<token>", "invitation", "invited.page", Need.PUBLIC),
    ("/projects/<id:project_id>/team/leave", "leave_project", "team.leave", Need.LOOK),
    ("/projects/<id:project_id>/keys/add", "add_key", "project_keys.add", Need.MANAGE),
    ("/projects/<id:project_id>/keys/<id:key_id>/revoke", "revoke_key", "project_keys.revoke", Need.MANAGE),
    ("/account/keys/add", "add_account_key", "account_keys.add", Need.USER),
    ("/account/keys/<id:key_id>/revoke", "revoke_account_key", "account_keys.revoke", Need.USER),
    ("/projects/<id:project_id>/checks/add", "add_check", "check_editing.add", Need.WORK),
    ("/checks/<id:check_id>/edit", "edit_check", "check_editing.edit", Need.WORK),
    ("/checks/<id:check_id>/move", "move_check", "check_moving.move", Need.WORK),
    ("/checks/<id:check_id>/clear", "clear_check", "check_acts.clear", Need.WORK),
    ("/checks/<id:check_id>/delete", "delete_check", "check_acts.delete", Need.WORK),
    ("/projects/<id:project_id>/channels/add/<kind>", "add_channel", "channels.add", Need.WORK),
    ("/projects/<id:project_id>/channels/<id:channel_id>/edit", "edit_channel", "channels.edit", Need.WORK),
    ("/projects/<id:project_id>/channels/<id:channel_id>/checks", "assign_channel", "channel_checks.assign", Need.WORK),
    ("/projects/<id:project_id>/channels/<id:channel_id>/delete", "delete_channel", "channels.delete", Need.WORK),
)
ACTS: tuple[Route, ...] = (
    ("/login/oidc", "login_oidc", "oidc.begin", Need.PUBLIC),
    ("/login/passkey", "login_passkey", "passkeys.sign_in", Need.PUBLIC),
    ("/login/passkey/options", "login_passkey_options", "passkeys.sign_in_options", Need.PUBLIC),
    ("/login/second/passkey", "second_step_passkey", "second_step.passkey", Need.PUBLIC),
    ("/login/second/options", "second_step_options", "second_step.options", Need.PUBLIC),
    ("/account/security/passkeys/options", "add_passkey_options", "passkeys.add_options", Need.USER),
    ("/account/security/oidc/connect", "connect_oidc", "oidc.begin_connecting", Need.USER),
    ("/logout", "logout", "entrance.logout", Need.USER),
    ("/projects/<id:project_id>/team/transfer/withdraw", "withdraw_transfer", "handing_over.withdraw", Need.OWN),
    (
        "/projects/<id:project_id>/invitations/<id:invitation_id>/again",
        "invite_again",
        "inviting.send_again",
        Need.MANAGE,
    ),
    (
        "/projects/<id:project_id>/invitations/<id:invitation_id>/revoke",
        "revoke_invitation",
        "inviting.revoke",
        Need.MANAGE,
    ),
    ("/confirm/code", "mail_code", "confirm.mail_code", Need.USER),
    ("/confirm/app", "confirm_app", "confirm_factors.app", Need.USER),
    ("/confirm/recovery", "confirm_recovery", "confirm_factors.recovery", Need.USER),
    ("/confirm/passkey", "confirm_passkey", "confirm_factors.passkey", Need.USER),
    ("/confirm/passkey/options", "confirm_passkey_options", "confirm_factors.passkey_options", Need.USER),
    ("/account/sessions/<word:session_id>/end", "end_session", "own_sessions.end", Need.USER),
    ("/account/sessions/end-others", "end_others", "own_sessions.end_others", Need.USER),
    ("/projects/<id:project_id>/team/<id:user_id>/role", "change_role", "team.change_role", Need.MANAGE),
    ("/projects/<id:project_id>/checks/act", "act_on_checks", "check_bulk.act", Need.WORK),
    ("/projects/<id:project_id>/deleted/restore", "restore_checks", "deleted.restore", Need.WORK),
    ("/checks/<id:check_id>/name", "rename_check", "check_naming.rename", Need.WORK),
    ("/checks/<id:check_id>/pause", "pause_check", "check_acts.pause", Need.WORK),
    ("/checks/<id:check_id>/resume", "resume_check", "check_acts.resume", Need.WORK),
    ("/checks/<id:check_id>/ping", "ping_now", "check_acts.ping_now", Need.WORK),
    ("/checks/<id:check_id>/clone", "clone_check", "check_acts.clone", Need.WORK),
    ("/checks/<id:check_id>/channels/<id:channel_id>", "tell_channel", "check_acts.tell", Need.WORK),
    ("/projects/<id:project_id>/channels/<id:channel_id>/test", "test_channel", "channels.test", Need.WORK),
)
NEEDS: Mapping[str, Need] = {f"web.{endpoint}": need for _, endpoint, _, need in (*PAGES, *FORMS, *ACTS)}

SENSITIVE = frozenset(
    f"web.{endpoint}"
    for endpoint in (
        *("password", "email", "close_account", "add_key", "add_account_key", "transfer", "delete_project"),
        *("invite", "change_role", "renew_ping_key"),
        *("add_app", "remove_app", "renew_codes", "add_passkey", "remove_passkey", "connect_oidc", "disconnect_oidc"),
    )
)
"""What takes a proof of who one is that is younger than half an hour: a session left open must not do.

That goes for who is let into a project as well: whoever made an accomplice its manager would have keys made by them.
"""


def register(app: Flask) -> None:
    blueprint = Blueprint("web", __name__)
    for routes, methods in ((PAGES, ["GET"]), (FORMS, ["GET", "POST"]), (ACTS, ["POST"])):
        for path, endpoint, view, _ in routes:
            blueprint.add_url_rule(path, endpoint, _late(view), methods=methods)
    blueprint.before_request(check_csrf)
    blueprint.before_request(_demand_user)
    blueprint.before_request(_demand_proof)
    for kind, code in _TROUBLE.items():
        blueprint.register_error_handler(kind, partial(_trouble, code))
    blueprint.register_error_handler(StoreUnavailable, _out_of_reach)
    blueprint.register_error_handler(TooMany, too_many)
    blueprint.register_error_handler(DeliveryFailed, _undelivered)
    app.register_blueprint(blueprint)


def _late(name: str) -> View:
    """A view whose module is imported when it is first called."""
    module, _, view = name.rpartition(".")

    def call(**values: object) -> ResponseReturnValue:
        found: View = getattr(import_module(f"handlers.web.{module}"), view)
        return found(**values)

    return call


def _trouble(code: int, error: Exception) -> ResponseReturnValue:
    return trouble_page(code)


def _out_of_reach(error: StoreUnavailable) -> ResponseReturnValue:
    log_unavailable(error)
    return trouble_page(503)


def _undelivered(error: DeliveryFailed) -> ResponseReturnValue:
    _log.error("A letter could not be sent: %s", error)
    return trouble_page(503, note="No mail could be sent. If it stays so, tell whoever runs this place.")


def _demand_proof() -> ResponseReturnValue | None:
    if request.endpoint not in SENSITIVE or the_visit().proved(house().clock()):
        return None
    from handlers.web.confirm import demand

    return demand()


def _demand_user() -> ResponseReturnValue | None:
    if NEEDS[str(request.endpoint)] is Need.PUBLIC or current_user():
        return None
    if "HX-Request" in request.headers:
        # A fragment of a page: the whole page must go to the door, not the door into the page.
        return "", 204, {"HX-Redirect": url_for("web.login")}
    return redirect(url_for("web.login", next=here() if request.method != "POST" else None))
