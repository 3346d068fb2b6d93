"""What a Lambda process imports until it has answered its first ping, and why it may."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase

from tests.fakes import ROOT, SECRET
from tests.handlers.events import rest_event

MOST = 400
"""Modules of any kind, beside those that the interpreter starts with. 356 when this was written, on Python 3.11."""

REASONS: Mapping[str, str] = {
    "app": "the porch",
    "awsgi": "reads events and collects answers",
    "blinker": "signals: a ping is announced, and metrics listen",
    "botocore": "DynamoDB",
    "msgspec": "values are its structs, which are made in a thirtieth of the time that a dataclass takes",
    "handlers.gateway*": "the entry",
    "handlers.ping*": "the ping",
    "handlers.trouble": "the store may be out of reach",
    "tocsin": "the house",
    "tocsin.aws": "the one session",
    "tocsin.casts": "of the settings",
    "tocsin.channels": "a package, empty",
    "tocsin.channels.addressee": "the sender's address is checked at the start",
    "tocsin.channels.mail_port": "as above",
    "tocsin.channels.port": "as above",
    "tocsin.channels.registry": "kinds are registered, but not looked for",
    "tocsin.channels.transports": "TOCSIN_MAIL is checked at the start",
    "tocsin.domain*": "what a ping does to a check",
    "tocsin.house": "what everything hangs from",
    "tocsin.late": "the rest of it",
    "tocsin.logs": "the log is started",
    "tocsin.services": "a package, empty",
    "tocsin.services.changing": "a ping may flip the check",
    "tocsin.services.find_check": "a ping may name it by slug",
    "tocsin.services.record_ping": "the use case",
    "tocsin.settings": "are read",
    "tocsin.signals": "as blinker",
    "tocsin.stores*": "where checks and pings are",
}
"""What our own modules import from outside the standard library, by pattern. All else has to be late. What a package
imports for itself is its own affair, but for MOST."""
HEAVY = frozenset(
    {
        *("asyncio", "concurrent.futures", "csv", "difflib", "email.policy", "http.server", "importlib.metadata"),
        *("importlib.resources", "multiprocessing", "pdb", "smtplib", "socketserver", "sqlite3", "unittest", "zipfile"),
    }
)
"""Of the standard library; as above."""

_OURS = ("__main__", "app", "handlers", "tocsin")
_SCRIPT = """
import json, sys

importers = {}

class Witness:
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        importers[name] = frame.f_globals["__name__"]

sys.meta_path.insert(0, Witness())
before = set(sys.modules)
from handlers.gateway import lambda_handler

class Context:
    def get_remaining_time_in_millis(self):
        return 30_000

answer = lambda_handler(json.loads(sys.argv[1]), Context())
assert answer["statusCode"] == 200, answer
print(json.dumps({name: importers.get(name, "?") for name in set(sys.modules) - before}))
"""


def imports_of_first_ping(check_id: str, aws: Mapping[str, str]) -> Mapping[str, str]:
    """Every module that a fresh process imports, with the one that asked for it first. `aws` leads to the store."""
    environ = {
        **aws,
        "PYTHONPATH": str(ROOT),
        "AWS_LAMBDA_FUNCTION_NAME": "tocsin-test",
        "TOCSIN_STORE": "dynamodb://tocsin-test",
        "TOCSIN_SECRET_KEY": SECRET,
        "TOCSIN_SITE_ROOT": "https://tocsin.example.org",
        "TOCSIN_MAIL": "ses://eu-central-1",
    }
    event = json.dumps(rest_event(path=f"/ping/{check_id}"))
    command = [sys.executable, "-c", _SCRIPT, event]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    imported: Mapping[str, str] = json.loads(done.stdout.splitlines()[-1])
    return imported


def uncalled_for(imported: Mapping[str, str]) -> list[str]:
    """A sentence for each module that nobody has a reason for."""
    return [
        f"The first ping imports {name}, for {importer}: import it later, or say in tests/house/first_ping.py why every"
        " cold start should wait for it."
        for name, importer in sorted(imported.items())
        if importer.partition(".")[0] in _OURS and not _has_reason(name)
    ]


def _has_reason(name: str) -> bool:
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return name not in HEAVY
    return name == "handlers" or any(fnmatchcase(name if top in _OURS else top, pattern) for pattern in REASONS)
