"""`flask run`, or another command that serves, as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from tests.channels.receivers import closed_port
from tests.fakes import ROOT, own_environ


@dataclass
class Server:
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=closed_port)
    host: str = "127.0.0.1"
    """What it is called."""
    command: str = "run"
    says: str = "Running on"
    """What its log says when it is there."""
    log: list[str] = field(default_factory=list)
    status: int | None = None
    """How it ended."""
    _process: subprocess.Popen[str] | None = None
    _reader: Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def store(self) -> str:
        return f"sqlite://{self.folder / 'tocsin.sqlite3'}"

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "flask", self.command, "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environ(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for line in self._lines():
            self.log.append(line)
            if self.says in line:
                break
        else:
            self._close()
            raise RuntimeError("".join(self.log))
        # The pipe must be read to the end, or the server would wait for a reader one day.
        self._reader = Thread(target=lambda: self.log.extend(self._lines()))
        self._reader.start()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is None or self._reader is None:
            return
        self._process.send_signal(how)
        self._reader.join()
        self._close()

    def _close(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        self.status = self._process.wait()
        self._process.stderr.close()
        self._process = None

    def _lines(self) -> Iterator[str]:
        assert self._process is not None
        assert self._process.stderr is not None
        return iter(self._process.stderr)

    def _environ(self) -> dict[str, str]:
        return own_environ(self.folder, SITE_ROOT=self.url) | {"PYTHONUNBUFFERED": "1"} | self.environ


@contextmanager
def running(folder: Path, *, host: str = "127.0.0.1", **environ: str) -> Iterator[Server]:
    server = Server(folder, environ, host=host)
    server.start()
    try:
        yield server
    finally:
        server.stop()
