"""Several writes that belong together: all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from crm.errors import Refused


def all_or_none(works: Iterable[Callable[[], Any]]) -> dict[int, Refused]:
    """Carries out each of these in its order, or none where one is refused: what was refused, by
    its place. Every one is tried, so that one answer names all that is wrong."""
    refused: dict[int, Refused] = {}
    with transaction.atomic():
        for at, work in enumerate(works):
            try:
                with transaction.atomic():
                    work()
            except Refused as refusal:
                refused[at] = refusal
        if refused:
            transaction.set_rollback(True)
    return refused
