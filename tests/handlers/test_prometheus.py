"""The page that Prometheus reads, read as it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from flask.testing import FlaskClient
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.apps import serving_app
from tests.conftest import Engine
from tests.fakes import SECRET, START, Clock, Scene, settings_for
from tocsin.domain.check import unique_key
from tocsin.domain.ping import Kind
from tocsin.domain.run import Limits
from tocsin.services.checks import pause_check, resume_check
from tocsin.services.keys import create_key, revoke_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind, StoredKey

PROTOCOL = ["hc_check_up", "hc_check_started", "hc_check_grace", "hc_check_paused", "hc_tag_up"]
TOTALS = ["hc_checks_total", "hc_checks_down_total"]
OURS = [
    "hc_check_last_duration_seconds",
    "hc_check_last_ping_timestamp_seconds",
    "hc_check_last_success_timestamp_seconds",
    "hc_check_next_ping_timestamp_seconds",
    "hc_check_grace_seconds",
    "hc_check_pings_total",
    "hc_check_flips_total",
]


def new_key(scene: Scene, kind: KeyKind = KeyKind.READ_ONLY) -> tuple[StoredKey, str]:
    owner = scene.owner if kind.account else scene.project
    return create_key(scene.house.keys, kind=kind, owner=owner, secret_key=SECRET, by=COMMAND, now=scene.clock())


@pytest.fixture
def key(scene: Scene) -> str:
    return new_key(scene)[1]


def page(scene: Scene, client: FlaskClient, key: str) -> str:
    answer = client.get(f"/projects/{scene.project}/metrics/{key}")
    assert answer.status_code == 200, answer.text
    return answer.text


def families(text: str) -> Mapping[str, Metric]:
    """By name; the parser takes `_total` off the name of a counter."""
    return {family.name: family for family in text_string_to_metric_families(text)}


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def values(text: str, check_id: str) -> dict[str, float]:
    """What the page says of one check."""
    return {name: value for name, labels, value in samples(text) if labels.get("unique_key") == unique_key(check_id)}


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, START.tzinfo)


def test_page_begins_as_the_protocol_has_it(scene: Scene, client: FlaskClient, key: str) -> None:
    """The gauges of the original with their names and labels, in its order, each with HELP and TYPE."""
    check_id = scene.check(name="Nightly", tags="prod db")
    lines = page(scene, client, key).split("\n")
    labels = f'{{name="Nightly",tags="prod db",unique_key="{unique_key(check_id)}"}}'
    assert [line for line in lines if not line.startswith("# HELP ")][:18] == [
        *("# TYPE hc_check_up gauge", f"hc_check_up{labels} 1"),
        *("# TYPE hc_check_started gauge", f"hc_check_started{labels} 0"),
        *("# TYPE hc_check_grace gauge", f"hc_check_grace{labels} 0"),
        *("# TYPE hc_check_paused gauge", f"hc_check_paused{labels} 0"),
        *("# TYPE hc_tag_up gauge", 'hc_tag_up{tag="db"} 1', 'hc_tag_up{tag="prod"} 1'),
        *("# TYPE hc_checks_total gauge", "hc_checks_total 1"),
        *("# TYPE hc_checks_down_total gauge", "hc_checks_down_total 0"),
        *("# TYPE hc_check_last_duration_seconds gauge", "# TYPE hc_check_last_ping_timestamp_seconds gauge"),
        "# TYPE hc_check_last_success_timestamp_seconds gauge",
    ]
    names = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    assert names == [*PROTOCOL, *TOTALS, *OURS]
    assert lines[-1] == ""


def test_statuses_show(scene: Scene, client: FlaskClient, key: str) -> None:
    """Up is whatever is not down; a tag is up as long as none of its checks is down."""
    late, paused, started, down = (scene.check(tags=f"all {tag}") for tag in ("late", "calm", "calm", "bad"))
    scene.ping(late)
    scene.clock.advance(minutes=62)
    pause_check(scene.house.checks, check_id=paused, by=COMMAND, now=scene.clock())
    scene.ping(started, Kind.START)
    scene.ping(down, Kind.FAIL)
    text = page(scene, client, key)
    shown = {
        name: [int(values(text, check)[f"hc_check_{name}"]) for check in (late, paused, started, down)]
        for name in ("up", "started", "grace", "paused")
    }
    assert shown == {
        "up": [1, 1, 1, 0],
        "started": [0, 0, 1, 0],
        "grace": [1, 0, 0, 0],
        "paused": [0, 1, 0, 0],
    }
    tags = {sample.labels["tag"]: sample.value for sample in families(text)["hc_tag_up"].samples}
    assert tags == {"all": 0, "bad": 0, "calm": 1, "late": 1}
    assert [(n, v) for n, _, v in samples(text) if n in TOTALS] == [("hc_checks_total", 4), ("hc_checks_down_total", 1)]


def test_details_show(scene: Scene, client: FlaskClient, key: str) -> None:
    """How long the last run took, when it ended, when the next one is due, and how much ever came in."""
    check_id = scene.check(timeout=timedelta(hours=1), grace=timedelta(minutes=5))
    scene.ping(check_id, Kind.START)
    scene.clock.advance(seconds=90.5)
    scene.ping(check_id)
    scene.ping(check_id, Kind.LOG)
    told, ended = values(page(scene, client, key), check_id), scene.clock()
    assert told["hc_check_last_duration_seconds"] == 90.5
    assert told["hc_check_grace_seconds"] == 300
    assert (told["hc_check_pings_total"], told["hc_check_flips_total"]) == (3, 1)
    assert moment(told["hc_check_last_ping_timestamp_seconds"]) == ended
    assert moment(told["hc_check_last_success_timestamp_seconds"]) == ended
    assert moment(told["hc_check_next_ping_timestamp_seconds"]) == ended + timedelta(hours=1)


def test_what_is_not_known_is_not_told(scene: Scene, client: FlaskClient, key: str) -> None:
    """A check that never called has neither a last ping nor a next one: no sample, rather than a made-up number."""
    check_id = scene.check()
    told = values(page(scene, client, key), check_id)
    statuses = {"hc_check_up": 1, "hc_check_started": 0, "hc_check_grace": 0, "hc_check_paused": 0}
    assert told == statuses | {"hc_check_grace_seconds": 300, "hc_check_pings_total": 0, "hc_check_flips_total": 0}


def test_last_success_outlives_failures(scene: Scene, client: FlaskClient, key: str) -> None:
    """Any number of failures, tolerated ones too, leave it where it was, until a success or a resume."""
    check_id = scene.check(limits=Limits(failure_tolerance=1))

    def last_success() -> datetime | None:
        return moment(values(page(scene, client, key), check_id).get("hc_check_last_success_timestamp_seconds"))

    scene.ping(check_id, Kind.FAIL)
    assert last_success() is None
    scene.clock.advance(minutes=1)
    succeeded = scene.clock()
    scene.ping(check_id)
    scene.ping(check_id)
    for _ in range(3):
        scene.clock.advance(minutes=1)
        scene.ping(check_id, Kind.FAIL)
        assert last_success() == succeeded
    scene.clock.advance(minutes=1)
    scene.ping(check_id)
    assert last_success() == scene.clock()
    pause_check(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())
    assert last_success() == scene.clock()
    resume_check(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())
    assert last_success() is None


@pytest.mark.parametrize(
    "name", ['a "quoted" name', "back\\slash", "two\nlines", "a\\nb", '\\"', "\r\t{}=,#", "é 🚀", ""]
)
def test_labels_come_back_as_they_are(scene: Scene, client: FlaskClient, key: str, name: str) -> None:
    """Nothing in a name or a tag can end its label, its line or the page."""
    tag = next(iter(name.split()), "x")
    check_id = scene.check(name=name, tags=tag)
    text = page(scene, client, key)
    expected = {"name": name, "tags": tag, "unique_key": unique_key(check_id)}
    assert [sample.labels for sample in families(text)["hc_check_up"].samples] == [expected]
    assert [sample.labels for sample in families(text)["hc_tag_up"].samples] == [{"tag": tag}]


def test_counters_are_counters(scene: Scene, client: FlaskClient, key: str) -> None:
    """What only ever grows is typed so, and the rest are gauges, whatever they are called."""
    scene.check()
    types = {name: family.type for name, family in families(page(scene, client, key)).items()}
    assert types == dict.fromkeys([*PROTOCOL, *TOTALS, *OURS[:-2]], "gauge") | {
        "hc_check_pings": "counter",
        "hc_check_flips": "counter",
    }


def test_page_of_an_empty_project(scene: Scene, client: FlaskClient, key: str) -> None:
    """There is nothing to tell but that."""
    assert [(name, value) for name, _, value in samples(page(scene, client, key))] == [
        ("hc_checks_total", 0),
        ("hc_checks_down_total", 0),
    ]


def test_ways_to_the_page(scene: Scene, client: FlaskClient, key: str) -> None:
    """By path, by the older path, by header; the key says which project, whatever the path does."""
    check_id = scene.check(name="Mine")
    expected = page(scene, client, key)
    assert unique_key(check_id) in expected
    bearer = {"Authorization": f"Bearer {key}"}
    for path, headers in (
        (f"/projects/{scene.project}/checks/metrics/{key}", {}),
        (f"/projects/{uuid4()}/metrics/{key}", {}),
        (f"/projects/{scene.project}/metrics/", bearer),
        (f"/projects/{scene.project}/metrics", bearer),
        (f"/projects/{scene.project}/metrics/", {"Authorization": f"bearer  {key}"}),
    ):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.text) == (200, expected), path
        assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("authorization", [None, "", "Basic Zm9vOmJhcg==", "Bearer", "Bearerx y", "x" * 32])
def test_page_needs_a_bearer(scene: Scene, client: FlaskClient, authorization: str | None) -> None:
    """No header, or one of another scheme: 401, with a word on what to send."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.get(f"/projects/{scene.project}/metrics/", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "Authorization: Bearer <key>" in answer.text


@pytest.mark.parametrize("key", ["x", "x" * 31, "x" * 33, "x" * 10_240, "hcr_/../x", "%00", "%", "é"])
def test_key_of_another_length_is_malformed(scene: Scene, client: FlaskClient, key: str) -> None:
    """32 characters, by path or by header."""
    assert client.get(f"/projects/{scene.project}/metrics/{key}").status_code == 400
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get(f"/projects/{scene.project}/metrics/", headers=headers).status_code == 400


def test_other_keys_open_nothing(scene: Scene, client: FlaskClient) -> None:
    """A wrong key, a read-write one, an account's, and one that was revoked."""
    kinds = (KeyKind.READ_WRITE, KeyKind.ACCOUNT, KeyKind.ACCOUNT_READ_ONLY)
    revoked, text = new_key(scene)
    revoke_key(scene.house.keys, key=revoked, by=COMMAND, now=scene.clock())
    for wrong in ("x" * 32, "é" * 32, "/" * 32, "=" * 32, text, *(new_key(scene, kind)[1] for kind in kinds)):
        for path, headers in ((wrong, {}), ("", {"Authorization": f"Bearer {wrong}"})):
            if not path.startswith("/"):
                answer = client.get(f"/projects/{scene.project}/metrics/{path}", headers=headers)
                assert answer.status_code == 403, wrong


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_page_is_only_read(scene: Scene, client: FlaskClient, key: str, method: str) -> None:
    """HEAD tells what GET would; anything else is refused."""
    path = f"/projects/{scene.project}/metrics/{key}"
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert client.head(path).headers["Content-Length"] == str(len(page(scene, client, key)))


def test_page_can_be_switched_off(tmp_path: Path) -> None:
    """Then it is not there, whoever asks."""
    settings = settings_for(f"sqlite://{tmp_path / 'x.sqlite3'}", tmp_path, prometheus=False)
    with serving_app(settings, Clock()) as app:
        scene = Scene.set(app.extensions["tocsin"], Clock())
        for path in (f"metrics/{new_key(scene)[1]}", "metrics/x", "metrics/"):
            assert app.test_client().get(f"/projects/{scene.project}/{path}").status_code == 404


@pytest.mark.parametrize("engine", ["dynamodb"])
def test_page_reads_no_check_by_itself(
    engine: Engine, scene: Scene, client: FlaskClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One read for the key, one query of the index, and batches of all checks."""
    for _ in range(30):
        scene.check()
    made: list[str] = []
    send = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 (where all calls pass)

    def counting(self: BaseClient, operation: str, arguments: object) -> object:
        made.append(operation)
        return send(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counting)
    page(scene, client, key)
    assert made == ["GetItem", "Query", "BatchGetItem"]
