"""What a test may need that a bare machine lacks, and the sentence that says so.

A marker on the test names the need; tests/conftest.py skips it with that sentence where the need is
not met. With CI set everything is there, so a skip is a failure.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"


def chromium() -> str:
    """The browser's program; CHROMIUM names another one, and an empty CHROMIUM none."""
    if "CHROMIUM" in os.environ:
        return os.environ["CHROMIUM"]
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), "")


def elasticsearch() -> str:
    return os.environ.get("ELASTICSEARCH_URL", "")


def vendor() -> str:
    from django.db import connection

    return connection.vendor


# marker → (is it met, the sentence when it is not)
NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "elasticsearch": (lambda: bool(elasticsearch()), "needs ELASTICSEARCH_URL"),
    "journey": (lambda: bool(chromium()), "needs Chromium"),
    "postgres": (lambda: vendor() == "postgresql", "needs DATABASE_URL with PostgreSQL"),
    "sqlite": (lambda: vendor() == "sqlite", "needs SQLite"),
    "shared": (SHARED.is_dir, "needs ../shared"),
}
# The two databases are two runs of the suite: a test for one of them is left out of the other's
# run, not skipped. The reference data lies beside some checkouts only.
LEFT_OUT = ("postgres", "sqlite")
MAY_SKIP = ("shared",)
