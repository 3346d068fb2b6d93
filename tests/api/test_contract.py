"""The client of the API's tests notices when the document and the answers part."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.api.contract import Contract, ContractClient
from tests.conftest import Engine

PATH = "/api/v4/status/"


@pytest.fixture
def engine() -> Engine:
    """One is enough: the document is the same on both."""
    return "sqlite"


def other_status(document: dict[str, Any]) -> None:
    responses = document["paths"][PATH]["get"]["responses"]
    responses["202"] = responses.pop("200")


def other_media(document: dict[str, Any]) -> None:
    answer = document["paths"][PATH]["get"]["responses"]["200"]
    answer["content"] = {"text/plain": {"schema": {}}}


def no_content(document: dict[str, Any]) -> None:
    del document["paths"][PATH]["get"]["responses"]["200"]["content"]


def other_value(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["SiteStatus"]["properties"]["status"] = {"const": "fine"}


def fewer_fields(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["SiteStatus"] |= {"properties": {"other": {}}, "required": []}


def another_header(document: dict[str, Any]) -> None:
    document["paths"][PATH]["get"]["responses"]["200"]["headers"] = {"ETag": {"required": True, "schema": {}}}


def no_operation(document: dict[str, Any]) -> None:
    del document["paths"][PATH]


LIES = (other_status, other_media, no_content, other_value, fewer_fields, another_header, no_operation)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_lie_is_noticed(client: ContractClient, contract: Contract, lie: Callable[[dict[str, Any]], None]) -> None:
    assert client.get(PATH).status_code == 200
    document = deepcopy(contract.document)
    lie(document)
    client.contract = Contract(document)
    with pytest.raises(AssertionError, match="not as the OpenAPI document has it"):
        client.get(PATH)
