"""Words beginning with a dollar sign in an owner's texts, as they arrive at a receiver."""

from __future__ import annotations

import json
import socket
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import CHECK_ID, LAST_PING, make_notice, make_up_notice
from tests.channels.receivers import PUBLIC
from tocsin.channels.outbound import Outbound
from tocsin.channels.port import Notice
from tocsin.channels.webhook import WebhookChannel

_HOSTILE = st.text(
    st.sampled_from([*"$\r\n\t\0\x1f\x7f\x85\u2028: /?#%&\"'<>\\", "é", "ß", "漢", "😀", *"CODENAMEJSTGBY_10"]),
    max_size=40,
)
"""Text made of what has a meaning somewhere: line ends, delimiters, letters of placeholders, letters beyond latin-1."""


def _sent(notice: Notice, **config: str) -> tuple[list[str], bytes]:
    """What goes over the wire: the lines of the head, and the body."""
    here, there = socket.socketpair()
    there.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    outbound = Outbound(resolver=lambda host: [PUBLIC], dialer=lambda address, seconds: here)
    channel = WebhookChannel(outbound=outbound)
    channel.send(channel.validate({"url_down": "http://example.com/", "method_down": "POST", **config}), notice)
    with there, there.makefile("rb") as stream:
        head, _, body = stream.read().partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), body


def _header(lines: list[str], name: str) -> str:
    return next(line.partition(": ")[2] for line in lines if line.startswith(f"{name}: "))


_NAMED = make_notice(name='Ä "1"/漢', tags=("a b", "c"))


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("$CODE", CHECK_ID),
        ("$STATUS", "down"),
        ("$NOW", "2026-01-31T03:15:07+00:00"),
        ("$NAME", 'Ä "1"/漢'),
        ("$NAME_JSON", '"\\u00c4 \\"1\\"/\\u6f22"'),
        ("$SLUG", "nightly-backup"),
        ("$TAGS", "a b c"),
        ("$TAG1", "a b"),
        ("$TAG2", "c"),
        ("$JSON", '{"name": "Nightly backup"}'),
        ("$EXITSTATUS", "3"),
    ],
)
def test_placeholders_say_their_fact_everywhere(word: str, value: str) -> None:
    """A fact is percent-encoded in the URL, made latin-1 in headers by XML references, and plain in the body."""
    lines, body = _sent(
        _NAMED,
        url_down=f"http://example.com/x/{word}?q={word}",
        headers_down=f"X-Fact: <{word}>",
        body_down=f"<{word}>",
    )
    assert lines[0] == f"POST /x/{quote(value)}?q={quote(value)} HTTP/1.1"
    assert _header(lines, "X-Fact") == f"<{value}>".replace("漢", "&#28450;")
    assert body.decode() == f"<{value}>"


def test_placeholder_body_is_for_bodies_only() -> None:
    """A job's output is said in the body, bytes that are not UTF-8 replaced; in URL and headers the word stays."""
    notice = make_notice(last_ping=replace(LAST_PING, body=b'"caf\xe9"\n'))
    lines, body = _sent(
        notice,
        url_down="http://example.com/$BODY?$BODY_JSON",
        headers_down="X-Fact: $BODY $BODY_JSON",
        body_down="$BODY$BODY_JSON",
    )
    assert lines[0] == "POST /$BODY?$BODY_JSON HTTP/1.1"
    assert _header(lines, "X-Fact") == "$BODY $BODY_JSON"
    assert body.decode() == '"caf�"\n"\\"caf\\ufffd\\"\\n"'


def test_placeholders_without_a_ping_are_empty() -> None:
    """Before the first ping there is no output, and the exit status is -1."""
    assert _sent(make_notice(last_ping=None), body_down="$BODY|$BODY_JSON|$EXITSTATUS")[1] == b'|""|-1'


def test_placeholder_exit_status_is_minus_one_if_unknown() -> None:
    """A ping that told no exit status is not taken for one that told 0."""
    notice = make_notice(last_ping=replace(LAST_PING, exit_status=None))
    assert _sent(notice, body_down="$EXITSTATUS")[1] == b"-1"


def test_placeholder_tag_takes_its_whole_number() -> None:
    """`$TAG10` is the tenth tag, not the first one and a nought; a tag that is not there leaves its word."""
    notice = make_notice(tags=tuple(f"t{n}" for n in range(1, 11)))
    assert _sent(notice, body_down="$TAG10 $TAG1 $TAG11 $TAG0 $TAGS")[1] == (
        b"t10 t1 $TAG11 $TAG0 " + " ".join(notice.tags).encode()
    )


def test_placeholder_status_says_up_on_the_way_up() -> None:
    """The same word tells of both directions."""
    assert _sent(make_up_notice(), url_up="http://example.com/", method_up="PUT", body_up="$STATUS")[1] == b"up"


@pytest.mark.parametrize("text", ["$", "$$", "$CODER", "$code", "$UNKNOWN", "$TAGX", "100$"])
def test_placeholder_like_texts_stay(text: str) -> None:
    """Only the words of the protocol are replaced, in capitals, whatever follows them."""
    expected = text.replace("$CODE", CHECK_ID).replace("$TAGX", "$TAGX")
    assert _sent(make_notice(), body_down=text)[1].decode() == expected


@given(name=_HOSTILE, tag=_HOSTILE, output=_HOSTILE)
def test_placeholder_values_are_never_expanded_again(name: str, tag: str, output: str) -> None:
    """A value that looks like a placeholder arrives as it is, next to whatever else the text holds."""
    notice = make_notice(name=name, tags=(tag,), last_ping=replace(LAST_PING, body=output.encode()))
    lines, body = _sent(notice, url_down="http://example.com/?$NAME&$TAG1", body_down="<$NAME$TAG1$BODY$CODE>")
    assert body.decode() == f"<{name}{tag}{output}{CHECK_ID}>"
    assert lines[0] == f"POST /?{quote(name)}&{quote(tag)} HTTP/1.1"


@given(name=_HOSTILE, tag=_HOSTILE, key=_HOSTILE, slug=_HOSTILE, json_text=_HOSTILE)
def test_placeholder_values_cannot_end_a_line(name: str, tag: str, key: str, slug: str, json_text: str) -> None:
    """Whatever the facts hold, a request has as many lines as its owner gave it, and control characters in none."""
    notice = make_notice(name=name, tags=(tag,), key=key, slug=slug, check_json=json_text)
    everything = "$NAME $TAGS $TAG1 $SLUG $JSON $NAME_JSON"
    lines, _ = _sent(
        notice,
        url_down=f"http://example.com/{everything.replace(' ', '/')}",
        headers_down=f"X-A: {everything}\nX-B: $NAME",
    )
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "Host", "User-Agent", "Idempotency-Key", "X-A", "X-B", "Content-Length", "Connection",
    ]  # fmt: skip
    assert all(character.isprintable() or character in "\xa0\xad" for line in lines for character in line)
    assert len(lines[0].split(" ")) == 3


@given(name=st.text(max_size=30), output=st.binary(max_size=30))
def test_placeholder_json_words_keep_json_valid(name: str, output: bytes) -> None:
    """A JSON body made of the JSON words can be read, and says what was meant."""
    notice = make_notice(name=name, last_ping=replace(LAST_PING, body=output))
    _, body = _sent(notice, body_down='{"name": $NAME_JSON, "output": $BODY_JSON}')
    assert json.loads(body) == {"name": name, "output": output.decode(errors="replace")}


@given(name=st.text(max_size=30))
def test_placeholder_in_a_query_can_be_read_back(name: str) -> None:
    """Decoding the query gives the name again: it can't add a parameter or a fragment."""
    lines, _ = _sent(make_notice(name=name), url_down="http://example.com/?name=$NAME&fixed=1")
    query = lines[0].split(" ")[1].removeprefix("/?")
    assert [unquote(part) for part in query.split("&")] == [f"name={name}", "fixed=1"]
