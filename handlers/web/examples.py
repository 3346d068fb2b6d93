"""How a job calls its check, in the languages that jobs are written in: lines to copy, with the check's own address.

tests/web/test_examples.py runs those that it can and reads the others as far as there is a reader.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tocsin.domain.schedule import Cron, OnCalendar, Schedule

_CRON, _CALENDAR = "0 3 * * *", "*-*-* 03:00"
"""Where the check does not run by such a schedule itself."""


class Example(Struct, frozen=True):
    name: str
    label: str
    lead: str
    code: str
    """With PING_URL for the address, CRON and CALENDAR for the schedule."""


_CURL = "curl -fsS -m 10 --retry 5 -o /dev/null"

_SHELL = f"""#!/bin/sh
url=PING_URL
{_CURL} "$url/start"
said=$(/path/to/job 2>&1)
status=$?
{_CURL} --data-raw "$said" "$url/$status"
"""

_PYTHON = """from urllib.request import urlopen


def ping(path="", said=None):
    try:
        urlopen("PING_URL" + path, data=said, timeout=10).close()
    except OSError as error:
        print("ping failed:", error)


ping("/start")
try:
    run_the_job()
except Exception as error:
    ping("/fail", repr(error).encode())
    raise
ping()
"""

_POWERSHELL = """function Send-Ping($Path = "", $Said = "") {
    try { Invoke-RestMethod -Method Post -Uri "PING_URL$Path" -Body $Said -TimeoutSec 10 | Out-Null }
    catch { Write-Warning "ping failed: $_" }
}

Send-Ping "/start"
try { & C:\\path\\to\\job.ps1 }
catch { Send-Ping "/fail" "$_"; throw }
Send-Ping
"""

_NODE = """async function ping(path = "", said = "") {
  try {
    await fetch("PING_URL" + path, { method: "POST", body: said, signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    console.error("ping failed:", error);
  }
}

await ping("/start");
try {
  await runTheJob();
} catch (error) {
  await ping("/fail", String(error));
  throw error;
}
await ping();
"""

_GO = """package main

import (
	"bytes"
	"log"
	"net/http"
	"os/exec"
	"time"
)

var client = &http.Client{Timeout: 10 * time.Second}

func ping(path string, said []byte) {
	answer, err := client.Post("PING_URL"+path, "text/plain", bytes.NewReader(said))
	if err != nil {
		log.Println("ping failed:", err)
		return
	}
	answer.Body.Close()
}

func main() {
	ping("/start", nil)
	said, err := exec.Command("/path/to/job").CombinedOutput()
	if err != nil {
		ping("/fail", said)
		log.Fatal(err)
	}
	ping("", said)
}
"""

_PHP = """<?php
function ping(string $path = "", string $said = ""): void
{
    $request = ["method" => "POST", "header" => "Content-Type: text/plain", "content" => $said, "timeout" => 10];
    if (@file_get_contents("PING_URL" . $path, false, stream_context_create(["http" => $request])) === false) {
        error_log("ping failed");
    }
}

ping("/start");
try {
    runTheJob();
} catch (Throwable $error) {
    ping("/fail", (string) $error);
    throw $error;
}
ping();
"""

_CSHARP = """using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };

async Task Ping(string path = "", string said = "")
{
    try { using var answer = await client.PostAsync("PING_URL" + path, new StringContent(said)); }
    catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
    {
        Console.Error.WriteLine($"ping failed: {error.Message}");
    }
}

await Ping("/start");
try { await RunTheJob(); }
catch (Exception error)
{
    await Ping("/fail", error.ToString());
    throw;
}
await Ping();
"""

_RUBY = """require "net/http"

def ping(path = "", said = "")
  uri = URI("PING_URL" + path)
  Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https", open_timeout: 10, read_timeout: 10) do |http|
    http.post(uri.request_uri, said)
  end
rescue StandardError => error
  warn "ping failed: #{error}"
end

ping "/start"
begin
  run_the_job
rescue StandardError => error
  ping "/fail", error.full_message
  raise
end
ping
"""

_SYSTEMD = f"""# /etc/systemd/system/job.service
[Unit]
Description=The job

[Service]
Type=oneshot
ExecStartPre=-/usr/bin/{_CURL} PING_URL/start
ExecStart=/path/to/job
ExecStopPost=/bin/sh -c 'case $$SERVICE_RESULT in success) end=0;; *) end=fail;; esac; {_CURL} PING_URL/$$end'

# /etc/systemd/system/job.timer
[Timer]
OnCalendar=CALENDAR
Persistent=true

[Install]
WantedBy=timers.target
"""

_KUBERNETES = f"""apiVersion: batch/v1
kind: CronJob
metadata:
  name: job
spec:
  schedule: "CRON"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: job
              image: registry.example.org/job
              command: ["/bin/sh", "-c"]
              args:
                - |
                  {_CURL} PING_URL/start
                  /path/to/job
                  status=$?
                  {_CURL} PING_URL/$status
                  exit $status
"""

_ACTIONS = f"""name: Job
on:
  schedule:
    - cron: "CRON"
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: {_CURL} "PING_URL/start"
        continue-on-error: true
      - run: ./path/to/job
      - if: always()
        run: {_CURL} "PING_URL/${{{{ job.status == 'success' && '0' || 'fail' }}}}"
"""

EXAMPLES = (
    Example(
        "cron",
        "Crontab",
        "Calls only if the job ended well; silence is the alarm.",
        f"CRON /path/to/job && {_CURL} PING_URL",
    ),
    Example(
        "time",
        "Crontab, timed",
        "A start and an end measure the run. An exit status other than 0 rings the bell at once.",
        f"CRON {_CURL} PING_URL/start; /path/to/job; {_CURL} PING_URL/$?",
    ),
    Example("shell", "Shell", "What the job says goes along, and into the alert if it fails.", _SHELL),
    Example("python", "Python", "Nothing to install. A ping that can’t be sent must not stop the job.", _PYTHON),
    Example("powershell", "PowerShell", "For a script of the task scheduler.", _POWERSHELL),
    Example("node", "Node", "An ES module, from Node 18 on; nothing to install.", _NODE),
    Example("go", "Go", "Runs another program, and sends along what that says.", _GO),
    Example("php", "PHP", "From PHP 7 on; nothing to install.", _PHP),
    Example("csharp", "C#", "Top-level statements, from .NET 6 on.", _CSHARP),
    Example("ruby", "Ruby", "Nothing to install.", _RUBY),
    Example("systemd", "systemd", "Whatever ends the service, a signal or a time-out as well, is told.", _SYSTEMD),
    Example("kubernetes", "Kubernetes", "The image needs a shell and curl.", _KUBERNETES),
    Example(
        "actions",
        "GitHub Actions",
        "Its clock is UTC, and often minutes late. In a public repository keep the address in a secret.",
        _ACTIONS,
    ),
)


def examples_for(url: str, schedule: Schedule) -> Sequence[Example]:
    """With this address, and the check's own schedule where the program can read it."""
    cron = " ".join(schedule.expression.split()) if isinstance(schedule, Cron) else _CRON
    lines = schedule.expression.splitlines() if isinstance(schedule, OnCalendar) else [_CALENDAR]
    told = {"PING_URL": url, "CRON": cron, "CALENDAR": "\nOnCalendar=".join(lines)}
    return [Example(each.name, each.label, each.lead, _filled(each.code, told)) for each in EXAMPLES]


def _filled(code: str, told: dict[str, str]) -> str:
    for word, text in told.items():
        code = code.replace(word, text)
    return code.rstrip()
