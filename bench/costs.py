"""What a deployment on AWS costs a month, from the units that docs/access-patterns.md counts and the prices below.

    python bench/costs.py                      the tables of docs/costs.md
    python bench/costs.py --ping-ms 60         the same with other assumptions; --help tells them all

It calls nobody, and knows nothing of volume discounts but API Gateway's.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from math import inf
from pathlib import Path

# US dollars in us-east-1, without tax, as published in 2026.
PRICES = {
    "Lambda, requests": 0.20e-6,  # https://aws.amazon.com/lambda/pricing/ (x86)
    "Lambda, GB-seconds": 0.0000166667,
    "table, written units": 0.625e-6,  # https://aws.amazon.com/dynamodb/pricing/on-demand/
    "table, read units": 0.125e-6,
    "table, GB stored": 0.25,
    "table, GB restorable": 0.20,
    "logs, GB taken in": 0.50,  # https://aws.amazon.com/cloudwatch/pricing/
    "logs, GB kept": 0.03,
    "metrics": 0.30,
    "alarms": 0.10,
    "data out, GB": 0.09,  # https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer
}
SNAP_START = 0.0000015046
"""A GB-second of one version of the function, kept ready."""
TIERS = {  # https://aws.amazon.com/api-gateway/pricing/
    "Function URL": ((inf, 0.0),),
    "HTTP API": ((300e6, 1.00e-6), (inf, 0.90e-6)),
    "REST API": ((333e6, 3.50e-6), (667e6, 2.80e-6), (19e9, 2.38e-6), (inf, 1.51e-6)),
}
"""For so many requests, what each costs."""
# A load balancer in two zones, with a public address in each: https://aws.amazon.com/elasticloadbalancing/pricing/
BALANCER_HOUR, BALANCER_UNIT_HOUR, CONNECTIONS_A_UNIT = 0.0225 + 2 * 0.005, 0.008, 25
FREE = {  # what every account has each month, for ever; https://aws.amazon.com/free/
    "Lambda, requests": 1e6,
    "Lambda, GB-seconds": 400_000,
    "table, GB stored": 25,
    "logs, GB taken in": 5,
    "metrics": 10,
    "alarms": 10,
    "data out, GB": 100,
}

METRICS, ALARMS = 7, 6
"""Those of handlers/gateway/metrics.py, and of deploy/alarms.yaml."""

HOURS = 730
MINUTES = HOURS * 60
"""Of a month. A tick comes each minute."""
CHECKS, PERIODS = (10, 100, 1_000, 10_000), (1, 5, 60)
APIS = (*TIERS, "load balancer")
CALLS = (["success on a healthy check without rules"], ["start", "success that ends a run"])
"""Of one run, as docs/access-patterns.md calls them: without and with a start."""
PAGE = Path(__file__).parent.parent / "docs" / "access-patterns.md"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is not counted but assumed. Each is a flag."""

    memory_mb: int = 512
    """Memory of the function."""
    ping_ms: float = 25
    """Time of a ping, as billed."""
    tick_ms: float = 200
    """Time of a tick that meets nothing."""
    met_ms: float = 10
    """Time for each check that a tick meets."""
    grace_minutes: int = 10
    """Grace time of the checks."""
    starts: int = 0
    """1: jobs tell when they start, too."""
    log_days: int = 30
    """How long pings stay in the table, and lines in CloudWatch."""
    ping_bytes: int = 250
    """Room that a ping takes in the table."""
    line_bytes: int = 620
    """What one invocation writes to CloudWatch's log."""
    answer_bytes: int = 400
    """An answer to a ping, with its headers."""


@dataclass(frozen=True, slots=True)
class Units:
    read: float
    written: float


@cache
def units(pattern: str, page: str = PAGE.read_text()) -> Units:
    """What docs/access-patterns.md counts for a pattern; a test holds that page to the code."""
    row = re.search(rf"^\| {re.escape(pattern)} \|.*\| ([\d.]+) \| (\d+) \|$", page, re.MULTILINE)
    if row is None:
        raise LookupError(f"docs/access-patterns.md has no row {pattern!r}")
    return Units(float(row[1]), float(row[2]))


def met_a_run(minutes: int, grace_minutes: int) -> float:
    """How often a tick meets a check that calls in time, for each of its runs.

    A ping leaves the entry in the due index where it is, one period and one grace after an earlier ping. The tick that
    meets it there moves it to where the last ping puts it, which is as many whole periods on as fit in.
    """
    return 1 / (1 + grace_minutes // minutes)


def quantities(checks: int, minutes: int, assumed: Assumptions) -> dict[str, float]:
    """What is used in a month by checks that run every so many minutes, all of them well."""
    runs = checks * MINUTES / minutes
    pings, met = runs * (1 + assumed.starts), runs * met_a_run(minutes, assumed.grace_minutes)
    idle, meeting = units("tick with nothing due"), units("a check met that had called in time")
    seconds = (pings * assumed.ping_ms + MINUTES * assumed.tick_ms + met * assumed.met_ms) / 1000
    calls = [units(call) for call in CALLS[assumed.starts]]
    kept = pings * assumed.log_days * 24 / HOURS * assumed.ping_bytes / 1e9
    lines = (pings + MINUTES) * assumed.line_bytes / 1e9
    return {
        "requests": pings,
        "Lambda, requests": pings + MINUTES,
        "Lambda, GB-seconds": seconds * assumed.memory_mb / 1024,
        "table, written units": runs * sum(call.written for call in calls) + met * meeting.written,
        "table, read units": runs * sum(call.read for call in calls)
        + MINUTES * idle.read
        + met * (meeting.read - idle.read),
        "table, GB stored": kept,
        "table, GB restorable": kept,
        "logs, GB taken in": lines,
        "logs, GB kept": lines * assumed.log_days * 24 / HOURS,
        "metrics": METRICS,
        "alarms": ALARMS,
        "data out, GB": pings * assumed.answer_bytes / 1e9,
    }


def api_cost(api: str, requests: float) -> float:
    """What stands in front of the function."""
    if api == "load balancer":
        load = requests / HOURS / 3600 / CONNECTIONS_A_UNIT  # each ping is a new connection
        return HOURS * (BALANCER_HOUR + load * BALANCER_UNIT_HOUR)
    cost, left = 0.0, requests
    for room, price in TIERS[api]:
        cost += min(left, room) * price
        left = max(left - room, 0)
    return cost


def costs(used: Mapping[str, float], *, free: bool = False) -> dict[str, float]:
    """Dollars for each line, with the API left out."""
    spared = FREE if free else {}
    return {line: max(used[line] - spared.get(line, 0), 0) * price for line, price in PRICES.items()}


def tables(assumed: Assumptions) -> Iterator[str]:
    """The tables of docs/costs.md, one after another."""
    yield _totals(assumed, free=False)
    yield _totals(assumed, free=True)
    yield _lines(assumed)
    yield _starts(assumed)
    yield _idle(assumed)


def _totals(assumed: Assumptions, *, free: bool) -> str:
    rows = []
    for checks in CHECKS:
        for minutes in PERIODS:
            used = quantities(checks, minutes, assumed)
            rest = sum(costs(used, free=free).values())
            each = [f"{rest + api_cost(api, used['requests']):,.2f}" for api in APIS]
            rows.append([f"{checks:,}", _period(minutes), f"{used['requests'] / 1e6:,.3f}", *each])
    return _table(["checks", "period", "million pings", *APIS], rows)


def _lines(assumed: Assumptions) -> str:
    """Where the money goes."""
    cases = [quantities(1000, 5, assumed), quantities(10_000, 1, assumed)]
    rows = [
        [f"{api}, requests", *(_amounts(used["requests"], api_cost(api, used["requests"])) for used in cases)]
        for api in ("HTTP API", "REST API")
    ]
    rows += [[line, *(_amounts(used[line], costs(used)[line]) for used in cases)] for line in PRICES]
    return _table(["", "1,000 checks, 5 min", "10,000 checks, 1 min"], rows)


def _starts(assumed: Assumptions) -> str:
    """What a start ping adds."""
    rows = []
    for starts, name in enumerate(("it ended well", "it starts, and that it ended well")):
        used = quantities(1000, 5, replace(assumed, starts=starts))
        rest = sum(costs(used).values())
        rows.append([name, *(f"{rest + api_cost(api, used['requests']):,.2f}" for api in APIS)])
    return _table(["1,000 checks, 5 min; each job tells that", *APIS], rows)


def _idle(assumed: Assumptions) -> str:
    """What there is to pay while nothing pings."""
    used = quantities(0, 1, assumed)
    rows = [[line, _amounts(used[line], cost)] for line, cost in costs(used).items() if cost >= 0.005]
    ready = HOURS * 3600 * assumed.memory_mb / 1024
    rows.append(["SnapStart, GB-seconds of one version", _amounts(ready, ready * SNAP_START)])
    rows.append(["load balancer, hours", _amounts(HOURS, api_cost("load balancer", 0))])
    return _table(["", "a month"], rows)


def _period(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


def _amounts(used: float, cost: float) -> str:
    amount = f"{used / 1e6:,.1f} million" if used >= 1e6 else f"{used:,.0f}" if used >= 100 else f"{used:,.1f}"
    return f"{amount}: {cost:,.2f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="What a deployment on AWS costs a month, in US dollars.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    for name, value in asdict(Assumptions()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value, help="assumed")
    print("\n\n".join(tables(Assumptions(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
