"""The connection to DynamoDB: how hard to try, and what to tell an operator when that was not enough.

The SDK is imported when a table is first made, so that nobody else waits for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from tocsin.aws import make_client
from tocsin.stores.table import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 5
_FIRST_PAUSE = 0.025

_MENDING = {
    "AccessDeniedException": "may not be used with these AWS credentials: give their role the rights it needs",
    "ExpiredTokenException": "can't be reached: the AWS credentials have expired",
    "InternalServerError": "is out of order on AWS's side: try again later",
    "InvalidSignatureException": "can't be reached: the AWS credentials, or this machine's clock, are wrong",
    "LimitExceededException": "can't be changed: too many changes to tables are under way in this account",
    "ProvisionedThroughputExceededException": "is asked for more than it may give: raise its limits",
    "RequestLimitExceeded": "is asked for more than this account may: raise the account's limits",
    "ResourceInUseException": "is being made or deleted: wait until that is done",
    "ResourceNotFoundException": "does not exist in this account and region: run `flask table create`",
    "ServiceUnavailable": "is out of order on AWS's side: try again later",
    "ThrottlingException": "is asked for more than it may give: raise its limits",
    "UnrecognizedClientException": "can't be reached: AWS does not know these credentials",
}


def connect(table: str) -> DynamoDBClient:
    try:
        with explained(table):
            client = make_client(
                "dynamodb",
                connect_timeout=1,
                read_timeout=2,
                # A single write whose answer got lost is sent again and may be done twice: a counter then counts one
                # ping too many, or a condition is lost to one's own first try. Without retries that ping would be
                # lost, which is worse. A transaction is safe: its token stays the same.
                retries={"mode": "standard", "total_max_attempts": 3},
                max_pool_connections=32,
                tcp_keepalive=True,
            )
    except ValueError as error:
        raise StoreUnavailable(
            f"The DynamoDB table {table} can't be reached: see to AWS_ENDPOINT_URL ({error})"
        ) from error
    return cast("DynamoDBClient", client)


@contextmanager
def explained(table: str) -> Iterator[None]:
    """Turn what only an operator can mend into StoreUnavailable."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    try:
        yield
    except ParamValidationError:
        raise
    except BotoCoreError as error:
        raise StoreUnavailable(f"The DynamoDB table {table} {_mending(error)}") from error
    except ClientError as error:
        mending = _MENDING.get(error.response["Error"]["Code"])
        if mending is None:
            raise
        raise StoreUnavailable(f"The DynamoDB table {table} {mending}") from error


def _mending(error: Exception) -> str:
    from botocore.exceptions import NoCredentialsError, NoRegionError, PartialCredentialsError

    if isinstance(error, NoRegionError):
        return "can't be looked for without a region: set AWS_DEFAULT_REGION"
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "can't be reached without AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role"
    return f"can't be reached: see to the network and AWS_ENDPOINT_URL ({error})"


def attempts(sleep: Callable[[float], None]) -> Iterator[int]:
    """A turn for each attempt, with ever longer pauses in between; random ones, lest rivals meet again."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            sleep(random.uniform(0.5, 1) * _FIRST_PAUSE * 2**attempt)  # noqa: S311 (no secret)
        yield attempt
