"""Webhooks: an HTTP request of the owner's making for each status (protocol 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from tocsin.channels.outbound import Outbound, Request
from tocsin.channels.placeholders import body_facts, expand, facts, mentioned, sample
from tocsin.channels.port import Config, DeliveryFailed, Notice
from tocsin.channels.webhook_config import header_pairs, validated
from tocsin.channels.weblinks import InvalidUrl, parse

USER_AGENT = "Tocsin"
_SUMMARY = 60


class WebhookChannel:
    kind = "webhook"
    title = "Webhook"

    def __init__(self, *, allow_private: bool = False, outbound: Outbound | None = None) -> None:
        """Requests go through `outbound` if given, and otherwise to public addresses only, unless `allow_private`."""
        self._outbound = outbound or Outbound(allow_private=allow_private)

    def validate(self, config: Mapping[str, object]) -> Config:
        return validated(config)

    def summary(self, config: Config) -> str:
        """Host and path; credentials and query are nobody's business in a list."""
        status = "down" if config["url_down"] else "up"
        link = parse(sample(config[f"url_{status}"]))
        where = _shortened(link.authority + link.target.partition("?")[0])
        only = "" if config["url_down"] and config["url_up"] else f" ({status} only)"
        return f"{config[f'method_{status}']} {where}{only}"

    def wants(self, config: Config, *, up: bool) -> bool:
        return bool(config["url_up" if up else "url_down"])

    def send(self, config: Config, notice: Notice) -> None:
        template = config[f"url_{notice.status}"]
        if not template:
            raise DeliveryFailed("Empty webhook URL")
        try:
            status = self._outbound.send(_request(config, notice))
        except InvalidUrl as error:
            raise DeliveryFailed(str(error), permanent=not mentioned(template)) from None
        _judge(status, template)


def _judge(status: int, template: str) -> None:
    """Raise DeliveryFailed unless the receiver said that it took the notice.

    Any 2xx says so: the protocol names 200, 201, 202 and 204, but a sender that takes a 206 for a failure rings the
    same bell again and again. Only 410 Gone says that trying again is pointless; every other status has been seen
    to pass, 401, 403 and 404 during a receiver's deployment included. A URL that differs from check to check may be
    gone for one and not for the others, and a permanent failure would switch the channel off for all of them.
    """
    if not 200 <= status < 300:
        gone = status == HTTPStatus.GONE and not mentioned(template)
        raise DeliveryFailed(f"Received status code {status}", permanent=gone)


def _request(config: Config, notice: Notice) -> Request:
    said = facts(notice)
    method = config[f"method_{notice.status}"]
    url = expand(config[f"url_{notice.status}"], said, _quoted)
    headers = {"User-Agent": USER_AGENT, "Idempotency-Key": notice.key}
    for name, value in header_pairs(config[f"headers_{notice.status}"]).items():
        headers = {key: text for key, text in headers.items() if key.lower() != name.lower()}
        headers[name] = expand(value, said)
    return Request(method, url, headers, None if method == "GET" else _body(config, notice, said))


def _body(config: Config, notice: Notice, said: dict[str, str]) -> bytes:
    return expand(config[f"body_{notice.status}"], said | body_facts(notice)).encode(errors="replace")


def _quoted(value: str) -> str:
    return quote(value, safe="/", errors="replace")


def _shortened(text: str) -> str:
    return text if len(text) <= _SUMMARY else text[: _SUMMARY - 1] + "…"
