"""Pings a second of the servers that docs/concurrency.md compares, on SQLite and on this machine.

    pip install gunicorn; python bench/servers.py [--seconds 5] [--rounds 3] [--clients 16] [--folder .]

Each server gets an empty database of its own in the folder, on whose disk the figures depend, and the same checks. Each
ping is a new connection to 127.0.0.1, as it is from jobs. What was answered OK is counted, and so is what is in the
database afterwards: the two must agree. Told is the median of the rounds, in which the servers take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
FLASK = [sys.executable, "-m", "flask"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--log-level", "error"]
SERVERS = {
    "`flask run`": [*FLASK, "run", "--port", "{port}"],
    "gunicorn, 1 process": [*GUNICORN, "--bind", "127.0.0.1:{port}", "app:app"],
    "gunicorn, 2 processes": [*GUNICORN, "--bind", "127.0.0.1:{port}", "--workers", "2", "app:app"],
    "gunicorn, 8 threads": [*GUNICORN, "--bind", "127.0.0.1:{port}", "--threads", "8", "app:app"],
    "gunicorn, 2 processes of 8 threads": [
        *(*GUNICORN, "--bind", "127.0.0.1:{port}"),
        *("--workers", "2", "--threads", "8", "app:app"),
    ],
}
CHECKS = 50
PREPARE = f"""
import json
from datetime import timedelta
from app import app
from tocsin.domain.schedule import Simple
from tocsin.house import utc_now
from tocsin.services import accounts, checks, projects
from tocsin.services.checks import Wishes
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info

house, now = app.extensions["tocsin"], utc_now()
owner = accounts.create_user(house.accounts, email="me@example.org", password=None, now=now).id
project = projects.create_project(house.projects, name="x", owner=owner, secret_key="x" * 32, by=COMMAND, now=now).id
wishes = Wishes(Info(name="x"), Simple(timedelta(days=1)))
made = [checks.create_check(house.checks, project=project, wishes=wishes, by=COMMAND, now=now) for _ in range({CHECKS})]
print(json.dumps(made))
"""
COUNT = """
import sys
from app import app
print(sum(app.extensions["tocsin"].checks.get(check).check.n_pings for check in sys.argv[1:]))
"""


def measure(command: list[str], folder: Path, seconds: float, clients: int) -> tuple[float, float, int]:
    """Pings a second; milliseconds that the slowest hundredth took at least; how many were not written down."""
    environ = os.environ | {"TOCSIN_STORE": f"sqlite://{folder}/x.sqlite3", "TOCSIN_MAIL": f"file://{folder}"}
    environ |= {"TOCSIN_SECRET_KEY": "a secret of no use", "TOCSIN_TICK_SECONDS": "1"}
    made = json.loads(_python(environ, PREPARE))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with _running([part.format(port=port) for part in command], environ, port):
        warm = _load(port, made, 1, clients)
        began = time.monotonic()
        times = _load(port, made, seconds, clients)
        took = time.monotonic() - began
    lost = len(warm) + len(times) - int(_python(environ, COUNT, *made))
    return len(times) / took, sorted(times)[len(times) * 99 // 100] * 1000, lost


def _python(environ: dict[str, str], script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, env=environ, capture_output=True, check=True
    )
    return done.stdout.decode()


@contextmanager
def _running(command: list[str], environ: dict[str, str], port: int) -> Iterator[None]:
    server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            if server.poll() is not None:
                raise SystemExit(f"This did not start: {' '.join(command)}")
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(10)


def _load(port: int, made: list[str], seconds: float, clients: int) -> list[float]:
    """How long each ping took that was answered OK. Any other answer ends it."""
    end = time.monotonic() + seconds

    def one(first: int) -> list[float]:
        times: list[float] = []
        for check in cycle(made[first:] + made[:first]):
            began = time.monotonic()
            if began > end:
                return times
            _ping(port, check)
            times.append(time.monotonic() - began)
        return times

    with ThreadPoolExecutor(clients) as pool:
        return [took for times in pool.map(one, range(clients)) for took in times]


def _ping(port: int, check: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"GET /ping/{check} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        answer = b""
        while some := connection.recv(4096):
            answer += some
    if not answer.endswith(b"\r\n\r\nOK"):
        raise SystemExit(f"This is no OK: {answer!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Pings a second of several servers, on SQLite.")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--folder", default=".")
    asked = parser.parse_args()
    found: dict[str, list[tuple[float, float, int]]] = {name: [] for name in SERVERS}
    for _ in range(asked.rounds):
        for name, command in SERVERS.items():
            with TemporaryDirectory(dir=Path(asked.folder).resolve()) as folder:
                found[name].append(measure(command, Path(folder), asked.seconds, asked.clients))
    print("| server | pings a second | 99 of 100 within | lost |\n| --- | ---: | ---: | ---: |")
    for name, rounds in found.items():
        rates, slowest, lost = zip(*rounds, strict=True)
        print(f"| {name} | {median(rates):,.0f} | {median(slowest):,.0f} ms | {sum(lost)} |")


if __name__ == "__main__":
    main()
