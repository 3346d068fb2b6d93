"""Mail that Amazon SES put into a bucket of Amazon S3."""

from __future__ import annotations

from typing import Any

from tocsin.aws import make_client
from tocsin.stores.inbox import MAX_MESSAGE
from tocsin.stores.table import StoreUnavailable

_GONE = ("NoSuchKey", "404")


class S3Inbox:
    """The client is made at the first message, then shared; the SDK is not loaded before."""

    def __init__(self) -> None:
        self._client: Any = None

    def fetch(self, bucket: str, key: str) -> bytes | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self._s3().get_object(Bucket=bucket, Key=key)
            with found["Body"] as stream:
                message: bytes = stream.read(MAX_MESSAGE)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _GONE:
                return None
            raise StoreUnavailable(f"A mail in the S3 bucket {bucket} can't be read: {code}.") from error
        except BotoCoreError as error:
            raise StoreUnavailable(f"The S3 bucket {bucket} can't be reached.") from error
        return message

    def _s3(self) -> Any:
        if self._client is None:
            retries = {"mode": "standard", "total_max_attempts": 3}
            self._client = make_client("s3", connect_timeout=5, read_timeout=10, retries=retries)
        return self._client
