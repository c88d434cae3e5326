"""The product's settings, kept away from the developer's own data.

pytest-django loads settings before any conftest.py, so what must differ in tests stands here: keys
of their own, a database in memory unless DATABASE_URL names a server, files in a folder that goes
away, a password hasher that costs nothing. ELASTICSEARCH_URL stays in the environment for the
tests that ask for a node; nothing else runs on it.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
os.environ.setdefault("SECRET_KEY", "test-secret-key-of-no-value-0123456789-abcdefghij")
os.environ.setdefault("FIELD_KEYS", "test-field-key-of-no-value-0123456789-abcdefghij")

from config.settings import *  # noqa: F403
from config.settings import STORAGES

_files = Path(tempfile.mkdtemp(prefix="parkledger-tests-"))
atexit.register(shutil.rmtree, _files, ignore_errors=True)

MEDIA_ROOT = _files / "media"
STATIC_ROOT = _files / "static"
STATIC_ROOT.mkdir()
STORAGES = STORAGES | {
    "private": STORAGES["private"]
    | {"OPTIONS": STORAGES["private"]["OPTIONS"] | {"location": _files / "private"}},
}
# No worker beside the tests: a task is done where it is asked for; test_tasks.py runs one.
TASKS = {
    name: {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}
    for name in ("default", "worker")
}
# The demo county's accounts come with the hash that the product makes.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ELASTICSEARCH_URL = ""
# A test that wants the demo county and its pinned date says so.
DEMO_ALLOWED = False
