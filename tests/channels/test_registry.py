"""The kinds of channels there are."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tocsin.channels.port import Config, Notice
from tocsin.channels.registry import InstalledKinds, Registry, UnknownKind


@dataclass
class Bell:
    kind: str = "bell"
    title: str = "Bell"

    def validate(self, config: Mapping[str, object]) -> Config:
        return {}

    def summary(self, config: Config) -> str:
        return "the tower"

    def wants(self, config: Config, *, up: bool) -> bool:
        return True

    def send(self, config: Config, notice: Notice) -> None:
        pass


PLUG_INS = """
from tests.channels.test_registry import Bell

def gong():
    return Bell("gong", "Gong")

def impostor():
    return Bell("bell", "Not the bell")

def broken():
    raise RuntimeError("out of order")

def mute():
    return object()

class Deaf(Bell):
    wants = None
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package that announces channels of every sort, most of them unusable."""
    names = ["gong", "impostor", "broken", "mute", "Deaf", "missing"]
    entries = [f"{name} = plug_ins_under_test:{name}" for name in names] + ["absent = no_such_module_at_all:x"]
    info = tmp_path / "plug_ins-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug-ins\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tocsin.channels]\n" + "\n".join(entries))
    (tmp_path / "plug_ins_under_test.py").write_text(PLUG_INS)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("plug_ins_under_test", None)


def test_registry_finds_channels_by_kind() -> None:
    """A channel is found by its kind, and all of them are told in the order they were given."""
    horn, bell = Bell("horn"), Bell()
    registry = Registry([horn, bell])
    assert registry.get("bell") is bell
    assert list(registry) == [horn, bell]
    assert "horn" in registry
    assert "gong" not in registry


def test_registry_names_the_kinds_it_knows() -> None:
    """Whoever asks for a kind that is not there learns which ones are."""
    with pytest.raises(UnknownKind, match=r"'gong'; the kinds are: bell, horn\."):
        Registry([Bell("horn"), Bell()]).get("gong")
    with pytest.raises(UnknownKind, match="none"):
        Registry([]).get("gong")


def test_registry_refuses_two_channels_of_a_kind() -> None:
    """A kind names one channel."""
    with pytest.raises(ValueError, match="'bell'"):
        Registry([Bell(), Bell()])


@pytest.mark.usefixtures("installed")
def test_registry_takes_installed_channels_that_work(caplog: pytest.LogCaptureFixture) -> None:
    """A plug-in that works comes after the built-in channels; each that does not is logged and left out."""
    bell = Bell()
    registry = InstalledKinds(lambda: [bell])
    with caplog.at_level(logging.WARNING):
        assert [channel.kind for channel in registry] == ["bell", "gong"]
    assert registry.get("bell") is bell
    told = sorted(str(record.args[0]) for record in caplog.records if isinstance(record.args, tuple))
    assert told == ["Deaf", "absent", "broken", "impostor", "missing", "mute"]


def test_registry_without_plug_ins_has_the_built_in_channels() -> None:
    """Nothing is installed in the house's own tests."""
    assert [channel.kind for channel in InstalledKinds(lambda: [Bell()])] == ["bell"]
