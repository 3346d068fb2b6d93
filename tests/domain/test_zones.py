"""Names of time zones, former ones and wrong ones."""

from __future__ import annotations

from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.zones import InvalidZone, all_zones, canonical


@pytest.mark.parametrize(
    ("former", "name"),
    [
        ("Europe/Kiev", "Europe/Kyiv"),
        ("UCT", "Etc/UTC"),
        ("CET", "Europe/Brussels"),
        ("US/Eastern", "America/New_York"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Australia/NSW", "Australia/Sydney"),
        ("GMT", "Etc/GMT"),
    ],
)
def test_former_names_stand_for_those_of_today(former: str, name: str) -> None:
    assert canonical(former) == name
    assert former not in all_zones()


@pytest.mark.parametrize(
    "name", ["UTC", "Etc/UTC", "Etc/GMT-14", "Europe/Vienna", "Europe/Amsterdam", "America/Nassau"]
)
def test_places_keep_their_names(name: str) -> None:
    """Those too that only share another place's clock, and are links to it in the data."""
    assert canonical(name) == name


def test_every_name_of_the_data_leads_to_one_of_today() -> None:
    """But for the one that means that nobody has chosen a zone yet."""
    known = (files("tzdata") / "zones").read_text(encoding="utf-8").split()
    assert {canonical(name) for name in known if name != "Factory"} == set(all_zones())


def test_all_zones_begin_with_utc_and_exist() -> None:
    """Some 450 names, as the protocol's 483 in size; each is one that can be computed with."""
    zones = all_zones()
    assert zones[0] == "UTC"
    assert list(zones[1:]) == sorted(set(zones) - {"UTC"})
    assert 440 < len(zones) < 500
    assert all(ZoneInfo(name).key == canonical(name) == name for name in zones)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " UTC",
        "../x",
        "../zoneinfo/UTC",
        "/usr/share/zoneinfo/UTC",
        "posix/Europe/Vienna",
        "right/Europe/Vienna",
        "Europe",
        "Factory",
        "localtime",
        "posixrules",
        "tzdata.zi",
        "europe/vienna",
        "CEST",
        "Europe/Vienna\0",
        "Europe/Vienna\n",
        "+02:00",
    ],
)
def test_what_zoneinfo_might_take_for_a_path_is_no_zone(name: str) -> None:
    with pytest.raises(InvalidZone, match="is not a time zone; take one such as"):
        canonical(name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Viena", "Europe/Vienna"),
        ("vienna", "Europe/Vienna"),
        ("Europe/Kiew", "Europe/Kyiv"),
        ("Calcuta", "Asia/Kolkata"),
        ("America/New York", "America/New_York"),
        ("utc", "UTC"),
        ("GMT+5", "Europe/Vienna"),  # Etc/GMT+5 would be five hours the other way
        ("CEST", "Europe/Vienna"),
    ],
)
def test_refusal_proposes_the_place_that_was_probably_meant(typed: str, meant: str) -> None:
    """Or one that shows how such names look."""
    with pytest.raises(InvalidZone) as refusal:
        canonical(typed)
    assert str(refusal.value) == f'"{typed}" is not a time zone; take one such as {meant}.'


@given(st.text(st.characters(), min_size=1) | st.text("/.ab", min_size=50))
def test_refusal_is_one_short_line(name: str) -> None:
    """However long the name, and whatever it holds."""
    said = refusal_of(name)
    assert said.isprintable()
    assert len(said) < 150


def refusal_of(name: str) -> str:
    try:
        return canonical(name)
    except InvalidZone as refusal:
        return str(refusal)
