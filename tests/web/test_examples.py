"""The examples of a check's page do what they say: they are run where there is something to run them, and read else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from handlers.web.examples import EXAMPLES, examples_for
from tests.web.conftest import Site
from tocsin.domain.schedule import Cron, OnCalendar, Simple

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

NOWHERE = "http://127.0.0.1:9/ping/x"
FAILING_JOB = "#!/bin/sh\necho disk full\nexit 3\n"


class Bell(BaseHTTPRequestHandler):
    """Notes each ping: the end of its path, and what was sent along."""

    rung: list[tuple[str, str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.rung.append((self.path.removeprefix("/ping/x"), body))
        self.send_response(200)
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Nothing: it is told by `rung`."""


@pytest.fixture
def bell() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The address of a check, and the pings that came there."""
    rung: list[tuple[str, str]] = []
    handler = type("OwnBell", (Bell,), {"rung": rung})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/ping/x", rung
    server.shutdown()
    server.server_close()


def code(name: str, url: str = NOWHERE, schedule: Any = Simple()) -> str:
    return next(each.code for each in examples_for(url, schedule) if each.name == name)


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=30)


def job(folder: Path, text: str = FAILING_JOB) -> str:
    path = folder / "job"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_examples_have_the_address_and_no_placeholder() -> None:
    """Each can be copied as it is; the job is what people put in."""
    for each in examples_for(NOWHERE, Simple()):
        assert NOWHERE in each.code
        assert not any(word in each.code for word in ("PING_URL", "CRON ", '"CRON"', "CALENDAR"))


def test_examples_have_the_checks_own_schedule() -> None:
    """What runs by cron is shown with its expression, and a timer with its lines."""
    assert code("cron", schedule=Cron("30 4 * * 1-5")).startswith("30 4 * * 1-5 /path/to/job")
    assert '- cron: "30 4 * * 1-5"' in code("actions", schedule=Cron("30  4 * * 1-5"))
    lines = code("systemd", schedule=OnCalendar("Mon 04:30\nFri 18:00"))
    assert "OnCalendar=Mon 04:30\nOnCalendar=Fri 18:00\n" in lines


@on_sqlite
def test_every_example_is_on_the_page(site: Site) -> None:
    """Each by its name and with its own address, to be copied by a button."""
    check_id = site.check()
    page = site.browser.get(f"/checks/{check_id}")

    for each in EXAMPLES:
        assert each.label in page.text
        assert f'data-copy="code-{each.name}"' in page.html
    for address in ("", "/start", "/fail", "/log", "/keepalive", "/$?"):
        assert f">http://localhost/ping/{check_id}{address}<" in page.html


def test_shell_example_tells_start_end_and_output(tmp_path: Path, bell: tuple[str, list[tuple[str, str]]]) -> None:
    """The exit status is the end of the address, and what the job said is the body."""
    url, rung = bell
    script = code("shell", url).replace("/path/to/job", job(tmp_path))

    assert run("sh", "-c", script, cwd=tmp_path).returncode == 0
    assert rung == [("/start", ""), ("/3", "disk full")]


@pytest.mark.parametrize(("name", "told"), [("cron", []), ("time", [("/start", ""), ("/3", "")])])
def test_crontab_examples(
    tmp_path: Path, bell: tuple[str, list[tuple[str, str]]], name: str, told: list[tuple[str, str]]
) -> None:
    """Of a job that fails one stays silent, and the other tells."""
    url, rung = bell
    line = code(name, url).removeprefix("0 3 * * * ").replace("/path/to/job", job(tmp_path))

    run("sh", "-c", line, cwd=tmp_path)

    assert rung == told


def python(body: str, url: str) -> tuple[str, ...]:
    return sys.executable, "-c", f"def run_the_job():\n    {body}\n" + code("python", url)


def node(body: str, url: str) -> tuple[str, ...]:
    runner = f"async function runTheJob() {{ {body} }}\n" + code("node", url)
    return str(shutil.which("node")), "--input-type=module", "-e", runner


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
SPEAKERS = [
    pytest.param(python, "print('done')", "raise ValueError('disk full')", id="python"),
    pytest.param(node, "console.log('done')", "throw new Error('disk full')", id="node", marks=needs_node),
]


@pytest.mark.parametrize(("speak", "well", "ill"), SPEAKERS)
def test_program_tells_how_the_job_went(
    tmp_path: Path, bell: tuple[str, list[tuple[str, str]]], speak: Any, well: str, ill: str
) -> None:
    """A start and an end; a failure says why, and is still a failure to whoever started the program."""
    url, rung = bell

    assert run(*speak(well, url), cwd=tmp_path).returncode == 0
    assert [path for path, _ in rung] == ["/start", ""]
    rung.clear()
    assert run(*speak(ill, url), cwd=tmp_path).returncode != 0
    assert [path for path, _ in rung] == ["/start", "/fail"]
    assert "disk full" in rung[1][1]


@pytest.mark.parametrize(("speak", "well", "ill"), SPEAKERS)
def test_program_runs_the_job_though_no_ping_gets_through(tmp_path: Path, speak: Any, well: str, ill: str) -> None:
    """A monitor that is down is no reason for a job to be."""
    done = run(*speak(well, NOWHERE), cwd=tmp_path)

    assert (done.returncode, "done" in done.stdout, "ping failed" in done.stdout + done.stderr) == (0, True, True)


@pytest.mark.parametrize(("result", "told"), [("success", "/0"), ("timeout", "/fail"), ("signal", "/fail")])
def test_unit_tells_what_ended_it(
    tmp_path: Path, bell: tuple[str, list[tuple[str, str]]], result: str, told: str
) -> None:
    """The line that systemd runs in the end, as it hands it to the shell."""
    url, rung = bell
    line = next(line for line in code("systemd", url).splitlines() if line.startswith("ExecStopPost="))
    script = line.removeprefix("ExecStopPost=/bin/sh -c '").removesuffix("'").replace("$$", "$")

    assert run("env", f"SERVICE_RESULT={result}", "sh", "-c", script, cwd=tmp_path).returncode == 0
    assert rung == [(told, "")]


def test_cron_job_of_kubernetes_tells_and_fails(tmp_path: Path, bell: tuple[str, list[tuple[str, str]]]) -> None:
    """It is a manifest of the right shape; its script ends as the job did."""
    url, rung = bell
    manifest = yaml.safe_load(code("kubernetes", url))
    assert (manifest["apiVersion"], manifest["kind"], manifest["spec"]["schedule"]) == (
        "batch/v1",
        "CronJob",
        "0 3 * * *",
    )
    [container] = manifest["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    [script] = container["args"]

    done = run(*container["command"], script.replace("/path/to/job", job(tmp_path)), cwd=tmp_path)

    assert done.returncode == 3
    assert rung == [("/start", ""), ("/3", "")]


def test_workflow_of_github_is_one() -> None:
    """YAML's own trap, `on`, is what the service reads it as; each step runs or uses something."""
    workflow = yaml.safe_load(code("actions"))
    steps = workflow["jobs"]["job"]["steps"]

    assert workflow[True]["schedule"] == [{"cron": "0 3 * * *"}]
    assert [step.get("if", "") for step in steps] == ["", "", "", "always()"]
    assert steps[-1]["run"].endswith("/ping/x/${{ job.status == 'success' && '0' || 'fail' }}\"")
    assert all(step.keys() & {"run", "uses"} for step in steps)


@pytest.mark.parametrize(
    ("name", "suffix", "reader"),
    [
        ("php", ".php", ["php", "-l"]),
        ("ruby", ".rb", ["ruby", "-c"]),
        ("go", ".go", ["gofmt", "-d", "-e"]),
    ],
)
def test_example_can_be_read(tmp_path: Path, name: str, suffix: str, reader: list[str]) -> None:
    """By the language's own reader, where it is installed."""
    if shutil.which(reader[0]) is None:
        pytest.skip(f"there is no {reader[0]} here")
    path = tmp_path / f"example{suffix}"
    path.write_text(code(name) + "\n")
    done = run(*reader, str(path), cwd=tmp_path)
    assert (done.returncode, "-" * 3 in done.stdout) == (0, False)
