"""Where uploaded tables wait: a folder of private storage each, sealed, forgotten once imported."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from crm import personal
from crm.actions.system import uploads
from crm.errors import Refused
from crm.models import ImportUpload, User
from crm.spreadsheets.reader import Sheet, parsed

SOURCE, SHEETS, ERRORS = "source", "sheets.json", "errors.xlsx"
_PROGRESS = "progress.json"
_SILENT_SECONDS = 180


def put(upload: ImportUpload, part: str, data: bytes) -> None:
    store, name = storages["private"], _name(upload, part)
    store.delete(name)
    store.save(name, ContentFile(personal.seal_at_rest(data)))


def take(upload: ImportUpload, part: str) -> bytes:
    """A part of an upload; Refused when it is gone."""
    store, name = storages["private"], _name(upload, part)
    if not store.exists(name):
        raise Refused("这个文件已经不在了，请重新选择文件。", "stale")
    with store.open(name) as file:
        data = personal.unseal_at_rest(file.read())
    if data is None:
        raise Refused("这个文件已经打不开，请重新选择文件。", "stale")
    return data


def has(upload: ImportUpload, part: str) -> bool:
    return storages["private"].exists(_name(upload, part))


def sheets(upload: ImportUpload) -> list[Sheet]:
    return parsed(take(upload, SHEETS))


def drop(upload: ImportUpload, *parts: str) -> None:
    """Forgets some parts of an upload, or all of it."""
    store = storages["private"]
    for part in parts or (SOURCE, SHEETS, ERRORS, _PROGRESS):
        store.delete(_name(upload, part))
    if not parts:
        with suppress(OSError, NotImplementedError):
            Path(store.path(_name(upload, ""))).rmdir()


def clear_outdated(user: User | None = None) -> int:
    """Forgets the tables that wait no longer, of one person or of everybody; how many they were."""
    old = list(uploads.outdated(user))
    for upload in old:
        drop(upload)
    uploads.forget(old)
    return len(old)


def _name(upload: ImportUpload, part: str) -> str:
    return f"imports/{upload.token}/{part}"


class Progress:
    """How far an import has come, told beside the database: while the rows are being written
    nobody else can write there, and what is not committed cannot be read."""

    def __init__(self, upload: ImportUpload) -> None:
        store = storages["private"]
        self._path = Path(store.path(_name(upload, _PROGRESS)))
        self._told = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Tells it at most four times a second, and every new step at once."""
        now = time.monotonic()
        if 0 < done < total and now - self._told < 0.25:
            return
        self._told = now
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(orjson.dumps({"step": step, "done": done, "total": total}))
        os.replace(fresh, self._path)


def progress(upload: ImportUpload) -> dict[str, Any]:
    """{"step", "done", "total", "is_silent"} of an import under way; empty before it has begun."""
    path = Path(storages["private"].path(_name(upload, _PROGRESS)))
    try:
        told: dict[str, Any] = orjson.loads(path.read_bytes())
        silent = time.time() - path.stat().st_mtime > _SILENT_SECONDS
    except (OSError, ValueError):
        return {}
    return {**told, "is_silent": silent}
