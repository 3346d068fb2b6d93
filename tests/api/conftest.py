from __future__ import annotations

import pytest
from flask import Flask

from handlers.api.document.build import build
from tests.api.contract import Contract, ContractClient


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The document, as the site of the tests has it."""
    return Contract(build(site_root="http://localhost", site_name="Tocsin"))


@pytest.fixture
def client(app: Flask, contract: Contract) -> ContractClient:
    """Whatever is answered below /api/ is held against the document."""
    app.test_client_class = ContractClient
    client = app.test_client()
    assert isinstance(client, ContractClient)
    client.contract = contract
    return client
