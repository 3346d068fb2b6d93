"""Events as AWS sends them to a Lambda function, with what matters to a test as arguments."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MESSAGE_ID = "o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1"
"""What Amazon SES calls a mail, and the object that it makes of it."""


@dataclass
class LambdaContext:
    milliseconds: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


def rest_event(
    method: str = "GET",
    path: str = "/",
    *,
    query: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, Sequence[str]] | None = None,
    body: bytes | None = None,
    stage: str = "dev",
    source_ip: str = "198.51.100.7",
) -> dict[str, Any]:
    """API Gateway, REST API with Lambda proxy integration and `*/*` as binary type, as Zappa makes it.

    `path` is percent-encoded, as the service sends it.
    """
    lists = {"Host": ["abc.execute-api.eu-central-1.amazonaws.com"], "X-Forwarded-Proto": ["https"]}
    lists |= {"X-Forwarded-Port": ["443"], "X-Forwarded-For": [f"6.6.6.6, {source_ip}, 10.0.0.1"]}
    lists |= {name: list(values) for name, values in (headers or {}).items()}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in lists.items()},
        "multiValueHeaders": lists,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "multiValueQueryStringParameters": {name: list(values) for name, values in query.items()} if query else None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "path": f"/{stage}{path}",
            "stage": stage,
            "httpMethod": method,
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": source_ip, "userAgent": "curl/8"},
        },
        "body": None if body is None else b64encode(body).decode(),
        "isBase64Encoded": body is not None,
    }


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


def scheduled_event() -> dict[str, Any]:
    """EventBridge, a rule that fires every minute."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-03-01T12:00:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/tocsin-dev-tick"],
        "detail": {},
    }
