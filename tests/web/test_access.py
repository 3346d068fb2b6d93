"""Who gets to see what: every route of the web, for somebody anonymous, a stranger, and members of every role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import pytest
from flask import Flask
from msgspec.structs import replace

from handlers.web.routes import FORMS, NEEDS
from tests.fakes import SECRET
from tests.web.browser import Browser
from tests.web.conftest import Site
from tocsin.domain.check import unique_key
from tocsin.services.keys import create_key
from tocsin.services.record_ping import record_mail
from tocsin.stores.audit import COMMAND
from tocsin.stores.invitations import invitation_id
from tocsin.stores.keys import KeyKind
from tocsin.stores.projects import Role

POSTED = {f"web.{endpoint}" for _, endpoint, _, _ in FORMS}
UNKNOWN = "00000000-0000-4000-8000-000000000001"
IDS = ("project_id", "check_id", "channel_id", "user_id", "key_id", "invitation_id")
DOOR, HERE, GONE, BARRED, AWAY, MALFORMED = "door", 200, 404, 403, 302, 400
Answers: TypeAlias = tuple[object, object, object, object, object, object]
"""For somebody anonymous, a stranger, and members by role: read-only, member, manager, owner."""


def anybody(answer: object, *, in_: object = None) -> Answers:
    """A page that needs nobody signed in; `in_` is what those get who are."""
    signed_in = in_ or answer
    return (answer, *5 * (signed_in,))


def user(answer: object) -> Answers:
    return (DOOR, *5 * (answer,))


def look(answer: object) -> Answers:
    return (DOOR, GONE, answer, answer, answer, answer)


def work(answer: object) -> Answers:
    return (DOOR, GONE, BARRED, answer, answer, answer)


def manage(answer: object) -> Answers:
    return (DOOR, GONE, BARRED, BARRED, answer, answer)


def own(answer: object) -> Answers:
    return (DOOR, GONE, BARRED, BARRED, BARRED, answer)


EXPECTED: Mapping[str, Answers] = {
    "web.home": anybody(HERE, in_=AWAY),
    "web.setup": anybody(DOOR),
    "web.login": anybody(HERE, in_=AWAY),
    "web.bell": anybody(HERE),
    "web.manual": anybody(HERE),
    "web.confirm_app": user(422),
    "web.confirm_recovery": user(422),
    "web.confirm_passkey": user(422),
    "web.confirm_passkey_options": user(HERE),
    "web.login_oidc": anybody(GONE),
    "web.oidc_callback": anybody(GONE),
    "web.login_passkey": anybody(DOOR),
    "web.login_passkey_options": anybody(HERE),
    "web.second_step": anybody(DOOR),
    "web.second_step_recovery": anybody(DOOR),
    "web.second_step_passkey": anybody(DOOR),
    "web.second_step_options": anybody(400),
    "web.security": user(HERE),
    "web.add_app": user(HERE),
    "web.remove_app": user(GONE),
    "web.renew_codes": user(GONE),
    "web.add_passkey": user(HERE),
    "web.add_passkey_options": user(HERE),
    "web.rename_passkey": user(GONE),
    "web.remove_passkey": user(GONE),
    "web.connect_oidc": user(GONE),
    "web.disconnect_oidc": user(GONE),
    "web.docs": anybody(HERE),
    "web.docs_page": anybody(HERE),
    "web.appearance": user(HERE),
    "web.logout": user(DOOR),
    "web.mail_link": anybody(HERE, in_=AWAY),
    "web.mail_sent": anybody(HERE),
    "web.enter": anybody(410),
    "web.sign_up": anybody(BARRED, in_=AWAY),
    "web.make_account": anybody(BARRED),
    "web.confirm": user(HERE),
    "web.mail_code": user(AWAY),
    "web.profile": user(HERE),
    "web.password": user(HERE),
    "web.email": user(HERE),
    "web.move_email": user(410),
    "web.sessions": user(HERE),
    "web.end_session": user(AWAY),
    "web.end_others": user(AWAY),
    "web.activity": user(HERE),
    "web.close_account": user(HERE),
    "web.account_closed": anybody(HERE),
    "web.projects": user(HERE),
    "web.add_project": user(HERE),
    "web.checks": look(HERE),
    "web.checks_live": look(HERE),
    "web.deleted_checks": look(HERE),
    "web.restore_checks": work(GONE),
    "web.act_on_checks": work(AWAY),
    "web.rename_check": work(HERE),
    "web.project_wall": look(HERE),
    "web.wall": user(HERE),
    "web.add_check": work(HERE),
    "web.settings": manage(HERE),
    "web.renew_ping_key": manage(HERE),
    "web.delete_project": own(HERE),
    "web.team": look(HERE),
    "web.invite": manage(HERE),
    "web.invite_again": manage(AWAY),
    "web.revoke_invitation": (DOOR, GONE, BARRED, BARRED, AWAY, GONE),
    "web.invitation": (HERE, HERE, AWAY, AWAY, AWAY, AWAY),
    "web.transfer": own(HERE),
    "web.withdraw_transfer": own(AWAY),
    "web.answer_transfer": look(GONE),
    "web.change_role": manage(MALFORMED),
    "web.remove_member": manage(HERE),
    "web.leave_project": look(HERE),
    "web.keys": manage(HERE),
    "web.add_key": manage(HERE),
    "web.revoke_key": manage(HERE),
    "web.audit": work(HERE),
    "web.account_keys": user(HERE),
    "web.add_account_key": user(HERE),
    "web.revoke_account_key": (DOOR, GONE, GONE, GONE, GONE, HERE),
    "web.channels": look(HERE),
    "web.add_channel": work(HERE),
    "web.edit_channel": work(HERE),
    "web.assign_channel": work(HERE),
    "web.delete_channel": work(HERE),
    "web.test_channel": work(AWAY),
    "web.badges": look(HERE),
    "web.check": look(HERE),
    "web.cloaked": look(AWAY),
    "web.check_live": look(HERE),
    "web.edit_check": work(HERE),
    "web.schedule_preview": user(HERE),
    "web.clear_check": work(HERE),
    "web.delete_check": work(HERE),
    "web.pause_check": work(AWAY),
    "web.resume_check": work(AWAY),
    "web.ping_now": work(AWAY),
    "web.clone_check": work(AWAY),
    "web.tell_channel": work(AWAY),
    "web.move_check": work(HERE),
    "web.pings": look(HERE),
    "web.pings_live": look(HERE),
    "web.ping": look(HERE),
    "web.ping_body": look(HERE),
    "web.ping_part": look(HERE),
}
"""What each endpoint answers to GET; to POST, where it takes nothing else."""


def url_of(site: Site, endpoint: str, **changes: str) -> tuple[str, str]:
    """A URL that the endpoint answers to in the owner's project, and the method to ask it with."""
    rule = next(rule for rule in site.app.url_map.iter_rules() if rule.endpoint == endpoint)
    [(stored, _)] = site.house.checks.listing(site.project)
    [channel] = site.house.channels.of_project(site.project)
    ids = {"project_id": site.project, "check_id": stored.check.id, "channel_id": channel.id}
    ids |= {"user_id": people_of(site)["guest@example.org"], "key_id": key_of(site, endpoint)}
    ids["invitation_id"] = invitation_id(site.project, "new@example.org")
    ids |= changes
    ids["token"] = (site.token or "x" * 43) if changes.get("project_id") != UNKNOWN else "forged"
    values: dict[str, Any] = ids | {"n": 1, "kind": "email", "down": 3, "key": unique_key(ids["check_id"])}
    values |= {"passkey_id": "nobody's", "identity_id": "nobody's", "name": "cron"}
    values |= {"part": 1, "session_id": "0" * 32}
    with site.app.test_request_context():
        url = site.app.url_for(endpoint, **{name: values[name] for name in rule.arguments})
    return url, "GET" if rule.methods and "GET" in rule.methods else "POST"


def people_of(site: Site) -> dict[str, str]:
    """The ids of the team, by address."""
    team = site.house.members.of_project(site.project)
    known = site.house.accounts.several(member.user for member in team)
    return {user.email: user.id for user in known.values()}


def key_of(site: Site, endpoint: str) -> str:
    keys = site.house.keys
    return (keys.of_user(site.user.id) if "account" in endpoint else keys.of_project(site.project))[0].id


def ask(browser: Browser, url: str, method: str) -> tuple[object, str]:
    """The answer's status, or DOOR, and its text without what differs from one asking to the next."""
    if method == "GET":
        answer = browser.client.get(url)
    else:
        page = browser.get("/projects/add")  # or the door, which has a form as well
        answer = browser.client.post(url, data={"csrf_token": page.forms[-1].values["csrf_token"]})
    if answer.headers.get("Location", "").startswith("/login"):
        return DOOR, ""
    return answer.status_code, re.sub(r"\?v=\w+", "", answer.text)


@pytest.fixture
def furnished(site: Site) -> Site:
    """With a check that was pinged once, by mail, a guest, an invitation, and a key of each kind."""
    record_mail(
        site.house.checks, check_id=site.check(), now=site.clock(), sender="x", subject="", text="", message=b"\ndone"
    )
    site.member(Role.MEMBER, email="guest@example.org")
    site.token = site.invite("new@example.org", Role.MEMBER)
    for kind, owner in ((KeyKind.READ_WRITE, site.project), (KeyKind.ACCOUNT, site.user.id)):
        create_key(site.house.keys, kind=kind, owner=owner, secret_key=SECRET, by=COMMAND, now=site.clock())
    return site


def test_access_table_names_every_route(app: Flask) -> None:
    """A route that is not in the table above has not been thought about."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")}

    assert routes == EXPECTED.keys()


@pytest.mark.parametrize("endpoint", EXPECTED)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_access_is_as_the_table_says(furnished: Site, other: Site, anonymous: Browser, endpoint: str) -> None:
    """Anonymous people are led to the door, strangers find nothing, members get as far as their role reaches."""
    url, method = url_of(furnished, endpoint)
    members = [furnished.member(role) for role in (Role.READ_ONLY, Role.MEMBER, Role.MANAGER)]

    found = [ask(browser, url, method)[0] for browser in (anonymous, other.browser, *members, furnished.browser)]

    assert tuple(found) == EXPECTED[endpoint]


@pytest.mark.parametrize(
    "endpoint", [rule for rule in EXPECTED if rule in POSTED and {BARRED, GONE} & {*EXPECTED[rule]}]
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_form_is_refused_where_its_page_is(furnished: Site, other: Site, endpoint: str) -> None:
    """Whoever may not see the page may not send its form either, whatever they put together by themselves."""
    url, _ = url_of(furnished, endpoint)
    browsers = [other.browser, *map(furnished.member, (Role.READ_ONLY, Role.MEMBER, Role.MANAGER)), furnished.browser]

    for browser, answer in zip(browsers, EXPECTED[endpoint][1:], strict=True):
        if answer in (BARRED, GONE):
            assert ask(browser, url, "POST")[0] == answer


@pytest.mark.parametrize("endpoint", [endpoint for endpoint, answers in EXPECTED.items() if GONE in answers])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_other_peoples_ids_look_like_unknown_ones(furnished: Site, other: Site, endpoint: str) -> None:
    """To a stranger, what exists and what never did are the same page, letter by letter."""
    theirs, method = url_of(furnished, endpoint)
    unknown, _ = url_of(furnished, endpoint, **dict.fromkeys(IDS, UNKNOWN))

    assert ask(other.browser, theirs, method) == ask(other.browser, unknown, method)
    assert ask(other.browser, theirs, method)[0] == GONE


def test_channel_of_another_project_is_not_found_in_ones_own(site: Site, other: Site) -> None:
    """A channel's id works only together with its own project's."""
    [theirs] = site.house.channels.of_project(other.project)

    assert site.browser.get(f"{site.channels_url}{theirs.id}/edit").status == 404


def test_form_sent_by_a_stranger_changes_nothing(site: Site, other: Site) -> None:
    """A token of one's own session does not open what belongs to somebody else."""
    check_id = site.check(name="Mine")
    token = other.browser.get("/projects/").form().values["csrf_token"]

    for act in ("pause", "delete", "clear", "edit", "ping"):
        answer = other.browser.client.post(f"/checks/{check_id}/{act}", data={"csrf_token": token, "name": "Theirs"})
        assert answer.status_code == 404

    [(stored, info)] = site.house.checks.listing(site.project)
    assert (info.name, stored.check.n_pings) == ("Mine", 0)


def test_fragment_sends_the_whole_page_to_the_door(anonymous: Browser, site: Site) -> None:
    """A list left open past the session's end must not show the door inside the list."""
    answer = anonymous.client.get(f"{site.list_url}live", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login"


def test_page_that_is_out_of_reach_says_which_role_it_takes_and_whom_to_ask(site: Site) -> None:
    """A member who meets a closed door must not have to guess who has the key."""
    manager, reader = site.member(Role.MANAGER), site.member(Role.READ_ONLY)

    page = reader.get(f"{site.list_url}add")

    assert page.status == 403
    assert "In “Backups” you are a read-only member; this takes a member or more." in page.text
    assert "alice@example.org or manager@example.org can give you another role." in page.text
    assert manager.get(f"{site.list_url}add").status == 200


def test_read_only_member_sees_no_button(site: Site) -> None:
    """What would be refused is not offered: the pages of a read-only member hold no form but the frame's."""
    check_id, reader = site.check(), site.member(Role.READ_ONLY)

    for url in (site.list_url, site.channels_url, f"/checks/{check_id}"):
        page = reader.get(url)
        assert page.status == 200
        assert [form.action for form in page.forms if form.method == "post" and not form.of_frame] == []
        assert not [link for link in page.links if link.endswith(("/add", "/edit", "/delete", "/clear"))]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", [Role.READ_ONLY, Role.MEMBER, Role.MANAGER])
def test_pages_offer_nothing_that_would_be_refused(furnished: Site, role: Role) -> None:
    """Every link and form on every page that a member sees leads to where their role reaches."""
    browser, column = furnished.member(role), {Role.READ_ONLY: 2, Role.MEMBER: 3, Role.MANAGER: 4}[role]
    adapter, refused = furnished.app.url_map.bind("localhost"), set()
    for endpoint in [name for name, answers in EXPECTED.items() if answers[column] == HERE]:
        page = browser.get(url_of(furnished, endpoint)[0])
        ways = [(link, "GET") for link in page.links] + [(form.action, form.method.upper()) for form in page.forms]
        for url, method in ways:
            if url.startswith("/"):
                leads_to, _ = adapter.match(url.partition("?")[0].partition("#")[0], method=method)
                least = NEEDS[leads_to].role if leads_to in NEEDS else None
                if least and not role.reaches(least):
                    refused.add(f"{endpoint} offers {leads_to}")
    assert refused == set()


def test_role_counts_from_the_moment_it_changes(site: Site) -> None:
    """Nobody has to sign in again to lose a right, or to gain one."""
    check_id, browser = site.check(), site.member(Role.MEMBER)
    member = next(each for each in site.house.members.of_project(site.project) if each.role is Role.MEMBER)
    page = browser.get(f"/checks/{check_id}")

    site.house.members.change_role(site.project, member, Role.READ_ONLY, also=[])
    assert browser.submit(page, "/pause").status == 403
    site.house.members.remove(site.project, replace(member, role=Role.READ_ONLY), also=[])
    assert browser.submit(page, "/pause").status == 404
