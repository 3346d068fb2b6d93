"""The ping URL over HTTP: protocol 1.1 to 1.4, on both engines. What it refuses is in test_ping_refusals.py."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.apps import serving_app
from tests.fakes import Clock, Scene, settings_for
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind, Ping

RID = "0B0B0B0B-0000-4000-8000-00000000000A"


def newest(scene: Scene, check_id: str) -> Ping:
    ping = scene.entry(check_id, scene.read(check_id).check.n_pings)
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
        ("/keepalive", Kind.KEEPALIVE, None),
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


@pytest.mark.parametrize("before", ["/", "//", ""])
def test_ping_path_may_begin_with_any_number_of_slashes(scene: Scene, client: FlaskClient, before: str) -> None:
    """Who puts the site's address, with a slash at its end, and the path together has one too many."""
    check_id = scene.check()
    assert says(client.get("/", environ_overrides={"PATH_INFO": f"{before}ping/{check_id}"}), 200, "OK")
    assert newest(scene, check_id).n == 1


@pytest.mark.parametrize("length", ["5 ", "\t5"])
def test_space_around_a_length_is_no_part_of_it(scene: Scene, client: FlaskClient, length: str) -> None:
    """Servers differ in whether they cut it off (RFC 9110, 5.5)."""
    check_id = scene.check()
    client.post(f"/ping/{check_id}", data=b"hello", environ_overrides={"CONTENT_LENGTH": length})
    assert newest(scene, check_id).body == b"hello"


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


def test_ping_to_a_host_that_makes_no_sense_is_a_ping(scene: Scene, client: FlaskClient) -> None:
    """Nothing in the answer needs it, and the job did run."""
    assert says(client.get(f"/ping/{scene.check()}", headers={"Host": "a..b"}), 200, "OK")


@pytest.mark.parametrize("path", ["/login", "/nothing"])
def test_host_that_makes_no_sense_is_told_in_text(client: FlaskClient, path: str) -> None:
    """Without a host there are no links, and so no page; but there is an answer."""
    response = client.get(path, headers={"Host": "a..b"})
    assert (response.status_code, response.mimetype) == (400, "text/plain")
