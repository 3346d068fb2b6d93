"""E-mail addresses."""

from __future__ import annotations

import pytest

from tocsin.channels.addressee import InvalidAddress, checked_address, sender_header, wire_address


@pytest.mark.parametrize(
    ("typed", "address", "wire"),
    [
        (" alice@example.com ", "alice@example.com", "alice@example.com"),
        ("o'neil.+x_y@mail.example.co.uk", "o'neil.+x_y@mail.example.co.uk", "o'neil.+x_y@mail.example.co.uk"),
        ("root@localhost", "root@localhost", "root@localhost"),
        ("ops@bücher.example", "ops@bücher.example", "ops@xn--bcher-kva.example"),
    ],
)
def test_checked_address_accepts_what_mail_servers_take(typed: str, address: str, wire: str) -> None:
    """An address is kept as typed, without the spaces around it, and goes to servers in ASCII."""
    assert checked_address(typed) == address
    assert wire_address(address) == wire


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "alice",
        "@example.com",
        "alice@",
        "alice@example",
        "a@b@example.com",
        "alice @example.com",
        "alice@exam ple.com",
        "alice@example.com, bob@example.com",
        "alice@example.com\r\nBcc: bob@example.com",
        "Alice <alice@example.com>",
        '"a b"@example.com',
        ".alice@example.com",
        "al..ice@example.com",
        "alice@-example.com",
        "alice@example..com",
        "alice@[127.0.0.1]",
        "älice@example.com",
        "a\x00@example.com",
        "a" * 65 + "@example.com",
        "a@" + "b." * 126 + "com",
    ],
)
def test_checked_address_refuses_what_could_be_misread(typed: str) -> None:
    """Lists, names, comments, line ends, quoted parts and addresses that are too long are no addresses here."""
    with pytest.raises(InvalidAddress):
        checked_address(typed)


@pytest.mark.parametrize(
    ("typed", "header"),
    [
        ("bell@example.com", "bell@example.com"),
        ("Tocsin <bell@example.com>", "Tocsin <bell@example.com>"),
        ("Bell, Tower <bell@bücher.example>", None),
        ('"Bell, Tower" <bell@bücher.example>', '"Bell, Tower" <bell@xn--bcher-kva.example>'),
        ("Tocsin <bell@example.com>\r\nBcc: x@example.com", None),
        ("Tocsin", None),
    ],
)
def test_sender_header_takes_a_name(typed: str, header: str | None) -> None:
    """A sender may have a name beside the address, and nothing else."""
    if header is None:
        with pytest.raises(InvalidAddress):
            sender_header(typed)
    else:
        assert sender_header(typed) == header
