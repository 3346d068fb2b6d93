"""Mail in a bucket of S3, which is simulated."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.channels.receivers import closed_port
from tocsin.stores.inbox import MAX_MESSAGE
from tocsin.stores.s3_inbox import S3Inbox
from tocsin.stores.table import StoreUnavailable

BUCKET = "tocsin-mail"


@pytest.fixture
def bucket() -> Iterator[str]:
    with mock_aws():
        boto3.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield BUCKET


def test_message_is_fetched_as_it_is(bucket: str) -> None:
    """Byte for byte; one client does for all."""
    inbox = S3Inbox()
    for key, message in (("mail/1", b"Subject: x\r\n\r\n\xff\x00"), ("2", b"")):
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=message)
        assert inbox.fetch(bucket, key) == message


def test_message_is_cut_to_what_the_house_takes(bucket: str) -> None:
    """SES takes four times as much."""
    boto3.client("s3").put_object(Bucket=bucket, Key="big", Body=b"x" * (MAX_MESSAGE + 1))
    assert S3Inbox().fetch(bucket, "big") == b"x" * MAX_MESSAGE


def test_message_that_is_gone_is_none(bucket: str) -> None:
    """Somebody's rule of the bucket deleted it: that does not pass."""
    assert S3Inbox().fetch(bucket, "gone") is None


def test_bucket_that_is_not_there_is_trouble() -> None:
    """An operator's mistake, which may be mended before the event is given up."""
    with mock_aws(), pytest.raises(StoreUnavailable, match=f"the S3 bucket {BUCKET} can't be read: NoSuchBucket"):
        S3Inbox().fetch(BUCKET, "1")


def test_s3_that_cannot_be_reached_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there again later."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(StoreUnavailable, match=f"The S3 bucket {BUCKET} can't be reached"):
        S3Inbox().fetch(BUCKET, "1")
