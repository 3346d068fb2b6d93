"""A host of its own for pings: their URLs stand at its root, it serves nothing else, and no other host is like it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from handlers.gateway import respond
from tests.apps import serving_app
from tests.conftest import Engine
from tests.fakes import Clock, Scene, settings_for
from tests.handlers.events import LambdaContext, rest_event
from tests.visits import sign_in
from tocsin.domain.ping import Kind
from tocsin.house import House

PING = "ping.example.org"
SITE = "tocsin.example.org"


@pytest.fixture
def engine() -> Engine:
    """One is enough: where a request is led does not depend on the store."""
    return "sqlite"


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    roots = {"site_root": f"https://{SITE}", "ping_root": f"https://{PING}"}
    with serving_app(settings_for(store_url, tmp_path, **roots), clock) as app:
        yield app


@pytest.fixture
def insider(app: Flask, scene: Scene) -> FlaskClient:
    """A browser whose owner is signed in, and sends the cookie to either host."""
    client = app.test_client()
    for host in (SITE, PING):
        sign_in(client, scene.owner, base_url=f"https://{host}")
    return client


def kinds(scene: Scene, check_id: str) -> list[Kind]:
    """What the check's log has, oldest first."""
    return [ping.kind for ping in reversed(scene.log(check_id))]


@pytest.mark.parametrize("host", [PING, "PING.Example.ORG", f"{PING}:443", f"{PING}:80"])
@pytest.mark.parametrize("before", ["", "/ping"])
def test_ping_urls_stand_at_the_root_of_their_host(scene: Scene, client: FlaskClient, host: str, before: str) -> None:
    """By id and by slug, with every signal; below /ping/ as well."""
    check_id = scene.check(slug="nightly")
    by_id, by_slug = f"{before}/{check_id}", f"{before}/{scene.ping_key}/nightly"
    for path in (by_id, f"{by_id}/", f"{by_id}/start", f"{by_id}/7", by_slug, f"{by_slug}/fail", f"{by_slug}/log?x=1"):
        assert client.post(path, headers={"Host": host}).text == "OK", path
    expected = [Kind.SUCCESS, Kind.SUCCESS, Kind.START, Kind.FAIL, Kind.SUCCESS, Kind.FAIL, Kind.LOG]
    assert kinds(scene, check_id) == expected


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/ping",
        "/ping/",
        "/login",
        "/setup",
        "/projects/",
        "/static/app.css",
        "/bell/1.svg",
        "/checks/{id}/pause",
    ],
)
def test_ping_host_serves_nothing_else(scene: Scene, insider: FlaskClient, method: str, path: str) -> None:
    """Text, no page, no cookie, nothing that only pages say; even for somebody who is signed in."""
    check_id = scene.check()
    response = insider.open(path.format(id=check_id), method=method, base_url=f"https://{PING}")
    assert (response.status_code, response.text, response.mimetype) == (404, "not found", "text/plain")
    assert {"Set-Cookie", "Vary", "Content-Security-Policy", "Location"}.isdisjoint(response.headers.keys())
    assert scene.read(check_id).rev == 1


@pytest.mark.parametrize("host", [SITE, "localhost", f"{PING}:8080", f"x{PING}", f"{PING}.example.com", ""])
def test_other_hosts_keep_pings_below_their_path(scene: Scene, insider: FlaskClient, host: str) -> None:
    """There the root belongs to the pages."""
    check_id = scene.check()
    headers = {"Host": host}
    assert insider.get(f"/{check_id}", headers=headers).mimetype == "text/html"
    assert insider.get(f"/ping/{check_id}", headers=headers).text == "OK"
    assert insider.get("/login", headers=headers).status_code in (200, 302)
    assert kinds(scene, check_id) == [Kind.SUCCESS]


def test_without_the_setting_no_host_is_special(tmp_path: Path, clock: Clock) -> None:
    """Pings are below /ping/, and nowhere else."""
    with serving_app(settings_for(f"sqlite://{tmp_path}/x.sqlite3", tmp_path), clock) as app:
        check_id = Scene.set(app.extensions["tocsin"], clock).check()
        client = app.test_client()
        assert client.get(f"/{check_id}", headers={"Host": PING}).status_code == 404
        assert client.get(f"/ping/{check_id}", headers={"Host": PING}).text == "OK"


@pytest.mark.parametrize(
    ("trusted", "host", "forwarded", "text"),
    [
        (1, "127.0.0.1:8000", PING, "OK"),
        (1, "127.0.0.1:8000", f"{PING}:443", "OK"),
        (1, PING, SITE, None),
        (0, "127.0.0.1:8000", PING, None),
        (0, PING, SITE, "OK"),
    ],
)
def test_proxy_says_what_host_was_asked_for(
    tmp_path: Path, clock: Clock, trusted: int, host: str, forwarded: str, text: str | None
) -> None:
    """Where it is trusted, and only there; None stands for a page."""
    roots = {"site_root": f"https://{SITE}", "ping_root": f"https://{PING}"}
    settings = settings_for(f"sqlite://{tmp_path}/x.sqlite3", tmp_path, trusted_proxies=trusted, **roots)
    with serving_app(settings, clock) as app:
        check_id = Scene.set(app.extensions["tocsin"], clock).check()
        headers = {"Host": host, "X-Forwarded-Host": forwarded, "X-Forwarded-Proto": "https"}
        response = app.test_client().get(f"/{check_id}", headers=headers)
    assert (response.text if response.mimetype == "text/plain" else None) == text


@pytest.mark.parametrize("port", ["", ":8443"])
def test_ping_host_may_have_a_port(tmp_path: Path, clock: Clock, port: str) -> None:
    """Then it is part of the name, also of one that is a number."""
    for name in ("bells.example.org", "[::1]"):
        settings = settings_for(f"sqlite://{tmp_path}/x.sqlite3", tmp_path, ping_root=f"https://{name}{port}")
        with serving_app(settings, clock) as app:
            client = app.test_client()
            assert client.get("/login", headers={"Host": f"{name}{port}"}).text == "not found"
            assert client.get("/login", headers={"Host": f"{name}:9999"}).text != "not found"


@pytest.mark.parametrize("stage", ["", "/dev"])
def test_ping_host_is_known_through_the_gateway(app: Flask, scene: Scene, stage: str) -> None:
    """A custom domain of API Gateway, with or without the stage in the request context; a slash too many is no harm."""
    check_id = scene.check()
    for path, text in ((f"/{check_id}/start", "OK"), (f"//{check_id}/log", "OK"), ("/login", "not found")):
        event = rest_event("POST", path, headers={"Host": [PING]})
        event["requestContext"]["path"] = f"{stage}{path}"
        answer: dict[str, Any] = respond(app, event, LambdaContext())
        assert answer["body"] == text, path
    event = rest_event("GET", f"/{check_id}", headers={"Host": [SITE]})
    assert respond(app, event, LambdaContext())["statusCode"] == 404
    assert kinds(scene, check_id) == [Kind.START, Kind.LOG]


def test_pages_and_messages_show_urls_of_the_ping_host(scene: Scene, insider: FlaskClient, house: House) -> None:
    """By id and by slug; an empty list shows where they will be; programs are told the same in the check object."""
    empty = insider.get(f"/projects/{scene.project}/checks/", base_url=f"https://{SITE}").text
    check_id = scene.check(slug="nightly")
    page = insider.get(f"/checks/{check_id}", base_url=f"https://{SITE}").text
    assert f"https://{PING}/…" in empty
    assert f"https://{PING}/{check_id}/start" in page
    assert f"https://{PING}/{scene.ping_key}/nightly" in page
    assert "/ping/" not in page.replace(f"/checks/{check_id}/ping", "")
    scene.ping(check_id, Kind.FAIL)
    scene.house.tick()
    told = json.loads(scene.channel.told[0].check_json)
    assert told["ping_url"] == f"https://{PING}/{check_id}"
    assert told["update_url"].startswith(f"https://{SITE}/api/")
