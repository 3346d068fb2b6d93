"""The kinds of HTTP request that AWS invokes a function with, and how to tell them apart.

Sources: the developer guides of API Gateway ("Lambda proxy integrations"), Lambda ("Function URLs") and Elastic Load
Balancing ("Lambda functions as targets").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from handlers.gateway import answers, targets
from handlers.gateway.invocation import Event

_LAMBDA_LIMIT = 6 * 1024 * 1024
_BALANCER_LIMIT = 1024 * 1024
_AT_LAMBDA = "6 MB, the most that AWS Lambda takes in or hands out"
_AT_BALANCER = "1 MB, the most that a load balancer passes to or from AWS Lambda"


class Kind(NamedTuple):
    target: Callable[[Event, Event], targets.Target]
    form: answers.Form


_IN_LISTS = answers.Form(answers.in_lists, _LAMBDA_LIMIT, _AT_LAMBDA)
REST_API = Kind(targets.of_rest_api, _IN_LISTS)
HTTP_API_1 = Kind(targets.of_http_api_1, _IN_LISTS)
PAYLOAD_2 = Kind(targets.of_payload_2, answers.Form(answers.with_cookies, _LAMBDA_LIMIT, _AT_LAMBDA))
BALANCER = Kind(targets.of_load_balancer, answers.Form(answers.one_by_one_described, _BALANCER_LIMIT, _AT_BALANCER))
BALANCER_LISTS = Kind(targets.of_load_balancer, answers.Form(answers.in_lists_described, _BALANCER_LIMIT, _AT_BALANCER))


def kind_of(event: Event) -> Kind | None:
    """None for what is no request. Events that ask whether a request is allowed only look like one."""
    told: object = event.get("requestContext") or {}
    if not isinstance(told, Mapping):
        return None
    if "methodArn" in event or "routeArn" in event:
        return None
    if "httpMethod" not in event:
        return PAYLOAD_2 if "http" in told or event.get("version") == "2.0" else None
    if "elb" in told:
        return BALANCER_LISTS if event.get("multiValueHeaders") is not None else BALANCER
    # A REST API's events name no version, and have the stage in the context's path only.
    is_http_api = "version" in event and told.get("path") in (None, event.get("path"))
    return HTTP_API_1 if is_http_api else REST_API
