"""The product's settings over a data directory of the tests' own; the type checker reads them too.

GRIDWALK_TEST_DATABASE_URL  a PostgreSQL server to test on (its user may create databases); without it the embedded one
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gridwalk.config import keys

TEST_HOME = Path(os.environ.get("GRIDWALK_TEST_HOME") or Path(__file__).parent.parent / ".gridwalk-test")

os.environ["GRIDWALK_HOME"] = str(TEST_HOME)
os.environ.pop("DATABASE_URL", None)
if os.environ.get("GRIDWALK_TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["GRIDWALK_TEST_DATABASE_URL"]
with contextlib.suppress(keys.KeyFileError):
    keys.create(TEST_HOME)
(TEST_HOME / "static").mkdir(exist_ok=True)

from gridwalk.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow hash is no part of what is tested
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
