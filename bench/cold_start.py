"""The cold start: from the start of a process to its first answered request, for our package and for others.

    python -m bench.cold_start [--python python3.13] [--rounds 21]

docs/performance.md tells what is compared. All packages are built anew, in a folder that is gone afterwards: pip needs
its index. Every process is a fresh one, reads a package that can't be written to, and writes no bytecode. The
candidates take turns; told are the medians in milliseconds, and the quartiles.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from msgspec import Struct

from bench import cold_aws, cold_packages
from tests.handlers.events import http_event, rest_event

PROCESS = Path(__file__).with_name("cold_process.py")
GOAL = 0.25
LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "cold", "AWS_REGION": "eu-central-1", "HOME": "/nonexistent", "PATH": "/bin"}
TOCSIN = {
    "TOCSIN_SITE_ROOT": "https://tocsin.example.org",
    "TOCSIN_MAIL": "ses://eu-central-1",
    "TOCSIN_MAIL_FROM": "t@example.org",
}
BARE, OURS, STOCK = "bare interpreter", "Tocsin, REST API", "stock Zappa, with its SDK"


class Candidate(Struct, frozen=True):
    command: Sequence[str]
    environ: Mapping[str, str]


def candidates(folder: Path, python: str) -> dict[str, Candidate]:
    program = str(cold_packages.bare(folder / "bare", python))
    ours = cold_packages.ours(_made(folder / "ours"), python)
    whole, init, sdk = cold_packages.stock(_made(folder / "stock"), python)
    path = f"/ping/{cold_aws.prepare_tocsin()}"
    cold_aws.prepare_hello()
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")} | LAMBDA
    mine = aws | TOCSIN | {name: value for name, value in os.environ.items() if name.startswith("TOCSIN_")}
    theirs = aws | {"HELLO_TABLE": cold_aws.HELLO_TABLE}
    start = [program, "-B", str(PROCESS)]
    gateway, hello = ["handlers.gateway", "lambda_handler"], ["handler", "lambda_handler"]
    rest, http = json.dumps(rest_event(path=path)), json.dumps(http_event(path=path))
    greeting = json.dumps(rest_event(path="/hello"))
    return {
        BARE: Candidate([program, "-B", "-c", "print('answered', 0)"], aws),
        OURS: Candidate([*start, str(ours), *gateway, rest], mine),
        "Tocsin, HTTP API": Candidate([*start, str(ours), *gateway, http], mine),
        STOCK: Candidate([*start, str(whole), *hello, greeting], theirs),
        "stock Zappa, the runtime's SDK": Candidate([*start, str(init), *hello, greeting, str(sdk)], theirs),
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def cold(candidate: Candidate) -> tuple[float, int]:
    """Milliseconds until the process says that it has answered, and how many modules it had imported by then."""
    began = perf_counter()
    with subprocess.Popen(
        candidate.command, env=candidate.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
    ) as process:
        assert process.stdout is not None
        said = next((line for line in process.stdout if line.startswith("answered ")), None)
        took = (perf_counter() - began) * 1000
        _, errors = process.communicate()
    if said is None:
        raise SystemExit(f"{' '.join(candidate.command[:5])} did not answer:\n{errors}")
    return took, int(said.split()[1])


def measure(those: Mapping[str, Candidate], rounds: int) -> dict[str, list[float]]:
    """The first round is not counted: it fills the system's cache of files."""
    times: dict[str, list[float]] = {name: [] for name in those}
    for turn in range(rounds + 1):
        for name, candidate in those.items():
            took, _ = cold(candidate)
            if turn:
                times[name].append(took)
    return times


def tell(times: Mapping[str, Sequence[float]], modules: Mapping[str, int]) -> None:
    print("| from the start of a process | median | quartiles | modules | of the stock package |")
    print("|---|---|---|---|---|")
    whole = median(times[STOCK])
    for name, took in times.items():
        low, middle, high = quantiles(took, n=4)
        print(f"| {name} | {middle:.0f} ms | {low:.0f} to {high:.0f} ms | {modules[name]} | {middle / whole:.2f} |")
    share = median(times[OURS]) / whole
    print(f"\n{OURS}: {share:.2f} of {STOCK}. The goal, {GOAL} at most, is {'kept' if share <= GOAL else 'MISSED'}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", default=sys.executable, help="what the packages are built for and run by")
    parser.add_argument("--rounds", type=int, default=21)
    wished = parser.parse_args()
    with TemporaryDirectory(prefix="tocsin-cold-", ignore_cleanup_errors=True) as folder, cold_aws.simulated():
        those = candidates(Path(folder), wished.python)
        modules = {name: cold(candidate)[1] for name, candidate in those.items()}
        tell(measure(those, wished.rounds), modules)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
