"""Machines differ by their environment alone, and a wrong value stops the start with a sentence."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from tests.house import ROOT

KEY = "k" * 48
PRODUCTION = {"DEBUG": "0", "SECRET_KEY": KEY, "FIELD_KEYS": KEY, "ALLOWED_HOSTS": "example.org"}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """The settings as a new process reads them, with this environment and no other."""
    told = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:"}
    return subprocess.run(
        [sys.executable, "-c", "from config import settings; print(settings.ALLOWED_HOSTS)"],
        cwd=ROOT,
        env=told | environment,
        capture_output=True,
        text=True,
    )


def test_a_complete_environment_starts_without_debug():
    assert start(**PRODUCTION).stdout == "['example.org']\n"


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS"])
def test_without_debug_nothing_is_made_up(missing):
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    answer = start(**given)
    assert answer.returncode != 0
    assert f"Set {missing}" in answer.stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DEBUG", "maybe", "DEBUG must be 1 or 0"),
        ("SECRET_KEY", "short", "SECRET_KEY is too short"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts"),
        ("DATABASE_URL", "mysql://localhost/a", "DATABASE_URL must start with"),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be a whole number"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_reason(name, value, told):
    answer = start(**PRODUCTION | {name: value})
    assert answer.returncode != 0
    assert told in answer.stderr


@pytest.mark.parametrize(
    ("raw", "value"), [("1", True), ("Yes", True), ("off", False), ("0", False), ("", True)]
)
def test_a_flag_reads_as_people_write_it(monkeypatch, raw, value):
    monkeypatch.setenv("FLAG", raw)
    assert env.flag("FLAG", default=True) is value


def test_a_flag_of_another_word_is_refused(monkeypatch):
    monkeypatch.setenv("FLAG", "2")
    with pytest.raises(ImproperlyConfigured, match="FLAG must be 1 or 0"):
        env.flag("FLAG", default=True)


def test_a_list_is_split_at_commas_and_trimmed(monkeypatch):
    monkeypatch.setenv("HOSTS", " a.example , b.example,, ")
    assert env.words("HOSTS") == ["a.example", "b.example"]


def test_a_key_is_made_once_and_kept_for_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(env, "VAR", tmp_path / "var")
    made = env.secret("SECRET_KEY", debug=True)
    assert len(made) >= 48
    assert env.secret("SECRET_KEY", debug=True) == made
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


def test_sqlite_takes_its_lock_when_a_transaction_begins(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/ledger.sqlite3")
    assert env.database()["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_keeps_its_own_options(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@db.example:5433/ledger")
    read = env.database()
    assert (read["HOST"], read["PORT"], read["NAME"]) == ("db.example", 5433, "ledger")
    assert "OPTIONS" not in read or "transaction_mode" not in read["OPTIONS"]


def test_a_password_in_a_bad_address_is_not_printed():
    answer = start(**PRODUCTION | {"DATABASE_URL": "postgres://me:hunter2@host:port/x"})
    assert answer.returncode != 0
    assert "hunter2" not in answer.stderr
