"""Who may call what: every route with every kind of key, and with somebody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from handlers.api.route import Needs, Route
from handlers.api.v4 import ROUTES
from tests.api.v4.program import NOWHERE, Program, new_key, refused, told
from tests.fakes import Scene
from tocsin.domain.check import unique_key
from tocsin.stores.keys import KeyKind
from tocsin.stores.members import Member
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

GUARDED = [route for route in ROUTES if route.needs is not Needs.NOTHING]
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/projects/"): {"name": "Another"},
    ("POST", "/projects/<id:project>/keys/"): {"kind": "ro"},
    ("POST", "/keys/"): {"kind": "account-ro"},
    ("POST", "/checks/bulk"): {"filter": {"all": True}, "act": "pause", "dry_run": True},
    ("POST", "/channels/"): {"kind": "fake", "config": {}},
    ("PUT", "/import"): {"tocsin": 1},
    ("PATCH", "/projects/<id:project>/members/<id:member>"): {"role": "read-only"},
    ("POST", "/projects/<id:project>/invitations/"): {"email": "dora@example.org", "role": "member"},
}
_REFUSED = {
    Needs.READ: [],
    Needs.WRITE: [KeyKind.READ_ONLY, KeyKind.ACCOUNT_READ_ONLY],
    Needs.ACCOUNT_READ: [KeyKind.READ_WRITE, KeyKind.READ_ONLY],
    Needs.ACCOUNT_WRITE: [KeyKind.READ_WRITE, KeyKind.READ_ONLY, KeyKind.ACCOUNT_READ_ONLY],
}
KINDS = [KeyKind.READ_WRITE, KeyKind.READ_ONLY, KeyKind.ACCOUNT, KeyKind.ACCOUNT_READ_ONLY]


def name(route: Route) -> str:
    return f"{(route.methods or ('GET',))[0]} {route.path}"


def calls(route: Route) -> list[tuple[str, str]]:
    return [(method, route.path) for method in route.methods or ("GET",)]


def body_of(method: str, declared: str, scene: Scene) -> Any:
    return BODIES.get((method, declared), {"project": scene.project} if declared.endswith("/move") else {})


def asks_for_project(route: Route) -> bool:
    return route.query is not None and "project" in route.query.__struct_fields__


@pytest.fixture
def things(program: Program) -> dict[str, str]:
    """What can stand in a path: one of each, all of the program's own project."""
    scene = program.scene
    check = scene.check(name="Nightly", slug="nightly", tags="prod")
    scene.ping(check, body=b"done")
    new_key(scene), new_key(scene, KeyKind.ACCOUNT)
    return {
        "id:check": check,
        "key:key": unique_key(check),
        "number:n": "1",
        "id:channel": scene.channel_id,
        "id:project": scene.project,
        "id:member": scene.join("carol@example.org"),
        "id:invitation": scene.invite("eve@example.org"),
    }


def path_of(route: Route, things: dict[str, str], scene: Scene) -> str:
    if "<id:key>" in route.path:
        keys = scene.house.keys
        own = keys.of_project(scene.project) if "<id:project>" in route.path else keys.of_user(scene.owner)
        things |= {"id:key": own[0].id}
    return re.sub(r"<([\w:]+)>", lambda place: things[place[1]], route.path)


@pytest.mark.parametrize("route", GUARDED, ids=name)
def test_route_opens_for_the_keys_that_it_declares(route: Route, program: Program, things: dict[str, str]) -> None:
    """Too little of a key is 403, none is 401; one that is enough is let in."""
    path = path_of(route, things, program.scene)
    query = f"?project={program.scene.project}" if asks_for_project(route) else ""
    for method, declared in calls(route):
        body = body_of(method, declared, program.scene)
        for kind in KINDS:
            response = program.holding(kind).call(method, path + query, body)
            if kind in _REFUSED[route.needs]:
                assert refused(response, 403).startswith("This takes a")
            elif kind is KINDS[-1] or method == "GET":
                assert response.status_code in (200, 304), response.text
        assert "X-Api-Key" in refused(program.with_key(None).call(method, path + query, body), 401)
        assert "opens nothing" in refused(program.with_key("hcw_" + "0" * 28).call(method, path + query, body), 401)


@pytest.mark.parametrize("route", [route for route in GUARDED if route.needs is not Needs.READ], ids=name)
def test_route_that_writes_does_it_for_an_account_key(route: Route, program: Program, things: dict[str, str]) -> None:
    path = path_of(route, things, program.scene)
    query = f"?project={program.scene.project}" if asks_for_project(route) else ""
    if path.endswith("/resume"):
        program.post(path.replace("resume", "pause"))
    if path.endswith("/restore"):
        program.delete(path.removesuffix("/restore"))
    for method, declared in calls(route):
        response = program.holding(KeyKind.ACCOUNT).call(method, path + query, body_of(method, declared, program.scene))
        assert response.status_code in (200, 201, 204), response.text


@pytest.mark.parametrize("route", [route for route in GUARDED if "<" in route.path], ids=name)
def test_what_belongs_to_somebody_else_is_not_there(
    route: Route, program: Program, stranger: Program, things: dict[str, str]
) -> None:
    """404 with all of their keys, as for an id of nothing; and nothing happens to it."""
    path = path_of(route, things, program.scene)
    for method, declared in calls(route):
        body = body_of(method, declared, program.scene)
        for kind in KINDS:
            if kind not in _REFUSED[route.needs]:
                theirs = stranger.holding(kind)
                query = f"?project={stranger.scene.project}" if asks_for_project(route) else ""
                answers = [refused(theirs.call(method, path + query, body), 404)]
                nothing = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", NOWHERE, path)
                if "<key:" not in route.path:
                    answers.append(refused(theirs.call(method, nothing + query, body), 404))
                assert len(set(answers)) == 1
    assert program.show(things["id:check"])["n_pings"] == 1
    assert len(told(program.get("/channels/"))["channels"]) == 1


@pytest.mark.parametrize("route", [route for route in GUARDED if asks_for_project(route)], ids=name)
def test_project_that_is_named_must_be_one_of_the_key(
    route: Route, program: Program, stranger: Program, things: dict[str, str]
) -> None:
    """A key of a project may name its own, and no other; a key of an account must name one."""
    path = path_of(route, things, program.scene)
    for method, declared in calls(route):
        body = body_of(method, declared, program.scene)
        for theirs in (program, program.holding(KeyKind.ACCOUNT)):
            for project in (stranger.scene.project, NOWHERE):
                assert "project" in refused(theirs.call(method, f"{path}?project={project}", body), 404)
        nameless = program.holding(KeyKind.ACCOUNT).call(method, path, body)
        assert "/api/v4/projects/" in nameless.text
        assert refused(nameless, 400)
        assert refused(program.call(method, f"{path}?project=mine", body), 400)


def test_read_only_keys_are_told_no_secret(program: Program, reader: Program, account_reader: Program) -> None:
    """Neither what a check is pinged by nor whom it tells; nor the ping key of the project."""
    check = program.make(name="Nightly", channels="*")
    for reading in (reader, account_reader):
        single = told(reading.get(f"/checks/{check['unique_key']}"))
        listed = told(reading.get(f"/checks/?project={program.scene.project}"))["checks"]
        assert single == listed[0] == told(reading.get(f"/checks/{check['uuid']}"))
        assert single == {name: value for name, value in check.items() if name not in ("uuid", "ping_url", "channels")}
        assert check["uuid"] not in str(single)
        project = told(reading.get(f"/projects/{program.scene.project}"))
        assert "ping_key" not in project
        assert "ping_key" not in told(reading.get("/projects/"))["projects"][0]
    assert told(program.get(f"/projects/{program.scene.project}"))["ping_key"] == program.scene.ping_key


ABOVE_MEMBERS = {
    "GET /projects/<id:project>/keys/": Role.MANAGER,
    "POST /projects/<id:project>/keys/": Role.MANAGER,
    "DELETE /projects/<id:project>/keys/<id:key>": Role.MANAGER,
    "GET /projects/<id:project>/members/": Role.MANAGER,
    "PATCH /projects/<id:project>/members/<id:member>": Role.MANAGER,
    "DELETE /projects/<id:project>/members/<id:member>": Role.MANAGER,
    "GET /projects/<id:project>/invitations/": Role.MANAGER,
    "POST /projects/<id:project>/invitations/": Role.MANAGER,
    "DELETE /projects/<id:project>/invitations/<id:invitation>": Role.MANAGER,
    "PATCH /projects/<id:project>": Role.MANAGER,
    "PUT /import": Role.MANAGER,
    "DELETE /projects/<id:project>": Role.OWNER,
}
"""Routes that take more than a member. All others that need a key that writes take a member; the rest anybody."""
OF_A_PROJECT = [route for route in GUARDED if "<" in route.path or asks_for_project(route)]


def least_role(route: Route) -> Role:
    usual = Role.MEMBER if route.needs in (Needs.WRITE, Needs.ACCOUNT_WRITE) else Role.READ_ONLY
    return ABOVE_MEMBERS.get(name(route), usual)


@pytest.mark.parametrize("route", [route for route in OF_A_PROJECT if route.path != "/keys/<id:key>"], ids=name)
def test_key_of_an_account_acts_in_its_owners_role(
    route: Route, program: Program, stranger: Program, things: dict[str, str]
) -> None:
    """Where the role does not reach, 403 says which does, and nothing happens; where it does, the call goes through."""
    path, theirs, members = path_of(route, things, program.scene), stranger.holding(KeyKind.ACCOUNT), []
    query = f"?project={program.scene.project}" if asks_for_project(route) else ""
    for role in (Role.READ_ONLY, Role.MEMBER, Role.MANAGER):
        members.append(Member(stranger.scene.owner, role))
        if len(members) == 1:
            program.scene.house.members.add(program.scene.project, members[0], also=[])
        else:
            program.scene.house.members.change_role(program.scene.project, members[-2], role, also=[])
        for method, declared in calls(route):
            response = theirs.call(method, path + query, body_of(method, declared, program.scene))
            if role.reaches(least_role(route)):
                assert response.status_code in (200, 201, 204, 404, 409), response.text
            else:
                assert f"This takes the role {least_role(route)};" in refused(response, 403)
                assert program.get(f"/projects/{program.scene.project}").status_code == 200


def test_key_of_a_read_only_member_is_told_no_secret(program: Program, stranger: Program) -> None:
    """Their account's key may write elsewhere; here it sees what a key sees that only reads."""
    check, theirs = program.make(name="Nightly"), stranger.holding(KeyKind.ACCOUNT)
    program.scene.house.members.add(program.scene.project, Member(stranger.scene.owner, Role.READ_ONLY), also=[])

    listed = told(theirs.get(f"/checks/?project={program.scene.project}"))["checks"]
    found = {each["id"]: each for each in told(theirs.get("/projects/"))["projects"]}

    assert [(each["name"], "uuid" in each) for each in listed] == [("Nightly", False)]
    assert check["uuid"] not in str(told(theirs.get(f"/checks/{check['unique_key']}")))
    assert "ping_key" not in found[program.scene.project]
    assert "ping_key" in found[stranger.scene.project]


def test_key_tells_what_it_is(program: Program, account_reader: Program) -> None:
    own = told(program.get("/key"))
    assert own.pop("shown") == str(program.key)[:8]
    assert own == {
        "kind": "rw",
        "name": "deploy",
        "read_only": False,
        "project": program.scene.project,
        "account": None,
    }
    persons = told(account_reader.get("/key"))
    assert (persons["kind"], persons["read_only"]) == ("account-ro", True)
    assert (persons["project"], persons["account"]) == (None, "alice@example.org")


def test_key_may_come_as_a_bearer_token(program: Program) -> None:
    nameless = program.with_key(None)
    assert told(nameless.get("/key", Authorization=f"Bearer {program.key}"))["name"] == "deploy"
    assert refused(nameless.get("/key", Authorization=f"Basic {program.key}"), 401)


def test_site_tells_that_it_works_without_a_key(program: Program) -> None:
    assert told(program.with_key(None).get("/status/")) == {"status": "ok"}
