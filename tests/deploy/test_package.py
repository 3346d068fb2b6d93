"""The package: one commit gives one zip, its bytecode is valid for ever, and the SDK knows what is called."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader

from deploy.package import NotInstalled, build
from deploy.sdk_data import SERVICES, prune
from tests.fakes import ROOT

CALLED = {
    "dynamodb": {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "TransactWriteItems"},
    "s3": {"GetObject"},
    "secretsmanager": {"GetSecretValue"},
    "sesv2": {"SendEmail"},
    "ssm": {"GetParameters"},
}
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


def test_every_source_has_bytecode_that_no_date_can_spoil(package: zipfile.ZipFile) -> None:
    """Lambda unpacks to a place that can't be written, and would compile again at every start."""
    names = set(package.namelist())
    sources = {name for name in names if name.endswith(".py")}
    compiled = {name for name in names if name.endswith(".pyc")}
    assert {Path(name).name.partition(".")[0] for name in compiled} == {Path(name).stem for name in sources}
    assert len(compiled) == len(sources) > 100
    assert {package.read(name)[4] for name in compiled} == {_UNCHECKED_HASH}


def test_package_is_small_and_holds_what_runs(package: zipfile.ZipFile) -> None:
    """No tests, no tools, no data of this machine, none of the installer; 10 MB at most."""
    top = {name.partition("/")[0] for name in package.namelist()}
    assert {"app.py", "handlers", "tocsin", "templates", "static", "LICENSE", "flask", "botocore"} <= top
    assert top.isdisjoint({"tests", "deploy", "bench", "docs", "instance", "pip", "setuptools", "zappa", "pytest"})
    assert package.filename
    assert Path(package.filename).stat().st_size <= 10_000_000


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
    """All that the whole description says, but for the words that help() would print."""
    whole = Loader().load_service_model(service, "service-2")
    cut = Loader([str(data)], include_default_search_paths=False).load_service_model(service, "service-2")
    assert _bare(cut) == _bare(whole)
    assert cut["operations"].keys() >= CALLED[service]


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
