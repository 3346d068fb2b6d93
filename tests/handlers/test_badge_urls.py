"""The URLs of badges: which lead to one, and which are forged, mistyped or nonsense."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.fakes import SECRET, START, Scene
from tests.handlers.badges import Picture, check_urls, late_check, project_of, refused, tag_urls
from tocsin.domain.ping import Kind
from tocsin.services.badges import badge_urls, check_badge_urls
from tocsin.stores.check_items import Info
from tocsin.stores.projects import Project

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

NOBODY = "00000000-0000-4000-8000-000000000000"
ODD_TAGS = [
    *("db@home", "a/b", "..", "50%", "%41", "%2e", "a.b", ".svg", "x;y", "a+b"),
    *("#", "?", "&amp;", '<b>"', "é", "🚀", "-2", "*x"),
]


def test_badges_of_healthchecks_stay_valid(scene: Scene, client: FlaskClient) -> None:
    """URLs that Django signed with this secret key, for a project whose badges were found by its owner's name."""
    scene.house.projects.create(Project(NOBODY, "Moved", "p" * 22, "alice", START), owner=scene.owner)
    for path, label in (
        ("/badge/alice/JylBTFUi.shields", "Tocsin"),
        ("/badge/alice/JylBTFUi-2.shields", "Tocsin"),
        ("/badge/alice/JXbhxrJz-2/prod.shields", "prod"),
        ("/badge/alice/9qxMHbwH/db%2540home.shields", "db@home"),
    ):
        assert client.get(path).json == {
            "schemaVersion": 1,
            "label": label,
            "message": "up",
            "color": "success",
        }


def test_made_urls_are_as_the_protocol_has_them(scene: Scene) -> None:
    """Sorted by tag, six for each, the signature with -2 for two states, and the tag encoded twice."""
    project = Project(NOBODY, "", "", "alice", START)
    made = badge_urls(project, ["prod", "db@home", "prod"], "https://t.example.org/x", SECRET)
    assert list(made) == ["*", "db@home", "prod"]
    root = "https://t.example.org/x/badge/alice"
    assert made["*"]["svg"] == f"{root}/JylBTFUi-2.svg"
    assert made["*"]["svg3"] == f"{root}/JylBTFUi.svg"
    assert made["prod"] == {
        "svg": f"{root}/JXbhxrJz-2/prod.svg",
        "svg3": f"{root}/JXbhxrJz/prod.svg",
        "json": f"{root}/JXbhxrJz-2/prod.json",
        "json3": f"{root}/JXbhxrJz/prod.json",
        "shields": f"{root}/JXbhxrJz-2/prod.shields",
        "shields3": f"{root}/JXbhxrJz/prod.shields",
    }
    assert made["db@home"]["json3"] == f"{root}/9qxMHbwH/db%2540home.json"
    assert check_badge_urls(Info(badge_key=NOBODY), "")["shields3"] == f"/b/3/{NOBODY}.shields"


@pytest.mark.parametrize("tag", ODD_TAGS)
def test_odd_tags_have_badges(scene: Scene, client: FlaskClient, tag: str) -> None:
    """Whatever a tag is made of, the URLs that are made for it lead to it."""
    scene.ping(scene.check(tags=f"x {tag}"), Kind.FAIL)
    made = tag_urls(scene, tag)
    for name in ("json", "json3"):
        assert client.get(made[name]).json == {"status": "down", "total": 1, "grace": 0, "down": 1}
    for name in ("shields", "shields3"):
        shown = {"schemaVersion": 1, "label": tag, "message": "down", "color": "critical"}
        assert client.get(made[name]).json == shown
    for name in ("svg", "svg3"):
        assert Picture(client.get(made[name]).text).title == f"{tag}: down"


def test_tag_may_be_encoded_once(scene: Scene, client: FlaskClient) -> None:
    """A URL that somebody put together by hand works as well: the signature tells what is meant."""
    for tag, once in (("db@home", "db%40home"), ("a/b", "a%2Fb"), ("50%", "50%25"), ("%41", "%2541"), ("é", "%C3%A9")):
        folder = tag_urls(scene, tag)["shields"].rpartition("/")[0]
        answer = client.get(f"{folder}/{once}.shields")
        assert answer.json is not None, tag
        assert answer.json["label"] == tag


def test_forged_signatures_are_refused(scene: Scene, client: FlaskClient) -> None:
    """A signature is good for one tag of one project, under one secret key."""
    other = Scene.set(scene.house, scene.clock, owner="bob@example.org")
    mine, key = tag_urls(scene, "prod")["svg3"], project_of(scene).badge_key
    signature = mine.split("/")[3]
    assert client.get(mine).status_code == 200
    for forged in (
        f"/badge/{key}/{signature}.svg",
        f"/badge/{key}/{signature}/prod2.svg",
        f"/badge/{key}/{signature}/*.svg",
        f"/badge/{key}/{signature[:7]}/prod.svg",
        f"/badge/{key}/{signature[:7]}!/prod.svg",
        f"/badge/{key}/-2/prod.svg",
        f"/badge/{key}//prod.svg",
        f"/badge/{key}/{signature.swapcase()}/prod.svg",
        mine.replace(key, project_of(other).badge_key),
        badge_urls(project_of(scene), [], "", "another secret key")["*"]["svg"],
        f"/badge/{scene.project}/{signature}/prod.svg",
    ):
        assert refused(client.get(forged)), forged


def test_signed_url_of_no_project_is_refused(scene: Scene, client: FlaskClient) -> None:
    """A project that is gone is not up."""
    gone = Project(NOBODY, "", "", NOBODY, START)
    assert refused(client.get(badge_urls(gone, [], "", SECRET)["*"]["json"]))


def test_only_eight_characters_are_signed(scene: Scene, client: FlaskClient) -> None:
    """What follows them selects two states if it is -2, and nothing else does."""
    late_check(scene)
    three = tag_urls(scene)["json3"]
    for suffix, status in (("", "late"), ("-2", "up"), ("-3", "late"), ("-22", "late"), ("xyz", "late")):
        answer = client.get(three.replace(".json", f"{suffix}.json"))
        assert answer.json is not None
        assert answer.json["status"] == status, suffix


@pytest.mark.parametrize("format_", ["png", "SVG", "json5", "svg.gz", "", "svg%00", "svg%0a"])
def test_other_formats_are_not_there(scene: Scene, client: FlaskClient, format_: str) -> None:
    """Three there are, in small letters."""
    check_id = scene.check(tags="prod")
    for made in (tag_urls(scene)["svg"], tag_urls(scene, "prod")["svg"], check_urls(scene, check_id)["svg"]):
        assert client.get(made.removesuffix("svg") + format_).status_code == 404


ANYTHING = st.text(st.sampled_from("ab2-%/._~\x00\n\r é🚀\ufffd@:;?&#+*'\"<>\\") | st.characters(codec="utf-8"))


@given(ANYTHING, ANYTHING, st.sampled_from(["/badge/", "/b/", "/b/3/", "/badge/alice/", "/badge/alice/JylBTFUi/"]))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_not_found(scene: Scene, client: FlaskClient, rest: str, more: str, root: str) -> None:
    """No path breaks anything, and a program gets no page for people."""
    raw = f"{root}{rest}/{more}.svg".encode().decode("latin-1")
    answer = client.get("/", environ_overrides={"PATH_INFO": raw})
    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize("tag", ["x" * 10_240, "../../etc/passwd", "a\r\nSet-Cookie: x=1", "\x00", "%", "%%%", "%zz"])
def test_signed_nonsense_is_only_a_tag_that_no_check_has(scene: Scene, client: FlaskClient, tag: str) -> None:
    """Even what carries a true signature is text and nothing else, in the picture and in the headers."""
    made = tag_urls(scene, tag)
    assert client.get(made["json"]).json == {"status": "up", "total": 0, "grace": 0, "down": 0}
    answer = client.get(made["svg"])
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert len(answer.data) < 30_000
    width = Picture(answer.text).root["width"]
    assert width is not None
    assert int(width) < 600
