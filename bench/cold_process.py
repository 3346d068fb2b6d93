"""What Lambda's runtime does with a package, as little as can be: import the handler, call it, hand the answer over.

    python -B bench/cold_process.py PACKAGE MODULE FUNCTION EVENT [SDK]

SDK is the folder where the runtime has an SDK of its own, for packages that come without.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module


class Context:
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def main(package: str, module: str, function: str, event: str, *sdk: str) -> None:
    sys.path[:1] = [package]
    sys.path += sdk
    handler = getattr(import_module(module), function)
    answer = handler(json.loads(event), Context())
    if int(answer["statusCode"]) != 200:
        raise SystemExit(f"Not answered: {answer}")
    sys.stdout.write(f"answered {len(sys.modules)}\n")
    sys.stdout.flush()


main(*sys.argv[1:])
