"""What a test may need that a bare machine lacks: a plugin of pytest.

A marker on the test names the need. Where it is not met the test is skipped, and one line at the
end says what did not run and why. With CI set everything is there, so a skip is a failure.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import pytest

Item = TypeVar("Item")
SHARED = Path(__file__).resolve().parents[2] / "shared"


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def examples(most: int) -> int:
    """How many random histories a property over the database tries: all in CI, a third of them on
    one's own machine, where the suite must stay short."""
    return most if in_ci() else max(1, most // 3)


def some(items: Iterable[Item], at: Any) -> list[Item]:
    """All of these in CI, on one's own machine a third; another third for every other `at` (a role,
    a place in an enumeration), so that the cases of a test cover all of them together."""
    every = list(items)
    first = list(type(at)).index(at) if isinstance(at, Enum) else int(at)
    return every if in_ci() else every[first % 3 :: 3]


def chromium() -> str:
    """The browser's program; CHROMIUM names another one, and an empty CHROMIUM none."""
    if "CHROMIUM" in os.environ:
        return os.environ["CHROMIUM"]
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), "")


def elasticsearch() -> str:
    """The address of the node that the tests of that backend use; nothing else runs on it."""
    return os.environ.get("ELASTICSEARCH_URL", "")


def vendor() -> str:
    from django.db import connection

    return connection.vendor


# marker → (is it met, the sentence when it is not)
NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "elasticsearch": (lambda: bool(elasticsearch()), "needs ELASTICSEARCH_URL"),
    "journey": (lambda: bool(chromium()), "needs Chromium"),
    "rehearsal": (in_ci, "takes long and is left to CI"),
    "postgres": (lambda: vendor() == "postgresql", "needs DATABASE_URL with PostgreSQL"),
    "sqlite": (lambda: vendor() == "sqlite", "needs SQLite"),
    "shared": (SHARED.is_dir, "needs ../shared"),
}
# The two databases are two runs of the suite: in CI a test for one of them is left out of the
# other's run, not skipped.
LEFT_OUT = ("postgres", "sqlite")
# The reference data lies beside some checkouts only.
MAY_SKIP = ("shared",)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = {name for name in NEEDS for item in items if item.get_closest_marker(name)}
    unmet = {name: NEEDS[name][1] for name in sorted(asked) if not NEEDS[name][0]()}
    kept, left_out = [], []
    for item in items:
        missing = [name for name in unmet if item.get_closest_marker(name)]
        if in_ci() and any(name in LEFT_OUT for name in missing):
            left_out.append(item)
            continue
        for name in missing:
            item.add_marker(pytest.mark.skip(reason=unmet[name]))
        kept.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not any(item.get_closest_marker(name) for name in MAY_SKIP):
        fail_if_skipped_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_skipped_in_ci(report)
    return report


def fail_if_skipped_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    """What does not run where everything is there is tested nowhere."""
    if in_ci() and report.skipped and not hasattr(report, "wasxfail"):
        report.longrepr = f"Skipped in CI, where nothing may be: {reason_of(report)}"
        report.outcome = "failed"


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(reason_of(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        told = ", ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items()))
        terminalreporter.write_line(f"Not run here: {told}. CI=true make test runs everything.")
