"""What is wrong with each field, in the protocol's words and in its order (3.4); nothing is written then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.api.classic.program import INVALID, Program, refused
from tests.tables import everything

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

NO_TEXTS: tuple[Any, ...] = (None, 0, 1.5, True, [], ["text"], {})
NO_NUMBERS: tuple[Any, ...] = (None, "3600", "", 3600.0, 3600.5, 1e300, [], [3600], {})
NO_TRUTHS: tuple[Any, ...] = (None, 0, 1, "", "true", [], {})
NO_SCHEDULES = (
    "",
    " ",
    "nonsense",
    "* * * *",
    "* * * * * *",
    "61 * * * *",
    "0 0 31 2 *",
    "@daily",
    "22-3 * * * *",
    "\n",
)
NO_ZONES = ("", "Mars/Olympus", "europe/riga", "EUROPE/RIGA", " UTC", "../UTC", "CEST", "GMT+25")
TOO_LARGE = (31_536_001, 2**31, 2**63 - 1, 2**63, 2**64, 10**30, 10**400)
TOO_SMALL = (59, 0, -1, True, False, -(2**31), -(2**63), -(10**30))

WRONG: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "channels": {"is not a string": (None, 0, True, ["*"], {})},
    "desc": {"is not a string": NO_TEXTS, "is too long": ("d" * 10_001,)},
    "failure_kw": {"is not a string": NO_TEXTS, "is too long": ("k" * 201,)},
    "filter_subject": {"is not a boolean": NO_TRUTHS},
    "filter_body": {"is not a boolean": NO_TRUTHS},
    "filter_http_body": {"is not a boolean": NO_TRUTHS},
    "filter_default_fail": {"is not a boolean": NO_TRUTHS},
    "grace": {"is not a number": NO_NUMBERS, "is too small": TOO_SMALL, "is too large": TOO_LARGE},
    "manual_resume": {"is not a boolean": NO_TRUTHS},
    "methods": {"has unexpected value": (None, 0, True, "GET", "post", "POST ", "PUT", [], ["POST"], {})},
    "name": {"is not a string": NO_TEXTS, "is too long": ("n" * 101, "é" * 101)},
    "schedule": {
        "is not a string": NO_TEXTS,
        "is too long": ("* " * 50 + "*", "n" * 101),
        "is not a valid cron or OnCalendar expression": NO_SCHEDULES,
    },
    "slug": {
        "is not a string": NO_TEXTS,
        "is too long": ("s" * 101,),
        "does not match pattern": ("Nightly", "two words", "a.b", "é", "a/b", " ", "nightly\n", "\n"),
    },
    "start_kw": {"is not a string": NO_TEXTS, "is too long": ("k" * 201,)},
    "subject": {"is not a string": NO_TEXTS, "is too long": ("k" * 201,)},
    "subject_fail": {"is not a string": NO_TEXTS, "is too long": ("k" * 201,)},
    "success_kw": {"is not a string": NO_TEXTS, "is too long": ("k" * 201,)},
    "tags": {"is not a string": NO_TEXTS, "is too long": ("t" * 501,)},
    "timeout": {"is not a number": NO_NUMBERS, "is too small": TOO_SMALL, "is too large": TOO_LARGE},
    "tz": {"is not a string": NO_TEXTS, "is not a valid timezone": NO_ZONES},
}
NO_ARRAYS: tuple[Any, ...] = (None, 0, True, "name", {}, {"name": "name"})
NO_FIELDS: tuple[Any, ...] = (
    ["nonsense"],
    ["uuid"],
    ["name", "desc"],
    [None],
    [1],
    [True],
    [[]],
    [["name"]],
    [{}],
    ["Name"],
    [""],
)


@pytest.mark.parametrize("field", WRONG)
def test_fault_of_a_field(program: Program, field: str, store_url: str) -> None:
    """Whether a check is made or changed, whatever else is sent, in any version."""
    made = program.make(name="Mine")["uuid"]
    before = everything(store_url)
    for sentence, values in WRONG[field].items():
        for value in values:
            for path in ("/checks/", f"/checks/{made}"):
                response = program.post(path, {"api_key": 1, "unknown": 1, field: value})
                assert (value, *refused(response)) == (value, 400, f"{INVALID}{field} {sentence}")
    for version in (1, 2):
        response = program.speaking(version).post("/checks/", {"name": "Other", "slug": "other", field: None})
        assert refused(response) == (400, f"{INVALID}{field} {next(iter(WRONG[field]))}")
    assert everything(store_url) == before


def test_fault_of_unique(program: Program, store_url: str) -> None:
    """It is a list of fields that a check can be found by, wherever it is sent."""
    made = program.make(name="Mine")["uuid"]
    before = everything(store_url)
    faults = {"unique is not an array": NO_ARRAYS, "an item in 'unique' has unexpected value": NO_FIELDS}
    for sentence, values in faults.items():
        for value in values:
            for path in ("/checks/", f"/checks/{made}"):
                refusal = refused(program.post(path, {"name": "Mine", "unique": value}))
                assert (value, *refusal) == (value, 400, f"{INVALID}{sentence}")
    assert everything(store_url) == before


def test_first_fault_is_told(program: Program) -> None:
    """In the protocol's order, not in that of the body; what takes more than a type to see has no later turn."""
    made = program.make()["uuid"]
    order = [*WRONG, "unique"]
    faults: dict[str, tuple[Any, str]] = {
        field: (list(sentences.values())[-1][0], f"{field} {list(sentences)[-1]}") for field, sentences in WRONG.items()
    }
    faults["unique"] = (["nonsense"], "an item in 'unique' has unexpected value")
    for place, field in enumerate(order):
        body = {later: faults[later][0] for later in reversed(order[place:])}
        for path in ("/checks/", f"/checks/{made}"):
            assert refused(program.post(path, body)) == (400, f"{INVALID}{faults[field][1]}")


def test_null_is_no_value(program: Program) -> None:
    """Of no field: what is to stay as it is is left out."""
    made = program.make(name="Mine")["uuid"]
    for field, sentences in WRONG.items():
        assert refused(program.post(f"/checks/{made}", {field: None})) == (
            400,
            f"{INVALID}{field} {next(iter(sentences))}",
        )


def test_wrong_zone_and_wrong_schedule(program: Program) -> None:
    """Each for itself: a wrong zone does not make a schedule wrong, nor hide that it is."""
    body = {"schedule": "0 4 * * *", "tz": "Mars/Olympus"}
    assert refused(program.post("/checks/", body)) == (400, f"{INVALID}tz is not a valid timezone")
    body = {"schedule": "61 * * * *", "tz": "Mars/Olympus"}
    assert refused(program.post("/checks/", body)) == (
        400,
        f"{INVALID}schedule is not a valid cron or OnCalendar expression",
    )


FAULTS_OF_CHANNELS = {
    ",": "empty channel identifier",
    "{ops},": "empty channel identifier",
    ",{ops}": "empty channel identifier",
    "{ops},,twins": "empty channel identifier",
    "pager": "invalid channel identifier: pager",
    "ops": "invalid channel identifier: ops",
    "Ops ": "invalid channel identifier: Ops ",
    " ": "invalid channel identifier:  ",
    "Ops, Ops": "invalid channel identifier:  Ops",
    "Ops,*": "invalid channel identifier: *",
    "{theirs}": "invalid channel identifier: {theirs}",
    "Theirs": "invalid channel identifier: Theirs",
    "é\0": "invalid channel identifier: é\0",
    "twins": "non-unique channel identifier: twins",
    "pager,twins": "invalid channel identifier: pager",
    "twins,pager": "non-unique channel identifier: twins",
}


def test_fault_of_channels(program: Program, stranger: Program, store_url: str) -> None:
    """Told as it was sent, without the words before; nothing of the rest is written."""
    ids = {"ops": program.channel("Ops"), "theirs": stranger.channel("Theirs")}
    program.channel("twins")
    program.channel("twins")
    made = program.make(name="Mine", channels="Ops")["uuid"]
    before = everything(store_url)
    for channels, sentence in FAULTS_OF_CHANNELS.items():
        for path in ("/checks/", f"/checks/{made}"):
            refusal = refused(program.post(path, {"name": "Other", "channels": channels.format(**ids)}))
            assert (channels, *refusal) == (channels, 400, sentence.format(**ids))
    assert everything(store_url) == before
