"""JSON that lies sealed in the database."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models

from crm import personal


class SealedJSONField(models.BinaryField):
    """A document that may quote anything, and that nobody looks for by what it says: sealed with
    the installation's keys. What can no longer be opened reads as an empty document."""

    def from_db_value(self, value: Any, *_: Any) -> Any:
        opened = personal.unseal_at_rest(value) if value else None
        return orjson.loads(opened) if opened else {}

    def get_prep_value(self, value: Any) -> bytes | None:
        return personal.seal_at_rest(orjson.dumps(value)) if value else None
