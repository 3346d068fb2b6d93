"""The ping URL over HTTP: protocol 1.1 to 1.4, on both engines."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.apps import serving_app
from tests.fakes import Clock, Scene, settings_for
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind, Ping

RID = "0B0B0B0B-0000-4000-8000-00000000000A"


def newest(scene: Scene, check_id: str) -> Ping:
    ping = scene.house.checks.ping(check_id, scene.read(check_id).check.n_pings, now=scene.clock())
    assert ping is not None
    return ping


def says(response: TestResponse, status: int, text: str) -> bool:
    return (response.status_code, response.text, response.mimetype) == (status, text, "text/plain")


@pytest.mark.parametrize(
    ("suffix", "kind", "exit_status"),
    [
        ("", Kind.SUCCESS, None),
        ("/", Kind.SUCCESS, None),
        ("/start", Kind.START, None),
        ("/start/", Kind.START, None),
        ("/fail", Kind.FAIL, None),
        ("/log", Kind.LOG, None),
        ("/0", Kind.SUCCESS, 0),
        ("/007", Kind.FAIL, 7),
        ("/255", Kind.FAIL, 255),
    ],
)
@pytest.mark.parametrize("form", ["uuid", "slug"])
def test_ping_url_forms(
    scene: Scene, client: FlaskClient, form: str, suffix: str, kind: Kind, exit_status: int | None
) -> None:
    """Both ways to name a check, and every signal, with and without a slash at the end."""
    check_id = scene.check(slug="night-ly_1")
    base = f"/ping/{check_id}" if form == "uuid" else f"/ping/{scene.ping_key}/night-ly_1"
    assert says(client.get(base + suffix), 200, "OK")
    ping = newest(scene, check_id)
    assert (ping.kind, ping.exit_status, ping.n) == (kind, exit_status, 1)


def test_ping_is_told_from_the_request(scene: Scene, client: FlaskClient) -> None:
    """Time, scheme, method, address, user agent, run id and body are in the log."""
    check_id = scene.check()
    client.post(
        f"https://tocsin.test/ping/{check_id}/fail?rid={RID}&unknown=1",
        data=b"\xff\x00body",
        headers={"User-Agent": "u" * 300},
        environ_base={"REMOTE_ADDR": "2001:db8::1"},
    )
    ping = newest(scene, check_id)
    assert (ping.at, ping.scheme, ping.method, ping.remote_addr) == (scene.clock(), "https", "POST", "2001:db8::1")
    assert (ping.ua, ping.rid, ping.body) == ("u" * 200, RID.lower(), b"\xff\x00body")


def test_ping_answer_has_the_headers_that_clients_look_for(scene: Scene, client: FlaskClient) -> None:
    """The limit, the permission for browsers, and never a cache; no cookie."""
    headers = client.get(f"/ping/{scene.check()}").headers
    assert headers["Ping-Body-Limit"] == "100000"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "no-store" in headers["Cache-Control"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_any_method_is_a_ping(scene: Scene, client: FlaskClient, method: str) -> None:
    """Clients use whatever they have."""
    check_id = scene.check()
    assert says(client.open(f"/ping/{check_id}", method=method), 200, "OK")
    assert newest(scene, check_id).method == method


def test_head_is_a_ping_with_an_empty_answer(scene: Scene, client: FlaskClient) -> None:
    """`wget --spider` counts; the length is that of OK."""
    check_id = scene.check()
    response = client.head(f"/ping/{check_id}")
    assert (response.status_code, response.data, response.headers["Content-Length"]) == (200, b"", "2")
    assert newest(scene, check_id).method == "HEAD"


def test_question_of_a_browser_is_no_ping(scene: Scene, client: FlaskClient) -> None:
    """A CORS preflight is answered, and not recorded."""
    check_id = scene.check()
    response = client.options(f"/ping/{check_id}", headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert scene.read(check_id).check.n_pings == 0


@pytest.mark.parametrize("suffix", ["", "/start", "/fail", "/log", "/0", "/256", "?rid=", "/abc", "/-1", "/start/x"])
def test_unknown_checks_are_not_found(scene: Scene, client: FlaskClient, suffix: str) -> None:
    """404 comes before any complaint about the rest of the request."""
    for base in (f"/ping/{uuid4()}", f"/ping/{scene.ping_key}/nothing", f"/ping/{'x' * 22}/nothing"):
        response = client.get(base + suffix)
        assert says(response, 404, "not found")
        assert "Ping-Body-Limit" not in response.headers
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/ping//{id}",
        "/ping/{long}/x",
        "/ping/",
        "/ping/x",
        "/ping/{upper}",
        "/ping/{plain}",
        "/ping/a.b/c",
        "/ping/{id}/start/more",
        "/ping/é/ü",
    ],
)
def test_paths_that_name_no_check_are_not_found(scene: Scene, client: FlaskClient, path: str) -> None:
    """A program reads this, so it is never a web page."""
    check_id = scene.check()
    names = {"id": check_id, "upper": check_id.upper(), "plain": check_id.replace("-", ""), "long": "x" * 3000}
    assert says(client.get(path.format(**names)), 404, "not found")


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        ("/256", "invalid url format"),
        ("/" + "9" * 400, "invalid url format"),
        ("?rid=", "invalid uuid format"),
        ("?rid=1", "invalid uuid format"),
        ("/log?rid=" + RID[:-1], "invalid uuid format"),
    ],
)
def test_malformed_pings_change_nothing(scene: Scene, client: FlaskClient, suffix: str, text: str) -> None:
    """400, with the text that clients know."""
    check_id = scene.check()
    assert says(client.post(f"/ping/{check_id}{suffix}"), 400, text)
    assert scene.read(check_id).check.n_pings == 0


def test_slug_with_upper_case_is_malformed(scene: Scene, client: FlaskClient) -> None:
    """Slugs are lower case, and a client that sends another is told so."""
    scene.check(slug="night")
    assert says(client.get(f"/ping/{scene.ping_key}/Night"), 400, "invalid url format")


def test_slug_of_two_checks_is_ambiguous(scene: Scene, client: FlaskClient) -> None:
    """Neither is pinged."""
    ids = [scene.check(slug="night") for _ in range(2)]
    assert says(client.get(f"/ping/{scene.ping_key}/night"), 409, "ambiguous slug")
    assert [scene.read(check_id).check.n_pings for check_id in ids] == [0, 0]


@pytest.mark.parametrize("healthy", [True, False])
def test_body_is_cut_and_the_rest_drained(scene: Scene, client: FlaskClient, healthy: bool) -> None:
    """A client may send more than is kept, and still gets its OK."""
    check_id = scene.check()
    if healthy:
        client.get(f"/ping/{check_id}")
    body = bytes(range(256)) * 12_000
    stream = io.BytesIO(body)
    response = client.post(f"/ping/{check_id}", input_stream=stream, content_length=len(body))
    assert says(response, 200, "OK")
    assert newest(scene, check_id).body == body[:100_000]
    assert stream.read() == b""


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "nonsense"},
        {"Transfer-Encoding": "chunked"},
    ],
)
def test_body_is_never_parsed(scene: Scene, client: FlaskClient, headers: Mapping[str, str]) -> None:
    """Whatever type a client calls it, it is kept as it came."""
    check_id = scene.check()
    environ = {"wsgi.input_terminated": True}
    assert says(client.post(f"/ping/{check_id}", data=b"a=1&{", headers=headers, environ_base=environ), 200, "OK")
    assert newest(scene, check_id).body == b"a=1&{"


@pytest.mark.parametrize(
    ("trusted", "told"), [(0, ("127.0.0.1", "http")), (1, ("198.51.100.7", "https")), (2, ("203.0.113.9", "https"))]
)
def test_ping_through_proxies_knows_the_client(
    tmp_path: Path, clock: Clock, trusted: int, told: tuple[str, str]
) -> None:
    """As many proxies as the settings trust may say who called, and not one more."""
    settings = settings_for(f"sqlite://{tmp_path}/x.sqlite3", tmp_path, trusted_proxies=trusted)
    headers = {"X-Forwarded-For": "192.0.2.66, 203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https, https"}
    with serving_app(settings, clock) as app:
        scene = Scene.set(app.extensions["tocsin"], clock)
        check_id = scene.check()
        app.test_client().get(f"/ping/{check_id}", headers=headers)
        assert (newest(scene, check_id).remote_addr, newest(scene, check_id).scheme) == told


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="?#\\"), max_size=60),
    st.dictionaries(st.sampled_from(["rid", "create", "api_key", "x"]), st.text(max_size=40)),
    st.binary(max_size=200),
)
@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_never_a_server_error(
    scene: Scene, client: FlaskClient, tail: str, query: dict[str, str], body: bytes
) -> None:
    """Generated paths, queries and bodies get an answer below 500."""
    for path in (f"/ping/{tail}", f"/ping/{scene.ping_key}/{tail}", f"/ping/{uuid4()}/{tail}"):
        assert client.post(path, query_string=query, data=body).status_code < 500


def test_store_out_of_reach_is_told_and_logged(
    store_url: str, scene: Scene, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller may try again; the log says what is wrong and how to mend it."""
    if store_url.startswith("sqlite"):
        pytest.skip("a file that was opened stays open")
    check_id = scene.check()
    scene.house.table.drop()
    response = client.get(f"/ping/{check_id}")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "flask table create" in caplog.text


def test_status_changes_by_ping(scene: Scene, client: FlaskClient) -> None:
    """From new to up, down and up again, over HTTP alone."""
    check_id = scene.check()
    seen = []
    for suffix in ("", "/fail", "/start", "/0"):
        client.get(f"/ping/{check_id}{suffix}")
        seen.append(scene.read(check_id).check.status)
    assert seen == [Status.UP, Status.DOWN, Status.DOWN, Status.UP]


@pytest.mark.parametrize("path", ["/login", "/nothing", "/ping/x"])
def test_host_that_makes_no_sense_is_told_in_text(client: FlaskClient, path: str) -> None:
    """Without a host there are no links, and so no page; but there is an answer."""
    response = client.get(path, headers={"Host": "a..b"})
    assert (response.status_code, response.mimetype) == (400, "text/plain")
