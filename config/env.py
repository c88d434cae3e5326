"""Typed readers of the environment: a wrong value stops the start with a sentence that says why.

Machines differ only by these variables. With none of them set the product runs as a development
machine does: DEBUG on, local hosts only, keys made in var/.
"""

import os
import secrets
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"


def flag(name: str, default: bool) -> bool:
    """1/0, true/false, yes/no, on/off; anything else stops the start."""
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    raw = text(name)
    if not raw:
        return default
    if not raw.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.")
    return int(raw)


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def database() -> dict[str, Any]:
    """The one database, from DATABASE_URL; without it SQLite in var/.

    SQLite writes take the lock at BEGIN (IMMEDIATE): otherwise read-modify-writes are lost or
    refused at random. synchronous=FULL survives a power cut. mmap_size stays unset.
    """
    url = text("DATABASE_URL")
    if not url:
        VAR.mkdir(exist_ok=True)
        url = f"sqlite:///{VAR / 'parkledger.sqlite3'}"
    try:
        config = environ.Env.db_url_config(url)
    except Exception as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL is not a database address: {type(error).__name__}"
        ) from error
    engine = config.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=FULL;"
                "PRAGMA journal_size_limit=67108864;"
            ),
        }
    elif engine.endswith("postgresql"):
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    else:
        raise ImproperlyConfigured("DATABASE_URL must start with sqlite:// or postgres://.")
    return config


def email() -> dict[str, Any]:
    """Where mail goes out, from EMAIL_URL (smtp+tls://user:password@host:587); without it none."""
    url = text("EMAIL_URL")
    if not url:
        return {}
    try:
        config = environ.Env.email_url_config(url)
    except Exception as error:
        raise ImproperlyConfigured(
            f"EMAIL_URL is not the address of a mail server: {type(error).__name__}"
        ) from error
    return {name: value for name, value in config.items() if name.startswith("EMAIL_")}


def secret(name: str, *, debug: bool, bytes_: int = 48) -> str:
    """A key from the environment; on a development machine one is made in var/ and kept."""
    value = text(name)
    if value:
        if not debug and len(value) < 32:
            raise ImproperlyConfigured(f"{name} is too short: use at least 32 characters.")
        return value
    if not debug:
        raise ImproperlyConfigured(f"Set {name}: without DEBUG no key is made up.")
    VAR.mkdir(exist_ok=True)
    path = VAR / name.lower()
    try:
        # O_EXCL: of two processes starting at once one makes the key, the other reads it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        value = secrets.token_urlsafe(bytes_)
        file.write(value)
    return value
