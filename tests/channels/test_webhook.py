"""Webhooks: what an owner may set, and what a receiver gets and answers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.channels.notices import failing, make_notice, make_up_notice
from tests.channels.receivers import Answer, Receiver
from tocsin.channels.port import InvalidConfig
from tocsin.channels.webhook import WebhookChannel

LOCAL = WebhookChannel(allow_private=True)


def _send(config: Mapping[str, object], **changes: object) -> None:
    LOCAL.send(LOCAL.validate(config), make_notice(**changes))


def test_webhook_calls_the_url_of_each_status(receiver: Receiver) -> None:
    """Going down and coming back have a method, URL, headers and body of their own."""
    config = LOCAL.validate(
        {
            "url_down": receiver.url("/down"),
            "method_down": "POST",
            "headers_down": "Content-Type: text/plain\n\nX-Status: $STATUS",
            "body_down": "$NAME is $STATUS",
            "url_up": receiver.url("/up?name=$NAME"),
        }
    )
    LOCAL.send(config, make_notice())
    LOCAL.send(config, make_up_notice())
    down, up = receiver.calls
    assert (down.method, down.path, down.body) == ("POST", "/down", b"Nightly backup is down")
    assert (down.header("Content-Type"), down.header("X-Status")) == ("text/plain", "down")
    assert (up.method, up.path, up.body) == ("GET", "/up?name=Nightly%20backup", b"")


def test_webhook_introduces_itself(receiver: Receiver) -> None:
    """Unless the owner set them, a request says who sends it, and names itself so that repeats can be told."""
    _send({"url_down": receiver.url()}, key="abc")
    assert receiver.call.header("User-Agent") == "Tocsin"
    assert receiver.call.header("Idempotency-Key") == "abc"
    assert receiver.call.header("Host") == f"127.0.0.1:{receiver.port}"


def test_webhook_lets_the_owner_replace_its_own_headers(receiver: Receiver) -> None:
    """A header that the owner set, in any case, is sent once, as they set it."""
    _send(
        {"url_down": receiver.url(), "headers_down": "user-agent: me\nIDEMPOTENCY-KEY: $CODE\nHost: shop.example"},
        check_id="7",
    )
    names = [name.lower() for name, _ in receiver.call.headers]
    assert sorted(names) == ["connection", "host", "idempotency-key", "user-agent"]
    assert receiver.call.header("User-Agent") == "me"
    assert receiver.call.header("Idempotency-Key") == "7"
    assert receiver.call.header("Host") == "shop.example"


def test_webhook_sends_a_body_with_post_and_put_only(receiver: Receiver) -> None:
    """A body that is left over from another method is not sent by GET; POST without one says that it is empty."""
    _send({"url_down": receiver.url(), "method_down": "GET", "body_down": "text"})
    _send({"url_down": receiver.url(), "method_down": "PUT", "body_down": "text"})
    _send({"url_down": receiver.url(), "method_down": "POST"})
    assert [(call.body, call.header("Content-Length")) for call in receiver.calls] == [
        (b"", None),
        (b"text", "4"),
        (b"", "0"),
    ]


def test_webhook_turns_userinfo_into_authorization(receiver: Receiver) -> None:
    """User and password in the URL go into a header, unless the owner set that header."""
    url = receiver.url(host="user:pass@127.0.0.1")
    _send({"url_down": url})
    _send({"url_down": url, "headers_down": "authorization: Bearer 1"})
    assert [call.header("Authorization") for call in receiver.calls] == ["Basic dXNlcjpwYXNz", "Bearer 1"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206])
def test_webhook_succeeds_if_the_receiver_says_so(receiver: Receiver, status: int) -> None:
    """Any 2xx means that the notice arrived."""
    receiver.answers["/"] = Answer(status, body=b"")
    _send({"url_down": receiver.url()})


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 405, 429, 500, 503])
def test_webhook_failure_by_status_passes(receiver: Receiver, status: int) -> None:
    """Other answers are told to the owner; they may be different the next time."""
    receiver.answers["/"] = Answer(status, body=b"")
    with failing(f"Received status code {status}"):
        _send({"url_down": receiver.url()})
    assert len(receiver.calls) == 1, "later ticks try again, not this one"


def test_webhook_failure_is_permanent_if_the_receiver_is_gone(receiver: Receiver) -> None:
    """410 says that nobody will ever listen there again."""
    receiver.answers["/"] = Answer(410)
    with failing("Received status code 410", permanent=True):
        _send({"url_down": receiver.url()})


def test_webhook_failure_of_one_check_does_not_condemn_the_others(receiver: Receiver) -> None:
    """What is gone or malformed for one check's facts may be fine for the next: such a failure is passing."""
    receiver.answers["/nightly-backup"] = Answer(410)
    with failing("Received status code 410"):
        _send({"url_down": receiver.url("/$SLUG")})
    with failing("A URL must name a host, such as hooks.example.com."):
        _send({"url_down": "http://$TAG1.example/"}, tags=("a b",))


def test_webhook_failure_is_permanent_if_the_url_is_malformed() -> None:
    """A stored URL that can't be called, whatever the check, needs its owner."""
    config = dict(LOCAL.validate({"url_down": "http://example.com/"})) | {"url_down": "gopher://example.com/"}
    with failing("A URL must begin with http:// or https://.", permanent=True):
        LOCAL.send(config, make_notice())


def test_webhook_wants_the_statuses_that_have_a_url() -> None:
    """An empty URL skips a status; delivering it all the same fails, and passes."""
    config = LOCAL.validate({"url_up": "http://example.com/"})
    assert LOCAL.wants(config, up=True)
    assert not LOCAL.wants(config, up=False)
    with failing("Empty webhook URL"):
        LOCAL.send(config, make_notice())


def test_webhook_validate_fills_in_and_trims() -> None:
    """Every key is there afterwards: texts trimmed, methods in capitals, headers one on each line."""
    assert LOCAL.validate(
        {
            "url_down": " http://example.com/ ",
            "method_down": "post",
            "headers_down": "A:1\r\n\r\n b : x:y \n",
            "body_up": None,
        }
    ) == {
        "url_down": "http://example.com/", "url_up": "", "method_down": "POST", "method_up": "GET",
        "headers_down": "A: 1\nb: x:y", "headers_up": "", "body_down": "", "body_up": "",
    }  # fmt: skip


def test_webhook_validate_takes_headers_as_a_mapping() -> None:
    """The command line and the API speak JSON, where headers are an object."""
    config = LOCAL.validate({"url_up": "http://example.com/", "headers_up": {"X-A": "1", "X-B": "ü 漢"}})
    assert config["headers_up"] == "X-A: 1\nX-B: ü 漢"
    assert LOCAL.validate(config) == config


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"url_down": ""}, "url_down"),
        ({"url_down": "ftp://example.com/"}, "url_down"),
        ({"url_down": "http://example.com/a b"}, "url_down"),
        ({"url_up": "http://"}, "url_up"),
        ({"url_down": "http://example.com/" + "a" * 1000}, "url_down"),
        ({"url_down": 7}, "url_down"),
        ({"method_down": "DELETE"}, "method_down"),
        ({"method_up": False}, "method_up"),
        ({"body_down": "a" * 1001}, "body_down"),
        ({"body_up": ["a"]}, "body_up"),
        ({"headers_down": "no colon"}, "headers_down"),
        ({"headers_down": ": no name"}, "headers_down"),
        ({"headers_down": "Bad Name: 1"}, "headers_down"),
        ({"headers_down": "Ümlaut: 1"}, "headers_down"),
        ({"headers_down": "A: " + "a" * 1001}, "headers_down"),
        ({"headers_down": "Content-Length: 5"}, "headers_down"),
        ({"headers_down": "transfer-encoding: chunked"}, "headers_down"),
        ({"headers_up": {"A": "1\r\nEvil: 2"}}, "headers_up"),
        ({"headers_up": {"A\nB": "1"}}, "headers_up"),
        ({"headers_up": {"A": 1}}, "headers_up"),
        ({"headers_up": ["A: 1"]}, "headers_up"),
        ({"url": "http://example.com/"}, "url"),
    ],
)
def test_webhook_validate_says_what_is_wrong(changes: Mapping[str, object], key: str) -> None:
    """Each mistake is reported at its own key, with a sentence."""
    with pytest.raises(InvalidConfig) as invalid:
        LOCAL.validate({"url_down": "http://example.com/", **changes})
    assert list(invalid.value.errors) == [key]
    assert invalid.value.errors[key].endswith(".")


@pytest.mark.parametrize(
    "url", ["http://$NAME.example/", "http://example.com:$TAG1/", "http://example.com/$BODY", "https://$SLUG/?$JSON"]
)
def test_webhook_validate_allows_placeholders_anywhere(url: str) -> None:
    """A URL is judged as if each placeholder stood for something harmless."""
    assert LOCAL.validate({"url_down": url})["url_down"] == url


def test_webhook_validate_allows_the_longest_texts() -> None:
    """A thousand characters of each are within the limits."""
    url = "http://example.com/".ljust(1000, "a")
    config = {"url_down": url, "body_down": "b" * 1000, "headers_down": f"X: {'c' * 1000}"}
    assert LOCAL.validate(config).items() >= config.items()


@pytest.mark.parametrize(
    ("config", "summary"),
    [
        ({"url_down": "https://u:p@hooks.example/a?secret=1", "url_up": "http://x/"}, "GET hooks.example/a"),
        ({"url_down": "http://a:81/b", "method_down": "POST"}, "POST a:81/b (down only)"),
        ({"url_up": "http://a/", "method_up": "PUT"}, "PUT a/ (up only)"),
        ({"url_up": "http://a/" + "b" * 90}, f"GET a/{'b' * 57}… (up only)"),
    ],
)
def test_webhook_summary_names_the_receiver(config: Mapping[str, object], summary: str) -> None:
    """A list shows method, host and path, and nothing that is a secret by its place."""
    assert LOCAL.summary(LOCAL.validate(config)) == summary
