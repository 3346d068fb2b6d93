"""Requests made up from the OpenAPI document, such as it allows and such as it does not, with keys of each kind.

Whatever is sent, nothing breaks, and every answer is one that the document declares.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.core.result import Ok

from handlers.api.document.build import build
from tests.api.v4.program import new_key
from tests.conftest import Engine
from tests.fakes import Clock, Scene
from tocsin.domain.ping import Kind
from tocsin.house import House
from tocsin.stores.keys import KeyKind

Operation: TypeAlias = "APIOperation[Any, Any, Any, Any]"
OneCase: TypeAlias = "Case[Any]"

DOCUMENT = build(site_root="http://localhost", site_name="Tocsin")
SUBJECTS = [tag["name"] for tag in DOCUMENT["tags"] if tag["name"].endswith(("(version 3)", "(version 4)"))]
"""Versions 1 and 2 are version 3 under other addresses."""
EXAMPLES: dict[Engine, int] = {"sqlite": 12, "dynamodb": 2}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
RUNS = [
    *(("sqlite", subject, mode) for subject in SUBJECTS for mode in MODES),
    *(("dynamodb", subject, GenerationMode.POSITIVE) for subject in SUBJECTS if subject.endswith("(version 4)")),
]
KINDS = (KeyKind.READ_WRITE, KeyKind.READ_ONLY, KeyKind.ACCOUNT, KeyKind.ACCOUNT_READ_ONLY)
MEANT = {
    *("schedule", "tz", "kind", "config", "unique", "filter", "checks", "channels"),
    *("tag", "tags", "add_tags", "remove_tags"),  # what is a space differs between Python and JSON Schema
    *("cursor", "start", "end", "If-Match"),
    "email",
    "min_duration",  # must be below the time limit or the grace time, which may be the default
}
"""Fields and parameters whose sense no schema tells: what stands there may be refused though it fits."""


@pytest.fixture
def scene(app: Flask, house: House, clock: Clock) -> Scene:
    scene = Scene.set(house, clock)
    app.extensions["tocsin"] = scene.house
    return scene


def operations(app: Flask, subject: str) -> Iterator[Operation]:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = app
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if subject in operation.definition.raw["tags"]:
            yield operation


def things(scene: Scene) -> dict[str, str]:
    """What there is, by the names that stand for it in paths."""
    check_id = scene.check(name="Nightly backup", slug="nightly-backup", tags="prod")
    scene.ping(check_id, Kind.FAIL, body=b"disk full")
    return {
        "check": check_id,
        "n": "1",
        "project": scene.project,
        "channel": scene.channel_id,
        "member": scene.join(f"{uuid4()}@example.org"),
        "invitation": scene.invite("eve@example.org"),
    }


def cases(operation: Operation, mode: GenerationMode, there: dict[str, str]) -> st.SearchStrategy[OneCase]:
    """Half of them are about something that is there."""
    known = {name: value for name, value in there.items() if f"{{{name}}}" in operation.path}
    anywhere = operation.as_strategy(generation_mode=mode)
    varied = mode.is_positive or operation.body or operation.query
    return st.one_of(anywhere, operation.as_strategy(mode, path_parameters=known)) if known and varied else anywhere


def check(case: OneCase, key: str, there: dict[str, str]) -> None:
    if case.meta and case.meta.generation.mode.is_positive and "project" in asked(case.operation):
        # A key of an account must name one; what is made up would be nobody's.
        case.query = {"project": there["project"], **(case.query or {})}
    sent = {*(case.query or {}), *(case.headers or {}), *(case.body if isinstance(case.body, dict) else {})}
    excluded = [positive_data_acceptance] if sent & MEANT or has_round_float(case.body) else []
    if case.operation.path.startswith("/api/v3/"):
        # What version 3 does not know in a query, it does not look at.
        excluded += [negative_data_rejection] if case.query else []
    case.call_and_validate(headers={"X-Api-Key": key}, excluded_checks=excluded)


def has_round_float(body: object) -> bool:
    """To JSON Schema 60.0 is a whole number; here it is not (protocol 10, 11)."""
    if isinstance(body, dict | list):
        return any(map(has_round_float, body.values() if isinstance(body, dict) else body))
    return isinstance(body, float) and body.is_integer()


def asked(operation: Operation) -> set[str]:
    """The names of its parameters in the query."""
    return {parameter.name for parameter in operation.query}


def hold(operation: Operation, mode: GenerationMode, there: dict[str, str], keys: list[str], examples: int) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=cases(operation, mode, there), key=st.sampled_from(keys))
    def every(case: OneCase, key: str) -> None:
        check(case, key, there)

    every()


@pytest.mark.parametrize(
    ("engine", "subject", "mode"),
    RUNS,
    indirect=["engine"],
    ids=[f"{engine}-{subject}-{'fitting' if mode.is_positive else 'misfit'}" for engine, subject, mode in RUNS],
)
def test_answers_are_as_declared(app: Flask, scene: Scene, engine: Engine, subject: str, mode: GenerationMode) -> None:
    keys = [new_key(scene, kind) for kind in KINDS]
    for operation in operations(app, subject):
        if mode.is_positive or operation.body or operation.query or operation.path_parameters:
            hold(operation, mode, things(scene), keys, EXAMPLES[engine])
