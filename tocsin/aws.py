"""The one session of AWS's SDK in this process, and the clients that are made of it. Whoever needs none loads no SDK.

It is botocore's: boto3 would wrap its clients, at the cost of a fifth of a cold start.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session

_making = Lock()
"""A client may be shared by threads, a session may not: botocore's is changed by making a client."""


@cache
def session() -> Session:
    """Made at the first call: what it reads (its data files, a profile, credentials) is read once for all clients."""
    import botocore.session

    return botocore.session.get_session()


def make_client(service: str, *, region: str | None = None, **options: Any) -> Any:
    """A client of one service; the options are those of botocore's Config. Region and credentials are the SDK's affair.

    Raises BotoCoreError without a region, and ValueError for an address in AWS_ENDPOINT_URL that is none.
    """
    from botocore.config import Config

    with _making:
        return session().create_client(service, region_name=region, config=Config(**options))
