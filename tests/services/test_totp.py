"""Codes of authenticator apps, and secrets that are kept sealed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.services import recovery, totp
from tocsin.services.sealing import Unreadable, seal, unseal

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""That of RFC 6238's appendix B, in Base32."""


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """The last six digits of the test vectors (RFC 6238, appendix B)."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.code_of(SECRET, now) == code
    assert totp.matching_step(SECRET, f" {code[:3]} {code[3:]}", now=now) == seconds // 30


@pytest.mark.parametrize(("off", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_be_off_by_one_step(off: int, taken: bool) -> None:
    """Of a phone that is slow or fast, or of somebody who types slowly."""
    now = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
    code = totp.code_of(SECRET, now + timedelta(seconds=off))
    assert (totp.matching_step(SECRET, code, now=now) is not None) is taken


def test_steps_up_to_the_last_used_one_hold_no_more() -> None:
    """Whoever looked over a shoulder has nothing."""
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    step = totp.matching_step(SECRET, totp.code_of(SECRET, now), now=now)
    assert step is not None
    before = totp.code_of(SECRET, now - timedelta(seconds=30))
    after = totp.code_of(SECRET, now + timedelta(seconds=30))
    assert totp.matching_step(SECRET, totp.code_of(SECRET, now), now=now, after=step) is None
    assert totp.matching_step(SECRET, before, now=now, after=step) is None
    assert totp.matching_step(SECRET, after, now=now, after=step) == step + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "٣٤٥٦٧٨", "\x00"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    """Whatever is typed, in whatever script."""
    assert totp.matching_step(SECRET, code, now=datetime(2026, 3, 1, tzinfo=UTC)) is None


def test_enrolment_says_whose_code_it_is() -> None:
    """Apps show site and address, so that codes of several sites can be told apart."""
    uri = totp.enrolment_uri(SECRET, email="alice@example.org", site="Night Bells")
    assert uri.startswith("otpauth://totp/Night%20Bells:alice%40example.org?")
    assert {"secret=" + SECRET, "issuer=Night%20Bells"} <= set(uri.partition("?")[2].split("&"))


def test_seals_are_broken_by_nothing_but_the_key_and_the_purpose() -> None:
    """Neither a changed byte, nor another site's key, nor the secret of somebody else."""
    sealed = seal("a secret", purpose="totp of alice", secret_key="key")
    assert b"secret" not in sealed
    assert seal("a secret", purpose="totp of alice", secret_key="key") != sealed
    assert unseal(sealed, purpose="totp of alice", secret_key="key") == "a secret"
    for odd, purpose, key in (
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "totp of alice", "key"),
        (sealed, "totp of bob", "key"),
        (sealed, "totp of alice", "another key"),
        (b"", "totp of alice", "key"),
    ):
        with pytest.raises(Unreadable):
            unseal(odd, purpose=purpose, secret_key=key)


def test_recovery_codes_are_hard_to_guess_and_easy_to_type() -> None:
    """Ten of 79 bits; without letters that look like digits; typed in capitals, with spaces or none."""
    codes = recovery.new_codes()
    assert len(set(codes)) == recovery.COUNT
    assert all(len(code) == 19 and not set(code) & set("il1o0") for code in codes)
    assert recovery.digest(codes[0].upper().replace("-", " "), "alice") == recovery.digest(codes[0], "alice")
    assert recovery.digest(codes[0], "bob") != recovery.digest(codes[0], "alice")
