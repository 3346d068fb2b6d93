"""The gateway beside others: microseconds that a request costs over plain WSGI, and what of the contract each misses.

Run it as docs/performance.md tells; with --names it says which cases of the contract are missed.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from functools import cache, partial
from statistics import median
from time import process_time_ns
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import apig_wsgi
import awsgi
import serverless_wsgi

from handlers.gateway import respond
from handlers.gateway.environ import environ_of
from handlers.gateway.kinds import kind_of
from tests.handlers.events import HTTP_EVENTS, LambdaContext
from tests.handlers.gateway_answers import answer_cases
from tests.handlers.gateway_exchange import Adapter, Event
from tests.handlers.gateway_requests import request_cases

ROUNDS = 31
CALLS = 1000
CONTEXT = LambdaContext()
HEADERS = {
    "Accept": ["text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"],
    "Accept-Encoding": ["gzip, deflate, br"],
    "Accept-Language": ["de,en-US;q=0.7,en;q=0.3"],
    "Cookie": ["session=eyJhbGciOiJIUzI1NiJ9"],
    "Referer": ["https://tocsin.example.org/"],
    "User-Agent": ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
    "X-Amzn-Trace-Id": ["Root=1-5bdb40ca-556d8b0c50dc66f0511bf520"],
}


def aws_wsgi(app: Any, event: Event, context: LambdaContext, _root: str | None) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = awsgi.response(app, event, context)
    return answer


def apig(app: Any, event: Event, context: LambdaContext, _root: str | None) -> Mapping[str, Any]:
    return _apig_handler(app)(dict(event), context)


@cache
def _apig_handler(app: Any) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    handler: Callable[[dict[str, Any], Any], dict[str, Any]] = apig_wsgi.make_lambda_handler(app, binary_support=True)
    return handler


def serverless(app: Any, event: Event, context: LambdaContext, root: str | None) -> Mapping[str, Any]:
    if root:
        os.environ["API_GATEWAY_BASE_PATH"] = urlsplit(root).path.strip("/")
    try:
        answer: Mapping[str, Any] = serverless_wsgi.handle_request(app, event, context)
        return answer
    finally:
        if root:
            del os.environ["API_GATEWAY_BASE_PATH"]


def zappa(app: Any, event: Event, context: LambdaContext, root: str | None) -> Mapping[str, Any]:
    handler = _zappa_handler()
    handler.settings.BASE_PATH = urlsplit(root).path.strip("/") if root else None
    handler.wsgi_app = app
    answer: Mapping[str, Any] = handler.handler(event, context)
    return answer


@cache
def _zappa_handler() -> Any:
    """Zappa's handler, with the settings that `zappa deploy` would write for a stage called dev."""
    from zappa.handler import LambdaHandler

    settings: Any = ModuleType("bench_zappa_settings")
    settings.__dict__.update(
        API_STAGE="dev", BINARY_SUPPORT=True, CONTEXT_HEADER_MAPPINGS={}, DEBUG=False, DJANGO_SETTINGS=None,
        DOMAIN=None, ENVIRONMENT_VARIABLES={}, EXCEPTION_HANDLER=None, LOG_LEVEL=None, PROJECT_NAME="bench",
    )  # fmt: skip
    sys.modules[settings.__name__] = settings
    with redirect_stdout(sys.stderr):
        handler = LambdaHandler(settings.__name__)
    handler._text_mimetypes = ("text/", "application/json", "application/javascript", "application/xml")  # noqa: SLF001
    return handler


def ours(app: Any, event: Event, context: LambdaContext, root: str | None) -> Mapping[str, Any]:
    return respond(app, event, context, root=root)


ADAPTERS: Mapping[str, Adapter] = {
    "aws-wsgi": aws_wsgi,
    "apig-wsgi": apig,
    "serverless-wsgi": serverless,
    "Zappa": zappa,
    "ours": ours,
}


def trivial(_environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"OK"]


def speed() -> Iterator[tuple[str, dict[str, float | None]]]:
    """For each kind of event and each adapter, microseconds over a call of the app; None where it fails."""
    for kind, build in HTTP_EVENTS.items():
        event = build(path="/ping/6f2a1b0c/start", query={"rid": ["7"], "create": ["1"]}, headers=HEADERS)
        calls: dict[str, Callable[[], object]] = {"": _plain(event)}
        calls |= {name: partial(adapter, trivial, event, CONTEXT, None) for name, adapter in ADAPTERS.items()}
        works = {name: call for name, call in calls.items() if _works(call)}
        times = _times(works)
        yield kind, {name: times[name] - times[""] if name in times else None for name in ADAPTERS}


def _plain(event: Event) -> Callable[[], object]:
    kind = kind_of(event)
    assert kind is not None
    environ = environ_of(event, CONTEXT, kind.target(event, event["requestContext"]), None)
    return lambda: b"".join(trivial(environ, lambda _status, _headers: None))


def _works(call: Callable[[], Any]) -> bool:
    try:
        answer = call()
    except Exception:  # noqa: BLE001 (that is the finding)
        return False
    return isinstance(answer, bytes) or int(answer["statusCode"]) == 200


def _times(calls: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Medians, in microseconds a call. All take turns, so that whatever else the machine does falls on each."""
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = process_time_ns()
            for _ in range(CALLS):
                call()
            rounds[name].append((process_time_ns() - start) / CALLS / 1000)
    return {name: median(times) for name, times in rounds.items()}


def misses() -> tuple[Counter[str], dict[str, Counter[str]], dict[str, list[str]]]:
    """Cases of each kind of event; how many of them each adapter gets wrong, and their names."""
    cases = [*request_cases(), *answer_cases()]
    wrong = {name: [case.name for case in cases if not case.is_kept_by(adapter)] for name, adapter in ADAPTERS.items()}
    counts = {name: Counter(_kind(case) for case in failed) for name, failed in wrong.items()}
    return Counter(_kind(case.name) for case in cases), counts, wrong


def _kind(case: str) -> str:
    return case.partition(":")[0]


def main() -> None:
    logging.disable()
    print(f"{'µs over plain WSGI':20}", *(f"{name:>16}" for name in ADAPTERS))
    for kind, times in speed():
        print(f"{kind:20}", *(f"{'fails' if time is None else f'{time:.1f}':>16}" for time in times.values()))
    with redirect_stdout(sys.stderr):  # some tell of their failures
        total, counts, wrong = misses()
    print(f"\n{'cases missed':20}", *(f"{name:>16}" for name in ADAPTERS))
    for kind, number in total.items():
        print(f"{f'{kind}, of {number}':20}", *(f"{counts[name][kind]:>16}" for name in ADAPTERS))
    print(f"{f'all, of {total.total()}':20}", *(f"{counts[name].total():>16}" for name in ADAPTERS))
    if "--names" in sys.argv:
        for name, failed in wrong.items():
            print(f"\n{name}:", *failed, sep="\n  ")


if __name__ == "__main__":
    main()
