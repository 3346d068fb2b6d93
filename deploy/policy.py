"""What the function may do at AWS: policy.json, filled in for one stage."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from itertools import product
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from deploy.stage import Stage
from tocsin.settings import PARAMETER, SECRET

TEMPLATE = Path(__file__).with_name("policy.json")


def policy(stage: Stage) -> str:
    """The policy in JSON. A statement is left out if the stage has nothing that it would be for."""
    wanted = json.loads(TEMPLATE.read_text())
    facts = _facts(stage)
    wanted["Statement"] = [_filled(statement, facts) for statement in wanted["Statement"] if _needed(statement, facts)]
    return json.dumps(wanted)


def _facts(stage: Stage) -> Mapping[str, Sequence[str]]:
    """The values of each placeholder: one resource is written for each."""
    mail = urlsplit(stage.variables.get("TOCSIN_MAIL", ""))
    sender = parseaddr(stage.variables.get("TOCSIN_MAIL_FROM", ""))[1]
    by_ses = mail.scheme == "ses" and bool(sender)
    inbound = stage.variables.get("TOCSIN_INBOUND_MAIL", "").removeprefix("s3://")
    return {
        "partition": [stage.caller["Arn"].split(":")[1]],
        "account": [stage.caller["Account"]],
        "region": [stage.region],
        "function": [stage.function],
        # Zappa lets a REST API invoke as the function's own role. Other ways in have a permission at the function.
        "invoked": [stage.function] if stage.has_api and stage.config.get("apigateway_version") != "v2" else [],
        "table": [stage.table] if stage.table else [],
        "mail_region": [mail.hostname or ""] if by_ses else [],
        # In its sandbox SES asks for a right to recipients' identities too, so who sends is said by a condition.
        "sender": [sender] if by_ses else [],
        "inbound": [inbound.rstrip("/")] if inbound else [],
        "bucket": [inbound.partition("/")[0]] if inbound else [],
        "parameter": [name.lstrip("/").partition(":")[0] for name in stage.named(PARAMETER).values()],
        "secret": [name.partition("#")[0] for name in stage.named(SECRET).values()],
        "traced": ["*"] if stage.config.get("xray_tracing") else [],
    }


def _needed(statement: Mapping[str, Any], facts: Mapping[str, Sequence[str]]) -> bool:
    return all(facts[name] for name in Template(json.dumps(statement)).get_identifiers())


def _filled(statement: Mapping[str, Any], facts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    every = [filled for resource in resources for filled in _every(resource, facts)]
    single = {name: values[0] for name, values in facts.items() if values}
    # Only resources are many; whatever else has a placeholder has one value.
    rest = json.loads(Template(json.dumps({**statement, "Resource": None})).substitute(single))
    return {**rest, "Resource": every}


def _every(resource: str, facts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    template = Template(resource)
    names = template.get_identifiers()
    for values in product(*(facts[name] for name in names)):
        yield template.substitute(dict(zip(names, values, strict=True)))
