"""Beside a field that takes a name or a row: which company is meant, or that it is a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm import access, ledgers
from crm.access import Action
from crm.actions.companies import investors
from crm.forms.fields import NameOrRow, whole_number
from crm.models import Company

LONGEST = 120


@dataclass(frozen=True)
class Meant:
    """What was typed into the field `name` (`input_id` on the page) means. row: the company of the
    ledger it is; alike: those it may be; may_add: whether this user may register it now; is_new and
    code: what was said to that."""

    name: str
    input_id: str
    typed: str = ""
    row: Company | None = None
    alike: list[Company] = field(default_factory=list)
    may_add: bool = False
    is_new: bool = False
    code: str = ""


def of_text(name: str, input_id: str, text: Any, user: Any, data: Mapping[str, Any]) -> Meant:
    typed = str(text or "").replace("\x00", "").strip()[:LONGEST]
    if not typed:
        return Meant(name, input_id)
    row = _numbered(typed, user) or investors.exact(typed, by=user)
    return Meant(
        name,
        input_id,
        typed,
        row,
        [] if row else investors.alike(typed, by=user),
        row is None and access.can(user, Action.REGISTER, "company"),
        bool(data.get(f"{name}-new")),
        str(data.get(f"{name}-code") or "")[:18],
    )


def of_field(bound: Any) -> Meant | None:
    """The same of a field of a ledger's form; None for a field of another kind, and in a cell of a
    list, where there is no room for it."""
    if not isinstance(bound.field, NameOrRow) or not bound.id_for_label.startswith("id_"):
        return None
    form = bound.form
    held = getattr(form.row, form.ledger.column(bound.name).meant, None) if form.row else None
    text = bound.value()
    if held is not None and text == getattr(form.row, bound.name):
        return Meant(bound.name, bound.id_for_label, str(text or ""), held)
    return of_text(bound.name, bound.id_for_label, text, form.user, form.data)


def _numbered(typed: str, user: Any) -> Company | None:
    number = whole_number(typed.rpartition("#")[2]) if "#" in typed else None
    if number is None:
        return None
    found: Company | None = (
        ledgers.get("companies").all_rows.visible_to(user).filter(pk=number).first()
    )
    return found
