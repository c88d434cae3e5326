"""How the suite runs: what is skipped where, and why a skip fails in CI."""

import importlib.util
import os
from collections import Counter
from collections.abc import Generator

import pytest

from tests.needs import LEFT_OUT, MAY_SKIP, NEEDS

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

if importlib.util.find_spec("tests.cast"):
    pytest_plugins = ["tests.cast"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    unmet = {name: why for name, (is_met, why) in NEEDS.items() if not is_met()}
    kept, left_out = [], []
    for item in items:
        missing = [name for name in unmet if item.get_closest_marker(name)]
        if IN_CI and any(name in LEFT_OUT for name in missing):
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
    if IN_CI and not any(item.get_closest_marker(name) for name in MAY_SKIP):
        fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if IN_CI:
        fail_if_skipped(report)
    return report


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """CI has everything a test may need: what does not run there is not tested anywhere."""
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped in CI, where nothing may be: {reason_of(report)}"


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line names what did not run here and what it needs."""
    reasons = Counter(reason_of(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        told = ", ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items()))
        terminalreporter.write_line(f"Not run here: {told}. CI=true make test runs them all.")
