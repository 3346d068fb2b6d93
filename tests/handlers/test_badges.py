"""Badges, as browsers and programs see them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.apps import serving_app
from tests.fakes import Clock, Scene, settings_for
from tests.handlers.badges import Picture, check_urls, info_of, late_check, project_of, refused, tag_urls
from tocsin.domain.ping import Kind
from tocsin.services.checks import Wishes, delete_check, edit_check
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info

NOBODY = "00000000-0000-4000-8000-000000000000"


def test_project_badge_is_its_worst_check(scene: Scene, client: FlaskClient) -> None:
    """New, paused and started checks are up; one that is late shows with three states, one that is down always."""
    empty, new = client.get(tag_urls(scene)["json"]).json, scene.check()
    scene.ping(new, Kind.START)
    assert empty == {"status": "up", "total": 0, "grace": 0, "down": 0}
    assert client.get(tag_urls(scene)["json3"]).json == {"status": "up", "total": 1, "grace": 0, "down": 0}
    delete_check(scene.house.checks, check_id=new, by=COMMAND, now=scene.clock())
    late_check(scene)
    assert client.get(tag_urls(scene)["json"]).json == {"status": "up", "total": 1, "grace": 1, "down": 0}
    assert client.get(tag_urls(scene)["json3"]).json == {"status": "late", "total": 1, "grace": 1, "down": 0}
    scene.ping(scene.check(), Kind.FAIL)
    for name in ("json", "json3"):
        assert client.get(tag_urls(scene)[name]).json == {"status": "down", "total": 2, "grace": 1, "down": 1}


def test_silence_shows_before_any_tick(scene: Scene, client: FlaskClient) -> None:
    """A check whose time is up is down on its badge, though nothing has been stored of that."""
    check_id = late_check(scene)
    scene.clock.advance(minutes=5)
    assert client.get(check_urls(scene, check_id)["json"]).json == {"status": "down", "total": 1, "grace": 0, "down": 1}


def test_tag_badge_counts_whole_tags(scene: Scene, client: FlaskClient) -> None:
    """A tag that another one begins with is another tag, and a check of another project is nobody's business."""
    scene.ping(scene.check(tags="production web"), Kind.FAIL)
    scene.check(tags="web prod")
    Scene.set(scene.house, scene.clock, owner="bob@example.org").check(tags="prod")
    assert client.get(tag_urls(scene, "prod")["json"]).json == {"status": "up", "total": 1, "grace": 0, "down": 0}
    assert client.get(tag_urls(scene, "web")["json"]).json == {"status": "down", "total": 2, "grace": 0, "down": 1}


def test_answers_are_open_to_pages_of_all_sites_and_never_kept(scene: Scene, client: FlaskClient) -> None:
    """CORS goes with every answer, refusals among them; no cookie does."""
    check_id = scene.check()
    for path in (
        tag_urls(scene)["svg"],
        check_urls(scene, check_id)["json"],
        "/badge/x",
        "/b/3/x.svg",
        "/badge/",
        "/b/",
    ):
        for method in ("GET", "HEAD", "OPTIONS", "POST"):
            headers = client.open(path, method=method).headers
            assert headers["Access-Control-Allow-Origin"] == "*"
            assert headers["Access-Control-Allow-Methods"] == "GET, OPTIONS"
            assert headers["Access-Control-Allow-Headers"] == "X-Api-Key"
            assert headers["Access-Control-Max-Age"] == "600"
            assert "no-store" in headers["Cache-Control"]
            assert {"Set-Cookie", "Vary", "X-Frame-Options"}.isdisjoint(dict(headers))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_badges_are_only_read(scene: Scene, client: FlaskClient, method: str) -> None:
    """Anything else is refused, before anybody looks whether there is such a badge."""
    for path in (tag_urls(scene)["svg"], f"/b/2/{NOBODY}.svg"):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.text, answer.headers["Allow"]) == (405, "", "GET, HEAD, OPTIONS")


def test_head_and_options_have_no_body(scene: Scene, client: FlaskClient) -> None:
    """HEAD tells what GET would, OPTIONS only what may be asked."""
    path = tag_urls(scene)["svg"]
    head, get, options = client.head(path), client.get(path), client.options(path)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(get.data)))
    assert head.content_type == get.content_type
    assert (options.status_code, options.data) == (204, b"")


@pytest.mark.parametrize(
    ("states", "status"), [("3", "late"), ("03", "late"), ("2", "up"), ("0", "up"), ("1", "up"), ("9" * 5000, "up")]
)
def test_check_badge_has_two_states_unless_three(scene: Scene, client: FlaskClient, states: str, status: str) -> None:
    """Three, and any other number for two."""
    check_id = late_check(scene, name="Nightly")
    key, color = info_of(scene, check_id).badge_key, {"late": "important", "up": "success"}[status]
    shown = {"schemaVersion": 1, "label": "Nightly", "message": status, "color": color}
    assert client.get(f"/b/{states}/{key}.shields").json == shown
    assert client.get(f"/b/{states}/{key}.json").json == {"status": status, "total": 1, "grace": 1, "down": 0}


def test_check_badge_is_found_by_its_key_alone(scene: Scene, client: FlaskClient) -> None:
    """Neither the id, which is the ping URL's secret, nor anything that looks like a key finds it."""
    check_id = scene.check()
    key = info_of(scene, check_id).badge_key
    assert key not in (check_id, "")
    assert client.get(f"/b/3/{key}.svg").status_code == 200
    for path in (check_id, NOBODY, project_of(scene).badge_key, key.upper(), key.replace("-", ""), f"{key}x", ""):
        assert refused(client.get(f"/b/3/{path}.svg")), path
    for states in ("", "-3", "three", "+3", "3.0", "٣"):
        assert client.get(f"/b/{states}/{key}.svg").status_code == 404


def test_unnamed_check_is_not_called_by_its_id(scene: Scene, client: FlaskClient) -> None:
    """Who sees a badge must not learn to ping."""
    for slug, label in (("nightly", "nightly"), ("", "unnamed check")):
        check_id = scene.check(slug=slug)
        made = check_urls(scene, check_id)
        shields = client.get(made["shields"])
        assert shields.json is not None
        assert shields.json["label"] == label
        assert check_id not in client.get(made["svg"]).text


def test_edit_keeps_the_badge_and_deletion_ends_it(scene: Scene, client: FlaskClient) -> None:
    """A badge that stands in a README outlives the names of its check, and nothing else."""
    check_id = scene.check(name="Old")
    made = check_urls(scene, check_id)
    edit_check(scene.house.checks, check_id=check_id, wishes=Wishes(Info("New")), by=COMMAND, now=scene.clock())
    assert check_urls(scene, check_id) == made
    assert Picture(client.get(made["svg"]).text).title == "New: up"
    delete_check(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())
    assert refused(client.get(made["svg"]))
    assert scene.house.checks.by_badge_key(made["svg"][5:41]) is None


def test_picture_says_what_it_shows(scene: Scene, client: FlaskClient) -> None:
    """An image with a name, for those who do not see it; as a document of its own it may load and run nothing."""
    answer = client.get(check_urls(scene, late_check(scene, name="Nightly <backup> & more"))["svg3"])
    assert answer.content_type == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    picture, words = Picture(answer.text), "Nightly <backup> & more: late"
    assert (picture.root["role"], picture.root["aria-label"], picture.title) == ("img", words, words)
    assert picture.root["height"] == "20"
    assert picture.texts == ["Nightly <backup> & more"] * 2 + ["late"] * 2


def test_label_of_the_project_is_a_setting(tmp_path: Path) -> None:
    """The site's name unless another is set."""
    settings = settings_for(f"sqlite://{tmp_path / 'x.sqlite3'}", tmp_path, badge_label="All of it")
    with serving_app(settings, Clock()) as app:
        scene = Scene.set(app.extensions["tocsin"], Clock())
        answer = app.test_client().get(tag_urls(scene)["shields"]).json
    assert answer is not None
    assert answer["label"] == "All of it"


def test_late_is_only_for_a_while(scene: Scene, client: FlaskClient) -> None:
    """A ping brings the badge back at once: it is made anew for everybody who looks."""
    check_id = late_check(scene)
    path = check_urls(scene, check_id)["svg3"]
    assert Picture(client.get(path).text).title.endswith(": late")
    scene.clock.now += timedelta(seconds=1)
    scene.ping(check_id)
    assert Picture(client.get(path).text).title.endswith(": up")
