"""What the ledger's commands share: on a database of another version they say what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import crm.management.commands as commands
from crm.management.base import LedgerCommand

ROOT = Path(__file__).parents[2]
NAMES = [module.name for module in iter_modules(commands.__path__) if module.name != "db_worker"]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_one_of_the_ledgers(name):
    assert issubclass(import_module(f"crm.management.commands.{name}").Command, LedgerCommand)


@pytest.mark.parametrize(
    "arguments", [["ledger_verify"], ["search", "绿溪", "--as", "statistician"]]
)
def test_without_its_tables_a_command_says_what_to_run_first(tmp_path, arguments):
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "请先运行 manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr
