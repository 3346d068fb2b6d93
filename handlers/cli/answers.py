"""How a command answers: one JSON object as a rule, or a sentence that says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from tocsin.channels.port import InvalidConfig
from tocsin.channels.registry import UnknownKind
from tocsin.services import accounts, channels, projects, retention
from tocsin.services.changing import Busy
from tocsin.services.keys import InvalidKey
from tocsin.stores.table import StoreUnavailable

P = ParamSpec("P")

_REFUSALS = (
    accounts.InvalidAccount,
    projects.InvalidProject,
    InvalidKey,
    retention.InvalidRetention,
    channels.TooManyChannels,
    InvalidConfig,
    UnknownKind,
    StoreUnavailable,
)


def says_json(command: Callable[P, dict[str, object]]) -> Callable[P, None]:
    """Print what the command returns, as one line of JSON."""

    @wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> str:
        return json.dumps(command(*args, **kwargs)) + "\n"

    return says_text(told)


def says_text(command: Callable[P, str]) -> Callable[P, None]:
    """Print what the command returns; turn what the services refuse into a sentence and exit status 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            for typed in (*args, *kwargs.values()):
                str(typed).encode()
            click.echo(command(*args, **kwargs), nl=False)
        except _REFUSALS as refusal:
            raise click.ClickException(str(refusal)) from None
        except projects.UnknownProject as unknown:
            raise click.ClickException(f"There is no project {unknown}.") from None
        except Busy:
            raise click.ClickException("Others are changing the same thing right now: try again.") from None
        except UnicodeError:
            raise click.ClickException("Something in this command is not text in UTF-8.") from None

    return run
