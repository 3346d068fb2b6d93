"""Where the old versions of the API answer, by which methods, and what they let pages of other sites do (3.1, 3.2)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.classic.program import NOWHERE, Program, told
from tests.fakes import Clock, Scene
from tests.tables import Interposed
from tocsin.domain.check import unique_key
from tocsin.house import House
from tocsin.stores.table import StoreUnavailable

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

KEY = unique_key(NOWHERE)
COLLECTIONS = (
    "/checks",
    "/channels",
    "/badges",
    f"/checks/{NOWHERE}/pings",
    f"/checks/{NOWHERE}/flips",
    f"/checks/{KEY}/flips",
    "/status",
)
ROUTES = {
    "/checks/": "GET, POST",
    f"/checks/{NOWHERE}": "GET, POST, DELETE",
    f"/checks/{KEY}": "GET",
    f"/checks/{NOWHERE}/pause": "POST",
    f"/checks/{NOWHERE}/resume": "POST",
    f"/checks/{NOWHERE}/pings/": "GET",
    f"/checks/{NOWHERE}/pings/1/body": "GET",
    f"/checks/{NOWHERE}/flips/": "GET",
    f"/checks/{KEY}/flips/": "GET",
    "/channels/": "GET",
    "/badges/": "GET",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_versions_answer_alike(program: Program, version: int) -> None:
    """One API under three addresses: what one makes, the others show."""
    made = program.make(name="Nightly")
    (listed,) = program.speaking(version).listed()
    assert (listed["uuid"], listed["name"]) == (made["uuid"], "Nightly")


def test_no_such_version(program: Program) -> None:
    for path in ("/api/v0/checks/", "/api/v3", "/api/v3/", "/api/v03/checks/", "/api/V3/checks/", "/api/checks/"):
        response = program.client.get(path, headers={"X-Api-Key": program.key or ""})
        assert (path, response.status_code) == (path, 404)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_collection_without_its_slash_is_elsewhere(program: Program, version: int) -> None:
    """Programs that leave it out follow, with their query; no key is asked for on the way."""
    for path in COLLECTIONS:
        response = program.speaking(version).with_key(None).get(f"{path}?tag=a&tag=b%20c&start=1")
        assert (path, response.status_code, response.data) == (path, 301, b"")
        assert response.headers["Location"] == f"/api/v{version}{path}/?tag=a&tag=b%20c&start=1"


def test_redirect_leads_there(program: Program) -> None:
    program.make(name="Nightly", tags="prod")
    program.make(name="Hourly")
    response = program.client.get(
        "/api/v1/checks?tag=prod", headers={"X-Api-Key": program.key or ""}, follow_redirects=True
    )
    assert [check["name"] for check in told(response)["checks"]] == ["Nightly"]


def test_redirect_keeps_what_is_posted(program: Program) -> None:
    """The protocol loses it; here the request is to be sent again as it was."""
    response = program.client.post(
        "/api/v3/checks", data=b'{"name": "Nightly"}', headers={"X-Api-Key": program.key or ""}, follow_redirects=True
    )
    assert told(response, 201)["name"] == "Nightly"


def test_item_with_a_slash_is_nowhere(program: Program) -> None:
    made = program.make()["uuid"]
    program.client.post(f"/ping/{made}", data=b"done")
    for path in (made, unique_key(made), f"{made}/pings/1/body"):
        assert program.get(f"/checks/{path}").status_code == 200
        assert program.get(f"/checks/{path}/").status_code == 404
    for path in (made, f"{made}/pause", f"{made}/resume"):
        assert program.post(f"/checks/{path}/").status_code == 404
    assert program.show(made)["status"] == "up"


def test_names_of_checks_are_exact(program: Program) -> None:
    """Upper case, missing dashes, or a digit too few or too many: nowhere, and nothing is said."""
    made = program.make()["uuid"]
    key = unique_key(made)
    # An id without letters has no upper case: that one is nowhere to be told from the right one.
    wrong = {made.replace("-", ""), made[:-1], made + "0", f"{{{made}}}", key[:-1], key + "0", "z" * 40, "nonsense"}
    for name in sorted(wrong | ({made.upper(), key.upper()} - {made, key})):
        response = program.get(f"/checks/{name}")
        assert (name, response.status_code, response.data) == (name, 404, b"")


def test_numbers_of_pings_are_exact(program: Program) -> None:
    made = program.make()["uuid"]
    program.client.post(f"/ping/{made}", data=b"done")
    for n in ("0", "01", "-1", "x", "1.0", "99999999999"):
        assert program.get(f"/checks/{made}/pings/{n}/body").status_code == 404, n


def test_other_methods_are_refused(program: Program) -> None:
    """Whoever calls, with an empty body, and pages of other sites may read even that."""
    for path, allowed in ROUTES.items():
        for method in set(METHODS) - set(allowed.split(", ")):
            for caller in (program, program.with_key(None)):
                response = caller.call(method, path, b"nonsense")
                assert (path, method, response.status_code, response.data) == (path, method, 405, b"")
                assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_preflight_needs_no_key(program: Program, version: int) -> None:
    """A browser asks before it sends a header, and can't send that with the question."""
    for path, allowed in ROUTES.items():
        response = program.speaking(version).with_key(None).call("OPTIONS", path)
        assert (path, response.status_code, response.data) == (path, 204, b"")
        cors = {name: value for name, value in response.headers.items() if name.startswith("Access-Control-")}
        assert cors == {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "X-Api-Key",
            "Access-Control-Allow-Methods": f"{allowed}, OPTIONS",
            "Access-Control-Max-Age": "600",
        }


def test_pages_of_other_sites_read_every_answer(program: Program, stranger: Program) -> None:
    """Whatever the answer is, all four headers are there."""
    made, theirs = program.make()["uuid"], stranger.make()["uuid"]
    answers = {
        200: program.get("/checks/"),
        201: program.post("/checks/"),
        204: program.call("OPTIONS", "/checks/"),
        400: program.post("/checks/", {"name": 1}),
        401: program.with_key(None).get("/checks/"),
        403: program.get(f"/checks/{theirs}"),
        404: program.get(f"/checks/{NOWHERE}"),
        405: program.call("PUT", "/checks/"),
        409: program.post(f"/checks/{made}/resume"),
        413: program.post("/checks/", b" " * 2_000_000),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Allow-Headers"] == "X-Api-Key"
        assert response.headers["Access-Control-Allow-Methods"].endswith(", OPTIONS")
        assert response.headers["Access-Control-Max-Age"] == "600"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_site_tells_that_it_works(program: Program, version: int) -> None:
    """Any program may ask, by any method and without a key; a browser's page is not meant to."""
    for method in (*METHODS, "OPTIONS"):
        response = program.speaking(version).with_key(None).call(method, "/status/", b"nonsense")
        assert (response.status_code, response.text, response.mimetype) == (200, "OK", "text/plain")
        assert not [name for name, _ in response.headers if name.startswith("Access-Control-")]


def test_site_without_its_store_does_not(program: Program, app: Flask, scene: Scene, clock: Clock) -> None:
    def fail() -> None:
        raise StoreUnavailable("gone")

    verbs = ("get", "query", "batch_get")
    table = Interposed(scene.house.table, before={verb: [fail] for verb in verbs})
    app.extensions["tocsin"] = House(scene.house.settings, table, scene.house.kinds, clock=clock)
    assert program.get("/status/").status_code == 503
