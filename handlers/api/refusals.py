"""What the API refuses, before each version says so in its own form."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from handlers.trouble import log_unavailable
from tocsin.channels.registry import UnknownKind
from tocsin.domain.transitions import NotPaused
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.channels import TooManyChannels, UnknownChannel
from tocsin.services.checks import InvalidCheck
from tocsin.services.declared import Invalid, Problem
from tocsin.services.keys import UnknownKey
from tocsin.services.projects import UnknownProject
from tocsin.services.rate_limits import TooMany
from tocsin.services.team import OwnerStays, UnknownMember
from tocsin.stores.channels import ChannelChanged
from tocsin.stores.check_items import ProjectClosed
from tocsin.stores.projects import NotOwner
from tocsin.stores.table import BadCursor, StoreUnavailable, TransactionLost

OUTDATED = "Somebody has changed this since you read it: read it again, then send its new ETag."


class Refusal(Exception):
    """The call ends here."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        problems: list[Problem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        """A sentence for whoever wrote the program that calls."""
        self.problems = problems or []
        """The faults of the input, if it was that."""
        self.headers = dict(headers or {})


def invalid(error: Invalid) -> Refusal:
    return Refusal(400, "The input is not valid.", problems=error.problems)


def _invalid_check(error: InvalidCheck) -> Refusal:
    return invalid(Invalid([Problem(name, sentence, sentence) for name, sentence in error.errors.items()]))


def _too_many(error: TooMany) -> Refusal:
    seconds = max(1, math.ceil(error.retry_after.total_seconds()))
    return Refusal(429, f"Not so often: try again in {seconds} seconds.", headers={"Retry-After": str(seconds)})


def _busy() -> Refusal:
    return Refusal(503, "Others are changing the same thing right now: try again.", headers={"Retry-After": "1"})


_MEANINGS: Mapping[type[Exception], Callable[..., Refusal]] = {
    UnknownCheck: lambda _: Refusal(404, "There is no such check."),
    NotPaused: lambda _: Refusal(409, "check is not paused"),
    UnknownChannel: lambda _: Refusal(404, "There is no such channel."),
    UnknownProject: lambda _: Refusal(404, "There is no such project."),
    ProjectClosed: lambda _: Refusal(404, "There is no such project any more: it is being deleted."),
    UnknownMember: lambda _: Refusal(404, "Nobody with this id belongs to the project."),
    OwnerStays: lambda _: Refusal(409, "The owner stays the owner until the project is handed over."),
    NotOwner: lambda _: Refusal(403, "The owner of this key does not own the project any more."),
    UnknownKey: lambda _: Refusal(404, "There is no such key."),
    UnknownKind: lambda error: Refusal(409, str(error)),
    TooManyChannels: lambda error: Refusal(409, str(error)),
    ChannelChanged: lambda _: Refusal(412, OUTDATED),
    TooMany: _too_many,
    Busy: lambda _: _busy(),
    TransactionLost: lambda _: _busy(),
    BadCursor: lambda _: Refusal(
        400, "This cursor belongs to another list, or was cut: take `next` of the page before as it is."
    ),
    StoreUnavailable: lambda _: Refusal(
        503, "The store is out of reach at the moment: try again.", headers={"Retry-After": "30"}
    ),
    InvalidCheck: _invalid_check,
    Invalid: invalid,
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn what services and stores raise into refusals."""
    try:
        yield
    except tuple(_MEANINGS) as error:
        if isinstance(error, StoreUnavailable):
            log_unavailable(error)
        meaning = next(means for kind, means in _MEANINGS.items() if isinstance(error, kind))
        raise meaning(error) from error
