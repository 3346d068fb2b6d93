"""The process's one session of the SDK."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from threading import Lock
from typing import Any

import pytest
from botocore.session import Session
from moto import mock_aws

from tocsin import aws
from tocsin.channels.port import DeliveryFailed
from tocsin.channels.transports import SesTransport
from tocsin.settings import SettingsError
from tocsin.stores.aws_secrets import fetch
from tocsin.stores.dynamodb import DynamoTable
from tocsin.stores.s3_inbox import S3Inbox
from tocsin.stores.table import StoreUnavailable


@mock_aws
def test_all_that_speak_to_aws_share_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its data files, a profile and credentials are read once a process."""
    makers: dict[str, Session] = {}
    make = Session.create_client

    def telling(self: Session, service: Any, **options: Any) -> Any:
        makers[service] = self
        return make(self, service, **options)

    monkeypatch.setattr(Session, "create_client", telling)
    assert DynamoTable("tocsin").drop() is False
    with pytest.raises(StoreUnavailable):
        S3Inbox().fetch("tocsin-mail", "1")
    with pytest.raises(DeliveryFailed):
        SesTransport("eu-central-1", sender="bell@example.com").send(EmailMessage())
    for reference in ("ssm:/none", "secretsmanager:none"):
        with pytest.raises(SettingsError):
            fetch({"TOCSIN_SECRET_KEY": reference})
    assert makers == dict.fromkeys(("dynamodb", "s3", "sesv2", "ssm", "secretsmanager"), aws.session())


def test_session_makes_one_client_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not made for threads, and the first mails may leave from several."""
    busy = Lock()

    def create(*_: object, **__: object) -> str:
        assert busy.acquire(blocking=False)
        time.sleep(0)  # lets another thread run
        busy.release()
        return "client"

    monkeypatch.setattr(aws.session(), "create_client", create)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: aws.make_client("sesv2"), range(400))) == {"client"}
