"""The Lambda package: what runs, its bytecode, and nothing else. One commit gives one zip, byte for byte.

`python -m deploy.package tocsin.zip` builds one from the folder that it is called in. What requirements.txt pins is
taken from where this Python has it installed; whatever else is installed there stays out. Zappa's own packing is not
used: it takes whole environments, and dates its files so that the bytecode beside them is stale.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, PackagePath, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from deploy.sdk_data import prune
from deploy.unneeded import is_unneeded

OURS = ("app.py", "handlers", "tocsin", "templates", "static", "LICENSE")
WHERE_IT_RUNS = "/var/task"

_OF_INSTALLATION = ("RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json", "top_level.txt")
"""Files of a .dist-info that only installers read."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell."""


class NotInstalled(Exception):
    """What is pinned is not what is installed; the message is a sentence."""


def build(target: Path, *, root: Path) -> None:
    """Write the package of the code in `root`. Raises NotInstalled, and CalledProcessError for what is no Python."""
    with TemporaryDirectory(prefix="tocsin-package-") as folder:
        stage = Path(folder)
        for name, version in _pins(root / "requirements.txt"):
            _take_installed(name, version, stage)
        prune(stage / "botocore" / "data")
        _take_ours(root, stage)
        _compile(stage)
        _pack(stage, target)


def _pins(requirements: Path) -> list[tuple[str, str]]:
    return re.findall(r"^([\w.-]+)==([\w.!+]+)", requirements.read_text(), re.MULTILINE)


def _take_installed(name: str, version: str, stage: Path) -> None:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise NotInstalled(f"{name} is not installed: `make deploy` installs it, or requirements-deploy.txt.") from None
    if found.version != version:
        raise NotInstalled(f"{name} {found.version} is installed, where requirements.txt pins {version}.")
    for file in filter(_is_for_running, found.files or ()):
        if is_unneeded(name, file):
            continue
        (stage / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.locate(), stage / file)


def _is_for_running(file: PackagePath) -> bool:
    """Neither scripts, which are installed elsewhere, nor what only installers read, nor bytecode of this machine."""
    installers = file.parent.name.endswith(".dist-info") and file.name in _OF_INSTALLATION
    return not (installers or file.parts[0] == ".." or file.suffix == ".pyc")


def _take_ours(root: Path, stage: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
    for name in OURS:
        if (root / name).is_dir():
            shutil.copytree(root / name, stage / name, ignore=ignore)
        else:
            shutil.copyfile(root / name, stage / name)


def _compile(stage: Path) -> None:
    """Bytecode that is never compared with its source: a package is read-only, and its dates mean nothing (PEP 552)."""
    where = ["-s", str(stage), "-p", WHERE_IT_RUNS]
    how = ["-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([sys.executable, "-m", "compileall", *how, *where, str(stage)], check=True)


def _pack(stage: Path, target: Path) -> None:
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=9) as package:
        for path in _files(stage):
            entry = ZipInfo(path.relative_to(stage).as_posix(), _EARLIEST)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # Unix: the mode below counts
            entry.external_attr = 0o100644 << 16
            package.writestr(entry, path.read_bytes())


def _files(stage: Path) -> Iterator[Path]:
    return (path for path in sorted(stage.rglob("*")) if path.is_file())


if __name__ == "__main__":
    build(Path(sys.argv[1]), root=Path.cwd())
