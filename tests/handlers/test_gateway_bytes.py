"""Whatever can be sent comes through the gateway unharmed, by every kind of event, in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.gateway import respond
from tests.handlers.events import HTTP_EVENTS, LambdaContext
from tests.handlers.gateway_exchange import Listener, Seen

SINGLE = "balancer"
"""Its service hands one value of each name over."""
RESERVED = {"host", "cookie", "set-cookie", "content-length", "transfer-encoding", "content-type"}

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True).filter(
    lambda name: name.lower() not in RESERVED and not name.lower().startswith("x-forwarded")
)
values = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1, max_size=9)
several = st.lists(values, min_size=1, max_size=3)
headers = st.dictionaries(names, several, max_size=4).filter(
    lambda found: len({name.lower() for name in found}) == len(found)
)
queries = st.dictionaries(text, st.lists(text, min_size=1, max_size=3), max_size=4)


def last(kind: str, found: list[str]) -> list[str]:
    return found[-1:] if kind == SINGLE else found


@pytest.mark.parametrize("kind", HTTP_EVENTS)
@given(path=text, query=queries, sent=headers, body=st.binary(max_size=50))
def test_request_comes_in_unharmed(kind: str, path: str, query: Any, sent: Any, body: bytes) -> None:
    """Path and query in any characters, headers in lists, bodies of any bytes."""
    app = Listener()
    event = HTTP_EVENTS[kind]("PUT", quote(f"/{path}", safe="/"), query=query, headers=sent, body=body)
    assert respond(app, event, LambdaContext())["statusCode"] == 200
    assert app.environ["PATH_INFO"].encode("latin-1").decode() == f"/{path}"
    known = parse_qs(app.environ["QUERY_STRING"], keep_blank_values=True)
    assert known == {name: last(kind, found) for name, found in query.items()}
    for name, found in sent.items():
        assert app.environ[f"HTTP_{name.upper().replace('-', '_')}"] == ",".join(last(kind, found))
    assert app.received == body


@pytest.mark.parametrize("kind", HTTP_EVENTS)
@given(
    status=st.sampled_from([200, 201, 404, 503]), sent=headers, cookies=st.lists(values, max_size=4), body=st.binary()
)
def test_answer_goes_out_unharmed(kind: str, status: int, sent: Any, cookies: list[str], body: bytes) -> None:
    """Each header as often as it was set, or joined; cookies one by one, in order."""
    pairs = [(name, value) for name, found in sent.items() for value in found]
    app = Listener(f"{status} Said", [*pairs, *(("Set-Cookie", cookie) for cookie in cookies)], body)
    event = HTTP_EVENTS[kind]()
    seen = Seen.of(event, respond(app, event, LambdaContext()))
    assert (seen.status, seen.body, seen.all("set-cookie")) == (status, body, cookies)
    for name, found in sent.items():
        assert ",".join(seen.all(name.lower())) == ",".join(found)
