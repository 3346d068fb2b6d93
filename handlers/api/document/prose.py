"""What no table of routes can tell: how versions differ, and what holds for all of a version's operations."""

from __future__ import annotations

from collections.abc import Mapping

ABOUT = (
    "Programs look after checks here: they make, change, list and pause them, and read what came of them. "
    "Version 4 is the one for new programs. Versions 1 to 3 are those of Healthchecks: a program that was written for "
    "it works by changing the host name.\n\n"
    "Every request needs an API key, in the header `X-Api-Key`. A project's key opens that project; an account's key "
    "opens every project of its owner, in version 4, and acts there in the owner's role. A key either reads and "
    "writes, or only reads. `flask project key create` and `flask user key create` make keys.\n\n"
    "Bodies are JSON in UTF-8, of at most 1 MB. Lengths of time are whole seconds unless a field says otherwise. Pages "
    "of other sites may call: a key is a header, and no cookie counts.\n\n"
    "Each path also answers OPTIONS (204) and, where it takes GET, HEAD. Another method is 405, with `Allow`; a path "
    "that is not here is 404. Where a path ends with a slash and was asked for without it, the answer points there "
    "(301, or 308 where a body is to come along)."
)

VERSIONS: Mapping[int, str] = {
    4: (
        "A refusal is a problem document (RFC 9457): `detail` says what to do, `errors` names every field at fault. "
        "What a key may not see is 404, as if it did not exist. Lists come in pages: `next` is the `cursor` of the "
        "page that follows, and null at the end. What stands alone has an `ETag` of two parts, one for its settings "
        "and one for all of it: `If-None-Match` spares you what you have, and `If-Match` keeps you from undoing what "
        "somebody else has set since you looked; a ping is nobody's edit."
    ),
    3: (
        'A refusal is `{"error": …}` with 400 and 401, a sentence with 409, and empty otherwise. It names the first '
        "field at fault. Keys of accounts don't work here. What is posted may hold the key, as `api_key`. "
        "Versions 1 and 2 take the same requests below `/api/v1/` and `/api/v2/`. In both, a `name` that is sent "
        "without a `slug` makes one; in version 1 the `status` of a check is `started` while a run is under way."
    ),
    2: "As version 3, but a `name` that is sent without a `slug` makes one.",
    1: "As version 2, and the `status` of a check is `started` while a run is under way.",
}

BESIDE = "What needs no version: addresses that jobs, other people's pages and Prometheus call."
