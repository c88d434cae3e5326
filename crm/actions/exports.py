"""Taking rows out of the ledger: who took how many, and by which view, stays on record."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models, transaction

from crm import access, personal
from crm.access import Action
from crm.actions import _record
from crm.models import Installation, User

SAID = 500  # signs of a reason


@transaction.atomic
def export(
    model: type[models.Model], *, by: User, count: int, view: Mapping[str, list[str]]
) -> None:
    """Records that `by` took `count` rows of this noun, those of `view` (filter → values)."""
    access.require_noun(by, Action.EXPORT, model._meta.model_name)
    kept = {
        name: [personal.scrubbed(value) if name == "q" else value for value in values]
        for name, values in view.items()
    }
    words = [f"{name}={'、'.join(values)}" for name, values in kept.items()]
    _record.note(
        "export",
        None,
        by=by,
        object_type=model._meta.label_lower,
        changes={"rows": [None, count], "filter": [None, kept]},
        # In words as far as they fit; `filter` has all of it.
        reason=(f"导出 {count} 条；" + ("，".join(words) if words else "未筛选"))[:SAID],
    )


def installation_mark() -> str:
    """What tells this installation's rows from another's; drawn by the migration, or anew where the
    tables were emptied."""
    return Installation.objects.get_or_create(pk=1)[0].mark
