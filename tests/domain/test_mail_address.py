"""Which addresses ping, and what they mean (protocol 1.10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.mail_address import InvalidMailbox, Mailbox, OtherDomain, read_address

DOMAIN = "ping.example.org"
ID = "1847a78d-5c5f-4bd7-9b5c-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        (f"{ID}@{DOMAIN}", Mailbox(check_id=ID)),
        (f"{ID.upper()}@Ping.EXAMPLE.org", Mailbox(check_id=ID)),
        (f"Key-1_x+night-ly_1@{DOMAIN}", Mailbox(ping_key="Key-1_x", slug="night-ly_1")),
        (f"{'k' * 100}+{'s' * 100}@{DOMAIN}", Mailbox(ping_key="k" * 100, slug="s" * 100)),
    ],
)
def test_addresses_by_id_and_by_slug(address: str, mailbox: Mailbox) -> None:
    """The case of an id and of the domain does not matter, that of a key does."""
    assert read_address(address, DOMAIN) == mailbox


@pytest.mark.parametrize("host", ["", "example.org", f"x.{DOMAIN}", f"{DOMAIN}.", f"{DOMAIN}>", "ping.example.orgx"])
def test_other_domains_are_refused(host: str) -> None:
    """Parents and children too."""
    with pytest.raises(OtherDomain):
        read_address(f"{ID}@{host}", DOMAIN)


@pytest.mark.parametrize(
    "local",
    [
        "",
        "postmaster",
        ID.replace("-", ""),
        f"{ID}x",
        f"{ID}\n",
        f"g{ID[1:]}",
        "+slug",
        "key+",
        "key+Slug",
        "key+a+b",
        "key+slüg",
        "ke y+slug",
        '"key+slug"',
        f"{'k' * 101}+slug",
        f"key+{'s' * 101}",
        "key+slug\n",
    ],
)
def test_mailboxes_of_no_check_are_refused(local: str) -> None:
    """Neither an id nor key and slug."""
    with pytest.raises(InvalidMailbox):
        read_address(f"{local}@{DOMAIN}", DOMAIN)


@given(st.text(max_size=80))
def test_nonsense_is_refused(text: str) -> None:
    """With the one or the other of two errors."""
    for address in (text, f"{text}@{DOMAIN}"):
        try:
            read_address(address, DOMAIN)
        except (OtherDomain, InvalidMailbox):
            continue
        assert "+" in address or len(address) == len(f"{ID}@{DOMAIN}")
