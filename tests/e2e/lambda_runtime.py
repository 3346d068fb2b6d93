"""A Lambda environment for an unpacked package: AWS's own runtime client, fed by a Runtime API of the test's own.

The API is https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from queue import Queue
from threading import Thread
from time import time
from typing import Any, ClassVar

PATH = "/2018-06-01/runtime"
PATIENCE = 30
"""Seconds for one answer of the function: only what is broken takes so long."""


class FunctionFailed(Exception):
    """The invocation, or the start, ended in an error; the message is what Lambda would say."""


@dataclass
class RuntimeApi:
    """Hands out events one by one, and takes the answers."""

    events: Queue[Any] = field(default_factory=Queue)
    answers: Queue[tuple[str, Any]] = field(default_factory=Queue)
    port: int = 0

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """The function's answer. Raises FunctionFailed, and queue.Empty if none comes."""
        self.events.put(event)
        kind, answer = self.answers.get(timeout=PATIENCE)
        if kind == "error":
            raise FunctionFailed(f"{answer['errorType']}: {answer['errorMessage']}")
        return answer


class _Handler(BaseHTTPRequestHandler):
    api: ClassVar[RuntimeApi]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        event = self.api.events.get()
        if event is None:
            return self._send(410, b"")
        headers = {
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            "Lambda-Runtime-Deadline-Ms": str(int((time() + PATIENCE) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:tocsin-dev",
            "Content-Type": "application/json",
        }
        return self._send(200, json.dumps(event).encode(), headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.api.answers.put((self.path.rpartition("/")[2], json.loads(body or b"null")))
        self._send(202, b"")

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are no news."""


@contextmanager
def running(
    package: Path, python: Path, handler: str, environ: Mapping[str, str], client: Path
) -> Iterator[RuntimeApi]:
    """Run an unpacked package. `client` is made: a folder with the runtime client, apart from all else installed."""
    _install_client(client)
    api = RuntimeApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": api}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    # -S: nothing that is installed for Python is in reach, so that what the package lacks is found missing.
    command = [str(python), "-S", "-m", "awslambdaric", handler]
    function = subprocess.Popen(command, cwd=package, env=_environ(environ, server.server_port, package, client))
    try:
        yield api
    finally:
        api.events.put(None)
        function.wait(PATIENCE)
        server.shutdown()
        thread.join()
        server.server_close()


def _environ(wanted: Mapping[str, str], port: int, package: Path, client: Path) -> dict[str, str]:
    """What Lambda sets, and the function's own variables. HOME and /tmp are not the package's business."""
    return {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": "tocsin-dev",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(package),
        "PYTHONPATH": f"{package}{os.pathsep}{client}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
        **wanted,
    }


def _install_client(folder: Path) -> None:
    """Link the runtime client and what it needs, and nothing that stands beside it."""
    spec = find_spec("awslambdaric")
    assert spec is not None
    assert spec.origin is not None
    folder.mkdir()
    installed = Path(spec.origin).parents[1]
    for pattern in ("awslambdaric", "runtime_client*", "simplejson", "snapshot_restore_py*"):
        for path in installed.glob(pattern):
            (folder / path.name).symlink_to(path)
