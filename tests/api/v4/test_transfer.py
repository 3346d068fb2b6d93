"""A project as a document: fetched, changed and put back."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.api.v4.program import Program, faults, refused, told
from tests.tables import everything


def put(program: Program, body: object, query: str = "", **headers: str) -> dict[str, Any]:
    return told(program.call("PUT", f"/import{query}", body, **headers))


def exported(program: Program) -> dict[str, Any]:
    return dict(json.loads(program.get("/export?format=json").data))


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        ("", "", "application/yaml"),
        ("", "*/*", "application/yaml"),
        ("", "application/json", "application/json"),
        ("", "text/html, application/json;q=0.9, */*;q=0.1", "application/json"),
        ("", "image/png", "application/yaml"),
        ("?format=yaml", "application/json", "application/yaml"),
        ("?format=json", "application/yaml", "application/json"),
    ],
)
def test_export_has_the_form_that_was_asked_for(program: Program, query: str, accept: str, media: str) -> None:
    program.make(name="Nightly", channels="*")
    response = program.get(f"/export{query}", **({"Accept": accept} if accept else {}))
    assert (response.status_code, response.content_type) == (200, media)
    document = json.loads(response.data) if media.endswith("json") else yaml.safe_load(response.data)
    assert [check["name"] for check in document["checks"]] == ["Nightly"]
    assert document == exported(program)


def test_what_was_exported_changes_nothing_when_it_comes_back(program: Program, store_url: str) -> None:
    program.make(name="Nightly", channels="*", tags=["prod"])
    text = program.get("/export").data
    before = everything(store_url)
    plan = put(program, text, Content_Type="application/yaml")
    assert (plan["empty"], plan["dry_run"], plan["checks"]["unchanged"]) == (True, False, 1)
    assert everything(store_url) == before


def test_dry_run_tells_the_plan_and_writes_nothing(program: Program, store_url: str) -> None:
    kept = program.make(name="Nightly")
    gone = program.make(name="Weekly")
    document = {
        "tocsin": 1,
        "project": {"name": "Dumps"},
        "checks": [{"name": "Nightly", "grace": 60}, {"name": "New"}],
    }
    before = everything(store_url)
    plan = put(program, document, "?dry_run=1")
    assert everything(store_url) == before
    assert plan["dry_run"] is True
    assert plan["empty"] is False
    assert plan["project"] == {"name": {"from": "Backups", "to": "Dumps"}}
    assert plan["checks"]["created"] == [{"name": "New"}]
    (changed,) = plan["checks"]["changed"]
    assert (changed["uuid"], changed["changes"]["grace"]) == (kept["uuid"], {"from": 3600, "to": 60})
    assert [check["uuid"] for check in plan["checks"]["deleted"]] == [gone["uuid"]]
    assert put(program, document) == plan | {"dry_run": False}
    assert put(program, document)["empty"] is True
    assert sorted(program.names()) == ["New", "Nightly"]
    assert program.show(kept["uuid"])["grace"] == 60


YAML = b"tocsin: 1\nchecks:\n  - name: Nightly # of the shop\n"


@pytest.mark.parametrize(
    "kind", ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "application/octet-stream", ""]
)
def test_document_may_be_yaml(program: Program, kind: str) -> None:
    put(program, YAML, **({"Content_Type": kind} if kind else {}))
    assert program.names() == ["Nightly"]


def test_document_that_says_what_it_is_not_is_refused(program: Program) -> None:
    response = program.call("PUT", "/import", YAML, Content_Type="application/json")
    assert refused(response, 400) == "The body can't be read as a document."
    assert "this is not JSON" in faults(response)[""]


def test_every_fault_is_told_with_its_line_and_nothing_is_written(program: Program, store_url: str) -> None:
    text = b"tocsin: 1\nchecks:\n  - name: Nightly\n    grace: 5\n  - nmae: Weekly\n"
    before = everything(store_url)
    for query in ("", "?dry_run=1"):
        found = faults(program.call("PUT", f"/import{query}", text, Content_Type="application/yaml"))
        assert found["checks[0].grace"].startswith("line 4: checks[0].grace: must be at least 60")
        assert found["checks[1].nmae"].startswith("line 5: ")
    assert everything(store_url) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"{",
        b"\xff\xfe",
        b"tocsin: 2",
        b"[" * 10_000,
        b'{"tocsin": 1, "a": ' * 5_000,
        b"a: &a [*a]",
        b"&a [&b [*a, *b]]",
        b"tocsin: !!python/object/apply:os.system ['true']",
        b'{"tocsin": 1, "checks": [{"name": "\\ud800"}]}',
        b'{"tocsin": 1, "checks": [{"name": "x", "timeout": 1e999}]}',
        b'{"tocsin": 1, "checks": [{"name": "x", "timeout": ' + b"9" * 5000 + b"}]}",
        b"tocsin: 1\nchecks:\n  - name: x\n    timeout: " + b"9" * 5000,
        b"tocsin: 1\nchecks:\n  - name: x\n    grace: 2026-01-01",
    ],
)
def test_what_is_no_document_is_refused(program: Program, body: bytes) -> None:
    for kind in ("application/json", "application/yaml", "text/plain"):
        assert program.call("PUT", "/import", body, Content_Type=kind).status_code == 400


def test_document_may_have_5_megabytes(program: Program) -> None:
    """More than the JSON of other calls, and no more."""
    padding = b"#" * (5 * 1024 * 1024 - len(YAML))
    assert put(program, YAML + padding, Content_Type="application/yaml")
    response = program.call("PUT", "/import", YAML + padding + b"#", Content_Type="application/yaml")
    assert refused(response, 413) == "The body is too large."


def test_account_carries_a_project_over_to_another(program: Program, account: Program) -> None:
    program.make(name="Nightly", channels="*")
    other = told(account.post("/projects/", {"name": "Copy"}), 201)["id"]
    document = exported(program)
    del document["project"]
    plan = put(account, document, f"?project={other}")
    assert [check["name"] for check in plan["checks"]["created"]] == ["Nightly"]
    assert account.names(f"?project={other}") == ["Nightly"]
    assert program.names() == ["Nightly"]
