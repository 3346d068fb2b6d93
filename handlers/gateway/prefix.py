"""What stands in public before the app's own path: a stage, or the base path of a custom domain.

It becomes SCRIPT_NAME, so that links lead out the way that the request came in. Which event tells what of it:

- A REST API takes the stage off the path and tells the whole path in the request context. A custom domain's base path
  it leaves on, and only what the resource matched lacks it.
- An HTTP API puts its stage, unless it is $default, before every path, on custom domains too. It never tells a base
  path; the site's own address has it then.
- Function URLs and load balancers have neither.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from handlers.gateway.invocation import Event
from tocsin.casts import host_headers

Split: TypeAlias = tuple[str, str]
"""Prefix and path."""


def of_rest_api(event: Event, told: Event, path: str) -> Split:
    """Both still percent-encoded. `told` is the request context."""
    whole = told.get("path") or path
    if whole == path:
        prefix = _base_path(event, path)
        return prefix, path[len(prefix) :] or "/"
    return (whole[: -len(path)], path) if whole.endswith(path) else ("", path)


def of_http_api(told: Event, path: str) -> Split:
    stage = told.get("stage")
    prefix = f"/{stage}"
    if not stage or stage == "$default" or not _is_below(path, prefix):
        return "", path
    # A custom domain's name begins otherwise than with the API's id, and its visitors know nothing of the stage.
    own_address = told.get("domainPrefix") == told.get("apiId")
    return prefix if own_address else "", path[len(prefix) :] or "/"


def below_root(split: Split, host: str, root: str) -> Split:
    """Put the path of the site's address in front, where it is the site that was asked for, by this Host header."""
    hosts, base = _parts(root)
    prefix, path = split
    if not base or prefix == base or host.lower() not in hosts:
        return split
    return base, (path[len(base) :] or "/") if _is_below(path, base) else path


def _base_path(event: Event, path: str) -> str:
    resource: str = event.get("resource") or ""
    if resource == "/":
        return path.rstrip("/")
    if not resource.startswith("/{"):
        return ""
    matched: str = (event.get("pathParameters") or {}).get(resource[2:].rstrip("+}")) or path
    return "" if matched in (path, path[1:]) else _segments_before(matched, path)


def _segments_before(matched: str, path: str) -> str:
    """Compared decoded: API Gateway has sent parameters both ways."""
    whole, tail = path.strip("/").split("/"), matched.strip("/").split("/")
    count = max(len(whole) - len(tail), 0)
    prefix = "/" + "/".join(whole[:count])
    same = [unquote(part) for part in whole[count:]] == [unquote(part) for part in tail]
    return prefix if count and same and _is_below(path, prefix) else ""


def _is_below(path: str, prefix: str) -> bool:
    return path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/")


@lru_cache(maxsize=8)
def _parts(root: str) -> tuple[frozenset[str], str]:
    """The Host headers that mean this address, and its path as it stands in an environ."""
    return host_headers(root), unquote_to_bytes(urlsplit(root).path).decode("latin-1").rstrip("/")
