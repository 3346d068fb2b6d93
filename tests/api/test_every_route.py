"""Every route of the API is in the document, and every operation of the document is called, with what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from handlers.api.document.build import build
from handlers.api.document.parameters import shape_of
from handlers.api.router import FACES
from tests.api.contract import Contract, Operation
from tests.api.walking import Walker, examples, samples
from tests.fakes import Clock, Scene
from tocsin.house import House

CONTRACT = Contract(build(site_root="http://localhost", site_name="Tocsin"))
SUBJECTS = [tag["name"] for tag in CONTRACT.document["tags"]]
ON_BOTH = [subject for subject in SUBJECTS if subject.endswith("(version 4)")]
"""What other versions and addresses do with the store is tested with them."""
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def routed() -> Iterator[tuple[str, str]]:
    """The method and the path, without names in it, of all that the router leads to."""
    for prefix, _, routes in FACES:
        versions = re.search(r"<any\((.*)\):version>", prefix)
        for version in versions[1].split(",") if versions else [""]:
            for route in routes:
                for method in route.methods or ("GET",):
                    path = f"{re.sub('<.*>', version, prefix)}{shape_of(route.path)}"
                    yield method.lower(), path


def test_document_has_all_routes_and_no_others() -> None:
    told = {(operation.method, re.sub(r"\{\w+\}", "{}", operation.path)) for operation in CONTRACT.operations}
    assert {(method, path) for method, path in told if path.startswith("/api/")} == set(routed())


def operations(subject: str) -> list[Operation]:
    return [operation for operation in CONTRACT.operations if subject in operation.item["tags"]]


@pytest.fixture
def start(app: Flask, client: FlaskClient, house: House, clock: Clock) -> Callable[[], Walker]:
    """Each time another owner, with a project of their own."""
    count = iter(range(1000))

    def start() -> Walker:
        scene = Scene.set(house, clock, owner=f"owner{next(count)}@example.org")
        app.extensions["tocsin"] = scene.house
        return Walker(client, CONTRACT, scene)

    return start


@pytest.mark.parametrize(
    ("engine", "subject"),
    [*(("sqlite", subject) for subject in SUBJECTS), *(("dynamodb", subject) for subject in ON_BOTH)],
    indirect=["engine"],
)
def test_every_operation_does_what_it_says(start: Callable[[], Walker], subject: str) -> None:
    """Called with the least key that it names, and with each body that it shows, it succeeds as declared."""
    for operation in operations(subject):
        for name, sent in examples(operation):
            response = start().call(operation, sent)
            assert response.status_code < 300, (operation, name, response.text)


@on_sqlite
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_parameter_is_understood(start: Callable[[], Walker], subject: str) -> None:
    """All at once, with values that the document allows."""
    for operation in operations(subject):
        if query := samples(operation):
            _, sent = next(examples(operation))
            response = start().call(operation, sent, **query)
            assert response.status_code < 300, (operation, query, response.text)


@on_sqlite
def test_upsert_answers_both_ways(start: Callable[[], Walker]) -> None:
    """The one operation with two ways to succeed: what was made the first time is found the second."""
    for operation in CONTRACT.operations:
        if operation.path.endswith("/checks/") and operation.method == "post":
            walker, by_name = start(), {"name": "Hourly sync", "unique": ["name"]}
            assert [walker.call(operation, by_name).status_code for _ in range(2)] == [201, 200], operation
