"""The package: one commit gives one zip, its bytecode is valid for ever, and the SDK knows what is called."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.loaders import Loader

from deploy.package import NotInstalled, build
from deploy.sdk_data import CALLED, SERVICES, prune
from tests.fakes import ROOT

_UNCHECKED_HASH = 0b01
"""The flags of a .pyc file that is never compared with its source (PEP 552)."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(built(tmp_path_factory.mktemp("package"))) as package:
        yield package


def built(folder: Path) -> Path:
    build(folder / "tocsin.zip", root=ROOT)
    return folder / "tocsin.zip"


def test_same_code_gives_the_same_file(package: zipfile.ZipFile, tmp_path: Path) -> None:
    """To the byte, whenever and wherever it is built."""
    assert package.filename
    assert built(tmp_path).read_bytes() == Path(package.filename).read_bytes()
    names = package.namelist()
    assert names == [path.as_posix() for path in sorted(map(Path, names))]  # in whatever order a disk tells them
    assert {entry.date_time[0] for entry in package.infolist()} == {1980}


def test_every_source_has_bytecode_that_no_date_can_spoil(package: zipfile.ZipFile) -> None:
    """Lambda unpacks to a place that can't be written, and would compile again at every start."""
    names = set(package.namelist())
    sources = {name for name in names if name.endswith(".py")}
    compiled = {name for name in names if name.endswith(".pyc")}
    assert {Path(name).name.partition(".")[0] for name in compiled} == {Path(name).stem for name in sources}
    assert len(compiled) == len(sources) > 100
    assert {package.read(name)[4] for name in compiled} == {_UNCHECKED_HASH}


def test_package_is_small_and_holds_what_runs(package: zipfile.ZipFile) -> None:
    """No tests, no tools, no data of this machine, none of the installer; 15 MB at most (decision 33)."""
    top = {name.partition("/")[0] for name in package.namelist()}
    assert {"app.py", "handlers", "tocsin", "templates", "static", "LICENSE", "flask", "botocore"} <= top
    assert top.isdisjoint({"tests", "deploy", "bench", "docs", "instance", "pip", "setuptools", "zappa", "pytest"})
    assert package.filename
    assert Path(package.filename).stat().st_size <= 15_000_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the SDK's descriptions, cut down."""
    whole = Path(botocore.__file__).with_name("data")
    copy = tmp_path_factory.mktemp("sdk") / "data"
    shutil.copytree(whole, copy, ignore=lambda folder, names: _others(folder, names, whole))
    prune(copy)
    return copy


def _others(folder: str, names: list[str], whole: Path) -> list[str]:
    """Four hundred services that need not even be copied, but for one, to see that it goes."""
    wanted = {*SERVICES, "sqs"} if Path(folder) == whole else set(names)
    return [name for name in names if name not in wanted and Path(folder, name).is_dir()]


@pytest.mark.parametrize("service", SERVICES)
def test_sdk_still_knows_what_is_called(data: Path, service: str) -> None:
    """All that the whole description says of it, but for the words that help() would print."""
    whole = Loader().load_service_model(service, "service-2")
    cut = Loader([str(data)], include_default_search_paths=False).load_service_model(service, "service-2")
    called = CALLED.get(service, whole["operations"].keys())
    assert cut["operations"].keys() == called
    assert _bare(cut["operations"]) == _bare({name: whole["operations"][name] for name in called})
    assert _bare(cut["shapes"]).items() <= _bare(whole["shapes"]).items()
    assert _bare(cut["metadata"]) == _bare(whole["metadata"])


@pytest.mark.parametrize("service", CALLED)
def test_sdk_makes_clients_of_what_is_left(data: Path, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every shape that an operation leads to is there: a client looks at them all when it is asked what it can do."""
    session = botocore.session.get_session()
    session.register_component("data_loader", Loader([str(data)], include_default_search_paths=False))
    model = session.create_client(service, region_name="eu-central-1").meta.service_model
    for name in CALLED[service]:
        operation = model.operation_model(name)
        assert _members(operation.input_shape) + _members(operation.output_shape) > 0
        assert [error.name for error in operation.error_shapes]


def _members(shape: Any, seen: frozenset[str] = frozenset()) -> int:
    """How many there are, in all depths."""
    if shape is None or shape.name in seen or not hasattr(shape, "members"):
        return 0
    return sum(1 + _members(member, seen | {shape.name}) for member in shape.members.values())


def test_every_call_and_error_of_the_store_is_left(data: Path) -> None:
    """The store names them in the SDK's words, so what it would miss on Lambda is missed here."""
    source = "".join((ROOT / f"tocsin/stores/{name}.py").read_text() for name in ("dynamodb", "aws_secrets"))
    whole, cut = Loader(), Loader([str(data)], include_default_search_paths=False)
    models = [whole.load_service_model(service, "service-2") for service in CALLED]
    known = {xform_name(operation) for model in models for operation in model["operations"]}
    called = {word for word in re.findall(r"\.([a-z_]+)\b", source) if word in known}
    assert called == {xform_name(operation) for operations in CALLED.values() for operation in operations}
    caught = set(re.findall(r"client\.exceptions\.(\w+)", source))
    assert caught
    assert caught <= cut.load_service_model("dynamodb", "service-2")["shapes"].keys()


def _bare(described: Any) -> Any:
    """Without documentation, told apart from members of that name by what they hold."""
    if isinstance(described, list):
        return [_bare(each) for each in described]
    if not isinstance(described, dict):
        return described
    texts = {name for name, each in described.items() if name.startswith("documentation") and isinstance(each, str)}
    return {name: _bare(each) for name, each in described.items() if name not in texts}


def test_sdk_knows_nothing_else(data: Path) -> None:
    """Neither other services nor where they are."""
    assert {path.name for path in data.iterdir() if path.is_dir()} == set(SERVICES)
    endpoints = Loader([str(data)], include_default_search_paths=False).load_data("endpoints")
    assert set(endpoints["partitions"][0]["services"]) == set(SERVICES.values())


def test_package_is_of_what_was_pinned(tmp_path: Path) -> None:
    """Nobody tested another version; and what is not installed is better missed here than on Lambda."""
    for pin, sentence in (("flask==0.1", "where requirements.txt pins 0.1"), ("nosuch==1", "nosuch is not installed")):
        (tmp_path / "requirements.txt").write_text(f"{pin} \\\n    --hash=sha256:0\n")
        with pytest.raises(NotInstalled, match=sentence):
            build(tmp_path / "tocsin.zip", root=tmp_path)
