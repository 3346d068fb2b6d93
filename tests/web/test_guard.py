"""Cookies, tokens, headers and pages for trouble."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from handlers.web import checks as checks_pages
from tests.apps import serving_app
from tests.fakes import Clock, settings_for
from tests.visits import sign_in
from tests.web.browser import Browser
from tests.web.conftest import Site, settle
from tocsin.services.changing import Busy
from tocsin.stores.table import StoreUnavailable

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.fixture
def https(store_url: str, clock: Clock, tmp_path: Path) -> Iterator[Site]:
    """The same, served under an https address."""
    with serving_app(settings_for(store_url, tmp_path, site_root="https://tocsin.example.org"), clock) as app:
        yield settle(app, clock, "alice@example.org")


@pytest.mark.parametrize("token", [None, "", "forged", "IjAwIg.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_form_without_its_token_is_refused_with_advice(site: Site, token: str | None) -> None:
    """A forged or missing token changes nothing, and the page says what to do."""
    data = {"name": "Forged"} | ({} if token is None else {"csrf_token": token})

    answer = site.browser.client.post(f"{site.list_url}add", data=data)

    assert answer.status_code == 400
    assert "This form has expired" in answer.text
    assert "send it again" in answer.text
    assert site.house.checks.listing(site.project) == []


def test_form_with_the_token_of_another_session_is_refused(site: Site, other: Site) -> None:
    """A token works only with the cookie that it came with."""
    stolen = other.browser.get("/projects/").form().values["csrf_token"]
    site.browser.get("/projects/")

    answer = site.browser.client.post(f"{site.list_url}add", data={"csrf_token": stolen, "name": "Forged"})

    assert answer.status_code == 400


def test_what_was_typed_survives_a_sign_out_in_another_tab(site: Site) -> None:
    """The page keeps it, and sends it once one has signed in again."""
    open_form = site.browser.get(f"{site.list_url}add")
    site.browser.client.delete_cookie("tocsin")
    lost = site.browser.send(open_form, "", {"name": "Long <typed>"})
    assert (lost.status, "Sign in in another tab" in lost.text) == (400, True)

    site.sign_in()
    page = site.browser.send(lost, "Send it again", {})

    assert "The check is made." in page.text
    [(_, info)] = site.house.checks.listing(site.project)
    assert info.name == "Long <typed>"


def test_expired_form_shows_no_password(anonymous: Browser, site: Site) -> None:
    """What is secret has to be typed again."""
    answer = anonymous.client.post("/login", data={"email": "a@example.org", "password": "hush-hush"})

    assert "a@example.org" in answer.text
    assert "hush-hush" not in answer.text


def test_login_form_has_a_token_too(anonymous: Browser, site: Site) -> None:
    """Nobody can be signed in to somebody else's account by a foreign page."""
    assert anonymous.client.post("/login", data={"email": "a@b.c", "password": "x"}).status_code == 400


def test_pings_need_no_token_and_get_no_cookie(site: Site) -> None:
    """The guard stands before pages only."""
    answer = site.app.test_client().post(f"/ping/{site.check()}", data=b"x" * 10)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Content-Security-Policy" not in answer.headers


def test_every_page_carries_the_headers(site: Site, anonymous: Browser) -> None:
    """Pages, redirects, errors and files tell the browser what not to do, and no page holds anything inline."""
    check_id = site.check()
    site.ping(check_id, body=b"hello")
    paths = [site.list_url, site.channels_url, f"{site.list_url}add", f"{site.channels_url}add/webhook", "/projects/"]
    paths += [f"/checks/{check_id}{part}" for part in ("", "/edit", "/delete", "/pings/", "/pings/1", "/pings/1/body")]
    for path in (*paths, "/", "/login", "/nothing", "/static/tocsin.css", "/static/nothing"):
        answer = site.browser.client.get(path)
        answer.close()
        assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers
        if answer.mimetype == "text/html":
            assert answer.headers["Cache-Control"] == "no-store"
            for inline in (" style=", "<style", " onclick=", " onload=", "javascript:", "<script>"):
                assert inline not in answer.text


def test_https_brings_strict_transport_and_a_locked_cookie(https: Site) -> None:
    """Under an https address the cookie can't be planted from elsewhere, nor travel in the clear."""
    answer = https.app.test_client().get("/login", base_url="https://tocsin.example.org")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tocsin=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_session_cookie_lasts_a_month(site: Site) -> None:
    """Without https the cookie has no prefix that would make browsers drop it."""
    with site.browser.client.session_transaction() as session:
        session.permanent = True

    cookie = site.browser.client.get(site.list_url).headers["Set-Cookie"]

    assert cookie.startswith("tocsin=")
    assert "HttpOnly" in cookie
    assert "Secure" not in cookie
    assert site.app.permanent_session_lifetime.days == 30


def test_site_root_is_what_pages_show(https: Site) -> None:
    """Ping URLs have the public address, whatever host the browser used."""
    check_id = https.check()
    client = https.app.test_client()
    sign_in(client, https.user.id, base_url="https://internal.example")

    text = client.get(f"/checks/{check_id}", base_url="https://internal.example").text

    assert f"https://tocsin.example.org/ping/{check_id}" in text
    assert "internal.example" not in text


def test_static_files_are_kept_for_ever_under_their_hash(site: Site, anonymous: Browser) -> None:
    """Links to files carry a hash of what is in them; only with the right one may a browser keep them."""
    html = site.browser.get(site.list_url).html
    link = html.split('rel="stylesheet" href="')[1].split('"')[0]

    def caching(url: str) -> str:
        with anonymous.client.get(url) as answer:
            return answer.headers["Cache-Control"]

    assert caching(link) == "public, max-age=31536000, immutable"
    assert caching("/static/tocsin.css?v=old") == "no-cache"
    assert caching("/static/tocsin.css") == "no-cache"


def test_pages_name_only_files_that_are_there(site: Site) -> None:
    """Every stylesheet, script and icon that a page asks for exists."""
    check_id = site.check()
    for path in (site.list_url, f"/checks/{check_id}", "/nothing"):
        html = site.browser.get(path).html
        for link in (part.split('"')[0] for part in html.split('="/static/')[1:]):
            with site.browser.client.get(f"/static/{link}") as answer:
                assert answer.status_code == 200


def test_pages_work_below_a_stage_prefix(site: Site) -> None:
    """Behind a gateway's stage, links and redirects keep the prefix."""
    check_id = site.check()
    client = site.browser.client
    prefix = {"SCRIPT_NAME": "/prod"}

    assert f"href=/prod/checks/{check_id}" in client.get(site.list_url, environ_overrides=prefix).text
    away = site.app.test_client().get(f"/checks/{check_id}", environ_overrides=prefix)
    assert away.headers["Location"] == f"/prod/login?next=/prod/checks/{check_id}"


def test_bell_shows_how_many_are_down(anonymous: Browser, site: Site) -> None:
    """The tab's icon has the number in it, at most two digits."""
    for down, shown in ((3, ">3<"), (42, ">42<"), (500, ">99<")):
        answer = anonymous.client.get(f"/bell/{down}.svg")
        assert answer.mimetype == "image/svg+xml"
        assert shown in answer.text
        assert answer.headers["Cache-Control"] == "public, max-age=86400"


def test_trouble_pages_say_what_to_do(site: Site) -> None:
    """404, 405 and 413 are pages like the others, with a way back."""
    token = site.browser.get("/projects/").form().values["csrf_token"]
    client = site.browser.client
    answers = {
        404: client.get("/nothing/here"),
        405: client.get("/logout"),
        413: client.post("/projects/add", data={"csrf_token": token, "name": "x" * 2_000_000}),
    }

    for code, answer in answers.items():
        assert answer.status_code == code
        assert answer.mimetype == "text/html"
        assert "To the start" in answer.text
    assert "POST" in answers[405].headers["Allow"]


def test_programs_get_no_pages(site: Site) -> None:
    """What goes wrong below the programs' addresses is not answered in HTML of ours."""
    answer = site.app.test_client().get("/api/v9/nothing")

    assert answer.status_code == 404
    assert "To the start" not in answer.text


def test_fault_of_ours_is_a_page_without_details(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception shows a page that gives nothing away; the log has the rest."""
    monkeypatch.setattr(checks_pages, "listing", lambda *_, **__: 1 / 0)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = site.browser.client.get(site.list_url)

    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "ZeroDivisionError" not in answer.text


@pytest.mark.parametrize("error", [Busy("x"), StoreUnavailable("the disk is full"), sqlite3.OperationalError("x")])
def test_store_in_trouble_is_a_page(site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """A store out of breath or out of reach gets a page that asks to try again, and asks the store for nothing."""

    def fail(*_: object, **__: object) -> None:
        raise error

    check_id = site.check()
    monkeypatch.setattr(type(site.house.checks), "find", fail)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = site.browser.client.get(f"/checks/{check_id}")

    assert answer.status_code == (500 if isinstance(error, sqlite3.Error) else 503)
    assert "To the start" in answer.text
    assert "disk" not in answer.text


def test_views_are_all_registered_under_one_guard(app: Flask) -> None:
    """Every page that is not a program's or a file belongs to the guarded blueprint."""
    strays = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith(("web.", "ping.", "api", "badges.", "prometheus."))
        and rule.endpoint != "static"
    }

    assert strays == set()


@pytest.mark.parametrize("path", ["/static/tocsin.css", "/bell/1.svg", "/ping/x"])
def test_files_and_pings_carry_no_cookie(site: Site, path: str) -> None:
    """What caches may keep must not hold somebody's session."""
    with site.browser.client.get(path) as response:
        assert "Set-Cookie" not in response.headers
