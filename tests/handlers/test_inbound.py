"""Pings by mail on AWS: events of Amazon SES, by itself and through SNS, into the Lambda function, on both engines."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from flask import Flask
from moto import mock_aws
from msgspec import ValidationError
from msgspec.structs import replace

from handlers import gateway
from tests.apps import serving_app
from tests.fakes import Clock, Scene, settings_for
from tests.handlers.events import MESSAGE_ID, LambdaContext, receipt, ses_event, sns_event, sqs_event
from tests.tables import Interposed
from tocsin.domain.check import Status
from tocsin.domain.mail import Mail, read_mail
from tocsin.domain.ping import Keywords, Kind, Ping, Rules
from tocsin.stores.table import StoreUnavailable

DOMAIN = "ping.example.org"
BUCKET = "tocsin-mail"
MAIL = b"Subject: =?utf-8?q?B=C3=A4ckup?=\r\n\r\nAll g\xc3\xb6od, no FAILURE\r\n"
HEADERS = {"Received": "from a\n by b", "Subject": "=?utf-8?q?B=C3=A4ckup?= FAILURE"}
READING = Rules(filter_body=True, keywords=Keywords(success="göod", default_fail=True))


@pytest.fixture
def place() -> tuple[str, str] | None:
    """Where the settings say that mails are."""
    return None


@pytest.fixture
def app(
    store_url: str, clock: Clock, tmp_path: Path, place: tuple[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The app that the Lambda function serves."""
    settings = settings_for(store_url, tmp_path, ping_mail_domain=DOMAIN, inbound_mail=place)
    with serving_app(settings, clock) as app:
        monkeypatch.setattr(gateway, "the_app", lambda: app)
        yield app


@contextmanager
def bucket(**objects: bytes) -> Iterator[None]:
    """S3 with a bucket; the keys of its objects lie in a folder, mail."""
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        for key, body in objects.items():
            s3.put_object(Bucket=BUCKET, Key=f"mail/{key}", Body=body)
        yield


def invoke(event: dict[str, Any]) -> dict[str, object]:
    return gateway.lambda_handler(event, LambdaContext())


def _gone() -> None:
    raise StoreUnavailable("The table is gone.")


def to(check_id: str) -> str:
    return f"{check_id}@{DOMAIN}"


def newest(scene: Scene, check_id: str) -> Ping:
    ping = scene.entry(check_id, scene.read(check_id).check.n_pings)
    assert ping is not None
    return ping


@pytest.mark.parametrize("encoding", ["BASE64", "Base64", "UTF8", ""])
def test_sns_action_brings_the_mail_along(scene: Scene, encoding: str) -> None:
    """In base64 or in UTF-8; recipients are the envelope's."""
    by_id, by_slug = scene.check(rules=READING), scene.check(slug="nightly")
    told = receipt(to(by_id.upper()), to(f"{scene.ping_key}+nightly"), headers=HEADERS, type="SNS", encoding=encoding)
    content = b64encode(MAIL).decode() if "64" in encoding else MAIL.decode()
    message = json.dumps({"notificationType": "Received", **told, "content": content})
    assert invoke(sns_event(message)) == {"pinged": 2}
    for check_id in (by_id, by_slug):
        ping = newest(scene, check_id)
        assert (ping.kind, ping.scheme, ping.ua) == (Kind.SUCCESS, "email", "Email from job@example.com")
        assert ping.body == MAIL


def test_s3_action_names_the_object(scene: Scene) -> None:
    """Wherever the settings say that mails are."""
    check_id = scene.check(rules=READING)
    told = receipt(to(check_id), headers=HEADERS, type="S3", bucketName=BUCKET, objectKey="mail/1")
    with bucket(**{"1": MAIL}):
        assert invoke(sns_event(json.dumps({"notificationType": "Received", **told}))) == {"pinged": 1}
    assert (newest(scene, check_id).kind, newest(scene, check_id).body) == (Kind.SUCCESS, MAIL)


@pytest.mark.parametrize("place", [(BUCKET, "mail")])
def test_lambda_action_finds_the_mail_where_the_settings_say(scene: Scene, place: tuple[str, str]) -> None:
    """Its event has headers only; an action before it put the mail there."""
    check_id = scene.check(rules=READING)
    with bucket(**{MESSAGE_ID: MAIL}):
        assert invoke(ses_event(receipt(to(check_id), headers=HEADERS, type="Lambda"))) == {"pinged": 1}
    assert (newest(scene, check_id).kind, newest(scene, check_id).body) == (Kind.SUCCESS, MAIL)


def test_lambda_action_makes_do_with_headers(scene: Scene) -> None:
    """Where no setting says more, they are a mail without a text."""
    by_subject = scene.check(rules=Rules(filter_subject=True, keywords=Keywords(failure="Bäckup FAILURE")))
    by_text = scene.check(rules=READING)
    told = receipt(to(by_subject), to(by_text), headers=HEADERS, type="Lambda")
    assert invoke(ses_event(told)) == {"pinged": 2}
    assert newest(scene, by_subject).kind is Kind.FAIL
    assert newest(scene, by_text).kind is Kind.FAIL
    assert newest(scene, by_text).body == b"Received: from a  by b\nSubject: =?utf-8?q?B=C3=A4ckup?= FAILURE\n"


@pytest.mark.parametrize("place", [(BUCKET, "")])
def test_mail_that_is_gone_pings_by_its_headers(
    scene: Scene, place: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """It will not come back, so the event must not either. The log says so, and not whose mail it was."""
    caplog.set_level(logging.INFO)
    check_id = scene.check()
    with bucket():
        assert invoke(ses_event(receipt(to(check_id), headers=HEADERS, type="Lambda"))) == {"pinged": 1}
    assert scene.read(check_id).check.status is Status.UP
    (told,) = [record.getMessage() for record in caplog.records if record.name == "handlers.inbound"]
    assert BUCKET in told
    assert check_id not in told


@pytest.mark.parametrize("place", [(BUCKET, "mail")])
def test_s3_out_of_reach_fails_the_invocation(scene: Scene, place: tuple[str, str]) -> None:
    """Lambda comes again with the event; nothing was pinged by half."""
    check_id = scene.check()
    event = ses_event(receipt(to(check_id), headers=HEADERS, type="Lambda"))
    with mock_aws(), pytest.raises(StoreUnavailable, match=BUCKET):
        invoke(event)
    with bucket(**{MESSAGE_ID: MAIL}):
        assert invoke(event) == {"pinged": 1}
    assert scene.read(check_id).check.n_pings == 1


def test_store_out_of_reach_fails_the_invocation(scene: Scene, app: Flask) -> None:
    """As above."""
    house = app.extensions["tocsin"]
    table = Interposed(house.table, before={"get": [_gone]})
    app.extensions["tocsin"] = replace(house, table=table)
    event = ses_event(receipt(to(scene.check()), headers=HEADERS, type="Lambda"))
    with pytest.raises(StoreUnavailable):
        invoke(event)
    assert invoke(event) == {"pinged": 1}


def test_several_records_are_several_mails(scene: Scene) -> None:
    """SES sends one at a time; nothing says that it always will."""
    one, two = scene.check(), scene.check()
    told = [receipt(to(check_id), headers=HEADERS, type="Lambda") for check_id in (one, two)]
    assert invoke(ses_event(*told)) == {"pinged": 2}
    assert invoke(sns_event(*map(json.dumps, told), "plain text")) == {"pinged": 2}
    assert [scene.read(check_id).check.n_pings for check_id in (one, two)] == [2, 2]


def test_mail_is_parsed_once_however_many_it_is_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be long."""
    read: list[bytes] = []

    def note(message: bytes) -> Mail:
        read.append(message)
        return read_mail(message)

    monkeypatch.setattr("tocsin.services.mail_pings.read_mail", note)
    told = receipt(*(to(scene.check()) for _ in range(3)), headers=HEADERS, type="Lambda")
    assert invoke(ses_event(told)) == {"pinged": 3}
    assert len(read) == 1


def test_recipients_that_mean_no_check_are_passed_over(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """The first of them is what SES writes to when a rule is made."""
    caplog.set_level(logging.INFO)
    check_id = scene.check()
    others = ["recipient@example.com", to("postmaster"), to(str(uuid4())), "", to(f"{scene.ping_key}+nothing")]
    assert invoke(ses_event(receipt(*others, to(check_id), headers={}, type="Lambda"))) == {"pinged": 1}
    assert caplog.text.count("pings nothing") == len(others)
    assert scene.ping_key not in caplog.text


@pytest.mark.parametrize(
    "message",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        '{"notificationType": "Bounce", "mail": {"messageId": "1"}}',
        "[]",
        "[" * 100_000,
        "",
    ],
)
def test_other_messages_of_the_topic_are_left_alone(
    scene: Scene, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """They are logged, and never come again."""
    assert invoke(sns_event(message)) == {"pinged": 0}
    assert "is no mail that came in" in caplog.text


def test_mail_that_came_in_pieces_pings_as_far_as_it_can_be_read(scene: Scene) -> None:
    """Base64 that is none, and no headers, are no reason to come again: it is a ping."""
    check_id = scene.check()
    told = receipt(to(check_id), headers={}, type="SNS", encoding="BASE64") | {"content": "***a"}
    told["mail"]["headers"] = None
    assert invoke(sns_event(json.dumps(told))) == {"pinged": 1}


def test_event_of_ses_that_is_none_fails_the_invocation(scene: Scene) -> None:
    """Visibly: SES would have changed what it sends."""
    with pytest.raises(ValidationError):
        invoke(ses_event({"mail": {}}))


@pytest.mark.parametrize("sender", [None, "", "<>"])
def test_mail_from_nobody_pings(scene: Scene, sender: Any) -> None:
    """However SES may put it."""
    check_id = scene.check()
    invoke(ses_event(receipt(to(check_id), headers=HEADERS, sender=sender, type="Lambda")))
    assert newest(scene, check_id).ua == "Email from <>"


def test_mail_without_a_domain_is_told(scene: Scene, app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """The operator made a rule but not the setting."""
    check_id = scene.check()
    house = app.extensions["tocsin"]
    app.extensions["tocsin"] = replace(house, settings=replace(house.settings, ping_mail_domain=None))
    assert invoke(ses_event(receipt(to(check_id), headers=HEADERS, type="Lambda"))) == {"pinged": 0}
    assert "TOCSIN_PING_MAIL_DOMAIN is not set" in caplog.text
    assert scene.read(check_id).check.n_pings == 0


@pytest.mark.parametrize("engine", ["sqlite"])
def test_queue_brings_mails_in_envelopes_and_bare(scene: Scene) -> None:
    """SNS puts its envelope around a message, unless raw delivery is on; SES tells the same in both."""
    enveloped, bare = scene.check(), scene.check()
    told = [receipt(to(check_id), headers=HEADERS, type="SNS") for check_id in (enveloped, bare)]
    envelope = json.dumps({"Type": "Notification", "Message": json.dumps(told[0])})
    assert invoke(sqs_event(envelope, json.dumps(told[1]))) == {"pinged": 2}
    assert [scene.read(check_id).check.n_pings for check_id in (enveloped, bare)] == [1, 1]


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("body", ["plain text", "{}", "[]", "7", '{"Message": 7}', '{"Message": "{}"}', '{"mail": 1}'])
def test_messages_of_a_queue_that_are_no_mail_are_left_alone(
    scene: Scene, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The others of the batch are taken."""
    check_id = scene.check()
    mail = json.dumps(receipt(to(check_id), headers=HEADERS, type="SNS"))
    assert invoke(sqs_event(body, mail)) == {"pinged": 1}
    assert "is no mail that came in" in caplog.text


@pytest.mark.parametrize("engine", ["sqlite"])
def test_batch_comes_again_whole_for_one_mail_that_could_not_be_taken(scene: Scene, app: Flask) -> None:
    """The mail that was taken counts twice then: a ping too many is no harm, one that is lost is a false alarm."""
    first, second = scene.check(), scene.check()
    house = app.extensions["tocsin"]
    mails = [json.dumps(receipt(to(check_id), headers=HEADERS, type="SNS")) for check_id in (first, second)]
    table = Interposed(house.table)
    app.extensions["tocsin"] = replace(house, table=table)
    invoke(sqs_event(mails[0]))
    before: list[Callable[[], object]] = [*[lambda: None] * table.calls.count("get"), _gone]
    app.extensions["tocsin"] = replace(house, table=Interposed(house.table, before={"get": before}))
    with pytest.raises(StoreUnavailable):
        invoke(sqs_event(*mails))
    assert invoke(sqs_event(*mails)) == {"pinged": 2}
    assert [scene.read(check_id).check.n_pings for check_id in (first, second)] == [3, 1]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_records_that_are_no_mail_service_s_are_unknown(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Also one among others, and it is named."""
    mail = ses_event(receipt(to(scene.check()), headers=HEADERS, type="Lambda"))["Records"][0]
    with pytest.raises(gateway.UnknownEvent, match="aws:s3, aws:ses"):
        invoke({"Records": [mail, {"eventSource": "aws:s3"}]})
    assert "aws:s3" in caplog.text
