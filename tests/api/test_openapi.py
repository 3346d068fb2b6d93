"""The OpenAPI document, and the page that shows it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from handlers.api.document.naming import SUBJECTS
from tests.api.contract import Contract
from tests.conftest import Engine
from tests.fakes import ROOT
from tests.web.browser import Browser


@pytest.fixture
def engine() -> Engine:
    """One is enough: nothing here is stored."""
    return "sqlite"


def test_document_is_valid(contract: Contract) -> None:
    """By the specification's own schema; and no two operations have one name."""
    assert [str(fault) for fault in OpenAPIV31SpecValidator(contract.document).iter_errors()] == []
    names = [operation.item["operationId"] for operation in contract.operations]
    assert sorted(set(names)) == sorted(names)


def test_no_two_paths_are_one(contract: Contract) -> None:
    """Names in braces do not tell paths apart."""
    shapes = [re.sub(r"\{\w+\}", "{}", path) for path in contract.document["paths"]]
    assert sorted(set(shapes)) == sorted(shapes)


def test_everything_is_told(contract: Contract) -> None:
    """Operations, parameters and answers all have words, and each operation has a subject."""
    tags = {tag["name"] for tag in contract.document["tags"]}
    assert {tag.partition(" (")[0] for tag in tags} == set(SUBJECTS)
    for operation in contract.operations:
        assert operation.item["summary"]
        assert set(operation.item["tags"]) <= tags
        for parameter in operation.item.get("parameters", ()):
            assert parameter["schema"], parameter
        for response in operation.responses.values():
            assert response["description"]


def test_every_schema_is_used(contract: Contract) -> None:
    """And none is referred to that is not there."""
    text = json.dumps(contract.document)
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert referred == set(contract.document["components"]["schemas"])


def test_examples_fit_their_schemas(contract: Contract) -> None:
    """What is shown as an answer could be one."""
    shown = {
        name: schema for name, schema in contract.document["components"]["schemas"].items() if "examples" in schema
    }
    assert len(shown) > 20
    for name, schema in shown.items():
        for example in schema["examples"]:
            faults = list(contract.faults(example, f"#/components/schemas/{name}", closed=True))
            assert faults == [], (name, example)


def test_patterns_are_those_of_javascript_too(contract: Contract) -> None:
    """JSON Schema's regular expressions are ECMAScript's: no named groups in Python's spelling, no flags within."""
    for pattern in set(re.findall(r'"pattern": "(.*?)"[,}]', json.dumps(contract.document))):
        assert not re.search(r"\(\?P|\(\?[aiLmsux]|\\[AZ]", pattern), pattern


def test_document_is_served(client: FlaskClient) -> None:
    """To anybody, pages of other sites included, and to be kept for a while."""
    response = client.get("/api/openapi.json")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.get_json()["servers"] == [{"url": "http://localhost"}]


def test_document_that_one_has_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/api/openapi.json").headers["ETag"]
    again = client.get("/api/openapi.json", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get("/api/openapi.json", headers={"If-None-Match": '"other"'}).status_code == 200


def test_document_has_the_address_of_its_site(client: FlaskClient) -> None:
    """That which the operator set, or else that by which it was called."""
    response = client.get("/api/openapi.json", base_url="https://bells.example.org")
    assert response.get_json()["servers"] == [{"url": "https://bells.example.org"}]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_document_can_only_be_read(client: FlaskClient, method: str) -> None:
    response = client.open("/api/openapi.json", method=method)
    assert (response.status_code, response.data) == (405, b"")
    assert client.options("/api/openapi.json").status_code == 204


def test_nobody_waits_for_the_document() -> None:
    """A process that serves pings and pages has nothing of it in memory."""
    lines = "import app, sys; app.create_app; print([name for name in sys.modules if 'api.document' in name])"
    said = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


@pytest.fixture
def page(client: FlaskClient) -> str:
    response = client.get("/api/")
    assert response.status_code == 200
    return response.text


def test_page_is_for_everybody(app: Flask) -> None:
    """Signed in or not, with no script that it needs, and under the policy of all pages."""
    found = Browser(app.test_client()).get("/api")
    assert found.url == "/api/"
    assert "default-src 'none'" in found.response.headers["Content-Security-Policy"]
    assert found.response.headers["Cache-Control"] == "public, max-age=300"
    assert not re.search(r"<script>|<style>| style=| on[a-z]+=", found.html)


def test_page_that_one_has_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/api/").headers["ETag"]
    assert client.get("/api/", headers={"If-None-Match": tag}).status_code == 304


def test_page_tells_every_operation(page: str, contract: Contract) -> None:
    """But for those of versions 1 and 2, which are version 3's."""
    for operation in contract.operations:
        name = operation.item["operationId"]
        assert (f'id="{name.replace("_", "-")}"' in page) is not name.startswith(("v1_", "v2_")), name


def test_links_of_the_page_lead_somewhere(page: str) -> None:
    """Within it, each to a place that is there, once."""
    places = re.findall(r' id="([^"]+)"', page)
    assert len(set(places)) == len(places)
    assert {link for link in re.findall(r' href="#([^"]+)"', page) if not link.startswith("i-")} <= set(places)


def test_page_and_document_name_no_other_host(page: str, contract: Contract) -> None:
    hosts = re.findall(r"https?://([\w.-]+)", page + json.dumps(contract.document))
    assert {host for host in hosts if not host.endswith("example.org")} <= {"localhost", "www.w3.org"}


def commands(page: str) -> list[str]:
    return [unescape(command) for command in re.findall(r'<code id="curl-[^"]+">(.*?)</code>', page, re.DOTALL)]


def test_commands_are_what_a_shell_understands(page: str, contract: Contract) -> None:
    """Each has a URL of this site, and one that the document knows with the method that curl would use."""
    found = commands(page)
    assert len(found) > 40
    for command in found:
        method, path, data = read_command(command)
        operation = contract.operation(method, path)
        assert operation is not None, command
        if data is not None and data != "@project.yaml":
            pointer = operation.pointer("requestBody", "content", "application/json", "schema")
            assert list(contract.faults(json.loads(data), pointer, closed=False)) == [], command


def read_command(command: str) -> tuple[str, str, Any]:
    """The method, the path with its variables filled in, and the data."""
    words = shlex.split(command.replace("\\\n", ""))
    flags = {words[place]: words[place + 1] for place in range(1, len(words) - 1) if words[place].startswith("-")}
    data = flags.get("-d", flags.get("--data-binary"))
    path = re.sub(r"\$\{?(\w+)\}?", lambda name: VARIABLES[name[1]], words[-1]).removeprefix("http://localhost")
    return flags.get("-X", "GET" if data is None else "POST"), path, data


ID = "00000000-0000-4000-8000-000000000000"
VARIABLES = {
    **dict.fromkeys(("CHECK", "PROJECT", "CHANNEL", "KEY", "MEMBER", "INVITATION"), ID),
    "N": "1",
    "SIGNAL": "start",
    "PING_KEY": "abc",
    "SLUG": "nightly",
    "BADGE_KEY": ID,
    "SIGNATURE": "a1B2c3D4",
    "TAG": "prod",
    "FORMAT": "svg",
    "STATES": "3",
    "READ_ONLY_KEY": "r" * 32,
}


def test_schemas_are_schemas(contract: Contract) -> None:
    for name, schema in contract.document["components"]["schemas"].items():
        OAS31Validator.check_schema(schema)
        assert schema["title"] == name
