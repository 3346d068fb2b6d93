"""What ping URLs refuse, of every kind that section 1.3 of the protocol names: told by its text, and not written."""

from __future__ import annotations

from typing import TypeAlias
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.fakes import Scene
from tests.tables import everything

RID = "0B0B0B0B-0000-4000-8000-00000000000A"
NOT_FOUND = (404, "not found")
BAD_URL = (400, "invalid url format")
BAD_RID = (400, "invalid uuid format")
AMBIGUOUS = (409, "ambiguous slug")
Refusal: TypeAlias = tuple[str, str, tuple[int, str]]
"""A path, a query, and the answer: characters of the first two stand for bytes, as in a WSGI environ."""

SIGNALS = ("", "/start", "/fail", "/log", "/keepalive", "/0")
BAD_SIGNALS = ("/abc", "/-1", "/+1", "/1.0", "/1e1", "/\xd9\xa3", "/0/0", "/start/x", "/%73tart", "/\0", "//0", "/ ")
BAD_STATUSES = ("/256", "/0256", "/999", "/" + "9" * 5000)
BAD_RIDS = (
    "",
    "1",
    RID[:-1],
    f"{RID}0",
    RID.replace("-", ""),
    f"{{{RID}}}",
    f"+{RID}",
    f"{RID}%0A",
    f"{RID}%00",
    "\xff",
)


def unknown(base: str) -> list[Refusal]:
    """Nothing but `not found` may be said of a check that is not there."""
    rests = (*SIGNALS, *BAD_SIGNALS, *BAD_STATUSES)
    return [(base + rest, query, NOT_FOUND) for rest in rests for query in ("", "rid=", "create=true")]


def malformed(base: str) -> list[Refusal]:
    """What is wrong with a request to a check that is there."""
    return [
        *((base + rest, "", NOT_FOUND) for rest in (*BAD_SIGNALS, "\n", "\0", " ", "%00", "\xff")),
        *((base + rest, query, BAD_URL) for rest in BAD_STATUSES for query in ("", "rid=")),
        *((base + rest, f"rid={text}", BAD_RID) for rest in ("", "/log", "/0") for text in BAD_RIDS),
        *((base, query, BAD_RID) for query in ("rid", f"rid={RID}&rid=", f"x=1&rid={RID}&rid=1")),
    ]


def misnamed(check_id: str, key: str) -> list[Refusal]:
    """Paths that name no check, nearly or at all."""
    no_ids = (check_id.upper(), check_id.replace("-", ""), check_id[:-1], f"{{{check_id}}}", f"/{check_id}")
    no_slugs = ("", "night.ly", "nightly.", "n" * 101, "n\xc3\xafghtly", "night%20ly", "nightly\n", "nightly\r/start")
    return [
        *((f"/ping/{text}", "", NOT_FOUND) for text in ("", "x", "x" * 3000, "x" * 3000 + "/x", "\xff/\xfe", *no_ids)),
        *((f"/ping/{key}/{slug}", "", NOT_FOUND) for slug in no_slugs),
        *((f"/ping/{key}/{slug}", "", BAD_URL) for slug in ("Nightly", "nightlY", "NIGHTLY/start", "Nobody", "A/256")),
        (f"/ping/{check_id}/START", "", BAD_URL),
        (f"/ping/{key}/nightly/START", "", NOT_FOUND),
        *((f"/ping/{key}/twins{rest}", "rid=", AMBIGUOUS) for rest in (*SIGNALS, *BAD_STATUSES)),
    ]


def test_refusals_are_those_of_the_protocol(scene: Scene, client: FlaskClient, store_url: str) -> None:
    """Texts and headers as clients know them; afterwards the store is as it was, item for item."""
    check_id, key = scene.check(slug="nightly"), scene.ping_key
    for _ in range(2):
        scene.check(slug="twins")
    nobodies = (f"/ping/{uuid4()}", f"/ping/{key}/nobody", f"/ping/{'x' * 22}/nightly")
    refusals = [refusal for base in nobodies for refusal in unknown(base)]
    refusals += [*malformed(f"/ping/{check_id}"), *malformed(f"/ping/{key}/nightly"), *misnamed(check_id, key)]
    before = everything(store_url)
    for path, query, answer in refusals:
        response = client.post(environ_overrides={"PATH_INFO": path, "QUERY_STRING": query})
        assert ((response.status_code, response.text), response.mimetype) == (answer, "text/plain"), (path, query)
        assert {"Ping-Body-Limit", "Access-Control-Allow-Origin", "Set-Cookie"}.isdisjoint(response.headers.keys())
    assert everything(store_url) == before


@pytest.mark.parametrize("length", ["6", "9" * 30])
def test_body_that_breaks_off_records_nothing(scene: Scene, client: FlaskClient, store_url: str, length: str) -> None:
    """A client that hung up did not say what it meant to say, and makes no check."""
    check_id = scene.check()
    before = everything(store_url)
    for path in (f"/ping/{check_id}", f"/ping/{scene.ping_key}/nightly?create=1"):
        response = client.post(path, data=b"hello", environ_overrides={"CONTENT_LENGTH": length})
        assert (response.status_code, response.text) == (400, "bad request")
    assert everything(store_url) == before
