"""What the package leaves out is not missed: everything in it is imported, with nothing else in reach."""

from __future__ import annotations

import fnmatch
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy.package import build
from deploy.unneeded import PARTS, WHOLE, is_unneeded
from tests.fakes import ROOT

_SCRIPT = """
import sys
from importlib import import_module
from pathlib import Path

ours = [path for name in ("handlers", "tocsin") for path in sorted(Path(name).rglob("*.py"))]
for path in ours:
    if path.stem != "mail_listener":
        import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))

import fido2.server
import pyotp, segno, requests
from argon2 import PasswordHasher
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from cron_descriptor import get_description
from cryptography.hazmat.primitives.asymmetric import ec
from dateutil.tz import gettz
from joserfc import jwk, jwt
from markdown_it import MarkdownIt
from wtforms import Form, StringField, validators
import botocore.session
import yaml

hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
assert hasher.verify(hasher.hash("x"), "x")
assert get_description("0 5 * * *") == "At 05:00 AM"
assert segno.make("otpauth://").svg_inline().startswith("<svg")
key = jwk.ECKey.generate_key("P-256")
assert jwt.decode(jwt.encode({"alg": "ES256"}, {"sub": "1"}, key), key).claims == {"sub": "1"}
assert "<em>" in MarkdownIt().render("*a*")
assert gettz("Europe/Vienna") is not None
assert yaml.CSafeLoader
form = type("F", (Form,), {"name": StringField(validators=[validators.InputRequired()])})()
assert not form.validate() and form.errors == {"name": ["This field is required."]}
botocore.session.get_session().create_client(
    "dynamodb", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b"
)
assert all(Path(module.__file__).is_relative_to(Path.cwd()) for module in (fido2, yaml, requests, segno))
"""
"""Run where the package was unpacked."""


def test_nothing_that_is_left_out_is_missed(tmp_path: Path) -> None:
    """Every module of ours can be imported, and every library does the work that it is there for."""
    build(tmp_path / "tocsin.zip", root=ROOT)
    with ZipFile(tmp_path / "tocsin.zip") as package:
        package.extractall(tmp_path / "task")
    # -S: nothing that is installed for Python is in reach.
    command = [sys.executable, "-S", "-B", "-W", "error", "-c", _SCRIPT]
    done = subprocess.run(command, cwd=tmp_path / "task", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [*WHOLE, *PARTS])
def test_every_rule_leaves_something_out(name: str) -> None:
    """A package that changed its files would come whole again, unseen."""
    files = distribution(name).files or ()
    assert any(is_unneeded(name, file) for file in files)
    paths = [file.as_posix() for file in files]
    assert [pattern for pattern in PARTS.get(name, ()) if not fnmatch.filter(paths, pattern)] == []
