"""Settings: read once, cast and checked; what can't work is told in a sentence that names it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.channels.addressee import sender_header
from tocsin.settings import LOCAL_ROOT, OidcSettings, SettingsError, from_environ

SECRET = "0123456789abcdef"


def test_nothing_set_means_a_machine_of_ones_own(tmp_path: Path) -> None:
    """SQLite, mail as files and a secret key are all kept under instance/."""
    settings = from_environ({}, root=tmp_path)
    assert settings.store == f"sqlite://{tmp_path}/instance/tocsin.sqlite3"
    assert settings.mail == f"file://{tmp_path}/instance/mail"
    assert (settings.links_root, settings.first_visit, settings.https) == (LOCAL_ROOT, True, False)
    assert len(settings.secret_key) > 40
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_secret_key_is_made_once_even_by_many_at_once(tmp_path: Path) -> None:
    """Processes that start together must sign with one key."""
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: from_environ({}, root=tmp_path).secret_key, range(64)))
    assert len(keys) == 1


def test_kept_secret_that_was_damaged_is_refused(tmp_path: Path) -> None:
    """An empty file would sign everybody in."""
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "secret_key").write_text("")
    with pytest.raises(SettingsError, match="secret_key"):
        from_environ({}, root=tmp_path)


def test_everything_set_writes_nothing(tmp_path: Path) -> None:
    """A read-only place, such as a Lambda package, will do."""
    environ = {"STORE": "dynamodb://t", "SECRET_KEY": SECRET, "SITE_ROOT": "https://t.example.org/", "MAIL": "ses://eu"}
    settings = from_environ({f"TOCSIN_{name}": value for name, value in environ.items()}, root=tmp_path / "no")
    assert (settings.site_root, settings.https) == ("https://t.example.org", True)
    assert (settings.mail_from, settings.first_visit) == ("tocsin@t.example.org", False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "attribute", "meaning"),
    [
        ("ALLOW_PRIVATE_TARGETS", "yes", "allow_private_targets", True),
        ("ALLOW_PRIVATE_TARGETS", "0", "allow_private_targets", False),
        ("TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("PING_BODY_LIMIT", "0", "ping_body_limit", 0),
        ("LOG_DAYS", "7", "log_age", timedelta(days=7)),
        ("TICK_SECONDS", "0", "tick_every", timedelta()),
        ("PING_MAIL_DOMAIN", "Ping.Example.org", "ping_mail_domain", "ping.example.org"),
        ("PING_MAIL_DOMAIN", "nas", "ping_mail_domain", "nas"),
        ("INBOUND_MAIL", "s3://tocsin-mail", "inbound_mail", ("tocsin-mail", "")),
        ("INBOUND_MAIL", "s3://tocsin-mail/in/pings/", "inbound_mail", ("tocsin-mail", "in/pings")),
        ("SITE_NAME", " Bells ", "site_name", "Bells"),
        ("SITE_NAME", "Bells", "badge_label", "Bells"),
        ("BADGE_LABEL", "All jobs", "badge_label", "All jobs"),
        ("PROMETHEUS", "", "prometheus", True),
        ("PROMETHEUS", "off", "prometheus", False),
        ("FIRST_VISIT", "off", "first_visit", False),
        ("SIGN_UP", "", "sign_up", False),
        ("SIGN_UP", "on", "sign_up", True),
        ("HEARTBEAT_URL", "https://m.example.org/p?x=1", "heartbeat_url", "https://m.example.org/p?x=1"),
        ("LOG_FORMAT", "", "json_log", False),
        ("LOG_FORMAT", "JSON", "json_log", True),
        ("METRICS", "off", "metrics", False),
        ("TRUSTED_PROXIES", " ", "trusted_proxies", 0),
    ],
)
def test_values_are_cast(tmp_path: Path, name: str, value: str, attribute: str, meaning: object) -> None:
    """An empty value counts as not set."""
    settings = from_environ({"TOCSIN_SECRET_KEY": SECRET, f"TOCSIN_{name}": value}, root=tmp_path)
    assert getattr(settings, attribute) == meaning


@pytest.mark.parametrize(
    ("root", "sender"),
    [
        ("http://nas:5000", "tocsin@localhost"),
        ("http://[fd00::1]:5000", "tocsin@localhost"),
        ("http://my_host.lan", "tocsin@localhost"),
        ("HTTPS://Bells.Example.org/dev/", "tocsin@bells.example.org"),
    ],
)
def test_sender_is_an_address_whatever_the_site_is_called(tmp_path: Path, root: str, sender: str) -> None:
    """A legal address of the site must not make an illegal one of the sender."""
    settings = from_environ({"TOCSIN_SECRET_KEY": SECRET, "TOCSIN_SITE_ROOT": root}, root=tmp_path)
    assert settings.mail_from == sender
    assert sender_header(settings.mail_from) == sender
    assert settings.https is root.startswith("HTTPS")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE", "postgres://x"),
        ("STORE", "sqlite://"),
        ("STORE", "dynamodb://"),
        ("MAIL", "pigeon://x"),
        ("MAIL_FROM", "nobody"),
        ("SITE_ROOT", "tocsin.example.org"),
        ("SITE_ROOT", "https://x/?q=1"),
        ("SITE_ROOT", "https://x:abc"),
        ("SITE_ROOT", "https://x:99999"),
        ("SITE_ROOT", "https://me:secret@x"),
        ("SITE_ROOT", "https://a b"),
        ("PING_ROOT", "ping.example.org"),
        ("PING_ROOT", "https://ping.example.org/ping"),
        ("PING_ROOT", "https://ping.example.org?q=1"),
        ("PING_ROOT", "https://pïng.example.org"),
        ("PING_ROOT", "http://LOCALHOST:5000/"),
        ("SECRET_KEY", "short"),
        ("OIDC_ISSUER", "id.example.org"),
        ("OIDC_ISSUER", "http://id.example.org"),
        ("OIDC_ISSUER", "https://id.example.org?tenant=1"),
        ("ALLOW_PRIVATE_TARGETS", "maybe"),
        ("PROMETHEUS", "maybe"),
        ("TRUSTED_PROXIES", "-1"),
        ("PING_BODY_LIMIT", "1e3"),
        ("LOG_DAYS", "0"),
        ("LOG_FORMAT", "xml"),
        ("METRICS", "maybe"),
        ("SITE_ROOT", "https://[x"),
        ("HEARTBEAT_URL", "m.example.org/ping"),
        ("HEARTBEAT_URL", "ftp://m.example.org/ping"),
        ("HEARTBEAT_URL", "https:///ping"),
        ("HEARTBEAT_URL", "https://[m/ping"),
        ("HEARTBEAT_URL", "https://m:x/ping"),
        ("HEARTBEAT_URL", "https://m.example.org/ping this"),
        ("TICK_SECONDS", "٣"),
        ("PING_MAIL_DOMAIN", "@ping.example.org"),
        ("PING_MAIL_DOMAIN", "ping.example.org."),
        ("PING_MAIL_DOMAIN", "pïng.example.org"),
        ("INBOUND_MAIL", "tocsin-mail"),
        ("INBOUND_MAIL", "s3://"),
        ("INBOUND_MAIL", "s3:///mail"),
        ("INBOUND_MAIL", "https://tocsin-mail/in"),
    ],
)
def test_odd_values_are_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    """One sentence, with the setting's name in it."""
    with pytest.raises(SettingsError, match=f"^TOCSIN_{name} .*\\.$"):
        from_environ({f"TOCSIN_{name}": value}, root=tmp_path)


@pytest.mark.parametrize(
    ("site", "ping", "fits"),
    [
        ("https://t.example.org", "https://ping.example.org/", True),
        ("https://t.example.org/bells", "https://t.example.org", False),
        ("https://t.example.org", "https://T.Example.org:443", False),
        ("https://t.example.org", "http://t.example.org:80", False),
        ("https://t.example.org", "https://t.example.org:8443", True),
        ("http://nas:5000", "http://nas:5001", True),
        ("http://nas:5000", "http://nas", True),
        ("http://[fd00::1]", "http://[fd00::1]", False),
    ],
)
def test_ping_root_must_not_take_the_pages_away(tmp_path: Path, site: str, ping: str, fits: bool) -> None:
    """A Host header must tell whether pings or pages are meant, in whatever way it is written."""
    environ = {"TOCSIN_SECRET_KEY": SECRET, "TOCSIN_SITE_ROOT": site, "TOCSIN_PING_ROOT": ping}
    if fits:
        settings = from_environ(environ, root=tmp_path)
        assert settings.ping_urls(site) == settings.ping_root == ping.rstrip("/")
    else:
        with pytest.raises(SettingsError, match=r"^TOCSIN_PING_ROOT must have another host or port than the site"):
            from_environ(environ, root=tmp_path)


def test_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """With the settings that make it unnecessary."""
    (tmp_path / "instance").write_text("a file stands where the folder should")
    with pytest.raises(SettingsError, match="TOCSIN_STORE and TOCSIN_SECRET_KEY"):
        from_environ({}, root=tmp_path)


def test_values_that_aws_keeps_are_fetched_together(tmp_path: Path) -> None:
    """What they come to is read like any other; other values and other variables are left alone."""
    asked: list[Mapping[str, str]] = []

    def fetch(references: Mapping[str, str]) -> Mapping[str, str]:
        asked.append(references)
        return {"TOCSIN_SECRET_KEY": SECRET, "TOCSIN_LOG_DAYS": "7"}

    environ = {"TOCSIN_SECRET_KEY": " ssm:/key", "TOCSIN_LOG_DAYS": "secretsmanager:all#days", "TOCSIN_SITE_NAME": "x"}
    settings = from_environ(environ | {"OTHER": "ssm:/other"}, root=tmp_path, fetch=fetch)
    assert (settings.secret_key, settings.log_age, settings.site_name) == (SECRET, timedelta(days=7), "x")
    assert asked == [{"TOCSIN_SECRET_KEY": "ssm:/key", "TOCSIN_LOG_DAYS": "secretsmanager:all#days"}]


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_blank_value_that_aws_keeps_is_refused(tmp_path: Path, blank: str) -> None:
    """It would count as not set, and a default may be another store."""
    environ = {"TOCSIN_SECRET_KEY": SECRET, "TOCSIN_STORE": "ssm:/tocsin/store"}
    with pytest.raises(SettingsError, match="TOCSIN_STORE is empty where AWS keeps it"):
        from_environ(environ, root=tmp_path, fetch=lambda asked: dict.fromkeys(asked, blank))


def test_nothing_is_fetched_without_need(tmp_path: Path) -> None:
    """A machine of one's own meets no AWS."""
    environ = {"TOCSIN_SECRET_KEY": SECRET, "TOCSIN_SITE_NAME": "The ssm: of it"}
    assert from_environ(environ, root=tmp_path, fetch=lambda _: pytest.fail("asked AWS")).site_name == "The ssm: of it"


def test_name_of_a_secret_is_never_taken_for_the_secret(tmp_path: Path) -> None:
    """Whoever reads settings without a way to AWS must not sign with a text that many know."""
    with pytest.raises(SettingsError, match="TOCSIN_SECRET_KEY names a value that AWS keeps"):
        from_environ({"TOCSIN_SECRET_KEY": "ssm:/tocsin/production/key"}, root=tmp_path)


def test_heartbeat_that_cannot_be_called_is_not_repeated(tmp_path: Path) -> None:
    """Most of it may be right, and then it is a secret that would be in the log."""
    with pytest.raises(SettingsError) as raised:
        from_environ({"TOCSIN_HEARTBEAT_URL": "https//m.example.org/ping/0f7cd0a2"}, root=tmp_path)
    assert "0f7cd0a2" not in str(raised.value)


def test_lambda_writes_json_and_metrics_in_its_own_name(tmp_path: Path) -> None:
    """Unless told otherwise."""
    environ = {"STORE": "dynamodb://t", "SECRET_KEY": SECRET, "SITE_ROOT": "https://t.example.org", "MAIL": "ses://eu"}
    variables = {f"TOCSIN_{key}": value for key, value in environ.items()} | {"AWS_LAMBDA_FUNCTION_NAME": "tocsin-dev"}
    settings = from_environ(variables, root=tmp_path)
    assert (settings.json_log, settings.metrics, settings.function_name) == (True, True, "tocsin-dev")
    settings = from_environ(variables | {"TOCSIN_LOG_FORMAT": "text"}, root=tmp_path)
    assert settings.json_log is False


@pytest.mark.parametrize("name", ["STORE", "SECRET_KEY", "SITE_ROOT"])
def test_lambda_needs_what_no_folder_can_keep(tmp_path: Path, name: str) -> None:
    """Every instance must sign alike, and messages need an address for their links."""
    environ = {"SECRET_KEY": SECRET, "SITE_ROOT": "https://t.example.org", "STORE": "dynamodb://t", "MAIL": "ses://eu"}
    del environ[name]
    variables = {f"TOCSIN_{key}": value for key, value in environ.items()} | {"AWS_LAMBDA_FUNCTION_NAME": "tocsin"}
    with pytest.raises(SettingsError, match=f"TOCSIN_{name} is missing"):
        from_environ(variables, root=tmp_path / "nowhere" / "to write")


def test_settings_show_no_secret(tmp_path: Path) -> None:
    """They stand in tracebacks and logs of whoever prints what it was called with."""
    secret = {"SECRET_KEY": SECRET, "MAIL": "smtp://user:opensesame@mail.example.org", "STORE": "dynamodb://t"}
    settings = from_environ({f"TOCSIN_{name}": value for name, value in secret.items()}, root=tmp_path)
    assert repr(settings) == "Settings(store='dynamodb://t', site_root=None)"


def test_identity_provider_is_named_by_its_issuer(tmp_path: Path) -> None:
    """Letter by letter, a slash at its end too; without an issuer nothing else of it counts."""
    own = {"TOCSIN_SECRET_KEY": SECRET, "TOCSIN_OIDC_CLIENT_ID": "here", "TOCSIN_OIDC_CLIENT_SECRET": "a secret"}
    assert from_environ(own, root=tmp_path).oidc is None
    settings = from_environ(own | {"TOCSIN_OIDC_ISSUER": "https://id.example.org/staff/"}, root=tmp_path).oidc
    assert settings == OidcSettings("https://id.example.org/staff/", "here", "a secret", "id.example.org", False)
    assert "a secret" not in repr(settings)
    named = {"TOCSIN_OIDC_ISSUER": "https://id.example.org", "TOCSIN_OIDC_NAME": "Staff", "TOCSIN_OIDC_SIGN_UP": "1"}
    settings = from_environ(own | named, root=tmp_path).oidc
    assert settings is not None
    assert (settings.name, settings.sign_up) == ("Staff", True)


def test_identity_provider_must_know_this_site(tmp_path: Path) -> None:
    """It would refuse everybody who comes without."""
    environ = {"TOCSIN_SECRET_KEY": SECRET, "TOCSIN_OIDC_ISSUER": "https://id.example.org"}
    with pytest.raises(SettingsError, match="^TOCSIN_OIDC_CLIENT_ID is missing"):
        from_environ(environ, root=tmp_path)
