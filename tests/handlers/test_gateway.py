"""The gateway's contract: every kind of HTTP event in, the answer that its service wants out, with plain WSGI apps.

The cases are data, since bench/gateway.py holds other adapters against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awsgi
import pytest

from handlers.gateway import respond
from tests.handlers.events import LambdaContext, http_event
from tests.handlers.gateway_answers import answer_cases
from tests.handlers.gateway_exchange import Case, Listener
from tests.handlers.gateway_requests import request_cases
from tests.house.pages import doc, rows

CASES = [*request_cases(), *answer_cases()]
MENDED = [
    "rest: path is decoded to bytes",
    "rest: content headers stand without HTTP_ only",
    "rest: chunks were put together",
    "rest: underscore is no dash",
    "rest: header beyond Latin-1",
    "rest: header in other letters",
    "rest: client's address can't be forged",
    "rest: host is kept, its port is no name",
    "rest: repeated key of the query",
    "rest: repeated header",
    "rest: repeated cookie line",
    "rest: stage is in the address",
    "rest: base path of a custom domain",
    "rest: next to nothing",
    "rest: nulls",
    "rest: request too large",
    "rest: status is a number",
    "rest: several cookies",
    "rest: text in Latin-1",
    "rest: picture",
    "rest: type that nobody listed",
    "rest: compressed text",
    "rest: HEAD has no body",
    "rest: output is closed",
    "rest: output that breaks off is closed",
    "rest: generator that starts late",
    "rest: write() between output",
    "rest: app that changes its mind too late",
    "rest: app without a status",
    "rest: app that starts twice",
    "rest: app that fails",
    "rest: text too large",
    "http_1: stage is in the address",
    "http: method and path arrive",
    "url: method and path arrive",
    "balancer: query with odd characters",
    "balancer: client's address can't be forged",
    "balancer: several cookies",
    "balancer_lists: headers arrive",
    "balancer_lists: one cookie",
]
"""What aws-wsgi alone gets wrong: each fault once, though most are there with every kind of event."""


def ours(app: Any, event: Mapping[str, Any], context: LambdaContext, root: str | None) -> Mapping[str, Any]:
    return respond(app, event, context, root=root)


def plain(app: Any, event: Mapping[str, Any], context: LambdaContext, _root: str | None) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = awsgi.response(app, event, context)
    return answer


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_contract_is_kept(case: Case) -> None:
    """Under wsgiref's validator, so that both sides keep PEP 3333."""
    case.run(ours, validated=True)


def test_app_can_look_at_the_event() -> None:
    """As with aws-wsgi: whole, and as it came."""
    app, event = Listener(), http_event()
    ours(app, event, LambdaContext(), None)
    assert app.environ["awsgi.event"] is event


@pytest.mark.parametrize("name", MENDED)
def test_aws_wsgi_alone_breaks_the_contract(name: str) -> None:
    """What is mended around it would otherwise be there for nothing: a version that needs it no more is told."""
    (case,) = [case for case in CASES if case.name == name]
    assert not case.is_kept_by(plain)


def test_performance_page_counts_these_cases() -> None:
    """It quotes the bench, which is run by hand."""
    (row,) = [row for row in rows(doc("performance.md")) if row[0].startswith("all, of ")]
    assert (row[0], row[-1]) == (f"all, of {len(CASES)}", "0")
