"""Who changed what: audit entries of one row as sentences, old → new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm import ledgers
from crm.exact import ExactField, grouped, money_text
from crm.models import AuditEntry, Project

# Said by the timeline in a better way, or of no interest to people.
UNSAID = {"stage", "status", "next_on", "next_step", "decided_at", "token"}
# What marks a row as withdrawn: said by the verb.
MARKS = {"withdrawn_at", "merged_into"}
# Verbs whose old → new says something; the others are told by their name alone.
SHOWN = {
    "change", "correct", "correct_agreement", "correct_receipt", "allow_receipt", "revert_import",
    "merge", "unmerge", "unmerge_facts", "settle_text",
}  # fmt: skip
MOST = 100
TOGETHER = timedelta(minutes=2)


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    at: datetime
    verb: str
    who: str
    reason: str
    changes: list[Change]
    actor_id: int | None = None

    @property
    def on(self) -> date:
        return timezone.localtime(self.at).date()


def of_row(row: models.Model, verbs: Iterable[str] = ()) -> list[Entry]:
    """The newest entries about a row, the newest first; `verbs` narrows them."""
    found = AuditEntry.objects.filter(
        object_type=row._meta.label_lower, object_id=row.pk
    ).select_related("actor")
    if verbs:
        found = found.filter(verb__in=list(verbs))
    return told(list(found[:MOST]), type(row))


def told(entries: list[AuditEntry], model: type[models.Model]) -> list[Entry]:
    names = _names(entries, model)
    return [
        Entry(
            entry.at,
            *said(entry),
            [
                _change(model, name, old, new, names)
                for name, (old, new) in entry.changes.items()
                if name not in MARKS and (name not in UNSAID or model is not Project)
            ]
            if entry.verb in SHOWN and not entry.is_new
            else [],
            entry.actor_id,
        )
        for entry in entries
    ]


def said(entry: AuditEntry) -> tuple[str, str, str]:
    """What was done, by whom and why; a reason that begins with the verb's word says both."""
    word = ledgers.verb_word(entry.verb)
    who = str(entry.actor or entry.link or "系统")
    if entry.reason.startswith(word):
        return entry.reason, who, ""
    return word, who, entry.reason


def written(rows: Iterable[models.Model]) -> list[AuditEntry]:
    """The entries that wrote these rows, of whatever tables, with who did; asked for at once."""
    about = Q(pk__in=[])
    for row in rows:
        about |= Q(object_type=row._meta.label_lower, object_id=row.pk)
    if not about:
        return []
    return list(AuditEntry.objects.filter(about, is_new=True).select_related("actor"))


def folded(entries: list[Entry]) -> list[list[Entry]]:
    """Entries, the newest first, in groups: changes by one person, each within two minutes of the
    one before, are one piece of work."""
    groups: list[list[Entry]] = []
    for entry in entries:
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and last.actor_id == entry.actor_id is not None
            and last.verb == entry.verb == ledgers.verb_word("change")
            and not (last.reason or entry.reason)
            and last.at - entry.at <= TOGETHER
        ):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return groups


def net(entries: list[Entry]) -> list[Change]:
    """What several changes, the newest first, come to: the first old value and the last new one;
    nothing for what was put back."""
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for entry in reversed(entries):
        for change in entry.changes:
            first.setdefault(change.label, change)
            last[change.label] = change
    return [
        Change(label, change.old, last[label].new)
        for label, change in first.items()
        if change.old != last[label].new
    ]


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except Exception:  # a person's parts have no column
        return None


def _names(entries: list[AuditEntry], model: type[models.Model]) -> dict[tuple[str, Any], str]:
    """The names of all rows that the entries refer to, one query a column."""
    wanted: dict[str, set[Any]] = defaultdict(set)
    for entry in entries:
        for name, pair in entry.changes.items():
            field = _field(model, name)
            if field is None or field.related_model is None:
                continue
            for value in pair:
                wanted[name].update(value if isinstance(value, list) else [value])
    named = {}
    for name, ids in wanted.items():
        rows = _field(model, name).related_model._base_manager.filter(pk__in=ids - {None})
        named |= {(name, row.pk): str(row) for row in rows}
    return named


def _change(
    model: type[models.Model], name: str, old: Any, new: Any, names: dict[tuple[str, Any], str]
) -> Change:
    field = _field(model, name)
    label = {"name": "姓名", "phone": "电话", "email": "邮箱", "other_phones": "其他电话"}.get(
        name, name
    )
    if field is not None:
        label = str(field.verbose_name)
    return Change(label, _text(field, name, old, names), _text(field, name, new, names))


def _text(field: Any, name: str, value: Any, names: dict[tuple[str, Any], str]) -> str:
    if value in (None, "", []):
        return "空"
    if field is None:
        return str(value)
    if field.related_model is not None:
        values = value if isinstance(value, list) else [value]
        return "、".join(names.get((name, one), f"#{one}") for one in values)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(field, ExactField):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return str(value)
        money = name.endswith(("investment", "amount", "target")) and not name.startswith("foreign")
        return money_text(number) if money else grouped(number)
    return str(value)
