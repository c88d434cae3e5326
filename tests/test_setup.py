"""The two commands on machines that lack something, and the locks they install from."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.house import ROOT, read

PIN = re.compile(r"^([\w.\-]+)==([^\s;]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall(read(lock)))


def declared() -> list[tuple[str, Requirement]]:
    """Every package pyproject.toml names, with the lock that must pin it."""
    project = tomllib.loads(read("pyproject.toml"))
    product = [("requirements.txt", line) for line in project["project"]["dependencies"]]
    dev = [("requirements-dev.txt", line) for line in project["dependency-groups"]["dev"]]
    return [(lock, Requirement(line)) for lock, line in product + dev]


def test_the_locks_pin_every_declared_package_within_its_bounds():
    stale = [
        f"{requirement} in {lock}: make lock"
        for lock, requirement in declared()
        if not requirement.specifier.contains(pins(lock).get(requirement.name.lower(), "0.dev0"))
        or requirement.name.lower() not in pins(lock)
    ]
    assert stale == []


def test_both_locks_fit_into_one_environment():
    ours, theirs = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: theirs.get(name) for name in ours} == ours


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_hashes_every_package_and_names_no_address(lock):
    text = read(lock)
    entries = re.split(r"\n(?=\w)", text.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def fake_python(folder: Path, name: str, lacks: str) -> str:
    """A Python ≥ 3.11 that answers the question of tools/setup with what it lacks."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nif [ "$1" = - ]; then echo {lacks}; else echo 3.12; fi\n')
    path.chmod(0o755)
    return str(path)


def set_up(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    (folder / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup", folder / "tools" / "setup")
    (folder / "requirements.txt").touch()
    return subprocess.run(
        [folder / "tools" / "setup"],
        env={"PATH": os.environ["PATH"], "PYTHON": python},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("lacks", "told"),
    [("venv", "apt-get install python3.12-venv"), ("fts5", "full-text search (FTS5)")],
)
def test_set_up_names_the_package_a_python_lacks(tmp_path, lacks, told):
    answer = set_up(tmp_path, fake_python(tmp_path, "python-bare", lacks))
    assert answer.returncode == 1
    assert told in answer.stderr


def test_set_up_without_a_usable_python_says_which_one_it_needs(tmp_path):
    answer = set_up(tmp_path, "no-such-python")
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer" in answer.stderr


def test_set_up_passes_over_a_python_that_lacks_something(tmp_path):
    poor = fake_python(tmp_path, "python-bare", "venv")
    answer = set_up(tmp_path, f"{poor} {sys.executable}")
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / ".venv" / "bin" / "python").exists()
    assert (tmp_path / ".venv" / "installed-requirements.txt").exists()


def run(port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "run.py"],
        env=os.environ | {"PORT": port},
        capture_output=True,
        text=True,
    )


def test_a_busy_port_is_named_with_the_way_around_it():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run(str(port))
    assert answer.returncode == 1
    assert f"PORT={port + 1} make run" in answer.stderr


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port):
    assert "PORT must be a number" in run(port).stderr


def suite(tmp_path: Path, test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A suite of one test under the hooks of tests/needs.py, without the product."""
    (tmp_path / "test_one.py").write_text(f"import pytest\n\n{test}\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    elasticsearch\n    shared\n")
    bare = {name: os.environ[name] for name in os.environ if name not in {"CI", "PYTEST_ADDOPTS"}}
    bare.pop("ELASTICSEARCH_URL", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "-p", "tests.needs", tmp_path],
        cwd=ROOT,
        env=bare | environment,
        capture_output=True,
        text=True,
    )


NEEDY = "@pytest.mark.elasticsearch\ndef test_needy(): pass"


def test_what_a_bare_machine_lacks_is_one_line_of_named_skips(tmp_path):
    answer = suite(tmp_path, NEEDY)
    assert answer.returncode == 0, answer.stdout
    assert "Not run here: 1 × needs ELASTICSEARCH_URL." in answer.stdout


def test_a_skip_in_ci_is_a_failure(tmp_path):
    answer = suite(tmp_path, NEEDY, CI="true")
    assert answer.returncode == 1
    assert "Skipped in CI, where nothing may be: needs ELASTICSEARCH_URL" in answer.stdout


def test_a_skipped_module_in_ci_is_a_failure(tmp_path):
    answer = suite(tmp_path, "pytest.skip('later', allow_module_level=True)", CI="true")
    assert answer.returncode != 0
    assert "Skipped in CI, where nothing may be: later" in answer.stdout


def test_reference_data_may_be_absent_in_ci(tmp_path):
    answer = suite(
        tmp_path, "@pytest.mark.shared\ndef test_a(): pytest.skip('needs ../shared')", CI="true"
    )
    assert answer.returncode == 0, answer.stdout
