"""What no answer may give away, and what a project that goes must not leave behind."""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode

import pytest

from tests.api.v4.program import Program, faults, told
from tests.fakes import Scene
from tocsin.domain.ping import Kind
from tocsin.services import keys
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import ProjectClosed
from tocsin.stores.keys import KeyKind
from tocsin.stores.table import StoreUnavailable


def read_through(text: str) -> str:
    """The text, and what the words in it are when they are taken out of Base64."""
    read = [text]
    for word in re.findall(r"[A-Za-z0-9_-]{16,}", text):
        try:
            read.append(urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("latin-1"))
        except binascii.Error:
            continue
    return "\n".join(read)


@pytest.mark.parametrize("kind", [KeyKind.READ_ONLY, KeyKind.ACCOUNT_READ_ONLY])
def test_read_only_key_learns_no_ping_url_in_any_way(program: Program, scene: Scene, kind: KeyKind) -> None:
    """Not from objects, headers or cursors: who knows the id can ping."""
    ids = [scene.check(name=f"Job {n}", slug=f"job-{n}", tags="prod") for n in range(3)]
    for check_id in ids:
        scene.ping(check_id)
        scene.ping(check_id, Kind.FAIL)
    uniques = [told(program.get(f"/checks/{check_id}"))["unique_key"] for check_id in ids]
    reader = program.holding(kind)
    project = f"project={scene.project}"
    paths = [f"/checks/?limit=1&{project}", f"/checks/?limit=1&tag=prod&{project}", f"/badges/?{project}", "/projects/"]
    paths += ["/key", f"/projects/{scene.project}"]
    for key in uniques:
        paths += [f"/checks/{key}", f"/checks/{key}/flips/?limit=1"]
    seen = 0
    while paths:
        path = paths.pop()
        response = reader.get(path)
        shown = read_through(f"{response.headers}\n{response.text}")
        assert not [check_id for check_id in ids if check_id in shown or check_id.replace("-", "") in shown], path
        seen += 1
        if following := told(response).get("next"):
            paths.append(re.sub(r"&cursor=.*", "", path) + f"&cursor={following}")
    assert seen >= 15


def test_page_goes_on_though_the_check_at_its_end_is_gone(program: Program, scene: Scene) -> None:
    """Nothing is lost; what was made in the same microsecond may come twice."""
    ids = []
    for _ in range(4):
        scene.clock.advance(seconds=1)
        ids.append(scene.check())
    page = told(program.get("/checks/?limit=2"))
    program.delete(f"/checks/{ids[1]}")
    rest = told(program.get(f"/checks/?limit=9&cursor={page['next']}"))
    assert [check["uuid"] for check in rest["checks"]] == ids[2:]


def test_answers_are_kept_by_no_cache(program: Program, scene: Scene) -> None:
    """X-Api-Key is no word that a cache knows; what has a tag may be kept by the caller, and asked about."""
    check_id = scene.check()
    scene.ping(check_id, body=b"secret")
    for path in ("/export", "/checks/", "/channels/", f"/checks/{check_id}/pings/1/body", "/nothing", "/audit/"):
        response = program.get(path)
        assert response.headers["Cache-Control"] == "no-store", path
        assert response.headers["X-Content-Type-Options"] == "nosniff", path
    assert program.get(f"/checks/{check_id}").headers["Cache-Control"] == "private, no-cache"


def test_nothing_can_be_added_to_a_project_that_is_being_deleted(program: Program, account: Program) -> None:
    """Or it would outlive the project, and nobody could delete it any more."""
    scene = program.scene
    found = scene.house.projects.get(scene.project)
    assert found is not None
    scene.house.projects.shut(found)
    query = f"?project={scene.project}"
    assert account.post(f"/checks/{query}", {"name": "late"}).status_code == 404
    assert account.post(f"/checks/{query}", {"name": "late", "unique": ["name"]}).status_code == 404
    channel = {"kind": "email", "config": {"address": "a@example.org"}}
    assert account.post(f"/channels/{query}", channel).status_code == 404
    assert account.post(f"/projects/{scene.project}/keys/", {"kind": "rw"}).status_code == 404
    assert scene.house.checks.listing(scene.project) == []
    assert account.delete(f"/projects/{scene.project}").status_code == 204


def test_key_that_is_made_when_its_project_is_gone_is_not_kept(program: Program, scene: Scene) -> None:
    """As by a call that had looked for the project before it went."""
    house = scene.house
    scene.delete_project()
    with pytest.raises(ProjectClosed):
        keys.create_key(
            house.keys,
            kind=KeyKind.READ_WRITE,
            owner=scene.project,
            secret_key=house.settings.secret_key,
            by=COMMAND,
            now=scene.clock(),
        )
    assert program.get("/key").status_code == 401


def test_outage_of_the_store_is_told_to_the_operator(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller is asked to try again; what to mend stands in the log."""

    def broken(*_: object, **__: object) -> None:
        raise StoreUnavailable("The table may not be used: give the role its rights.")

    monkeypatch.setattr(type(program.scene.house.table), "get", broken)
    response = program.get("/checks/")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "give the role its rights" in caplog.text
    assert "role" not in response.text


def test_channel_that_an_account_made_is_where_the_answer_says(account: Program) -> None:
    query = f"?project={account.scene.project}"
    made = account.post(f"/channels/{query}", {"kind": "email", "config": {"address": "a@example.org"}})
    location = made.headers["Location"].partition("/api/v4")[2]
    assert told(account.get(location))["id"] == told(made, 201)["id"]


def test_schedule_is_not_taken_away_without_another(program: Program) -> None:
    """A check runs by something: null alone would change nothing, and look as if it had."""
    check = program.make(schedule="5 4 * * *")
    refusal = program.patch(f"/checks/{check['uuid']}", {"schedule": None})
    assert faults(refusal) == {"schedule": "is what the check runs by: send a timeout, and it runs by that"}
    edited = program.patch(f"/checks/{check['uuid']}", {"schedule": None, "tz": None, "timeout": 60})
    assert (told(edited)["kind"], told(edited)["timeout"]) == ("simple", 60)


def test_content_length_that_is_no_number_is_refused(program: Program) -> None:
    """Or the body would be taken for an empty one, and a check be made of nothing."""
    response = program.client.post(
        "/api/v4/checks/",
        data=b'{"name": "x"}',
        headers={"X-Api-Key": program.key or ""},
        environ_overrides={"CONTENT_LENGTH": "-5"},
    )
    assert response.status_code == 400
    assert program.names("") == []
