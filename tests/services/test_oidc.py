"""Signing in by an identity provider, against a real one: what it says is believed only if all of it holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.openid_provider import CLIENT, SECRET, OpenIdProvider, openid_provider
from tocsin.services import oidc
from tocsin.services.oidc import Declined, Errand, Known, Strayed
from tocsin.services.oidc_provider import FRESH, Provider, ProviderFailed
from tocsin.settings import OidcSettings

BACK = "https://tocsin.example.org/login/oidc/callback"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def there() -> Iterator[OpenIdProvider]:
    with openid_provider(clock=NOW.timestamp) as provider:
        yield provider


@pytest.fixture
def provider(there: OpenIdProvider) -> Provider:
    return Provider(OidcSettings(there.issuer, CLIENT, SECRET))


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """The answer itself is what a test wants."""


def visit(address: str) -> dict[str, str]:
    """Do what a browser does at the provider; returns what it is sent back with."""
    try:
        build_opener(_Stay).open(address)
    except OSError as redirect:
        location = redirect.headers["Location"]  # type: ignore[attr-defined]
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def come_back(provider: Provider, now: datetime = NOW) -> Known:
    address, errand = oidc.begin(provider, redirect_uri=BACK, now=NOW)
    return oidc.finish(provider, errand=errand, answer=visit(address), redirect_uri=BACK, now=now)


def test_provider_tells_who_somebody_is(provider: Provider, there: OpenIdProvider) -> None:
    """By issuer and subject, with an address in lower case."""
    assert come_back(provider) == Known(there.issuer, "alice-7", "alice@example.org")


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_address_that_is_not_verified_counts_for_nothing(
    provider: Provider, there: OpenIdProvider, verified: object
) -> None:
    """Whatever else than true the provider says of it."""
    there.claims["email_verified"] = verified
    assert come_back(provider).email is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.org"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"exp": int(NOW.timestamp()) - 90},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 600},
        {"iat": None},
        {"nbf": int(NOW.timestamp()) + 600},
        {"nonce": "of another browser"},
        {"nonce": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_tokens_that_do_not_hold_are_refused(
    provider: Provider, there: OpenIdProvider, claims: dict[str, object]
) -> None:
    """Of another issuer, for another client, too old, from the future, of another browser, of nobody."""
    there.claims |= claims
    with pytest.raises(ProviderFailed, match="id token"):
        come_back(provider)


def test_clocks_may_differ_by_a_minute(provider: Provider, there: OpenIdProvider) -> None:
    """And no more: a token of the provider's that ran out long ago is none."""
    there.claims |= {"exp": int(NOW.timestamp()) - 30, "iat": int(NOW.timestamp()) + 30}
    assert come_back(provider).subject == "alice-7"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_signatures_that_anybody_could_make_are_refused(
    provider: Provider, there: OpenIdProvider, algorithm: str
) -> None:
    """Unsigned ones, and those by the client's secret; that the provider says it makes such changes nothing."""
    there.keys = [there.signing]
    there.signing = OctKey.import_key(SECRET * 3, {"kid": there.signing.kid})
    there.header = {"alg": algorithm}
    with pytest.raises(ProviderFailed, match="signature"):
        come_back(provider)


def test_signature_by_a_key_of_somebody_elses_is_refused(provider: Provider, there: OpenIdProvider) -> None:
    """Also if it is called like one of the provider's."""
    there.keys = [there.signing]
    there.signing = ECKey.generate_key("P-256", {"kid": there.signing.kid})
    with pytest.raises(ProviderFailed, match="signature"):
        come_back(provider)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_providers_sign_in_several_ways(provider: Provider, there: OpenIdProvider, algorithm: str) -> None:
    """RS256 is the one that every provider knows."""
    there.document = {"id_token_signing_alg_values_supported": [algorithm]}
    there.signing = RSAKey.generate_key(auto_kid=True)
    there.header = {"alg": algorithm}
    assert come_back(provider).subject == "alice-7"


def test_only_key_needs_no_name(provider: Provider, there: OpenIdProvider) -> None:
    """A provider with one key need not say by which it has signed, and one with more has to."""
    there.signing = ECKey.generate_key("P-256")
    there.header = {"kid": ""}
    assert come_back(provider).subject == "alice-7"


def test_keys_may_change(provider: Provider, there: OpenIdProvider) -> None:
    """A signature by a key that is new sends for the keys again; otherwise they are asked for once."""
    come_back(provider)
    come_back(provider)
    assert there.asked.count("/realm/keys") == 1
    there.signing = ECKey.generate_key("P-256", auto_kid=True)
    assert come_back(provider).subject == "alice-7"
    assert there.asked.count("/realm/keys") == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"state": "of another browser"},
        {"state": ""},
        {"iss": "https://evil.example.org"},
        {"iss": ""},
    ],
    ids=str,
)
def test_answers_that_this_browser_was_not_sent_for_are_refused(
    provider: Provider, there: OpenIdProvider, answer: dict[str, str]
) -> None:
    """Nor is their code given to anybody: it may be another provider's."""
    there.answer = answer
    with pytest.raises(Strayed):
        come_back(provider)
    assert "/realm/token" not in there.asked


def test_answers_without_an_errand_or_after_it_are_refused(provider: Provider) -> None:
    """Somebody planted the link, or the browser was left alone for long."""
    address, errand = oidc.begin(provider, redirect_uri=BACK, now=NOW)
    answer = visit(address)
    late = NOW + timedelta(minutes=10, seconds=2)
    for known, now in ((None, NOW), (errand, late)):
        with pytest.raises(Strayed):
            oidc.finish(provider, errand=known, answer=answer, redirect_uri=BACK, now=now)


def test_code_is_worth_nothing_without_the_verifier(provider: Provider) -> None:
    """Who has read it in a log, or on the way, can't use it."""
    address, errand = oidc.begin(provider, redirect_uri=BACK, now=NOW)
    stolen = Errand(errand.state, errand.nonce, "another" * 8, errand.until)
    with pytest.raises(ProviderFailed, match="invalid_grant"):
        oidc.finish(provider, errand=stolen, answer=visit(address), redirect_uri=BACK, now=NOW)


def test_who_is_not_let_through_is_told_why(provider: Provider, there: OpenIdProvider) -> None:
    """In the provider's words, where it has some."""
    there.answer = {"code": "", "error": "access_denied", "error_description": "Not on Sundays"}
    with pytest.raises(Declined, match="Not on Sundays"):
        come_back(provider)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"issuer": "https://evil.example.org"}, "says that its issuer is https://evil.example.org"),
        ({"token_endpoint": None}, "no document of an OpenID provider"),
        ({"token_endpoint": "ftp://127.0.0.1/token"}, "is not an https address"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "in no way that can be trusted"),
    ],
    ids=str,
)
def test_document_of_the_provider_is_looked_through(
    provider: Provider, there: OpenIdProvider, document: dict[str, object], sentence: str
) -> None:
    """A typing error in a setting is a sentence, not a riddle."""
    there.document = document
    with pytest.raises(ProviderFailed, match=sentence):
        come_back(provider)


@pytest.mark.parametrize("path", ["openid-configuration", "token", "keys"])
def test_provider_that_is_out_of_order_is_a_sentence(provider: Provider, there: OpenIdProvider, path: str) -> None:
    """Wherever it breaks, and it works again when the provider does."""
    there.broken = path
    with pytest.raises(ProviderFailed, match=r"\.$"):
        come_back(provider)
    there.broken = ""
    assert come_back(provider).subject == "alice-7"


def test_provider_out_of_reach_is_a_sentence() -> None:
    """Such as one that is not there."""
    with pytest.raises(ProviderFailed, match="can't be reached"):
        come_back(Provider(OidcSettings("http://127.0.0.1:1", CLIENT)))


def test_what_the_provider_said_of_itself_holds_while_it_is_silent(
    provider: Provider, there: OpenIdProvider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked once an hour; an hour in which it can't be asked is no reason to let nobody in."""
    come_back(provider)
    come_back(provider)
    assert there.asked.count("/realm/.well-known/openid-configuration") == 1
    hour_later = monotonic() + FRESH.total_seconds() + 1
    monkeypatch.setattr("tocsin.services.oidc_provider.monotonic", lambda: hour_later)
    there.broken = "openid-configuration"
    assert come_back(provider).subject == "alice-7"
    assert there.asked.count("/realm/.well-known/openid-configuration") == 2
    assert "can't be asked about itself" in caplog.text
