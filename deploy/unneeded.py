"""What pinned packages bring that Lambda never runs: who installs on a machine of one's own gets it all."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath

WHOLE: Mapping[str, str] = {
    "aiosmtpd": "`flask mail-listener`; on AWS mail comes in by SES",
    "atpublic": "of aiosmtpd",
    "attrs": "of aiosmtpd",
    "pycparser": "of cffi, when something is compiled",
}
"""Packages, and what they are there for."""
PARTS: Mapping[str, tuple[str, ...]] = {
    "authlib": (
        *("authlib/integrations/django_*", "authlib/integrations/flask_*", "authlib/integrations/httpx_*"),
        *("authlib/integrations/sqla_*", "authlib/integrations/starlette_*"),
    ),
    "botocore": ("botocore/cacert.pem",),  # it takes certifi's where that is installed
    "cffi": ("cffi/*",),  # argon2 and cryptography are compiled already: they need its backend, which stands beside it
    "charset-normalizer": ("charset_normalizer/*.so",),  # the same in Python stands beside them
    "cron-descriptor": ("cron_descriptor/locale/[!e]*", "cron_descriptor/locale/e[!n]*", "tools/*"),
    "fido2": ("fido2/client/*", "fido2/ctap*", "fido2/hid/*", "fido2/pcsc.py"),  # the authenticators' side
    "python-dateutil": ("dateutil/zoneinfo/*.tar.gz",),
    "wtforms": ("wtforms/locale/*",),
}
"""Files of packages, by pattern."""
ANYWHERE = ("*.c", "*.h", "*.po", "*.pot", "*.pxd", "*.pyi", "*.rst", "*/py.typed", "*/tests/*")
"""What compilers, translators, type checkers and readers need."""


def is_unneeded(package: str, file: PurePath) -> bool:
    """Whether the file is left out; `package` is called what its pin calls it."""
    patterns = (*ANYWHERE, *PARTS.get(package, ()))
    return package in WHOLE or any(fnmatchcase(file.as_posix(), pattern) for pattern in patterns)
