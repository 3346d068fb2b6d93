"""Events as AWS sends them to a Lambda function, with what matters to a test as arguments."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote_plus, unquote, urlencode

MESSAGE_ID = "o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1"
"""What Amazon SES calls a mail, and the object that it makes of it."""


@dataclass
class LambdaContext:
    milliseconds: int = 60_000
    aws_request_id: str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


Lists: TypeAlias = Mapping[str, Sequence[str]]
API_HOST = "abc.execute-api.eu-central-1.amazonaws.com"
CLIENT = "198.51.100.7"
FORGED = "6.6.6.6"
"""What the client of every request below would like to pass for."""


def rest_event(
    method: str = "GET",
    path: str = "/",
    *,
    query: Lists | None = None,
    headers: Lists | None = None,
    body: bytes | None = None,
    stage: str = "dev",
    source_ip: str = CLIENT,
) -> dict[str, Any]:
    """API Gateway, REST API with Lambda proxy integration and `*/*` as binary type, as Zappa makes it.

    `path` is percent-encoded, as the service sends it.
    """
    lists = _gateway_headers(headers, source_ip)
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": _last(lists),
        "multiValueHeaders": lists,
        "queryStringParameters": _last(query) if query else None,
        "multiValueQueryStringParameters": _all(query) if query else None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "path": f"/{stage}{path}",
            "stage": stage,
            "httpMethod": method,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": source_ip, "userAgent": "curl/8"},
            **_api(API_HOST),
        },
        **_encoded(body),
    }


def http_1_event(
    method: str = "GET", path: str = "/", *, stage: str = "dev", source_ip: str = CLIENT, **others: Any
) -> dict[str, Any]:
    """API Gateway, HTTP API with payload version 1.0: decodes the path, and leaves its stage on."""
    event = rest_event(method, unquote(path), stage=stage, source_ip=source_ip, **others)
    whole = event["requestContext"]["path"] if stage != "$default" else event["path"]
    event["requestContext"]["path"] = whole
    return {**event, "version": "1.0", "resource": "$default", "pathParameters": None, "path": whole}


def http_event(
    method: str = "GET",
    path: str = "/",
    *,
    query: Lists | None = None,
    headers: Lists | None = None,
    body: bytes | None = None,
    stage: str = "$default",
    source_ip: str = CLIENT,
) -> dict[str, Any]:
    """API Gateway, HTTP API with payload version 2.0: decodes the path, and puts its stage before it."""
    lists = {name.lower(): values for name, values in _gateway_headers(headers, source_ip).items()}
    cookies = [pair for line in lists.pop("cookie", ()) for pair in line.split("; ")]
    whole = unquote(path) if stage == "$default" else f"/{stage}{unquote(path)}"
    about = {"method": method, "path": whole, "protocol": "HTTP/1.1", "sourceIp": source_ip, "userAgent": "curl/8"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": whole,
        "rawQueryString": urlencode(query or {}, doseq=True),
        **({"cookies": cookies} if cookies else {}),
        "headers": {name: ",".join(values) for name, values in lists.items()},
        **({"queryStringParameters": {name: ",".join(values) for name, values in query.items()}} if query else {}),
        "requestContext": {"http": about, "routeKey": "$default", "stage": stage, "requestId": "id=", **_api(API_HOST)},
        **(_encoded(body) if body is not None else {"isBase64Encoded": False}),
    }


def function_url_event(method: str = "GET", path: str = "/", **others: Any) -> dict[str, Any]:
    """Lambda Function URL: as an HTTP API, but leaves the path as the client sent it."""
    event = http_event(method, path, **others)
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"] |= _api("abc.lambda-url.eu-central-1.on.aws")
    return event


def balancer_event(
    method: str = "GET",
    path: str = "/",
    *,
    lists: bool = False,
    query: Lists | None = None,
    headers: Lists | None = None,
    body: bytes | None = None,
    source_ip: str = CLIENT,
    scheme: str = "https",
) -> dict[str, Any]:
    """Application Load Balancer: decodes neither path nor query. `lists`: with multi-value headers switched on."""
    port = {"http": "80", "https": "443"}[scheme]
    sent = {"x-forwarded-for": [f"{FORGED}, {source_ip}"], "x-forwarded-proto": [scheme], "x-forwarded-port": [port]}
    sent |= {"host": ["lb.example.org"]} | {name.lower(): list(values) for name, values in (headers or {}).items()}
    raw = {quote_plus(name): [quote_plus(value) for value in values] for name, values in (query or {}).items()}
    fields: dict[str, Any] = (
        {"multiValueHeaders": sent, "multiValueQueryStringParameters": raw}
        if lists
        else {"headers": _last(sent), "queryStringParameters": _last(raw)}
    )
    arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/tocsin/6d0ecf831eec9f09"
    return {
        "requestContext": {"elb": {"targetGroupArn": arn}},
        "httpMethod": method,
        "path": path,
        **fields,
        **_encoded(body),
        "body": b64encode(body or b"").decode(),
    }


def balancer_lists_event(method: str = "GET", path: str = "/", **others: Any) -> dict[str, Any]:
    return balancer_event(method, path, lists=True, **others)


HTTP_EVENTS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "rest": rest_event,
    "http_1": http_1_event,
    "http": http_event,
    "url": function_url_event,
    "balancer": balancer_event,
    "balancer_lists": balancer_lists_event,
}
"""Each kind of request, by functions that take the same words."""


def _gateway_headers(headers: Lists | None, source_ip: str) -> dict[str, list[str]]:
    lists = {"Host": [API_HOST], "X-Forwarded-Proto": ["https"], "X-Forwarded-Port": ["443"]}
    lists |= {"X-Forwarded-For": [f"{FORGED}, {source_ip}, 10.0.0.1"]}
    return lists | _all(headers or {})


def _api(domain: str) -> dict[str, str]:
    return {"domainName": domain, "domainPrefix": domain.partition(".")[0], "apiId": "abc"}


def _all(lists: Lists) -> dict[str, list[str]]:
    return {name: list(values) for name, values in lists.items()}


def _last(lists: Lists) -> dict[str, str]:
    return {name: values[-1] for name, values in lists.items()}


def _encoded(body: bytes | None) -> dict[str, Any]:
    return {"body": None if body is None else b64encode(body).decode(), "isBase64Encoded": body is not None}


def receipt(*recipients: str, headers: Mapping[str, str], sender: str = "job@example.com", **action: str) -> Any:
    """What Amazon SES says of a mail that it received; `action` is that of the receipt rule, its type at least."""
    verdicts = {f"{test}Verdict": {"status": "PASS"} for test in ("spam", "virus", "spf", "dkim", "dmarc")}
    return {
        "mail": {
            "timestamp": "2026-03-01T12:00:00.000Z",
            "source": sender,
            "messageId": MESSAGE_ID,
            "destination": ["somebody.else@example.com"],
            "headersTruncated": False,
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "commonHeaders": {"returnPath": sender, "to": list(recipients)},
        },
        "receipt": {
            "timestamp": "2026-03-01T12:00:01.000Z",
            "processingTimeMillis": 222,
            "recipients": list(recipients),
            **verdicts,
            "action": action,
        },
    }


def ses_event(*told: Any) -> dict[str, Any]:
    """A receipt rule's Lambda action."""
    return {"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": one} for one in told]}


def sns_event(*messages: str) -> dict[str, Any]:
    """Amazon SNS, with what was published to the topic."""
    topic = "arn:aws:sns:eu-west-1:123456789012:mail"
    sns = {"Type": "Notification", "TopicArn": topic, "Subject": "Amazon SES Email Receipt Notification"}
    about = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{topic}:1"}
    return {"Records": [{**about, "Sns": {**sns, "Message": message}} for message in messages]}


def sqs_event(*bodies: str) -> dict[str, Any]:
    """Amazon SQS, a batch of messages."""
    about = {"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:mail"}
    return {"Records": [{**about, "messageId": str(n), "body": body} for n, body in enumerate(bodies)]}


def scheduled_event(source: str = "aws.events") -> dict[str, Any]:
    """EventBridge, a rule that fires every minute; by the Scheduler, aws.scheduler, it looks nearly the same."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": source,
        "account": "123456789012",
        "time": "2026-03-01T12:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/tocsin-dev-tick"],
        "detail": {},
    }
