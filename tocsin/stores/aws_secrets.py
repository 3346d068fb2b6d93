"""Settings whose values AWS keeps: in the Parameter Store of Systems Manager (SSM), or in Secrets Manager.

The SDK is imported when there is something to fetch. What was fetched is never logged, nor put into a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import msgspec

from tocsin.aws import make_client
from tocsin.settings import PARAMETER, SECRET, SettingsError

_BATCH = 10
"""Most names in one GetParameters."""
_PATIENCE: Mapping[str, Any] = {
    "connect_timeout": 1,
    "read_timeout": 2,
    "retries": {"mode": "standard", "total_max_attempts": 3},  # Lambda's INIT has ten seconds
}

_MENDING = {
    "AccessDeniedException": "give the role the right {right}, and kms:Decrypt if its key is one of your own",
    "ExpiredTokenException": "the AWS credentials have expired",
    "ResourceNotFoundException": "no such secret is in this account and region",
    "ThrottlingException": "too many processes ask at once: start again later",
    "UnrecognizedClientException": "AWS does not know these credentials",
}


def fetch(references: Mapping[str, str]) -> dict[str, str]:
    """The values that these settings refer to, in as few calls as there can be. Raises SettingsError."""
    found: dict[str, str] = {}
    for prefix, look_up in ((PARAMETER, _parameters), (SECRET, _secrets)):
        named = {
            setting: reference.removeprefix(prefix).strip()
            for setting, reference in references.items()
            if reference.startswith(prefix)
        }
        for setting, name in named.items():
            if not name.partition("#")[0]:
                raise SettingsError(f"{setting} names nothing: write {prefix} and the name of what holds its value.")
        if named:
            found |= look_up(named)
    return found


def _parameters(named: Mapping[str, str]) -> dict[str, str]:
    told = {setting: f"{setting} ({PARAMETER}{name})" for setting, name in named.items()}
    names = sorted(set(named.values()))
    values: dict[str, str] = {}
    with closing(_connected("ssm", told.values())) as ssm:
        for chunk in (names[start : start + _BATCH] for start in range(0, len(names), _BATCH)):
            with _explained((told[setting] for setting in named if named[setting] in chunk), "ssm:GetParameters"):
                answer = ssm.get_parameters(Names=chunk, WithDecryption=True)
            # A version or a label that was asked for comes back apart from the name.
            found = answer.get("Parameters", ())
            values |= {each["Name"] + each.get("Selector", ""): each.get("Value", "") for each in found}
    for setting, name in named.items():
        if name not in values:
            raise SettingsError(f"{told[setting]} can't be fetched: no such parameter is in this account and region.")
    return {setting: values[name] for setting, name in named.items()}


def _secrets(named: Mapping[str, str]) -> dict[str, str]:
    told = {setting: f"{setting} ({SECRET}{name})" for setting, name in named.items()}
    texts: dict[str, str | None] = {}
    with closing(_connected("secretsmanager", told.values())) as secrets_manager:
        for setting, reference in named.items():
            name = reference.partition("#")[0]
            if name not in texts:
                with _explained([told[setting]], "secretsmanager:GetSecretValue"):
                    texts[name] = secrets_manager.get_secret_value(SecretId=name).get("SecretString")
    found: dict[str, str] = {}
    for setting, reference in named.items():
        name, _, key = reference.partition("#")
        try:
            found[setting] = _part(texts[name], key)
        except ValueError as error:
            raise SettingsError(f"{told[setting]} can't be used: {error}.") from None
    return found


def _part(text: str | None, key: str) -> str:
    """The whole secret, or what its JSON holds under this key. Raises ValueError, which quotes nothing of it."""
    if text is None:
        raise ValueError("the secret is binary, and must be text")
    if not key:
        return text
    try:
        value = msgspec.json.decode(text, type=dict[str, object]).get(key)
    except (msgspec.DecodeError, RecursionError):
        raise ValueError("the secret is no JSON object, so it has no keys") from None
    if not isinstance(value, str):
        raise ValueError("the secret has no text under this key")
    return value


def _connected(service: str, told: Iterable[str]) -> Any:
    with _explained(told):
        return make_client(service, **_PATIENCE)


@contextmanager
def _explained(told: Iterable[str], right: str = "") -> Iterator[None]:
    """Turn what the SDK raises into a sentence that names the settings, and what to do."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise SettingsError(f"{', '.join(told)} can't be fetched: {_answer(error.response, right)}.") from error
    except (BotoCoreError, ValueError) as error:
        raise SettingsError(f"{', '.join(told)} can't be fetched: {_trouble(error)}.") from error


def _answer(response: Mapping[str, Any], right: str) -> str:
    said: Mapping[str, str] = response["Error"]
    mending = _MENDING.get(said["Code"])
    return mending.format(right=right) if mending else f"AWS answers {said['Code']}: {said['Message'].rstrip('.')}"


def _trouble(error: Exception) -> str:
    from botocore.exceptions import NoCredentialsError, NoRegionError, PartialCredentialsError

    if isinstance(error, NoRegionError):
        return "set AWS_DEFAULT_REGION"
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role"
    return f"see to the network and AWS_ENDPOINT_URL ({str(error).rstrip('.')})"
