"""Servers for channels to call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.receivers import Authority, Receiver, serving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running HTTP server."""
    with serving(Receiver()) as running:
        yield running


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Who signs the certificates of this test run."""
    return Authority()
