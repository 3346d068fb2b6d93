"""The packages that bench/cold_start.py starts, built anew in a folder, and unpacked there for reading only."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parent.parent
HELLO = """
import os

import boto3
from flask import Flask

app = Flask(__name__)
dynamodb = boto3.client("dynamodb")


@app.route("/hello")
def hello():
    found = dynamodb.get_item(TableName=os.environ["HELLO_TABLE"], Key={"id": {"S": "hello"}})
    return found["Item"]["text"]["S"]
"""
"""Written as the guides write it."""
_STAGE = {"app_function": "hello.app", "project_name": "hello", "s3_bucket": "b", "use_precompiled_packages": False}
STAGES = {
    "whole": {**_STAGE, "exclude": []},
    "init": {**_STAGE, "exclude": ["boto3", "dateutil", "botocore", "s3transfer", "concurrent"]},
}
"""`zappa init` leaves the SDK out, for the runtime has one; who needs a certain version takes it in. Wheels are not
fetched again, which would change no file that Python reads here."""
_AWS = {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def bare(folder: Path, python: str) -> Path:
    """An interpreter with no packages; returns its program."""
    run([python, "-m", "venv", "--without-pip", str(folder)])
    return folder / "bin" / "python"


def ours(folder: Path, python: str) -> Path:
    """Our package, as `make deploy` builds it; returns where it is unpacked."""
    environment, package = folder / "venv", folder / "tocsin.zip"
    run([python, "-m", "venv", str(environment)])
    install = [str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    run([*install, "--require-hashes", "-r", str(ROOT / "requirements.txt")])
    run([str(environment / "bin" / "python"), "-m", "deploy.package", str(package)], folder=ROOT)
    return unpacked(package)


def stock(folder: Path, python: str) -> tuple[Path, Path, Path]:
    """What `zappa package` makes of a hello-world: with the SDK, without it, and where the SDK is for the latter."""
    environment = folder / "venv"
    run([python, "-m", "venv", str(environment)])
    pins = folder / "pins.txt"
    pins.write_text("\n".join(_pins((ROOT / "requirements-deploy.txt").read_text())))
    install = [str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    run([*install, "--constraint", str(pins), "zappa", "flask", "boto3"])
    project = folder / "project"
    project.mkdir()
    (project / "hello.py").write_text(HELLO)
    (project / "zappa_settings.json").write_text(json.dumps(STAGES))
    whole, init = (_zappa(environment, project, stage) for stage in STAGES)
    (sdk,) = (environment / "lib").glob("python*/site-packages")
    return unpacked(whole), unpacked(init), sdk


def _pins(requirements: str) -> list[str]:
    return re.findall(r"^[A-Za-z0-9_.-]+==[^ ]+", requirements, re.MULTILINE)


def _zappa(environment: Path, project: Path, stage: str) -> Path:
    package = project.parent / f"{stage}.zip"
    command = [str(environment / "bin" / "zappa"), "package", stage, "--output", str(package)]
    run(command, {"VIRTUAL_ENV": str(environment), **_AWS}, folder=project)
    return package


def unpacked(package: Path) -> Path:
    """Dates are those of the zip, as on Lambda, and nothing may be written."""
    folder = package.with_suffix("")
    with ZipFile(package) as archive:
        archive.extractall(folder)
        for entry in archive.infolist():
            date = time.mktime((*entry.date_time, 0, 0, -1))
            os.utime(folder / entry.filename, (date, date))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    return folder


def run(command: Iterable[str], environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> None:
    """Quiet unless it fails."""
    done = subprocess.run(
        list(command), cwd=folder, env={**os.environ, **(environ or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
