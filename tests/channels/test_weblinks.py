"""Taking receivers' URLs apart."""

from __future__ import annotations

import pytest

from tocsin.channels.weblinks import InvalidUrl, parse


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "target", "authority"),
    [
        ("http://example.com", "http", "example.com", 80, "/", "example.com"),
        ("HTTPS://Example.COM/A?b=c#d", "https", "example.com", 443, "/A?b=c", "example.com"),
        ("http://example.com:8080?q", "http", "example.com", 8080, "/?q", "example.com:8080"),
        ("https://example.com:443/", "https", "example.com", 443, "/", "example.com"),
        ("http://localhost/a%20b", "http", "localhost", 80, "/a%20b", "localhost"),
        ("http://my_service./", "http", "my_service.", 80, "/", "my_service."),
        ("http://[::1]:81/", "http", "::1", 81, "/", "[::1]:81"),
        ("http://bücher.example/ü?ü", "http", "xn--bcher-kva.example", 80, "/%C3%BC?%C3%BC", "xn--bcher-kva.example"),
        ("http://example.com/<a>?\u00a0", "http", "example.com", 80, "/%3Ca%3E?%C2%A0", "example.com"),
    ],
)
def test_parse_takes_a_url_apart(url: str, scheme: str, host: str, port: int, target: str, authority: str) -> None:
    """A URL gives where to connect, what to ask for and which Host to name, all of it in plain ASCII."""
    link = parse(url)
    assert (link.scheme, link.host, link.port, link.target, link.authority) == (scheme, host, port, target, authority)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http:///path",
        "http://",
        "http://exa mple.com/",
        "http://example.com/a b",
        "http://example.com/\r\nX-Evil: 1",
        "http://example.com/\x00",
        "http://good\\@evil.example/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:port/",
        "http://[::1/",
        "http://[fe80::1%25lo]/",
        "http://exam%70le.com/",
        "http://a..b/",
        f"http://{'a' * 64}.example/",
    ],
)
def test_parse_refuses_what_cannot_be_called(url: str) -> None:
    """No host, another scheme, an odd port, or a character that could mean two things: the URL is refused."""
    with pytest.raises(InvalidUrl):
        parse(url)


def test_parse_turns_userinfo_into_basic_authorization() -> None:
    """User and password of a URL, percent-decoded, make the header that browsers would send."""
    assert parse("http://us%40er:p%C3%BC@example.com/").authorization == "Basic dXNAZXI6cMO8"
    assert parse("http://example.com/").authorization is None


@pytest.mark.parametrize(
    ("other", "trusted"),
    [
        ("https://a.example/x", True),
        ("https://a.example:444/", False),
        ("http://a.example/", False),
        ("https://b.example/", False),
        ("https://x.a.example/", False),
    ],
)
def test_link_trusts_the_same_server_only(other: str, trusted: bool) -> None:
    """What was meant for one server is for no other host, port or weaker protection."""
    assert parse("https://a.example/").trusts(parse(other)) is trusted


def test_link_trusts_an_upgrade_to_https() -> None:
    """A server that leads from http to https, both on their own ports, stays the same server."""
    assert parse("http://a.example/").trusts(parse("https://a.example/"))
    assert not parse("http://a.example:8080/").trusts(parse("https://a.example/"))
